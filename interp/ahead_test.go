package interp_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gomemo/interp"
	"gomemo/native"
)

// recording is a compiler that says what it built.
type recording struct {
	*native.Workspace
	mu    sync.Mutex
	built []string // what the main package of each finished build holds
}

func (r *recording) Build(ctx context.Context, b interp.Build) (interp.Plugin, error) {
	p, err := r.Workspace.Build(ctx, b)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.built = append(r.built, b.Main.Source)
	}
	return p, err
}

// await waits until as many builds are done.
func (r *recording) await(t *testing.T, n int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		r.mu.Lock()
		done := len(r.built)
		r.mu.Unlock()
		if done >= n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d builds are done, want %d", done, n)
		}
	}
}

// queued starts a session whose compiler is recorded, and runs a first cell
// that ends when release is called.
func queued(t *testing.T) (s *interp.Session, rec *recording, first chan string, release func()) {
	t.Helper()
	tc, ws := openWorkspace(t)
	rec = &recording{Workspace: ws}
	s = startSessionWith(t, tc, ws, rec, interp.Auto, filepath.Join(t.TempDir(), "calls"))
	gate := filepath.Join(t.TempDir(), "gate")
	first = make(chan string, 1)
	go func() {
		first <- run(s, fmt.Sprintf("type T struct{ n int }\nfor { if _, err := os.Stat(%q); err == nil { break } }\nt := T{%d}", gate, time.Now().UnixNano()%1000), 1)
	}()
	rec.await(t, 1)
	return s, rec, first, func() {
		if err := os.WriteFile(gate, nil, 0o600); err != nil {
			t.Error(err)
		}
	}
}

// unique makes code that no cache holds.
func unique(code string) string { return fmt.Sprintf("%s // %d", code, time.Now().UnixNano()) }

func TestWaitingCellsAreBuiltMeanwhile(t *testing.T) {
	t.Parallel()
	s, rec, first, release := queued(t)
	salt := time.Now().UnixNano()
	cells := []string{
		fmt.Sprintf("func (t T) double() int { return 2*t.n + %d - %d }", salt, salt),
		"n := func() int { return t.double() - 2*t.n }()",
		fmt.Sprintf("func triple(t T) int { return t.double() + t.n + %d }", salt),
		"fmt.Println(n, func() int { return triple(t) - 3*t.n }())",
	}
	s.Queue(cells[:2])
	s.Queue(cells)
	rec.await(t, 1+len(cells))
	release()
	if out := <-first; out != "" {
		t.Fatalf("the first cell: %s", out)
	}
	for i, c := range cells {
		s.Queue(cells[i+1:])
		var out console
		o := s.Execute(t.Context(), c, i+2, &out)
		if o.Err != nil {
			t.Fatal(o.Err.Lines)
		}
		if o.Metadata["compile_cached"] != true {
			t.Errorf("cell %d was not built before its turn", i+2)
		}
		if want := fmt.Sprintf("0 %d\n", salt); i == 3 && out.take() != want {
			t.Errorf("printed something else than %s", want)
		}
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	// Each was built once ahead of its turn, and asked for again when it came.
	if want := 1 + 2*len(cells); len(rec.built) != want {
		t.Errorf("%d builds, want %d", len(rec.built), want)
	}
}

// TestForecastIsNotBelieved executes other cells than those announced.
func TestForecastIsNotBelieved(t *testing.T) {
	t.Parallel()
	s, rec, first, release := queued(t)
	s.Queue([]string{unique("func f() int { return 1 }"), "x := f()", "f() + x"})
	rec.await(t, 2)
	release()
	<-first
	for _, c := range []struct{ cell, want string }{
		{"func f() string { return \"one\" }", ""},
		{"x := f()", "# f(…) cheap"},
		{"f() + x", "= oneone\n"},
		{"panic(x)", "panic: one"},
		{"%undef x", ""},
		{"x", "undefined: x"},
	} {
		s.Queue([]string{"x := f() + 1", "nonsense(", "x"})
		if got := run(s, c.cell, 2); got != c.want && (c.want == "" || !strings.Contains(got, c.want)) {
			t.Errorf("%s: got %q, want %q", c.cell, got, c.want)
		}
	}
}

// TestForecastEndsWhereNothingIsKnown announces cells behind one that does not
// compile and behind a directive.
func TestForecastEndsWhereNothingIsKnown(t *testing.T) {
	t.Parallel()
	s, _, first, release := queued(t)
	cells := []string{"a := 1", "%undef a", "a := \"text\"", "a + undefined", "a + \"!\""}
	s.Queue(cells)
	release()
	<-first
	want := []string{"", "", "", "undefined: undefined", "= text!\n"}
	for i, c := range cells {
		s.Queue(cells[i+1:])
		if got := run(s, c, i+2); got != want[i] && (want[i] == "" || !strings.Contains(got, want[i])) {
			t.Errorf("%s: got %q, want %q", c, got, want[i])
		}
	}
}

// BenchmarkRunAll runs a notebook of a cell that takes 300 ms and eight that
// declare functions, none of them compiled before: announced, as by "Run All",
// and one by one.
func BenchmarkRunAll(b *testing.B) {
	for _, announced := range []bool{true, false} {
		b.Run(fmt.Sprintf("queued=%t", announced), func(b *testing.B) {
			s := newSession(b, interp.Auto, filepath.Join(b.TempDir(), "calls"))
			run(s, "for began := time.Now(); time.Since(began) < time.Millisecond; { }", 0)
			for b.Loop() {
				salt := time.Now().UnixNano()
				cells := []string{fmt.Sprintf("for began := time.Now(); time.Since(began) < 300*time.Millisecond; { } // %d", salt)}
				for i := range 8 {
					cells = append(cells, fmt.Sprintf("func f%d(s string) string { return fmt.Sprint(s, %d) }\nfmt.Sprint(len(f%d(\"\")))", i, salt, i))
				}
				for i, c := range cells {
					if announced {
						s.Queue(cells[i+1:])
					}
					if out := run(s, c, i); strings.Contains(out, "cell ") {
						b.Fatal(out)
					}
				}
			}
		})
	}
}
