package interp

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"testing"
)

// warmCompiler remembers what it was told to compile.
type warmCompiler struct{ warmed []string }

func (c *warmCompiler) Warm(paths []string)                             { c.warmed = append(c.warmed, paths...) }
func (*warmCompiler) Export(path string) (io.ReadCloser, error)         { return nil, fs.ErrNotExist }
func (*warmCompiler) Require(context.Context, []string) (Change, error) { return Change{}, nil }
func (*warmCompiler) Build(context.Context, Build) (Plugin, error) {
	return Plugin{}, errors.New("not here")
}
func (*warmCompiler) ID() string { return "" }

// What the cells of the notebook's file import from modules is compiled from
// the start of the session.
func TestWarm(t *testing.T) {
	c := new(warmCompiler)
	s := New(Options{Compiler: c,
		Start: func(context.Context) (Engine, error) { return nil, errors.New("no engine") },
		Notebook: func() []NotebookCell {
			return []NotebookCell{
				{Text: "%go get example.com/a@v1\nimport \"example.com/a\"\nimport \"fmt\""},
				{Text: "broken {"},
				{Text: "x := 1\nimport (\n\tb \"example.com/b\"\n\t\"gomemo/persist\"\n)"},
			}
		}})
	s.Close()
	if want := []string{"example.com/a", "example.com/b", "gomemo/persist"}; !slices.Equal(c.warmed, want) {
		t.Errorf("warmed %v, want %v", c.warmed, want)
	}
}
