package session

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gomemo/engine/wire"
	"gomemo/memo"
)

// Memo implements rt.Evaluation: calls of what it returns are looked up as
// Run.Sites[site] says.
func (c *Cell) Memo(site int, f any) any {
	j := c.judge(site, f)
	if j == nil || j.bypass() {
		return nil
	}
	return j.wrap(reflect.ValueOf(f)).Interface()
}

// MemoFunc is Memo for a function known by reflection; it returns f itself if
// f is to be called as it is.
func (c *Cell) MemoFunc(site int, f reflect.Value) reflect.Value {
	g := c.Memo(site, f.Interface())
	if g == nil {
		return f
	}
	return reflect.ValueOf(g)
}

// memoSession is what remembered calls keep for the session.
type memoSession struct {
	open     sync.Once
	store    *memo.Store
	storeErr error // why store is nil

	types typeFacts

	mu    sync.Mutex // guards costs
	costs map[string]*cost
}

// openStore opens the session's store at the first judged call: most cells
// of most notebooks make none.
func (s *Session) openStore() (*memo.Store, error) {
	m := &s.memo
	m.open.Do(func() { m.store, m.storeErr = memo.Open(s.hello.Cache) })
	return m.store, m.storeErr
}

// CloseMemo releases the store's files.
func (s *Session) CloseMemo() error {
	m := &s.memo
	m.open.Do(func() {})
	if m.store == nil {
		return nil
	}
	return m.store.Close()
}

// maxCalls is how many verdicts of a cell are kept one by one.
const maxCalls = 10_000

// A crowd is what verdicts have in common that are counted in one entry.
type crowd struct {
	fn      string
	line    int
	verdict string
}

// memoCell is what remembered calls keep for one cell.
type memoCell struct {
	judges []atomic.Pointer[judge] // by site

	mu      sync.Mutex // guards all fields below
	calls   []wire.Call
	crowds  map[crowd]int // positions in calls of entries that stand for many
	pending map[memo.Key]*pendingWrite
	bodies  map[*body]bool // running ones
	running atomic.Int32   // len(bodies), for a look without the lock
}

// judge returns what decides on the calls of f at a site, nil if nothing is
// remembered.
func (c *Cell) judge(site int, f any) *judge {
	if c.session.hello.NoMemo {
		return nil
	}
	m := &c.memo
	if site < 0 || site >= len(m.judges) {
		panic(fmt.Sprintf("session: judged call %d of %d", site, len(m.judges)))
	}
	if j := m.judges[site].Load(); j != nil {
		return j
	}
	m.judges[site].CompareAndSwap(nil, newJudge(c, &c.run.Sites[site], reflect.TypeOf(f)))
	return m.judges[site].Load()
}

// report adds a verdict and returns its position. The kernel learns it at
// once, so that it can be shown even if the cell then ends the process.
func (c *Cell) report(call wire.Call) int {
	c.memo.mu.Lock()
	slot := c.memo.add(call)
	ahead := len(c.memo.calls) < maxCalls
	c.memo.mu.Unlock()
	if ahead {
		c.session.kernel.Judged(call)
	}
	return slot
}

// add is report with mu held. A cell's verdicts beyond maxCalls are counted
// in one entry for each site and verdict.
func (m *memoCell) add(call wire.Call) int {
	if len(m.calls) < maxCalls {
		m.calls = append(m.calls, call)
		return len(m.calls) - 1
	}
	at := crowd{call.Func, call.Line, call.Verdict}
	i, ok := m.crowds[at]
	if !ok {
		if m.crowds == nil {
			m.crowds = make(map[crowd]int)
		}
		i = len(m.calls)
		m.crowds[at] = i
		m.calls = append(m.calls, wire.Call{Func: call.Func, Cell: call.Cell, Line: call.Line, Verdict: call.Verdict, Reason: call.Reason})
	}
	sum := &m.calls[i]
	sum.Count++
	sum.TookMS += call.TookMS
	sum.SavedMS += call.SavedMS
	sum.Bytes += call.Bytes
	if sum.Reason != call.Reason {
		sum.Reason = "several reasons"
	}
	return i
}

// Calls returns the verdicts on the cell's judged calls so far. It waits
// until what they say is stored is on disk.
func (c *Cell) Calls() []wire.Call {
	m := &c.memo
	c.waitWrites()
	m.mu.Lock()
	defer m.mu.Unlock()
	stored := false
	for i := range m.calls {
		stored = stored || m.calls[i].Verdict == verdictMiss
	}
	if stored {
		if err := c.session.memo.store.Sync(); err != nil {
			for i := range m.calls {
				if m.calls[i].Verdict == verdictMiss {
					refuseStored(&m.calls[i], err)
				}
			}
		}
	}
	for i := range m.judges {
		if j := m.judges[i].Load(); j != nil {
			j.countSkipped()
		}
	}
	return slices.Clone(m.calls)
}

// Verdicts, as they stand in the report.
const (
	verdictHit     = "hit"
	verdictMiss    = "miss"
	verdictRefused = "refused"
	verdictCheap   = "cheap"
)

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
