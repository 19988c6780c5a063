// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"cmp"
	"reflect"
	"slices"
)

// A pool is the table of all stored values of one type that are referred to
// by address. Its rows are those of its regions, one after the other; a
// reference is a row number. Elements that are parts of the rows of another
// pool are aliases: they're numbered after the rows.
type pool struct {
	base    *plan
	rows    int
	regions []int
	aliases []int
}

// place decides for each region whether its elements are rows of their own or
// part of another region, and numbers them in order of discovery. It reports
// false if memory is used under two unrelated types.
func (e *encoder) place() bool {
	if !e.sweep() {
		return false
	}
	for i := range e.regions {
		r := &e.regions[i]
		if r.name == "" {
			o := &e.regions[r.owner]
			if o.row < 0 {
				pl := e.pool(o.base)
				o.row = pl.rows
				pl.rows += o.n
				pl.regions = append(pl.regions, r.owner)
			}
		}
		if r.alias || r.name != "" {
			pl := e.pool(r.base)
			r.row = len(pl.aliases)
			pl.aliases = append(pl.aliases, i)
		}
	}
	return true
}

func (e *encoder) pool(base *plan) *pool { return &e.pools[e.poolNumber(base)] }

func (e *encoder) poolNumber(base *plan) int {
	if base == e.lastBase {
		return e.lastPool
	}
	i, ok := e.poolIndex[base]
	if !ok {
		i = len(e.pools)
		if e.poolIndex == nil {
			e.poolIndex = map[*plan]int{}
		}
		e.poolIndex[base] = i
		if cap(e.pools) > i {
			e.pools = e.pools[:i+1]
			pl := &e.pools[i]
			*pl = pool{base: base, regions: pl.regions[:0], aliases: pl.aliases[:0]}
		} else {
			e.pools = append(e.pools, pool{base: base})
		}
	}
	e.lastBase, e.lastPool = base, i
	return i
}

// sweep finds the owner of each region by going through memory upwards. Go's
// types nest: of two regions that overlap, one holds the other, or both are
// runs of one array.
func (e *encoder) sweep() bool {
	if len(e.regions) == 1 {
		e.regions[0].owner = 0
		return true
	}
	order := e.order[:0]
	for i := range e.regions {
		order = append(order, regionAddr{uintptr(e.regions[i].p), i})
	}
	e.order = order
	slices.SortFunc(order, func(a, b regionAddr) int {
		if a.addr != b.addr {
			return cmp.Compare(a.addr, b.addr)
		}
		r, s := &e.regions[a.i], &e.regions[b.i]
		// The outer of two that start together first: the longer, or the one
		// whose type contains the other's.
		return cmp.Or(cmp.Compare(s.end(), r.end()), cmp.Compare(s.base.depth, r.base.depth), cmp.Compare(a.i, b.i))
	})
	var owner *region
	for _, o := range order {
		r := &e.regions[o.i]
		if r.name != "" {
			continue
		}
		if owner == nil || uintptr(r.p) >= owner.end() {
			owner, r.owner = r, o.i
			continue
		}
		r.owner = owner.owner
		off := uintptr(r.p) - uintptr(owner.p)
		if r.base == owner.base && off%r.base.size == 0 {
			owner.n = max(owner.n, int(off/r.base.size)+r.n)
			continue
		}
		r.alias = true
		if _, ok := partPath(nil, owner.base, off, r.base, r.n, owner.n); !ok || r.end() > owner.end() {
			return false
		}
	}
	return true
}

type regionAddr struct {
	addr uintptr
	i    int
}

// partPath appends the way from the first of room values of type p to the n
// values of type part that lie off bytes further: an element number, then a
// field number and an element number for each struct on the way.
func partPath(path []int, p *plan, off uintptr, part *plan, n, room int) ([]int, bool) {
	for p.size > 0 {
		i := int(off / p.size)
		off %= p.size
		path = append(path, i)
		if off == 0 && (p == part || sameMemory(p, part)) {
			return path, n <= room-i
		}
		if p.op != opStruct || i >= room {
			break
		}
		k := slices.IndexFunc(p.fields, func(f planField) bool {
			return f.off <= off && off < f.off+f.plan.size
		})
		if k < 0 {
			break
		}
		path = append(path, k)
		off -= p.fields[k].off
		p, room = flatten(p.fields[k].plan)
	}
	return nil, false
}

// flatten returns the elements of the elements of an array type, and how many
// there are.
func flatten(p *plan) (*plan, int) {
	n := 1
	for p.op == opArray {
		n *= p.t.Len()
		p = p.elem
	}
	return p, n
}

// sameMemory reports whether Go converts pointers to one of the types to
// pointers to the other, so that both may refer to the same memory.
func sameMemory(p, q *plan) bool {
	return p.kind == q.kind && reflect.PointerTo(p.t).ConvertibleTo(reflect.PointerTo(q.t))
}
