// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// References are stored as 0 for nil, 1 for something without memory, and from
// 2 on the row or, after the rows, the alias.
const (
	refNil   = 0
	refEmpty = 1
	refFirst = 2
)

// number gives each region the reference that a pointer to its start is.
func (e *encoder) number() {
	e.refs = e.refs[:0]
	for i := range e.regions {
		r := &e.regions[i]
		ref := refFirst
		if r.state&(regionAlias|regionNamed) != 0 {
			ref += e.pools[r.pool].rows + r.row
		} else if ref += r.row; int(r.owner) != i {
			o := &e.regions[r.owner]
			ref = refFirst + o.row + int((uintptr(r.p)-uintptr(o.p))/e.base(o).size)
		}
		e.refs = append(e.refs, uint64(ref))
	}
}

// ref returns the reference to the elements of base at q.
func (e *encoder) ref(base *plan, q unsafe.Pointer) uint64 {
	switch {
	case q == nil:
		return refNil
	case base.size == 0:
		return refEmpty
	}
	i := e.index.find(uintptr(q), e.poolNumber(base))
	if i < 0 {
		e.lost()
		return refEmpty
	}
	return e.refs[i]
}

// lost notes that something is referred to that the search did not find.
func (e *encoder) lost() {
	if e.limit == 0 {
		e.err = errChanged
	}
}

// resolve turns addresses of elements of base into references. The address
// refEmpty, which is none, stays what it is.
func (e *encoder) resolve(base *plan, nums []uint64) {
	if base.size == 0 {
		for k, x := range nums {
			if x != refNil {
				nums[k] = refEmpty
			}
		}
		return
	}
	pool := e.poolNumber(base)
	if len(nums) < 1<<15 {
		if !e.resolvePart(pool, nums) {
			e.lost()
		}
		return
	}
	var missing atomic.Bool
	inParallel(len(nums), func(lo, hi int) {
		if !e.resolvePart(pool, nums[lo:hi]) {
			missing.Store(true)
		}
	})
	if missing.Load() {
		e.lost()
	}
}

func (e *encoder) resolvePart(pool int, nums []uint64) bool {
	found := true
	for lo := 0; lo < len(nums); lo += touchAhead {
		some := nums[lo:min(lo+touchAhead, len(nums))]
		if len(some) == touchAhead {
			e.index.touch(some)
		}
		for k, x := range some {
			if x <= refEmpty {
				continue
			}
			if i := e.index.find(uintptr(x), pool); i >= 0 {
				some[k] = e.refs[i]
			} else {
				some[k] = refEmpty
				found = false
			}
		}
	}
	return found
}

// How far ahead of the search regions are fetched from memory, and after that
// what they refer to.
const (
	searchAhead = 16
	linksAhead  = 8
)

// prefetch has the processor fetch what the search will soon need: a graph's
// nodes are all over the heap, and the search would wait for one after the other.
func (e *encoder) prefetch() {
	var seen uintptr
	if i := e.done + searchAhead; i < len(e.regions) && e.regions[i].state == 0 {
		seen ^= uintptr(*(*byte)(e.regions[i].p))
	}
	if i := e.done + linksAhead; i < len(e.regions) && e.regions[i].state == 0 {
		r := &e.regions[i]
		base := e.base(r)
		for row := range min(r.n, 4) {
			for _, off := range base.links {
				q := *(*uintptr)(unsafe.Add(r.p, uintptr(row)*base.size+off))
				seen ^= e.index.slots[e.index.hash(q)&(len(e.index.slots)-1)].addr
			}
		}
	}
	runtime.KeepAlive(seen)
}

// linksOf appends the offsets of the pointers and slices that are in each value
// of p, as far as there are few.
func linksOf(links []uintptr, p *plan, off uintptr) []uintptr {
	switch {
	case p.flat || len(links) >= 4:
	case p.op == opPtr, p.op == opSlice:
		links = append(links, off)
	case p.op == opStruct:
		for i := range p.fields {
			links = linksOf(links, p.fields[i].plan, off+p.fields[i].off)
		}
	}
	return links
}
