package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gomemo/display"
	"gomemo/engine/rt"
	"gomemo/engine/wire"
	"gomemo/memo"
)

// fakeKernel records what is displayed, as the kernel process does.
type fakeKernel struct {
	mu     sync.Mutex
	shown  []wire.Event
	starts map[int]int
	judged []wire.Call
	broken error // of EndCapture
}

func (k *fakeKernel) Show(c display.Command) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.shown = append(k.shown, wire.Event{Data: c.Bundle.Data, Metadata: c.Bundle.Metadata, Op: string(c.Op), As: c.ID})
	return nil
}

func (k *fakeKernel) BeginCapture() (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.starts == nil {
		k.starts = make(map[int]int)
	}
	id := len(k.starts) + 1
	k.starts[id] = len(k.shown)
	return id, nil
}

func (k *fakeKernel) EndCapture(id int) ([]wire.Event, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.shown[k.starts[id]:]), k.broken
}

func (k *fakeKernel) Judged(c wire.Call) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.judged = append(k.judged, c)
}

// show displays text, as a cell does.
func (k *fakeKernel) show(text string) {
	data, _ := json.Marshal(text)
	k.Show(display.Command{Bundle: display.Bundle{Data: map[string]json.RawMessage{"text/plain": data}}})
}

// texts returns what was displayed.
func (k *fakeKernel) texts() string {
	var b strings.Builder
	for _, e := range k.shown {
		b.Write(e.Data["text/plain"])
	}
	return b.String()
}

// memoTest is a session on a store of its own.
type memoTest struct {
	*testing.T
	*Session
	k     *fakeKernel
	hello wire.Hello
}

func newMemoTest(t *testing.T, min time.Duration) *memoTest {
	t.Parallel()
	return serialMemoTest(t, min)
}

func serialMemoTest(t *testing.T, min time.Duration) *memoTest {
	m := &memoTest{T: t, hello: wire.Hello{Cache: filepath.Join(t.TempDir(), "calls"), MemoMin: min, Toolchain: "go1"}}
	m.restart()
	return m
}

// restart begins another session on the same store.
func (m *memoTest) restart() {
	m.k = &fakeKernel{}
	if m.Session != nil {
		if err := m.CloseMemo(); err != nil {
			m.Error(err)
		}
	}
	m.Session = New(m.hello, m.k)
	s := m.Session
	m.Cleanup(func() { s.CloseMemo() })
}

// bind declares a variable.
func (m *memoTest) bind(name string, ptr any) {
	m.vars[name] = variable{ptr: reflect.ValueOf(ptr)}
}

// cell runs f as a cell whose judged calls are at sites.
func (m *memoTest) cell(sites []wire.Site, f func(c *Cell)) []wire.Call {
	m.Helper()
	c := m.NewCell(&wire.Run{Sites: sites})
	f(c)
	return c.Calls()
}

// memoized wraps a judged call as generated code does.
func memoized[F any](c *Cell, site int, f F) F { return rt.Memo(&rt.Cell{Evaluation: c}, site, f) }

// one runs f, with one judged call of fn, and returns its verdict.
func one[F any](m *memoTest, site wire.Site, fn F, call func(F)) wire.Call {
	m.Helper()
	calls := m.cell([]wire.Site{site}, func(c *Cell) { call(memoized(c, 0, fn)) })
	if len(calls) != 1 {
		m.Fatalf("%d verdicts, want one: %+v", len(calls), calls)
	}
	return calls[0]
}

func (m *memoTest) verdict(c wire.Call, verdict, reason string) {
	m.Helper()
	if c.Verdict != verdict || !strings.Contains(c.Reason, reason) {
		m.Errorf("verdict %s (%s), want %s (…%s…)", c.Verdict, c.Reason, verdict, reason)
	}
}

func site(name, code string, globals ...string) wire.Site {
	return wire.Site{Func: name, Cell: 3, Line: 4, Code: code, Globals: globals}
}

func TestHitDoesNotRunTheBody(t *testing.T) {
	m := newMemoTest(t, 0)
	runs := 0
	hypot := func(a, b float64) float64 { runs++; return math.Hypot(a, b) }
	var keys [2]string
	for i := range 2 {
		got := 0.0
		c := one(m, site("hypot", "c0de"), hypot, func(f func(a, b float64) float64) { got = f(3, 4) })
		keys[i] = c.Key
		if got != 5 {
			t.Fatalf("result %v", got)
		}
		if i == 0 {
			m.verdict(c, "miss", "nothing stored yet")
		} else {
			m.verdict(c, "hit", "")
			if at, err := time.Parse(time.RFC3339, c.ComputedAt); err != nil || time.Since(at) > time.Hour {
				t.Errorf("computed at %q", c.ComputedAt)
			}
		}
		if c.Func != "hypot" || c.Cell != 3 || c.Line != 4 || c.Bytes <= 0 {
			t.Errorf("verdict %+v", c)
		}
		m.restart()
	}
	if runs != 1 || keys[0] != keys[1] || len(keys[0]) != 64 {
		t.Errorf("%d runs, keys %v", runs, keys)
	}
}

type model struct {
	Weights []float64
	name    string
	next    *model
}

func (m *model) Fit(rate float64) int { return int(rate * float64(len(m.Weights))) }
func (m model) Size() int             { return len(m.Weights) }

func pick[T any](xs []T, i int) T { return xs[i] }

func TestMethodsVariadicAndGenericFunctions(t *testing.T) {
	m := newMemoTest(t, 0)
	mo := model{Weights: []float64{1, 2}, name: "a"}
	for _, want := range []string{"miss", "hit"} {
		m.verdict(one(m, site("(*model).Fit", "1"), (*model).Fit, func(f func(*model, float64) int) {
			if f(&mo, 1.5) != 3 {
				t.Error("Fit")
			}
		}), want, "")
		m.verdict(one(m, site("model.Size", "2"), model.Size, func(f func(model) int) {
			if f(mo) != 2 {
				t.Error("Size")
			}
		}), want, "")
		m.verdict(one(m, site("pick", "3"), pick[string], func(f func([]string, int) string) {
			if f([]string{"a", "b"}, 1) != "b" {
				t.Error("pick")
			}
		}), want, "")
		m.verdict(one(m, site("pick", "3"), pick[int], func(f func([]int, int) int) {
			if f([]int{3, 4}, 1) != 4 {
				t.Error("pick[int]")
			}
		}), want, "")
		m.verdict(one(m, site("sprint", "4"), fmt.Sprint, func(f func(...any) string) {
			if f("x", 1) != "x1" || f == nil {
				t.Error("sprint")
			}
		}), want, "")
		m.verdict(one(m, site("nothing", "5"), func() {}, func(f func()) { f() }), want, "")
	}
	// By reflection, as the interpreter calls.
	calls := m.cell([]wire.Site{site("sprint", "4")}, func(c *Cell) {
		f := c.MemoFunc(0, reflect.ValueOf(fmt.Sprint))
		if got := f.Call([]reflect.Value{reflect.ValueOf("x"), reflect.ValueOf(1)})[0].String(); got != "x1" {
			t.Error(got)
		}
	})
	m.verdict(calls[0], "hit", "")
}

func TestMissSaysWhatChanged(t *testing.T) {
	m := newMemoTest(t, 0)
	scale := 2.0
	m.bind("scale", &scale)
	m.bind("names", &[]string{"a"})
	f := func(x int, ys []int) int { return x * len(ys) }
	call := func(code string, x int, ys []int, want, reason string) {
		t.Helper()
		m.verdict(one(m, site("f", code, "scale"), f, func(f func(int, []int) int) { f(x, ys) }), want, reason)
	}
	call("1", 1, []int{1}, "miss", "nothing stored yet")
	call("1", 2, []int{1}, "miss", "argument 1 (1 → 2) changed")
	call("1", 1, []int{1, 2}, "miss", "argument 2 changed")
	scale = 3
	call("1", 1, []int{1}, "miss", "global scale (2 → 3) changed")
	call("2", 1, []int{1}, "miss", "code changed")
	call("2", 5, []int{1, 5}, "miss", "argument 1 (1 → 5) and argument 2 changed")
	m.hello.Toolchain = "go2"
	m.restart()
	m.bind("scale", &scale)
	call("2", 1, []int{1}, "miss", "toolchain")
	call("2", 1, []int{1}, "hit", "")
	m.bind("names", &[]string{"a"})
	c := one(m, site("f", "2", "names", "scale"), f, func(f func(int, []int) int) { f(1, []int{1}) })
	m.verdict(c, "miss", "global names")
	c = one(m, site("(*model).Fit", "1"), (*model).Fit, func(f func(*model, float64) int) { f(&model{}, 1) })
	m.verdict(c, "miss", "nothing")
	c = one(m, site("(*model).Fit", "1"), (*model).Fit, func(f func(*model, float64) int) { f(&model{name: "x"}, 1) })
	m.verdict(c, "miss", "the receiver changed")
}

type options struct {
	Logger func(string)
	Steps  []int
	log    any
}

var packageLevel = []int{1, 2, 3}

func TestRefusals(t *testing.T) {
	m := newMemoTest(t, 0)
	global := []int{1, 2, 3}
	m.bind("global", &global)
	hook := options{}
	m.bind("hook", &hook)
	refused := func(c wire.Call, reason string) { t.Helper(); m.verdict(c, "refused", reason) }

	refused(one(m, wire.Site{Func: "f", Refuse: "it calls time.Now (cell 1, line 2)"}, time.Now, func(f func() time.Time) { f() }),
		"it calls time.Now (cell 1, line 2)")
	logging := options{Logger: func(string) {}}
	takes := func(n int, o options) int { return n }
	named := site("f", "0")
	named.Params = []string{"n", "opts"}
	refused(one(m, named, takes, func(f func(int, options) int) { f(1, logging) }), "argument 2 (opts.Logger): func")
	refused(one(m, site("f", "1"), takes, func(f func(int, options) int) { f(1, logging) }), "argument 2 (.Logger): func")
	refused(one(m, site("f", "2"), takes, func(f func(int, options) int) { f(1, options{log: make(chan int)}) }), "argument 2 (.log): chan")
	refused(one(m, site("f", "3"), func(x any) {}, func(f func(any)) { f(os.Stdout) }), "argument 1: os.File")
	hook.Logger = logging.Logger
	refused(one(m, site("f", "4", "hook"), func() {}, func(f func()) { f() }), "global hook.Logger: func")
	hook.Logger = nil
	refused(one(m, site("f", "5", "missing"), func() {}, func(f func()) { f() }), "missing")
	refused(one(m, site("f", "6"), func() (int, options) { return 1, logging }, func(f func() (int, options)) { f() }), "result 2 (.Logger): func")
	refused(one(m, site("f", "7"), func(x fmt.Stringer) {}, func(f func(fmt.Stringer)) { f(reflect.Int) }), "reflect.Kind, whose methods are not known to be pure")

	m.verdict(one(m, site("f", "8"), func(x fmt.Stringer) {}, func(f func(fmt.Stringer)) { f(time.Second) }), "miss", "")
	m.verdict(one(m, site("f", "9"), takes, func(f func(int, options) int) { f(1, options{}) }), "miss", "")
}

func TestChangesAreRefused(t *testing.T) {
	m := newMemoTest(t, 0)
	global := map[string]int{"a": 1}
	m.bind("global", &global)
	refused := func(c wire.Call, reason string) { t.Helper(); m.verdict(c, "refused", reason) }

	refused(one(m, site("sort", "1"), func(xs []int) int { xs[3] = 9; return 0 }, func(f func([]int) int) { f(make([]int, 8)) }),
		"argument 1 ([3]) was changed by the call")
	spare := make([]int, 2, 8)
	refused(one(m, site("app", "2"), func(xs []int) []string { _ = append(xs, 7); return nil }, func(f func([]int) []string) { f(spare) }),
		"argument 1 ([2]) was changed by the call")
	refused(one(m, site("(*model).Fit", "3"), func(mo *model) { mo.next.Weights[0] = 2 }, func(f func(*model)) {
		f(&model{next: &model{Weights: []float64{1}}})
	}), "the receiver (.next.Weights[0]) was changed by the call")
	refused(one(m, site("count", "4", "global"), func() { global["b"] = 2 }, func(f func()) { f() }),
		`global global["b"] was changed by the call`)
	big := make([]float64, 1<<20)
	refused(one(m, site("big", "5"), func(a int, xs []float64) { xs[1] = 1 }, func(f func(int, []float64)) { f(1, big) }),
		"argument 2 was changed by the call")
	refused(one(m, site("big", "6"), func(ys, xs []float64) { xs[1]++ }, func(f func(ys, xs []float64)) { f([]float64{1}, big) }),
		"argument 1 or argument 2 was changed by the call")
	refused(one(m, site("nan", "7"), func(xs []float64) { xs[0] = math.Copysign(0, -1) }, func(f func([]float64)) { f([]float64{0}) }),
		"argument 1 ([0]) was changed")
}

func TestSharedMemoryIsRefused(t *testing.T) {
	m := newMemoTest(t, 0)
	global := []int{1, 2, 3}
	m.bind("global", &global)
	refused := func(c wire.Call, reason string) { t.Helper(); m.verdict(c, "refused", reason) }
	stored := func(c wire.Call) { t.Helper(); m.verdict(c, "miss", "") }

	refused(one(m, site("f", "1"), func(xs []int) []int { return xs[1:2] }, func(f func([]int) []int) { f([]int{1, 2}) }),
		"the result shares memory with argument 1")
	refused(one(m, site("f", "2", "global"), func() (int, *int) { return 1, &global[2] }, func(f func() (int, *int)) { f() }),
		"result 2 shares memory with global global")
	refused(one(m, site("f", "3", "global"), func() *[]int { return &global }, func(f func() *[]int) { f() }),
		"the result shares memory with global global")
	shared := map[string]int{"a": 1}
	refused(one(m, site("f", "4"), func(x map[string]int) any { return model{}.wrap(x) }, func(f func(map[string]int) any) { f(shared) }),
		"the result shares memory with argument 1")
	refused(one(m, site("f", "5"), func(mo *model) []model { return []model{{next: mo}} }, func(f func(*model) []model) { f(&model{}) }),
		"the result shares memory with argument 1")
	xs := make([]int, 10)
	refused(one(m, site("f", "6"), func(xs []int) []int { return xs[5:7] }, func(f func([]int) []int) { f(xs[:2]) }),
		"the result shares memory with argument 1")
	if runtime.GOOS == "linux" {
		refused(one(m, site("f", "7"), func() []int { return packageLevel }, func(f func() []int) { f() }),
			"the result refers to a variable of a package")
	}
	stored(one(m, site("f", "8"), func(xs []int) []int { return slices.Clone(xs) }, func(f func([]int) []int) { f([]int{1}) }))
	stored(one(m, site("f", "9"), func(s string) string { return s[1:] }, func(f func(string) string) { f("abc") }))
	stored(one(m, site("f", "10"), func() *struct{} { return &struct{}{} }, func(f func() *struct{}) { f() }))
	for _, want := range []string{"miss", "hit"} {
		m.verdict(one(m, site("f", "11"), func() (time.Time, error) {
			return time.Unix(5, 0).UTC(), io.EOF
		}, func(f func() (time.Time, error)) {
			if _, err := f(); err != io.EOF {
				t.Errorf("%v is not io.EOF", err)
			}
		}), want, "")
		m.verdict(one(m, site("f", "12"), func() error {
			return fmt.Errorf("read: %w", io.ErrUnexpectedEOF)
		}, func(f func() error) {
			if err := f(); !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != "read: unexpected EOF" {
				t.Errorf("%v", err)
			}
		}), want, "")
		m.verdict(one(m, site("f", "13"), func() error { return errors.New("bad") }, func(f func() error) {
			if err := f(); err == nil || err.Error() != "bad" {
				t.Errorf("%v", err)
			}
		}), want, "")
	}
}

func (model) wrap(x any) any { return []any{x} }

func TestOutputIsReplayedInOrder(t *testing.T) {
	m := newMemoTest(t, 0)
	f := func() int { m.k.show("<one>"); m.k.show("<two>"); return 1 }
	for _, want := range []string{"miss", "hit", "hit"} {
		m.restart()
		m.k.show("before")
		m.verdict(one(m, site("f", "1"), f, func(f func() int) { f() }), want, "")
		m.k.show("after")
		data := strings.NewReplacer(`"`, "", `\u003c`, "<", `\u003e`, ">").Replace(m.k.texts())
		if data != "before<one><two>after" {
			t.Errorf("%s: %s", want, data)
		}
	}
	m.k.broken = ErrTooLarge
	m.verdict(one(m, site("f", "2"), f, func(f func() int) { f() }), "refused", "it printed more than 4 MB")
	m.k.broken = errors.New("gone")
	m.verdict(one(m, site("f", "2"), f, func(f func() int) { f() }), "refused", "gone")
}

func TestClearingIsReplayedInOrder(t *testing.T) {
	m := newMemoTest(t, 0)
	f := func() int {
		for _, op := range []display.Op{display.OpShow, display.OpClear, display.OpUpdate, display.OpClearLater} {
			m.k.Show(display.Command{Op: op, ID: "id " + string(op)})
		}
		return 1
	}
	for _, want := range []string{"miss", "hit"} {
		m.restart()
		m.verdict(one(m, site("f", "1"), f, func(f func() int) { f() }), want, "")
		var did []string
		for _, e := range m.k.shown {
			did = append(did, e.Op, e.As)
		}
		if got := strings.Join(did, "|"); got != "|id |clear|id clear|update|id update|clear later|id clear later" {
			t.Errorf("%s: %s", want, got)
		}
	}
}

func TestPanicsPassThrough(t *testing.T) {
	m := newMemoTest(t, 0)
	boom := errors.New("boom")
	body := func(int) int { panic(boom) }
	for range 2 {
		calls := m.cell([]wire.Site{site("f", "1")}, func(c *Cell) {
			defer func() {
				if v := recover(); v != boom {
					t.Errorf("recovered %v", v)
				}
				var buf [1 << 16]byte
				if s := string(buf[:runtime.Stack(buf[:], false)]); !strings.Contains(s, "TestPanicsPassThrough.func1") {
					t.Errorf("the user's frame is not on the stack:\n%s", s)
				}
			}()
			memoized(c, 0, body)(1)
		})
		if len(calls) != 1 {
			t.Fatalf("%+v", calls)
		}
		m.verdict(calls[0], "refused", "it panicked")
	}
	done := make(chan []wire.Call)
	go func() {
		c := m.NewCell(&wire.Run{Sites: []wire.Site{site("f", "2")}})
		defer func() { done <- c.Calls() }()
		memoized(c, 0, runtime.Goexit)()
	}()
	m.verdict((<-done)[0], "refused", "it panicked")
	if st := m.memo.store.Stats(); st.Puts != 0 {
		t.Errorf("stored: %+v", st)
	}
}

func TestNoMemoReturnsTheFunctionItself(t *testing.T) {
	m := newMemoTest(t, 0)
	m.hello.NoMemo = true
	m.restart()
	f := func() {}
	calls := m.cell([]wire.Site{site("f", "1")}, func(c *Cell) {
		if reflect.ValueOf(memoized(c, 0, f)).Pointer() != reflect.ValueOf(f).Pointer() ||
			c.MemoFunc(0, reflect.ValueOf(f)).Pointer() != reflect.ValueOf(f).Pointer() {
			t.Error("not the function itself")
		}
	})
	if len(calls) != 0 {
		t.Errorf("%+v", calls)
	}
	if _, err := os.Stat(m.hello.Cache); !os.IsNotExist(err) {
		t.Error("a store was made")
	}
}

func TestLargeResultsAreStoredWhenTheCellEnds(t *testing.T) {
	m := newMemoTest(t, 0)
	f := func(n int) []int { return make([]int, n) }
	sites := []wire.Site{site("f", "1")}
	work := func(c *Cell) {
		for i := range 3 {
			memoized(c, 0, f)(100_000 + i)
			memoized(c, 0, f)(100_000 + i) // may still be on its way
		}
	}
	calls := m.cell(sites, work)
	for i, c := range calls {
		m.verdict(c, []string{"miss", "hit"}[i%2], "")
		if c.Bytes < 800_000 {
			t.Errorf("%+v", c)
		}
	}
	other, err := memo.Open(m.hello.Cache)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if st := other.Stats(); st.Files != 4 { // three entries, one pack
		t.Errorf("%+v", st)
	}
}

func TestStoreThatFailsIsAReason(t *testing.T) {
	m := newMemoTest(t, 0)
	os.WriteFile(m.hello.Cache, []byte("not a directory"), 0o600)
	got := 0
	c := one(m, site("f", "1"), func() int { return 1 }, func(f func() int) { got = f() })
	m.verdict(c, "refused", "the cache cannot be used")
	if got != 1 {
		t.Error("the call was not made")
	}

	m.hello.Cache += "2"
	m.restart()
	for _, n := range []int{1, 100_000} {
		c = one(m, site("f", "1"), func(n int) []int {
			// The directory goes while the call runs, and cannot be made again.
			os.RemoveAll(m.hello.Cache)
			os.WriteFile(m.hello.Cache, nil, 0o600)
			return make([]int, n)
		}, func(f func(int) []int) { f(n) })
		m.verdict(c, "refused", "it could not be stored: memo:")
		os.Remove(m.hello.Cache)
	}
}

func TestDamagedEntryIsComputedAgain(t *testing.T) {
	m := newMemoTest(t, 0)
	runs := 0
	f := func(n int) []int { runs++; return make([]int, n) }
	call := func() wire.Call {
		return one(m, site("f", "1"), f, func(f func(int) []int) {
			if len(f(50_000)) != 50_000 {
				t.Error("wrong result")
			}
		})
	}
	m.verdict(call(), "miss", "")
	files, _ := filepath.Glob(filepath.Join(m.hello.Cache, "large", "*"))
	b, _ := os.ReadFile(files[0])
	b[len(b)/2] ^= 1
	os.WriteFile(files[0], b, 0o600)
	m.verdict(call(), "miss", "damaged")
	m.verdict(call(), "hit", "")
	if runs != 2 {
		t.Errorf("%d runs", runs)
	}
}

func TestCallsFromSeveralGoroutines(t *testing.T) {
	m := newMemoTest(t, 0)
	var runs atomic.Int32
	f := func(i int) []int { runs.Add(1); return slices.Repeat([]int{i}, 1+i%2*5000) }
	for range 2 {
		calls := m.cell([]wire.Site{site("f", "1")}, func(c *Cell) {
			var wg sync.WaitGroup
			for g := range 4 {
				wg.Go(func() {
					for i := range 50 {
						if xs := memoized(c, 0, f)(100*g + i); xs[0] != 100*g+i {
							t.Errorf("wrong result %d", xs[0])
						}
					}
				})
			}
			wg.Wait()
		})
		if len(calls) != 200 {
			t.Errorf("%d verdicts", len(calls))
		}
	}
	if n := runs.Load(); n != 200 {
		t.Errorf("%d runs", n)
	}
}

func TestOutputOfOverlappingCallsIsNotStored(t *testing.T) {
	m := newMemoTest(t, 0)
	a, b := make(chan bool), make(chan bool)
	calls := m.cell([]wire.Site{site("f", "1"), site("g", "2")}, func(c *Cell) {
		var wg sync.WaitGroup
		wg.Go(func() { memoized(c, 0, func() { a <- true; <-b; m.k.show("f") })() })
		wg.Go(func() { memoized(c, 1, func() { <-a; b <- true; m.k.show("g") })() })
		wg.Wait()
	})
	for _, c := range calls {
		m.verdict(c, "refused", "cannot be told apart")
	}
}

func TestSessionsWaitForEachOther(t *testing.T) {
	m := newMemoTest(t, 0)
	var runs atomic.Int32
	started := make(chan bool, 10)
	f := func(n int) int { runs.Add(1); started <- true; spin(30 * time.Millisecond); return n + 1 }
	var wg sync.WaitGroup
	var calls [4]wire.Call
	for i := range calls {
		s := New(m.hello, &fakeKernel{})
		wg.Go(func() {
			defer s.CloseMemo()
			c := s.NewCell(&wire.Run{Sites: []wire.Site{site("f", "1")}})
			if memoized(c, 0, f)(1) != 2 {
				t.Error("wrong result")
			}
			calls[i] = c.Calls()[0]
		})
		if i == 0 {
			<-started
		}
	}
	wg.Wait()
	if n := runs.Load(); n != 1 {
		t.Errorf("computed %d times", n)
	}
	for _, c := range calls[1:] {
		m.verdict(c, "hit", "another session computed it meanwhile")
	}
}

// It is not parallel to the others: its goroutine is in their process.
func TestOutputBesideARunningGoroutineIsNotStored(t *testing.T) {
	m := serialMemoTest(t, 0)
	started, stop, stopped := make(chan bool), make(chan bool), make(chan bool)
	go chatter(started, stop, stopped)
	<-started
	c := one(m, site("f", "1"), func() { m.k.show("f") }, func(f func()) { f() })
	m.verdict(c, "refused", "it printed while a goroutine of the notebook ran")
	c = one(m, site("g", "1"), func() int { return 1 }, func(f func() int) { f() })
	m.verdict(c, "miss", "")
	close(stop)
	<-stopped
	c = one(m, site("f", "1"), func() { m.k.show("f") }, func(f func()) { f() })
	m.verdict(c, "miss", "")
}

func TestOnlyOutermostCallsAreJudged(t *testing.T) {
	m := newMemoTest(t, 0)
	calls := m.cell([]wire.Site{site("f", "1"), site("g", "2")}, func(c *Cell) {
		memoized(c, 0, func() int { return memoized(c, 1, func() int { return 1 })() })()
	})
	if len(calls) != 1 || calls[0].Func != "f" {
		t.Errorf("%+v", calls)
	}
}

func TestManyVerdictsAreCounted(t *testing.T) {
	m := newMemoTest(t, 0)
	calls := m.cell([]wire.Site{{Func: "f", Refuse: "it reads the clock"}, site("g", "1")}, func(c *Cell) {
		for range 1000 {
			memoized(c, 0, func() {})()
		}
		for range maxCalls + 100 {
			memoized(c, 1, func() {})()
		}
	})
	sum := map[string]int{}
	for _, c := range calls {
		sum[c.Func+" "+c.Verdict] += max(c.Count, 1)
	}
	want := map[string]int{"f refused": 1000, "g miss": 1, "g hit": maxCalls + 99}
	if !reflect.DeepEqual(sum, want) || len(calls) > maxCalls+10 {
		t.Errorf("%d entries: %v", len(calls), sum)
	}
}

func TestTypesInInterfacesBringTheirCode(t *testing.T) {
	t.Parallel()
	var r Registry
	r.Unit("nb/1", "")
	r.Unit("nb/2", "it calls os.ReadFile")
	if err := checkUnit(&r, "nb/1", "main.T"); err != nil {
		t.Error(err)
	}
	if err := checkUnit(&r, "nb/2", "main.T"); err == nil || !strings.Contains(err.Error(), "main.T: it calls os.ReadFile") {
		t.Error(err)
	}
	if err := checkUnit(&r, "nb/3", "main.T"); err == nil {
		t.Error("an unknown package was believed")
	}
}

func TestRecordRoundTrip(t *testing.T) {
	t.Parallel()
	parts := []part{{"code", []byte{1, 2}, ""}, {"argument 1", []byte("d"), "5"}, {"global x", nil, ""}}
	b := appendRecord(nil, parts)
	got := parseRecord(b)
	if len(got) != 3 || got[1].text != "5" || got[2].name != "global x" {
		t.Errorf("%+v", got)
	}
	for i := range b[:len(b)-1] {
		parseRecord(b[:i]) // must not panic
	}
}
