package conformance_test

import (
	"bufio"
	"cmp"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"gomemo/conformance"
)

var (
	full     = flag.Bool("full", false, "run all programs of the Go distribution's test suite, not the sample")
	only     = flag.String("programs", "", "run only the programs whose path matches this regular `expression`")
	layout   = flag.String("layout", "", "use only this `layout`: grouped or single")
	keep     = flag.Bool("keep", false, "keep the plugins that -full makes")
	printing = flag.Bool("cells", false, "print the cells of the programs that differ")
)

// program is one file of the suite and what was found out about it.
type program struct {
	path   string // below $GOROOT/test
	source string
	want   result

	causes map[conformance.Layout]string // "" for equal
	detail map[conformance.Layout]string
}

func (p *program) folder() string { return filepath.ToSlash(filepath.Dir(p.path)) }

// root is the suite's directory.
func root(t *testing.T) string {
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env GOROOT: %v", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "test")
	if _, err := os.Stat(filepath.Join(dir, "ken")); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("this Go came without its test suite: %v", err)
		}
		t.Skipf("this Go came without its test suite: %v", err)
	}
	return dir
}

// load lists the files that the suite runs without arguments, flags or build
// constraints.
func load(t *testing.T) (programs []*program) {
	t.Helper()
	dir := root(t)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasSuffix(path, ".dir") {
			return filepath.SkipDir // parts of programs
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if isRun(string(data)) {
			programs = append(programs, &program{path: filepath.ToSlash(rel), source: string(data),
				causes: map[conformance.Layout]string{}, detail: map[conformance.Layout]string{}})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return programs
}

// isRun reports whether the first comment of a file is "// run", which tells the
// suite's driver to run it, and whether it is for every system.
func isRun(source string) bool {
	head, _, _ := strings.Cut(source, "\npackage ")
	return strings.HasPrefix(strings.TrimSpace(head), "// run\n") && !strings.Contains(head, "\n//go:build") && !strings.Contains(head, "\n// +build")
}

// list reads a file of lines "path: rest", in which # starts a comment.
func list(t *testing.T, name string) (order []string, rest map[string]string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	rest = map[string]string{}
	sc := bufio.NewScanner(strings.NewReader(string(data)))
	for sc.Scan() {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		path, text, _ := strings.Cut(line, ":")
		if _, twice := rest[path]; twice {
			t.Errorf("%s lists %s twice", name, path)
		}
		order = append(order, path)
		rest[path] = strings.TrimSpace(text)
	}
	return order, rest
}

// TestSuite compares programs of the Go distribution's test suite as notebooks
// and as they are: those of sample.txt, or with -full all but those of
// excluded.txt.
func TestSuite(t *testing.T) {
	programs := load(t)
	_, excluded := list(t, "excluded.txt")
	checkExcluded(t, programs, excluded)
	if *full || *only != "" {
		compareAll(t, programs, excluded)
	} else {
		compareSample(t, programs)
	}
}

// checkExcluded finds lines that are out of date.
func checkExcluded(t *testing.T, programs []*program, excluded map[string]string) {
	t.Helper()
	for path, reason := range excluded {
		if !slices.ContainsFunc(programs, func(p *program) bool { return p.path == path }) {
			t.Errorf("excluded.txt lists %s, which the suite does not run", path)
		}
		if reason == "" {
			t.Errorf("excluded.txt gives no reason for %s", path)
		}
	}
}

// compareSample fails for each program of the sample that differs.
func compareSample(t *testing.T, programs []*program) {
	names, _ := list(t, "sample.txt")
	var grouped, single []*program
	for i, name := range names {
		at := slices.IndexFunc(programs, func(p *program) bool { return p.path == name })
		switch {
		case at < 0:
			t.Errorf("sample.txt lists %s, which the suite does not run", name)
		case i%2 == 0:
			grouped = append(grouped, programs[at])
		default:
			single = append(single, programs[at])
		}
	}
	if err := references(t.Context(), slices.Concat(grouped, single)); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, "")
	b.compare(t.Context(), grouped, conformance.Grouped)
	b.compare(t.Context(), single, conformance.Single)
	for _, p := range slices.Concat(grouped, single) {
		for l, cause := range p.causes {
			if cause != "" {
				t.Errorf("%s, %s: %s", p.path, l, p.detail[l])
			}
		}
	}
}

// compareAll prints tables, and fails if too many programs differ.
func compareAll(t *testing.T, programs []*program, excluded map[string]string) {
	pattern, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	var chosen []*program
	for _, p := range programs {
		if _, out := excluded[p.path]; !out && pattern.MatchString(p.path) {
			chosen = append(chosen, p)
		}
	}
	if err := references(t.Context(), chosen); err != nil {
		t.Fatal(err)
	}
	// Thousands of plugins are not to push others out of the user's cache.
	b := newBench(t, filepath.Join(temporary(), "native"))
	b.tidy = !*keep
	layouts := []conformance.Layout{conformance.Grouped, conformance.Single}
	if *layout != "" {
		layouts = []conformance.Layout{conformance.Layout(*layout)}
	}
	for _, l := range layouts {
		b.compare(t.Context(), chosen, l)
		fmt.Print(tables(programs, chosen, excluded, l))
		equal := 0
		for _, p := range chosen {
			if p.causes[l] == "" {
				equal++
			}
		}
		if equal*100 < 98*len(chosen) {
			t.Errorf("%s: %d of %d programs do the same as notebooks, less than 98 %%", l, equal, len(chosen))
		}
	}
}

// compare runs programs as notebooks, two at a time: each has a compiler, a
// linker and an engine of its own.
func (b *bench) compare(ctx context.Context, programs []*program, l conformance.Layout) {
	work := make(chan *program)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for p := range work {
				p.causes[l], p.detail[l] = b.difference(ctx, p, l)
				if testing.Verbose() {
					fmt.Printf("%s %s: %s\n", p.path, l, cmp.Or(p.causes[l], "equal"))
				}
			}
		})
	}
	for _, p := range programs {
		work <- p
	}
	close(work)
	wg.Wait()
}

// difference runs one program as a notebook; no cause means that it did what
// the program does.
func (b *bench) difference(ctx context.Context, p *program, l conformance.Layout) (cause, detail string) {
	defer func() {
		if v := recover(); v != nil {
			cause, detail = "the front end panics", fmt.Sprintf("%v\n%s", v, debug.Stack())
		}
	}()
	if p.want.Broken != "" {
		return "the program itself " + p.want.Broken, ""
	}
	parsed, err := b.parse(p.source)
	if err != nil {
		return "cannot be taken apart", err.Error()
	}
	cells := parsed.Cells(l)
	got, err := b.run(ctx, cells)
	if err != nil {
		return "cannot be run", err.Error()
	}
	cause = got.verdict(&p.want)
	if cause == "" {
		return "", ""
	}
	if p.want.Varies {
		cause += " (varies by itself)"
	}
	detail = got.detail(cause, &p.want)
	if *printing {
		detail += "── cells\n" + strings.Join(cells, "── cell\n")
	}
	return cause, detail
}

// tables summarises a run by folder and by cause.
func tables(all, chosen []*program, excluded map[string]string, l conformance.Layout) string {
	type counts struct{ files, excluded, run, equal int }
	folders := map[string]*counts{}
	row := func(name string) *counts {
		if folders[name] == nil {
			folders[name] = &counts{}
		}
		return folders[name]
	}
	for _, p := range all {
		_, out := excluded[p.path]
		for _, c := range []*counts{row(p.folder()), row("total")} {
			c.files++
			if out {
				c.excluded++
			}
		}
	}
	causes := map[string][]*program{}
	for _, p := range chosen {
		cause := p.causes[l]
		for _, c := range []*counts{row(p.folder()), row("total")} {
			c.run++
			if cause == "" {
				c.equal++
			}
		}
		if cause != "" {
			causes[cause] = append(causes[cause], p)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nLayout %s\n\n", l)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "folder\tfiles\texcluded\trun\tequal\tpercent\t")
	for _, name := range sortedFolders(folders) {
		c := folders[name]
		percent := 100.0
		if c.run > 0 {
			percent = 100 * float64(c.equal) / float64(c.run)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%.1f\t\n", name, c.files, c.excluded, c.run, c.equal, percent)
	}
	w.Flush()
	if len(causes) == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "\nCauses\n\n")
	for _, cause := range sortedFolders(causes) {
		fmt.Fprintf(&b, "%4d  %s\n", len(causes[cause]), cause)
	}
	for _, cause := range sortedFolders(causes) {
		for _, p := range causes[cause] {
			fmt.Fprintf(&b, "\n── %s: %s", p.path, p.detail[l])
			if p.detail[l] == "" {
				fmt.Fprintf(&b, "%s\n", cause)
			}
		}
	}
	return b.String()
}

// sortedFolders sorts names, the total last.
func sortedFolders[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		if name != "total" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if _, ok := m["total"]; ok {
		names = append(names, "total")
	}
	return names
}
