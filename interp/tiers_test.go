package interp_test

import (
	"context"
	_ "embed"
	"path/filepath"
	"strings"
	"testing"

	"gomemo/interp"
)

// setup declares what the examples of the table use. It is compiled in both
// sessions.
//
//go:embed testdata/subset/setup.txt
var setup string

// unreachable rows have no example: nothing gets so far.
var unreachable = map[string]string{
	"x*y + z of floats":                       "on this processor it is exact",
	"a hidden field":                          "the checker refuses it, except in embedded structs",
	"a method of a module's type":             "needs a module",
	"a type that has to be made":              "not on this system",
	"the address of a variable that may move": "not on this system",
	"another statement":                       "a guard",
	"another expression":                      "a guard",
}

// TestSubset runs the example of every row of the table: it must be
// interpreted and give what it gives compiled, or be compiled for the reason
// that the row states. An example may need cells before it, divided by "-- then --".
func TestSubset(t *testing.T) {
	proven := map[string]bool{}
	for _, row := range interp.Subset() {
		if row.Cell == "" {
			if unreachable[row.Name] == "" {
				t.Errorf("%s: the row has no example", row.Name)
			}
			continue
		}
		cells := strings.Split(row.Cell, "\n-- then --\n")
		cell := cells[len(cells)-1]
		prepared := func(mode interp.Mode) *interp.Session {
			s := newSharedSession(t, mode)
			for n, cell := range cells[:len(cells)-1] {
				if out := run(s, cell, n+2); out != "" && !strings.Contains(out, "has no value any more") {
					t.Errorf("%s: %s", row.Name, out)
				}
			}
			return s
		}
		auto := prepared(interp.Auto)
		got := times.ReplaceAllString(run(auto, cell, 9), "$1 T")
		used, refused := auto.Constructs()
		if row.Why != "" {
			if refused != row.Name {
				t.Errorf("%s: %q is refused for %q", row.Name, cell, refused)
			}
			continue
		}
		if !used[row.Name] {
			t.Errorf("%s: %q does not use it; refused for %q\n%s", row.Name, cell, refused, got)
		}
		for name := range used {
			proven[name] = true
		}
		compiled := prepared(interp.Compiled)
		if want := times.ReplaceAllString(run(compiled, cell, 9), "$1 T"); got != want {
			t.Errorf("%s: %q\ninterpreted:\n%s\ncompiled:\n%s", row.Name, cell, got, want)
		}
	}
	for _, row := range interp.Subset() {
		if row.Why == "" && !proven[row.Name] {
			t.Errorf("%s: nothing proves it", row.Name)
		}
	}
}

var shared = map[interp.Mode]*interp.Session{}

// newSharedSession is a session in which setup has just run.
func newSharedSession(t *testing.T, mode interp.Mode) *interp.Session {
	if shared[mode] == nil {
		shared[mode] = newSession(t, mode, filepath.Join(t.TempDir(), "calls"))
	}
	var c console
	if o := shared[mode].Execute(context.Background(), setup, 1, &c); o.Err != nil {
		t.Fatalf("setup in mode %s: %v", mode, o.Err.Lines)
	}
	return shared[mode]
}
