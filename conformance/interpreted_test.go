package conformance_test

import (
	"context"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gomemo/conformance"
)

// TestInterpreted runs programs in sessions that have no compiler, functions
// and all. What such a session does not refuse has to do what the compiled
// program does. The programs are every fifth of interpreted.txt, which lists all
// that are not refused: -full checks that, and runs them.
func TestInterpreted(t *testing.T) {
	programs := load(t)
	names, _ := list(t, "interpreted.txt")
	if !*full {
		names = slices.Collect(everyFifth(names))
	}
	_, excluded := list(t, "excluded.txt")
	var chosen []*program
	for _, p := range programs {
		if _, out := excluded[p.path]; !out && (*full || slices.Contains(names, p.path)) {
			chosen = append(chosen, p)
		}
	}
	b := newBench(t, "")
	b.interpreted = true
	ran := b.accepted(t.Context(), chosen)
	var paths []string
	for _, p := range ran {
		paths = append(paths, p.program.path)
	}
	slices.Sort(paths)
	slices.Sort(names)
	if !slices.Equal(paths, names) {
		t.Errorf("interpreted.txt should list:\n%s", strings.Join(paths, "\n"))
	}
	if err := references(t.Context(), programsOf(ran)); err != nil {
		t.Fatal(err)
	}
	for _, p := range ran {
		if cause := p.got.verdict(&p.program.want); cause != "" && !p.program.want.Varies {
			t.Errorf("%s: %s", p.program.path, p.got.detail(cause, &p.program.want))
		}
	}
	t.Logf("%d of %d programs are interpreted", len(ran), len(chosen))
}

// TestInterpretedExamples does the same with the examples of the files of
// examples_sample.txt, or with -full with all.
func TestInterpretedExamples(t *testing.T) {
	t.Setenv("TZ", "America/Los_Angeles")
	files := loadExamples(t)
	_, excluded := list(t, "examples_excluded.txt")
	if !*full {
		names, _ := list(t, "examples_sample.txt")
		files = slices.DeleteFunc(files, func(f *examples) bool { return !slices.Contains(names, f.name) })
	}
	b := newBench(t, "")
	files = b.take(t, files, excluded)
	b.interpreted = true
	var all, ran atomic.Int32
	for _, l := range exampleLayouts {
		inPairs(files, func(f *examples) {
			n := b.open(filepath.Dir(f.file))
			defer n.close()
			lacks := false // declarations that were refused
			for _, cell := range f.program.Declarations(l) {
				got := n.run(t.Context(), []string{cell})
				lacks = lacks || got.name != ""
			}
			for _, e := range f.funcs {
				if _, out := excluded[e.name]; out {
					continue
				}
				all.Add(1)
				got := n.run(t.Context(), f.program.ExampleCells(e.what, l))
				if got.refused() || lacks && strings.Contains(strings.Join(got.lines, "\n"), "undefined: ") {
					continue
				}
				ran.Add(1)
				if cause, detail := got.prints(e.what.Output); cause != "" {
					t.Errorf("%s, %s: %s", e.name, l, detail)
				}
			}
		})
	}
	if ran.Load() == 0 {
		t.Error("no example is interpreted")
	}
	t.Logf("%d of %d examples are interpreted", ran.Load(), all.Load())
}

// refused reports that a session without a compiler did not take a cell.
func (o *outcome) refused() bool {
	return o.name == "interrupted" || o.name == "compile error" && strings.Contains(strings.Join(o.lines, "\n"), "needs the compiler")
}

func everyFifth(names []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; i < len(names) && yield(names[i]); i += 5 {
		}
	}
}

// ran is a program that was interpreted, and what it did.
type ran struct {
	program *program
	got     outcome
}

func programsOf(list []ran) (programs []*program) {
	for _, r := range list {
		programs = append(programs, r.program)
	}
	return programs
}

// accepted runs programs and returns those that were neither refused nor too
// slow.
func (b *bench) accepted(ctx context.Context, programs []*program) (out []ran) {
	var mu sync.Mutex // guards out
	inPairs(programs, func(p *program) {
		parsed, err := b.parse(p.source)
		if err != nil {
			return
		}
		got, err := b.run(ctx, parsed.Cells(conformance.Grouped))
		if err != nil || got.refused() {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		out = append(out, ran{p, got})
	})
	return out
}
