package interp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomemo/interp"
)

// A session whose plugins another one has trimmed goes on, also with another
// engine, and so do values that can be replayed.
func TestTrimmedPlugins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tc := coldToolchain(t, dir)
	ws, err := tc.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := startSession(t, tc, ws, interp.Compiled, filepath.Join(t.TempDir(), "calls"))
	trim := func() {
		for _, kind := range []string{"plugin", "unit"} {
			if err := os.RemoveAll(filepath.Join(dir, kind)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, c := range []struct {
		code, want string
		trim       bool
	}{
		{"type T struct{ n int }\nfunc (t T) twice() int { return 2 * t.n }", "", false},
		{"x := T{21}", "", true},
		{"x.twice()", "= 42", true},                        // loaded
		{"import \"os\"\nos.Exit(3)", "Back after", false}, // made again for the new engine
		{"x.twice() + 1", "= 43", false},
		{"func g() int { return 5 }", "", false},
		{"os.Exit(3)", "Back after", true}, // the new engine has not loaded g yet
		{"g() + x.n", "= 26", true},
	} {
		if got := run(s, c.code, i+1); !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("cell %d: %s", i+1, got)
		}
		if c.trim {
			trim()
		}
	}
}
