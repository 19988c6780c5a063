package session

import (
	"testing"
	"time"

	"gomemo/engine/wire"
)

func TestCheapCallsBypassTheWrapper(t *testing.T) {
	m := newMemoTest(t, time.Hour)
	runs := 0
	f := func(i int) int { runs++; return i }
	calls := m.cell([]wire.Site{site("f", "1"), site("g", "2")}, func(c *Cell) {
		for i := range 5000 {
			memoized(c, 0, f)(i)
		}
		memoized(c, 1, f)(1)
	})
	if runs != 5001 {
		t.Errorf("%d runs", runs)
	}
	if len(calls) != cheapStreak+2 {
		t.Fatalf("%d verdicts", len(calls))
	}
	total := 0
	for _, c := range calls {
		m.verdict(c, "cheap", "")
		total += max(c.Count, 1)
	}
	if total != 5001 || calls[cheapStreak].Count != 5000-cheapStreak || calls[cheapStreak+1].Func != "g" {
		t.Errorf("%d calls counted; %+v", total, calls[cheapStreak:])
	}
	// Another cell of the session goes on where this one ended.
	calls = m.cell([]wire.Site{site("f", "1")}, func(c *Cell) { memoized(c, 0, f)(1) })
	if len(calls) != 1 || calls[0].Count != 1 {
		t.Errorf("%+v", calls)
	}
}

// spin keeps the processor busy for d.
func spin(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func TestCallsThatAreNotAlwaysCheapAreLookedUpInTheEnd(t *testing.T) {
	m := newMemoTest(t, 10*time.Millisecond)
	f := func(i int) int {
		if i >= 1000 {
			spin(12 * time.Millisecond)
		}
		return i
	}
	var verdicts [4]string
	for session := range verdicts {
		m.restart()
		calls := m.cell([]wire.Site{site("f", "1")}, func(c *Cell) {
			for i := range 1100 {
				memoized(c, 0, f)(i)
			}
		})
		verdicts[session] = calls[len(calls)-1].Verdict
	}
	// Not looked up in the first session, which notices; missing in a later one.
	if last := verdicts[len(verdicts)-1]; last != "hit" {
		t.Errorf("last call of each session: %v", verdicts)
	}
}

func TestLargeArgumentsOfCheapCallsAreNotHashedAgain(t *testing.T) {
	m := newMemoTest(t, time.Millisecond)
	xs := make([]float64, 1<<20)
	calls := m.cell([]wire.Site{site("at", "1")}, func(c *Cell) {
		for i := range 20 {
			memoized(c, 0, func(xs []float64, i int) float64 { return xs[i] })(xs, i)
		}
	})
	for _, c := range calls {
		m.verdict(c, "cheap", "")
	}
	if n := m.memo.store.Stats().Misses; n > 5 || len(calls) != 20 {
		t.Errorf("%d look-ups for %d calls", n, len(calls))
	}
}

func TestNotWorthStoring(t *testing.T) {
	m := newMemoTest(t, time.Microsecond)
	xs := make([]byte, 8<<20)
	c := one(m, site("f", "1"), func(xs []byte) int { spin(50 * time.Microsecond); return len(xs) }, func(f func([]byte) int) { f(xs) })
	m.verdict(c, "cheap", "hashing what it is given took")
}
