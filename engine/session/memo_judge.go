package session

import (
	"reflect"
	"sync/atomic"
	"time"

	"gomemo/engine/wire"
	"gomemo/memo"
)

// lookEvery is how many bypassed calls there are to one look at the clock.
const lookEvery = 64

// A judge decides on the calls of one site of a cell.
type judge struct {
	cell   *Cell
	site   *wire.Site
	t      reflect.Type // of the function
	store  *memo.Store
	cost   *cost
	refuse string // why no call of the site is remembered; "" if calls may be

	globals    []reflect.Value       // the variables of site.Globals
	static     map[reflect.Type]bool // types that are part of the site's code
	head       []byte                // what all keys of the site start with
	valueNames []string              // of arguments and globals
	mutable    bool                  // arguments or globals can be changed by a call
	results    []reflect.Type
	dynamic    bool // the results can hold types that are known at run time only

	flood    atomic.Bool  // so many calls were refused that the rest is only counted
	refusals atomic.Int64 // reported one by one

	skipped atomic.Int64 // calls that bypassed the wrapper
	looked  atomic.Int64 // when skipped last was a multiple of lookEvery, Unix nanoseconds
	slot    int          // of the entry that counts them; guarded by Cell.memo.mu
}

func newJudge(c *Cell, site *wire.Site, t reflect.Type) *judge {
	s := c.session
	j := &judge{cell: c, site: site, t: t, cost: s.costOf(site.Func + "\x00" + site.Code), refuse: site.Refuse}
	store, err := s.openStore()
	if err != nil {
		j.refuse = "the cache cannot be used: " + err.Error()
	}
	if j.refuse != "" {
		j.flood.Store(site.Bare)
		return j
	}
	j.store = store
	j.static = make(map[reflect.Type]bool)
	staticTypes(j.static, t)
	for _, name := range site.Globals {
		p, ok := c.Var(name)
		if !ok {
			j.refuse = "it uses the variable " + name + ", which has no value in this session"
			return j
		}
		j.globals = append(j.globals, p.Elem())
		staticTypes(j.static, p.Type())
	}
	j.mutable = len(j.globals) > 0
	for in := range t.Ins() {
		j.mutable = j.mutable || j.types().refs(in)
	}
	set := make(map[reflect.Type]bool)
	for out := range t.Outs() {
		j.results = append(j.results, out)
		staticTypes(set, out)
	}
	for t := range set {
		j.dynamic = j.dynamic || t.Kind() == reflect.Interface
	}
	j.head = j.keyHead(t)
	j.valueNames = valueNames(site.Func, t.NumIn(), site.Globals)
	return j
}

func (j *judge) types() *typeFacts { return &j.cell.session.memo.types }

func (j *judge) min() time.Duration { return j.cell.session.hello.MemoMin }

// wrap returns the function that looks calls of f up.
func (j *judge) wrap(f reflect.Value) reflect.Value {
	return reflect.MakeFunc(j.t, func(args []reflect.Value) []reflect.Value { return j.call(f, args) })
}

// bypass reports whether the next call runs without any wrapper, and counts
// it.
func (j *judge) bypass() bool {
	if !j.cost.bypass.Load() && !j.flood.Load() {
		return false
	}
	n := j.skipped.Add(1)
	switch {
	case n == 1:
		j.looked.Store(time.Now().UnixNano())
		j.cell.memo.mu.Lock()
		j.slot = j.cell.memo.add(wire.Call{Func: j.site.Func, Cell: j.site.Cell, Line: j.site.Line})
		j.cell.memo.mu.Unlock()
	case n%lookEvery == 0 && !j.flood.Load():
		return j.look(n)
	}
	return true
}

// look ends the bypass when as many calls, with whatever ran between them,
// took so long that one of them may not have been cheap. It also lets a
// sample be timed.
func (j *judge) look(n int64) bool {
	now := time.Now().UnixNano()
	if last := j.looked.Swap(now); time.Duration(now-last) >= j.min() {
		j.cost.recheck()
		j.skipped.Add(-1)
		return false
	}
	return n%sampleEvery != 0
}

// countSkipped brings the entry that stands for bypassed calls up to date.
// Cell.memo.mu is held.
func (j *judge) countSkipped() {
	n := j.skipped.Load()
	if n == 0 {
		return
	}
	call := &j.cell.memo.calls[j.slot]
	call.Count = int(n)
	if j.refuse != "" {
		call.Verdict, call.Reason = verdictRefused, j.refuse
		return
	}
	call.Verdict = verdictCheap
	call.Reason = "too quick to be looked up"
	call.TookMS = milliseconds(time.Duration(n) * j.cost.recent())
}
