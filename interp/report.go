package interp

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"

	"gomemo/engine/wire"
)

// ReportMIME is the type of the report that programs read.
const ReportMIME = "application/vnd.gomemo.cache.v1+json"

// Totals sums up the verdicts of a cell.
type Totals struct {
	Hits    int     `json:"hits"`
	Misses  int     `json:"misses"`
	Refused int     `json:"refused"`
	Cheap   int     `json:"cheap"`
	SavedMS float64 `json:"saved_ms"`
}

// Sum adds up verdicts.
func Sum(calls []wire.Call) (t Totals) {
	for _, c := range calls {
		n := max(c.Count, 1)
		switch c.Verdict {
		case "hit":
			t.Hits += n
		case "miss":
			t.Misses += n
		case "refused":
			t.Refused += n
		case "cheap":
			t.Cheap += n
		}
		t.SavedMS += c.SavedMS
	}
	return t
}

// report makes the MIME bundle that is shown below a cell; nil if no call was
// judged.
func report(calls []wire.Call) map[string]json.RawMessage {
	if len(calls) == 0 {
		return nil
	}
	raw := func(v any) json.RawMessage {
		b, err := json.Marshal(v)
		if err != nil {
			panic(fmt.Sprintf("interp: report: %v", err)) // strings and numbers always marshal
		}
		return b
	}
	lines := reportLines(calls)
	var plain []string
	for _, l := range lines {
		plain = append(plain, l.text())
	}
	return map[string]json.RawMessage{
		"text/plain": raw(strings.Join(plain, "\n")),
		"text/html":  raw(reportHTML(lines)),
		ReportMIME:   raw(map[string]any{"calls": calls, "totals": Sum(calls)}),
	}
}

// maxReportLines keeps the report of a loop readable; the JSON form has all.
const maxReportLines = 20

type reportLine struct {
	call, verdict, detail, title string
}

func (l reportLine) text() string {
	s := l.call + " " + l.verdict
	if l.detail != "" {
		s += ", " + l.detail
	}
	return s
}

// reportLines writes a line per call; calls of one line of the cell with the
// same verdict and reason share one.
func reportLines(calls []wire.Call) []reportLine {
	type key struct {
		f            string
		line         int
		verdict, why string
	}
	sums := map[key]*wire.Call{}
	var order []key
	for _, c := range calls {
		k := key{c.Func, c.Line, c.Verdict, c.Reason}
		s := sums[k]
		if s == nil {
			cp := c
			cp.Count = max(c.Count, 1)
			sums[k] = &cp
			order = append(order, k)
			continue
		}
		s.Count += max(c.Count, 1)
		s.TookMS += c.TookMS
		s.SavedMS += c.SavedMS
		s.Bytes += c.Bytes
	}
	var out []reportLine
	for i, k := range order {
		if i == maxReportLines && len(order) > maxReportLines+1 {
			out = append(out, reportLine{call: fmt.Sprintf("and %d more", len(order)-i), verdict: "lines", detail: "see the cell's " + ReportMIME + " output"})
			break
		}
		out = append(out, lineFor(*sums[k]))
	}
	return out
}

func lineFor(c wire.Call) reportLine {
	l := reportLine{call: c.Func + "(…)", verdict: c.Verdict}
	if c.Count > 1 {
		l.verdict = fmt.Sprintf("%d × %s", c.Count, c.Verdict)
	}
	switch c.Verdict {
	case "hit":
		l.detail = "saved " + duration(c.SavedMS)
		if t, err := time.Parse(time.RFC3339, c.ComputedAt); err == nil {
			l.title = "computed " + t.Local().Format("2006-01-02 15:04:05") + " on " + c.Host
		}
	case "miss":
		l.detail = "took " + duration(c.TookMS) + ", stored"
		if c.Reason != "" && c.Reason != "nothing stored yet" {
			l.detail += " (" + c.Reason + ")"
		}
	case "refused":
		l.detail = c.Reason
		if c.TookMS > 0 { // calls that were only counted were not timed
			l.detail = "took " + duration(c.TookMS) + ": " + c.Reason
		}
	case "cheap":
		l.detail = "took " + duration(c.TookMS)
	}
	l.title = strings.TrimSpace(fmt.Sprintf("cell %d, line %d  %s", c.Cell, c.Line, l.title))
	return l
}

// duration writes milliseconds with three digits or fewer.
func duration(ms float64) string {
	switch {
	case ms >= 60_000:
		return time.Duration(ms * 1e6).Round(time.Second).String()
	case ms >= 1000:
		return fmt.Sprintf("%.1f s", ms/1000)
	case ms >= 10:
		return fmt.Sprintf("%.0f ms", ms)
	case ms >= 0.1:
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f µs", ms*1000)
}

// reportHTML is quiet: it takes the page's own colours, so it suits light and
// dark themes, and marks the verdict with a dot.
func reportHTML(lines []reportLine) string {
	var b strings.Builder
	b.WriteString(`<div style="font-size:85%;line-height:1.5;opacity:.75;border-left:2px solid currentColor;padding-left:.7em;margin:.3em 0">`)
	for _, l := range lines {
		colour := "#888"
		switch {
		case strings.HasSuffix(l.verdict, "hit"):
			colour = "#2e9e5b"
		case strings.HasSuffix(l.verdict, "miss"):
			colour = "#3b82c4"
		case strings.HasSuffix(l.verdict, "refused"):
			colour = "#c98a1b"
		}
		fmt.Fprintf(&b, `<div title="%s"><span style="color:%s">●</span> <code style="background:none;color:inherit">%s</code> %s`,
			html.EscapeString(l.title), colour, html.EscapeString(l.call), html.EscapeString(l.verdict))
		if l.detail != "" {
			fmt.Fprintf(&b, `, %s`, html.EscapeString(l.detail))
		}
		b.WriteString("</div>")
	}
	b.WriteString("</div>")
	return b.String()
}
