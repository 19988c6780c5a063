package conformance_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
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
		if err != nil || got.name == "interrupted" || got.name == "compile error" && strings.Contains(strings.Join(got.lines, "\n"), "needs the compiler") {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		out = append(out, ran{p, got})
	})
	return out
}
