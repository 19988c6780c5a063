// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"math"
	"reflect"
	"unsafe"
)

// A region is a run of values in memory that something refers to: what a
// pointer or a slice was seen to point at. There may be millions, so the
// structure is small and has one pointer.
type region struct {
	p     unsafe.Pointer
	n     int   // values
	row   int   // in the pool, or the number of the alias; -1 until place
	owner int32 // the region whose rows hold these values; set by sweep
	pool  int32 // of the values' type, which is never an array
	state uint8
}

// States of a region, or'ed.
const (
	regionKnown = 1 << iota // nothing to search: no references, or searched as part of another
	regionAlias             // the values are parts of the rows of another pool
	regionNamed             // a well-known variable, which is not stored but named
)

func (g *graph) base(r *region) *plan { return g.pools[r.pool].base }

func (g *graph) end(r *region) uintptr { return uintptr(r.p) + uintptr(r.n)*g.base(r).size }

// work is memory still to be searched for references that is not a region.
type work struct {
	p   *plan
	ptr unsafe.Pointer
	n   int
}

// A mapping is a map with a copy of its entries in canonical order.
type mapping struct {
	plan  *plan
	slot  unsafe.Pointer // where a pointer to the map is
	id    int            // in the pool of its type
	n     int
	keys  []seg
	vals  []seg
	texts *textTable // instead of keys

	own   unsafe.Pointer // what slot points to
	whole [2]seg         // the memory of keys and vals, if they're one run each
}

// contiguous makes keys and vals, of m.n entries each, those of m.
func (m *mapping) contiguous(keys, vals unsafe.Pointer) {
	m.whole = [2]seg{{keys, m.n}, {vals, m.n}}
	if keys != nil {
		m.keys = m.whole[:1:1]
	}
	m.vals = m.whole[1:]
}

// recycleMaps adds the maps to those that can be used again.
func recycleMaps(spare, maps []*mapping) []*mapping {
	for _, m := range maps[:min(len(maps), max(0, 256-len(spare)))] {
		*m = mapping{}
		spare = append(spare, m)
	}
	return spare
}

// A graph is what the roots refer to.
type graph struct {
	roots   []root
	regions []region // in order of discovery
	done    int      // how many of them were searched
	index   addrTable
	refs    []uint64       // the references to the regions, when they have rows
	named   map[int]string // the names of regions that are well-known variables
	spans   spanSet

	work     []work
	workDone int

	maps     []*mapping
	mapsDone int
	mapIndex map[unsafe.Pointer]*mapping

	pools    []pool
	poolOf   map[*plan]int
	lastBase *plan // a cache of the last answer of poolNumber
	lastPool int
}

// discover finds everything that the roots refer to.
func (e *encoder) discover() {
	for i := range e.roots {
		r := &e.roots[i]
		if r.plan.refuse != "" {
			e.bad = true
		}
		if r.variable {
			e.reach(r.base, r.ptr, r.per)
		} else if !r.plan.flat {
			e.visit(r.plan, r.ptr)
		}
	}
	for !e.bad {
		switch {
		case e.done < len(e.regions):
			if len(e.regions) > e.done+linksAhead {
				e.prefetch()
			}
			r := e.regions[e.done]
			e.done++
			if r.state == 0 {
				base := e.base(&r)
				e.visitAll(base, r.p, r.n, base.size)
			}
		case e.workDone < len(e.work):
			w := e.work[e.workDone]
			e.workDone++
			e.visitAll(w.p, w.ptr, w.n, w.p.size)
		case e.mapsDone < len(e.maps):
			// Maps wait until all else is found, because their order may
			// depend on where the targets of pointer keys were found.
			m := e.maps[e.mapsDone]
			e.mapsDone++
			e.searchMap(m)
		default:
			return
		}
	}
}

func (e *encoder) searchMap(m *mapping) {
	e.snapshot(m)
	if !m.plan.key.flat || m.plan.key.refuse != "" {
		for _, s := range m.keys {
			e.visitAll(m.plan.key, s.p, s.n, m.plan.key.size)
		}
	}
	if !m.plan.val.flat || m.plan.val.refuse != "" {
		for _, s := range m.vals {
			e.visitAll(m.plan.val, s.p, s.n, m.plan.val.size)
		}
	}
}

func (e *encoder) visitAll(p *plan, ptr unsafe.Pointer, n int, stride uintptr) {
	for i := range n {
		if e.bad {
			return
		}
		e.visit(p, unsafe.Add(ptr, uintptr(i)*stride))
	}
}

// visit notes what the value at ptr refers to. It does not follow references,
// so its depth is that of the type.
func (e *encoder) visit(p *plan, ptr unsafe.Pointer) {
	if p.refuse != "" {
		e.bad = true
		return
	}
	switch p.op {
	case opPtr:
		if q := *(*unsafe.Pointer)(ptr); q != nil {
			e.reach(p.base, q, p.per)
		}
	case opSlice:
		h := (*sliceHeader)(ptr)
		n := h.len
		if e.opt.capacity {
			n = h.cap
		}
		if n > 0 {
			e.reach(p.base, h.data, n*p.per)
		}
	case opMap:
		if q := *(*unsafe.Pointer)(ptr); q != nil {
			e.reachMap(p, q)
		}
	case opIface:
		if q, data := e.dynamic(p, ptr); q != nil {
			switch {
			case q.refuse != "":
				e.bad = true
			case q.flat:
			case q.op == opPtr, q.op == opSlice, q.op == opMap:
				e.visit(q, data)
			default:
				e.work = append(e.work, work{q, data, 1})
			}
		}
	case opStruct:
		for i := range p.fields {
			if f := &p.fields[i]; !f.plan.flat || f.plan.refuse != "" {
				e.visit(f.plan, unsafe.Add(ptr, f.off))
			}
		}
	case opArray:
		if !p.elem.flat || p.elem.refuse != "" {
			e.visitAll(p.elem, ptr, p.t.Len(), p.elem.size)
		}
	case opNil:
		if *(*unsafe.Pointer)(ptr) != nil {
			e.bad = true
		}
	}
}

// reach notes that n elements of base at q are referred to.
func (e *encoder) reach(base *plan, q unsafe.Pointer, n int) {
	if base.refuse != "" {
		e.bad = true
		return
	}
	if n == 0 || base.size == 0 {
		return
	}
	if e.limit > 0 && len(e.regions) >= e.limit || len(e.regions) == math.MaxInt32 {
		if e.limit == 0 {
			e.err = errTooMany
		}
		return
	}
	pool := e.poolNumber(base)
	i, fresh := e.index.insert(uintptr(q), pool, len(e.regions))
	if !fresh {
		if n > 1 {
			e.extend(i, base, n)
		}
		return
	}
	r := region{p: q, n: n, row: -1, owner: -1, pool: int32(pool)}
	switch {
	case base.named && wellKnown(base.t, q) != "":
		if e.named == nil {
			e.named = map[int]string{}
		}
		e.named[i] = wellKnown(base.t, q)
		r.state = regionNamed
	case base.flat:
		r.state = regionKnown
	case n >= spanMin:
		end := uintptr(q) + uintptr(n)*base.size
		if e.spans.covers(base, uintptr(q), end) {
			r.state = regionKnown
		} else {
			e.spans.add(base, uintptr(q), end)
		}
	}
	e.regions = append(e.regions, r)
}

// extend makes region i at least n values long.
func (e *encoder) extend(i int, base *plan, n int) {
	r := &e.regions[i]
	if n <= r.n {
		return
	}
	if !base.flat && (i < e.done || r.state != 0) {
		e.work = append(e.work, work{base, unsafe.Add(r.p, uintptr(r.n)*base.size), n - r.n})
	}
	r.n = n
}

func (e *encoder) reachMap(p *plan, q unsafe.Pointer) {
	if e.mapIndex == nil {
		e.mapIndex = map[unsafe.Pointer]*mapping{}
	}
	if e.mapIndex[q] != nil || e.limit > 0 && len(e.maps) >= e.limit {
		return
	}
	// The slot may be in a copy that is gone when the map is read, so the
	// mapping gets a slot of its own.
	var m *mapping
	if n := len(e.spareMaps); n > 0 {
		m, e.spareMaps = e.spareMaps[n-1], e.spareMaps[:n-1]
	} else {
		m = &mapping{}
	}
	m.plan, m.own = p, q
	m.slot = unsafe.Pointer(&m.own)
	e.mapIndex[q] = m
	e.maps = append(e.maps, m)
}

// snapshot copies the entries of m and puts them in order.
func (e *encoder) snapshot(m *mapping) {
	if e.nested >= 2 {
		// Only the order of some other map's keys depends on this: see
		// orderByDigest.
		m.n = reflect.NewAt(m.plan.t, m.slot).Elem().Len()
		m.keys, m.vals = nil, nil
		return
	}
	m.plan.access.snap(e, m)
}
