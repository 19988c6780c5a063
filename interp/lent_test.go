package interp_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"gomemo/interp"
	"gomemo/native"
)

// imported is a compiler that notes what the last cell's statements import.
type imported struct {
	*native.Workspace
	paths []string
}

func (c *imported) Build(ctx context.Context, b interp.Build) (interp.Plugin, error) {
	c.paths = b.Main.Imports
	return c.Workspace.Build(ctx, b)
}

// TestPrintingCellsDoNotLinkFmt runs statements that call fmt: the engine lends
// them its functions, if these are called where they are named.
func TestPrintingCellsDoNotLinkFmt(t *testing.T) {
	tc, ws := openWorkspace(t)
	rec := &imported{Workspace: ws}
	s := startSessionWith(t, tc, ws, rec, interp.Compiled, filepath.Join(t.TempDir(), "calls"))
	for i, c := range []struct {
		cell, out string
		links     bool
	}{
		{"x := 20\nfor i := range 2 { fmt.Println(x, i) }", "20 0\n20 1\n", false},
		{"fmt.Print(fmt.Sprintf(\"%03d\", x), fmt.Sprint(x, x), fmt.Sprintln(\"a\", 1))\nfmt.Printf(\"%v\\n\", fmt.Errorf(\"%d: %w\", x, os.ErrExist))",
			"02020 20a 1\n20: file already exists\n", false},
		{"func() { defer fmt.Println(\"last\"); fmt.Println(\"first\") }()", "first\nlast\n", false},
		{"show := fmt.Sprint\nfmt.Println(show(x))", "20\n", true},
		{"fmt.Fprintln(os.Stdout, x)", "20\n", true},
		{"import . \"fmt\"\nif x > 0 { Println(x) }", "20\n", false},
		{"func() { type T struct{ Println func(int) }; fmt := T{func(n int) { print() }}; fmt.Println(1) }()", "", false},
	} {
		if out := run(s, c.cell, i+1); out != c.out {
			t.Errorf("%s\nprinted %q, want %q", c.cell, out, c.out)
		}
		if links := slices.Contains(rec.paths, "fmt"); links != c.links {
			t.Errorf("%s\nimports %q", c.cell, rec.paths)
		}
	}
}
