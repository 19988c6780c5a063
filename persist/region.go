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
	regions []int32
	aliases []int32
}

// place decides for each region whether its values are rows of their own or
// part of another region, and numbers them in order of discovery. It reports
// false if memory is used under two unrelated types.
func (g *graph) place(s *scratch) bool {
	if len(g.regions) == 1 {
		g.regions[0].owner = 0
	} else if !g.sweep(s) {
		return false
	}
	for i := range g.regions {
		r := &g.regions[i]
		if r.state&regionNamed == 0 {
			o := &g.regions[r.owner]
			if o.row < 0 {
				pl := &g.pools[o.pool]
				o.row = pl.rows
				pl.rows += o.n
				pl.regions = append(pl.regions, r.owner)
			}
		}
		if r.state&(regionAlias|regionNamed) != 0 {
			pl := &g.pools[r.pool]
			r.row = len(pl.aliases)
			pl.aliases = append(pl.aliases, int32(i))
		}
	}
	return true
}

// poolNumber returns the number of the pool of a type.
func (g *graph) poolNumber(base *plan) int {
	if base == g.lastBase {
		return g.lastPool
	}
	i, ok := g.poolOf[base]
	if !ok {
		i = len(g.pools)
		g.poolOf[base] = i
		if cap(g.pools) > i {
			g.pools = g.pools[:i+1]
			pl := &g.pools[i]
			*pl = pool{base: base, regions: pl.regions[:0], aliases: pl.aliases[:0]}
		} else {
			g.pools = append(g.pools, pool{base: base})
		}
	}
	g.lastBase, g.lastPool = base, i
	return i
}

// sweep finds the owner of each region by going through memory upwards. Go's
// types nest: of two regions that overlap, one holds the other, or both are
// runs of one array.
func (g *graph) sweep(s *scratch) bool {
	var (
		owner *region
		base  *plan
		end   uintptr
	)
	for _, o := range g.addressOrder(s) {
		r := &g.regions[o.i]
		if r.state&regionNamed != 0 {
			continue
		}
		if owner == nil || uintptr(r.p) >= end {
			owner, r.owner = r, int32(o.i)
			base, end = g.base(r), g.end(r)
			continue
		}
		r.owner = owner.owner
		off := uintptr(r.p) - uintptr(owner.p)
		if r.pool == owner.pool && off%base.size == 0 {
			owner.n = max(owner.n, int(off/base.size)+r.n)
			end = g.end(owner)
			continue
		}
		r.state |= regionAlias
		if _, ok := partPath(nil, base, off, g.base(r), r.n, owner.n); !ok || g.end(r) > end {
			return false
		}
	}
	return true
}

// addressOrder returns the regions in the order of their addresses.
func (g *graph) addressOrder(s *scratch) []item {
	order := s.itemSpace(len(g.regions))
	for i := range order {
		order[i] = item{digits: [2]uint64{uint64(uintptr(g.regions[i].p))}, i: uint32(i)}
	}
	if len(order) < insertionMax {
		slices.SortFunc(order, func(a, b item) int {
			return cmp.Or(cmp.Compare(a.digits[0], b.digits[0]), g.compareNested(a, b))
		})
		return order
	}
	return s.sortItems(order, func(same []item) { slices.SortFunc(same, g.compareNested) })
}

// compareNested orders regions that start together: the outer one first, which
// is the longer, or the one whose type contains the other's.
func (g *graph) compareNested(a, b item) int {
	r, s := &g.regions[a.i], &g.regions[b.i]
	return cmp.Or(cmp.Compare(g.end(s), g.end(r)), cmp.Compare(g.base(s).depth, g.base(r).depth), cmp.Compare(a.i, b.i))
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
