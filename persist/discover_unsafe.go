// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"reflect"
	"unsafe"
)

// A region is a run of values in memory that something refers to: what a
// pointer or a slice was seen to point at.
type region struct {
	p    unsafe.Pointer
	base *plan // the type of the elements; never an array
	n    int   // elements
	seen int   // of which were searched for further references

	// The rest is set by place.
	owner int    // index of the region whose rows hold these elements
	row   int    // in the pool of base; or the number of the alias
	alias bool   // the elements are parts of the rows of another pool
	name  string // of a well-known variable, which is not stored but named
}

func (r *region) end() uintptr { return uintptr(r.p) + uintptr(r.n)*r.base.size }

// work is memory still to be searched for references.
type work struct {
	p    *plan
	ptr  unsafe.Pointer
	n    int
	more int // if not 0, the region after more-1: search what is not seen yet
}

// A mapping is a map with a copy of its entries in canonical order.
type mapping struct {
	plan *plan
	slot unsafe.Pointer // where a pointer to the map is
	id   int            // in the pool of its type
	n    int
	keys []seg
	vals []seg
	keep any // what holds keys and vals
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
		case e.workDone < len(e.work):
			w := e.work[e.workDone]
			e.workDone++
			e.search(w)
		case len(e.maps) > e.mapsDone:
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

func (e *encoder) search(w work) {
	if w.more > 0 {
		r := &e.regions[w.more-1]
		if r.seen == r.n {
			return
		}
		w = work{p: r.base, ptr: unsafe.Add(r.p, uintptr(r.seen)*r.base.size), n: r.n - r.seen}
		r.seen = r.n
	}
	e.visitAll(w.p, w.ptr, w.n, w.p.size)
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
			e.reachMap(p, q, ptr)
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
				e.work = append(e.work, work{p: q, ptr: data, n: 1})
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
	if e.limit > 0 && len(e.regions) >= e.limit {
		return
	}
	i, fresh := e.index.insert(uintptr(q), base, len(e.regions))
	if !fresh {
		r := &e.regions[i]
		if n <= r.n {
			return
		}
		pending := r.seen < r.n
		r.n = n
		if !base.flat && !pending {
			e.work = append(e.work, work{more: i + 1})
		}
		return
	}
	e.regions = append(e.regions, region{p: q, base: base, n: n, owner: -1, row: -1})
	if name := wellKnown(base.t, q); name != "" {
		e.regions[i].name = name
		e.regions[i].seen = n
		return
	}
	if base.flat {
		e.regions[i].seen = n
		return
	}
	if n > 1 && e.spans.covers(base, uintptr(q), uintptr(q)+uintptr(n)*base.size) {
		e.regions[i].seen = n
		return
	}
	if n > 1 {
		e.spans.add(base, uintptr(q), uintptr(q)+uintptr(n)*base.size)
	}
	e.work = append(e.work, work{more: i + 1})
}

func (e *encoder) reachMap(p *plan, q, slot unsafe.Pointer) {
	if e.mapIndex == nil {
		e.mapIndex = map[unsafe.Pointer]*mapping{}
	}
	if e.mapIndex[q] != nil || e.limit > 0 && len(e.maps) >= e.limit {
		return
	}
	// The slot may be in a copy that is gone when the map is read, so the
	// mapping gets a slot of its own.
	own := new(unsafe.Pointer)
	*own = q
	m := &mapping{plan: p, slot: unsafe.Pointer(own)}
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
	m.plan.snap(e, m)
}
