package interp

import (
	"go/token"
	"testing"
)

// FuzzParse takes any text apart: no panic, pieces in order and inside the
// text, every diagnostic inside the cell.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "x := 1", "import \"fmt\"\nfunc f() {}\nfmt.Println(f)", "for i := 0; ; i++ { }", "func (t T) m() {}; func() {}()",
		"type T[P any] struct{ x P }", "/* open", "`open", "}", "a\x00b", "package main\nfunc main() {}", "//go:noinline\nfunc f() {}", "é := \"\xff\"", "goto x; x:", "%magic"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		src := newSource(text, 1)
		pieces, _ := split(src)
		end := 0
		for _, p := range pieces {
			if p.off < end || p.end < p.off || p.end > len(text) {
				t.Fatalf("piece %+v after offset %d of %d", p, end, len(text))
			}
			end = p.end
		}
		s := &Session{checking: checking{fset: token.NewFileSet(), files: map[*token.File]*source{}}}
		p, errs := s.parse(src)
		for _, d := range errs {
			if d.Line < 1 || d.Line > len(src.lines) || d.Col < 1 {
				t.Fatalf("diagnostic outside the cell: %+v", d)
			}
			_ = d.String()
		}
		if len(errs) == 0 && len(p.stmts) != len(p.typing) {
			t.Fatalf("%d statements, %d in the second parse", len(p.stmts), len(p.typing))
		}
		(*Session)(nil).IsComplete(text)
	})
}
