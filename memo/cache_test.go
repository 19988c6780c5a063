package memo

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func newCache(t testing.TB, dir string) *Cache {
	t.Helper()
	c, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// last keeps the outcome of the last call.
type last struct{ Outcome }

func (l *last) option() FuncOption { return Observe(func(o Outcome) { l.Outcome = o }) }

func TestFuncComputesOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	runs := 0
	hypot := func(a, b float64) float64 { runs++; return math.Hypot(a, b) }
	for range 3 { // as in three runs of a program
		var l last
		f := Func(newCache(t, dir), "hypot", hypot, l.option())
		if got := f(3, 4); got != 5 {
			t.Fatalf("hypot(3, 4) = %v", got)
		}
		if l.Err != nil || l.Hit != (l.Bytes == 0) {
			t.Errorf("outcome %+v", l.Outcome)
		}
		f(4, 3)
	}
	if runs != 2 {
		t.Errorf("the function ran %d times, want 2", runs)
	}
}

func TestFuncKeepsFunctionsApart(t *testing.T) {
	t.Parallel()
	c := newCache(t, t.TempDir())
	type celsius float64
	one := Func(c, "f", func(x float64) float64 { return 1 })
	if Func(c, "g", func(x float64) float64 { return 2 })(0); one(0) != 1 {
		t.Error("names")
	}
	if got := Func(c, "f", func(x float64) float64 { return 3 }, Version("v2"))(0); got != 3 {
		t.Error("versions")
	}
	if got := Func(c, "f", func(x celsius) float64 { return 4 })(0); got != 4 {
		t.Error("parameter types")
	}
	if got := Func(c, "f", func(x float64) int { return 5 })(0); got != 5 {
		t.Error("result types")
	}
	if got := Func(c, "f", func(x float64) float64 { return 6 })(math.Copysign(0, -1)); got != 6 {
		t.Error("0 and -0")
	}
}

func TestFuncVariadicAndManyResults(t *testing.T) {
	t.Parallel()
	c := newCache(t, t.TempDir())
	runs := 0
	minmax := Func(c, "minmax", func(xs ...int) (lo, hi int, err error) {
		runs++
		return slices.Min(xs), slices.Max(xs), nil
	})
	for range 2 {
		if lo, hi, err := minmax(3, 1, 2); lo != 1 || hi != 3 || err != nil {
			t.Fatal(lo, hi, err)
		}
	}
	if runs != 1 {
		t.Errorf("%d runs", runs)
	}
	nothing := Func(c, "nothing", func() { runs++ })
	nothing()
	nothing()
	if runs != 2 {
		t.Errorf("%d runs", runs)
	}
}

func TestEveryHitIsACopy(t *testing.T) {
	t.Parallel()
	f := Func(newCache(t, t.TempDir()), "f", func() []int { return []int{1, 2, 3} })
	f()
	f()[0] = 42
	if got := f(); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("the cached slice was changed: %v", got)
	}
}

func TestErrorsAreNotStored(t *testing.T) {
	t.Parallel()
	fail := errors.New("boom")
	var l last
	f := Func(newCache(t, t.TempDir()), "f", func(int) (int, error) { return 7, fail }, l.option())
	for range 2 {
		if n, err := f(1); n != 7 || err != fail {
			t.Fatal(n, err)
		}
		if l.Hit || !errors.Is(l.Err, ErrFailed) {
			t.Errorf("outcome %+v", l.Outcome)
		}
	}
	fail = nil
	f(1)
	if f(1); !l.Hit {
		t.Errorf("outcome %+v", l.Outcome)
	}
}

func TestWhatCannotBeStoredIsComputed(t *testing.T) {
	t.Parallel()
	c := newCache(t, t.TempDir())
	var l last
	changes := Func(c, "changes", func(xs []int) int { xs[0]++; return xs[0] }, l.option())
	xs := []int{1}
	if changes(xs) != 2 || !errors.Is(l.Err, ErrChanged) || changes(xs) != 3 || l.Hit {
		t.Errorf("changed argument: %v, %+v", xs, l.Outcome)
	}
	takes := Func(c, "takes", func(f func() int) int { return f() }, l.option())
	if takes(func() int { return 5 }) != 5 || l.Err == nil {
		t.Errorf("function as argument: %+v", l.Outcome)
	}
	returns := Func(c, "returns", func(n int) func() int { return func() int { return n } }, l.option())
	for range 2 {
		if returns(6)() != 6 || l.Err == nil || l.Hit {
			t.Errorf("function as result: %+v", l.Outcome)
		}
	}
}

func TestPanicsPassThroughAndAreNotStored(t *testing.T) {
	t.Parallel()
	panics := true
	f := Func(newCache(t, t.TempDir()), "f", func(int) int {
		if panics {
			panic("boom")
		}
		return 1
	})
	for range 2 {
		func() {
			defer func() {
				if v := recover(); v != "boom" {
					t.Errorf("recovered %v", v)
				}
			}()
			f(1)
		}()
	}
	panics = false
	if f(1) != 1 {
		t.Error("not computed after a panic")
	}
}

func TestIgnoredParametersAndContexts(t *testing.T) {
	t.Parallel()
	runs := 0
	var l last
	f := Func(newCache(t, t.TempDir()), "f", func(ctx context.Context, x int, log func(string), jobs int) int {
		runs++
		return 2 * x
	}, Ignore(2, 3), l.option())
	f(t.Context(), 1, func(string) {}, 4)
	if f(context.Background(), 1, nil, 8); !l.Hit || runs != 1 {
		t.Errorf("%d runs, %+v", runs, l.Outcome)
	}
	if f(t.Context(), 2, nil, 4); l.Hit {
		t.Error("another argument was a hit")
	}
}

func TestExpiredEntriesAreComputedAgain(t *testing.T) {
	t.Parallel()
	c := newCache(t, t.TempDir())
	runs := 0
	age := time.Duration(0)
	f := Func(c, "f", func(int) int { runs++; return runs }, Valid(func(e *Entry) bool {
		return e.Func == "f" && time.Since(e.Computed)+age < time.Hour
	}))
	for range 2 {
		if f(1) != 1 {
			t.Error("not remembered")
		}
	}
	age = 2 * time.Hour
	if f(1) != 2 {
		t.Error("the expired entry was used")
	}
	age = 0
	if f(1) != 2 {
		t.Error("the new entry was not")
	}
	never := Func(c, "f", func(int) int { runs++; return runs }, ExpiresAfter(0))
	if never(1) != 3 || never(1) != 4 {
		t.Error("ExpiresAfter(0) remembers")
	}
}

func TestClearFunc(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := newCache(t, dir)
	runs := 0
	f := Func(c, "f", func(n int) string { runs++; return strings.Repeat("x", n) })
	f2 := Func(c, "f", func(n int) string { runs++; return "" }, Version("2"))
	g := Func(c, "g", func(int) int { runs++; return 1 })
	calls := func() {
		for i := range 40 {
			f(i * 1000)
			f2(i)
		}
		g(0)
	}
	calls()
	if err := newCache(t, dir).ClearFunc("f"); err != nil {
		t.Fatal(err)
	}
	c.store.index.refresh(0)
	runs = 0
	if calls(); runs != 80 {
		t.Errorf("%d runs after ClearFunc, want 80", runs)
	}
	if err := c.Clear(); err != nil {
		t.Fatal(err)
	}
	runs = 0
	if calls(); runs != 81 {
		t.Errorf("%d runs after Clear, want 81", runs)
	}
}

func TestEqualCallsAtTheSameTimeRunOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var runs atomic.Int32
	slow := func(x int) int {
		runs.Add(1)
		time.Sleep(50 * time.Millisecond)
		return x + 1
	}
	var wg sync.WaitGroup
	for range 3 {
		f := Func(newCache(t, dir), "slow", slow)
		for range 4 {
			wg.Go(func() {
				if f(1) != 2 {
					t.Error("wrong result")
				}
			})
		}
	}
	wg.Wait()
	if n := runs.Load(); n != 1 {
		t.Errorf("computed %d times", n)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "leases", "*")); len(left) != 0 {
		t.Errorf("leases left: %v", left)
	}
}

func TestFuncRefusesWhatIsNoFunction(t *testing.T) {
	t.Parallel()
	defer func() {
		if v := recover(); v == nil {
			t.Error("no panic")
		}
	}()
	Func(newCache(t, t.TempDir()), "f", 5)
}

func BenchmarkFuncHit(b *testing.B) {
	f := Func(newCache(b, b.TempDir()), "f", math.Sqrt)
	f(2)
	b.ReportAllocs()
	for b.Loop() {
		f(2)
	}
}

func BenchmarkFuncMiss(b *testing.B) {
	f := Func(newCache(b, b.TempDir()), "f", math.Sqrt)
	x := 0.0
	b.ReportAllocs()
	for b.Loop() {
		x++
		f(x)
	}
}

func TestTinyCallsTakeLittleSpace(t *testing.T) {
	t.Parallel()
	c := newCache(t, t.TempDir())
	f := Func(c, "sqrt/v1", math.Sqrt)
	for i := range 3001 {
		f(float64(i))
	}
	if st := c.Stats(); st.Entries != 3001 || st.Files > 20 || st.Bytes > 1<<20 {
		t.Errorf("%+v, want at most 20 files and 1 MiB", st)
	}
}
