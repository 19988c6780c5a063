package conformance_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"gomemo/conformance"
)

// verdicts are what was found out about one thing that is compared.
type verdicts struct {
	name, group string
	causes      map[conformance.Layout]string // "" for equal
	detail      map[conformance.Layout]string
}

func newVerdicts(name, group string) verdicts {
	return verdicts{name, group, map[conformance.Layout]string{}, map[conformance.Layout]string{}}
}

func (v *verdicts) set(l conformance.Layout, cause, detail string) {
	v.causes[l], v.detail[l] = cause, detail
	if testing.Verbose() {
		fmt.Printf("%s %s: %s\n", v.name, l, cmp.Or(cause, "equal"))
	}
}

// report prints tables, and fails if too many differ.
func report(t *testing.T, groups string, all, chosen []*verdicts, excluded map[string]string, l conformance.Layout) {
	t.Helper()
	fmt.Print(tables(groups, all, chosen, excluded, l))
	equal := 0
	for _, v := range chosen {
		if v.causes[l] == "" {
			equal++
		}
	}
	if equal*100 < 98*len(chosen) {
		t.Errorf("%s: %d of %d do the same in notebooks, less than 98 %%", l, equal, len(chosen))
	}
}

// tables summarises a run by group and by cause.
func tables(groups string, all, chosen []*verdicts, excluded map[string]string, l conformance.Layout) string {
	type counts struct{ all, excluded, run, equal int }
	rows := map[string]*counts{}
	row := func(name string) *counts {
		if rows[name] == nil {
			rows[name] = &counts{}
		}
		return rows[name]
	}
	for _, v := range all {
		_, out := excluded[v.name]
		for _, c := range []*counts{row(v.group), row("total")} {
			c.all++
			if out {
				c.excluded++
			}
		}
	}
	for _, v := range chosen {
		for _, c := range []*counts{row(v.group), row("total")} {
			c.run++
			if v.causes[l] == "" {
				c.equal++
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nLayout %s\n\n", l)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, groups+"\tall\texcluded\trun\tequal\tpercent\t")
	for _, name := range sorted(rows) {
		c := rows[name]
		percent := 100.0
		if c.run > 0 {
			percent = 100 * float64(c.equal) / float64(c.run)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%.1f\t\n", name, c.all, c.excluded, c.run, c.equal, percent)
	}
	w.Flush()
	return b.String() + differences(chosen, l)
}

// differences lists what differs by cause.
func differences(chosen []*verdicts, l conformance.Layout) string {
	causes := map[string][]*verdicts{}
	for _, v := range chosen {
		if cause := v.causes[l]; cause != "" {
			causes[cause] = append(causes[cause], v)
		}
	}
	if len(causes) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nCauses\n\n")
	for _, cause := range sorted(causes) {
		fmt.Fprintf(&b, "%4d  %s\n", len(causes[cause]), cause)
	}
	for _, cause := range sorted(causes) {
		for _, v := range causes[cause] {
			fmt.Fprintf(&b, "\n── %s: %s", v.name, v.detail[l])
			if v.detail[l] == "" {
				fmt.Fprintf(&b, "%s\n", cause)
			}
		}
	}
	return b.String()
}

// sorted returns the keys of a map, the total last.
func sorted[V any](m map[string]V) []string {
	names := slices.Sorted(maps.Keys(m))
	if i := slices.Index(names, "total"); i >= 0 {
		names = append(slices.Delete(names, i, i+1), "total")
	}
	return names
}
