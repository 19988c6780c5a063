package interp

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// source is the text of one cell as the user wrote it. Every position that
// leaves this package is a line and a column of a source.
type source struct {
	text  string
	cell  int   // the number the cell is shown with
	seq   int   // order of execution in the session; 0 until it ran
	lines []int // offset of each line's first byte
}

func newSource(text string, cell int) *source {
	s := &source{text: text, cell: cell, lines: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// position returns the 1-based line and byte column of an offset.
func (s *source) position(off int) (line, col int) {
	off = max(0, min(off, len(s.text)))
	i := sort.SearchInts(s.lines, off+1) - 1
	return i + 1, off - s.lines[i] + 1
}

// line returns the text of a 1-based line without its newline.
func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	from, to := s.lines[n-1], len(s.text)
	if n < len(s.lines) {
		to = s.lines[n] - 1
	}
	return strings.TrimSuffix(s.text[from:to], "\r")
}

// A Diagnostic is one thing that is wrong with the text of a cell.
type Diagnostic struct {
	Cell, Line, Col int    // Line and Col start at 1; Col counts bytes
	Msg             string // without position
	Text            string // the source line
	Hint            string // what to do, "" if nothing is known
}

// String formats the diagnostic as a person reads it: position and message,
// the source line, a caret under the column, the hint.
func (d Diagnostic) String() string {
	var b strings.Builder
	msg, more, _ := strings.Cut(d.Msg, "\n")
	fmt.Fprintf(&b, "cell %d, line %d:%d: %s", d.Cell, d.Line, d.Col, msg)
	if d.Text != "" {
		fmt.Fprintf(&b, "\n    %s\n    %s^", d.Text, caretIndent(d.Text, d.Col))
	}
	for line := range strings.Lines(more) {
		fmt.Fprintf(&b, "\n    %s", strings.TrimSpace(line))
	}
	if d.Hint != "" {
		fmt.Fprintf(&b, "\n    %s", d.Hint)
	}
	return b.String()
}

// caretIndent is the white space that puts a caret under byte column col: tabs
// stay tabs, a wide character becomes a wide space, an accent of its own
// nothing, and every other character a space.
func caretIndent(line string, col int) string {
	var b strings.Builder
	for i, r := range line {
		if i+utf8.RuneLen(r) > col-1 {
			break
		}
		switch {
		case r == '\t':
			b.WriteByte('\t')
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case wide(r):
			b.WriteRune('\u3000')
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// wide reports whether a character takes two columns.
func wide(r rune) bool {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return true
	}
	return false
}

// diagnostics is a list of errors in the order they should be read.
type diagnostics []Diagnostic

func (ds diagnostics) Error() string {
	parts := make([]string, len(ds))
	for i, d := range ds {
		parts[i] = d.String()
	}
	return strings.Join(parts, "\n")
}

// tidy sorts by position and drops what is said twice.
func (ds diagnostics) tidy() diagnostics {
	sort.SliceStable(ds, func(i, j int) bool {
		a, b := ds[i], ds[j]
		if a.Cell != b.Cell {
			return a.Cell > b.Cell // the cell being run first
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
	var out diagnostics
	for _, d := range ds {
		if n := len(out); n > 0 && out[n-1].Cell == d.Cell && out[n-1].Line == d.Line &&
			(out[n-1].Col == d.Col || out[n-1].Msg == d.Msg) {
			continue
		}
		out = append(out, d)
	}
	return out
}

// diag makes a Diagnostic at an offset; one behind the text moves to its end.
func (s *source) diag(off int, hint, format string, args ...any) Diagnostic {
	off = min(off, len(strings.TrimRight(s.text, " \t\r\n")))
	line, col := s.position(off)
	return Diagnostic{Cell: s.cell, Line: line, Col: col, Msg: fmt.Sprintf(format, args...), Text: s.line(line), Hint: hint}
}
