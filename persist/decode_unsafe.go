// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"reflect"
	"sort"
	"unsafe"
)

// flatPools reads the pools without references, which come first.
func (d *decoder) flatPools() {
	for i := range d.pools {
		pl := &d.pools[i]
		if pl.rows == 0 || !d.types[pl.typ].flat || d.err != nil || d.r.err != nil {
			continue
		}
		if d.mapPool(pl) {
			continue
		}
		if pl.conv != nil && pl.conv.p.size > 0 {
			pl.blocks = newBlocks(pl.conv.p, pl.rows, pl.regionEnd)
		}
		if c, dst := d.table(pl.typ, pl.conv, pl.blocks, pl.rows); c != nil {
			d.column(c, dst)
		}
	}
}

// mapPool uses the buffer of a pool of numbers where it's mapped, if it is.
func (d *decoder) mapPool(pl *storedPool) bool {
	c := pl.conv
	if !d.c.mapped || c == nil || c.number != nil || !littleEndian {
		return false
	}
	width := storedWidth(c.st.kind)
	if c.p.op != opFixed && c.p.op != opWord || c.p.size != uintptr(width) {
		return false
	}
	if d.buffers >= len(d.c.buffers) || d.c.buffers[d.buffers].codec != 0 {
		return false
	}
	size := d.size(pl.rows, width)
	if size <= inlineMax {
		return false
	}
	r := d.open(size)
	if r.buf == nil {
		return true
	}
	b := d.c.data[r.buf.off:r.buf.end]
	pl.blocks = []block{{0, pl.rows, unsafe.Pointer(unsafe.SliceData(b))}}
	d.c.used += int64(size)
	d.c.inPlace = append(d.c.inPlace, inPlaceBuffer{d.buffers - 1, d.tables - len(d.r.b) - len(r.want)})
	return true
}

// allocate makes the memory of the other pools and the maps that are wanted.
func (d *decoder) allocate() {
	for i := range d.pools {
		pl := &d.pools[i]
		if d.types[pl.typ].flat || pl.conv == nil || pl.rows == 0 || pl.conv.p.size == 0 {
			continue
		}
		pl.blocks = newBlocks(pl.conv.p, pl.rows, pl.regionEnd)
	}
	for i := range d.maps {
		m := &d.maps[i]
		if m.conv == nil {
			continue
		}
		m.maps = make([]reflect.Value, len(m.lens))
		for k, n := range m.lens {
			m.maps[k] = reflect.MakeMapWithSize(m.conv.p.t, n)
		}
		one := func(row int) int { return row + 1 }
		m.keys = newBlocks(m.conv.p.key, m.rows, one)
		m.vals = newBlocks(m.conv.p.val, m.rows, one)
	}
}

// newBlocks allocates rows of p in blocks that hold whole regions.
func newBlocks(p *plan, rows int, regionEnd func(int) int) []block {
	most := max(1, blockSize/int(max(p.size, 1)))
	var blocks []block
	for start := 0; start < rows; {
		end := min(start+most, rows)
		if e := regionEnd(end - 1); e != end {
			end = e
		}
		blocks = append(blocks, block{start, end - start, newArray(p.t, end-start)})
		start = end
	}
	return blocks
}

// at returns the address of a row.
func at(blocks []block, row int, size uintptr) unsafe.Pointer {
	lo, hi := 0, len(blocks)
	for hi-lo > 1 {
		if m := int(uint(lo+hi) >> 1); blocks[m].start <= row {
			lo = m
		} else {
			hi = m
		}
	}
	return unsafe.Add(blocks[lo].p, uintptr(row-blocks[lo].start)*size)
}

// blockRest returns how many rows there are from row to the end of its block.
func blockRest(blocks []block, row int) int {
	i := sort.Search(len(blocks), func(i int) bool { return blocks[i].start > row }) - 1
	return blocks[i].start + blocks[i].n - row
}

func sourceOf(blocks []block, p *plan, rows int) source {
	segs := make([]seg, len(blocks))
	for i, b := range blocks {
		segs[i] = seg{b.p, b.n}
	}
	return source{segs: segs, stride: p.size, rows: rows}
}

// tableBatches queues the batches of the pools that have references and of the
// maps.
func (d *decoder) tableBatches() {
	push := func(typ int, c *conv, blocks []block, rows int) {
		if c, dst := d.table(typ, c, blocks, rows); c != nil {
			d.push(c, dst)
		}
	}
	for i := range d.pools {
		if pl := &d.pools[i]; pl.rows > 0 && !d.types[pl.typ].flat {
			push(pl.typ, pl.conv, pl.blocks, pl.rows)
		}
	}
	for i := range d.maps {
		m := &d.maps[i]
		if m.rows == 0 {
			continue
		}
		st := &d.types[m.typ]
		if m.conv == nil {
			push(st.key, nil, nil, m.rows)
			push(st.elem, nil, nil, m.rows)
		} else {
			push(st.key, m.conv.key, m.keys, m.rows)
			push(st.elem, m.conv.val, m.vals, m.rows)
		}
	}
}

// table returns what reads a table, or over it if c is nil.
func (d *decoder) table(typ int, c *conv, blocks []block, rows int) (*conv, source) {
	if c != nil && c.p.size > 0 {
		return c, sourceOf(blocks, c.p, rows)
	}
	c, err := d.bind(typ, nil, "")
	if err != nil {
		d.err = err
		return nil, source{}
	}
	return c, source{rows: rows}
}

// openBox makes v, an interface, hold a new value of type p, and returns where
// that value is put together.
func openBox(v reflect.Value, p *plan) unsafe.Pointer {
	h := (*ifaceHeader)(v.Addr().UnsafePointer())
	h.tab = interfaceWord(v.Type(), p.t)
	if p.direct {
		return unsafe.Pointer(&h.data)
	}
	h.data = newArray(p.t, 1)
	return h.data
}

// nothing is what pointers to values without memory point to.
var nothing [0]uint64

// target returns the address of the n values that ref refers to in a pool, or
// nil with an error.
func (d *decoder) target(pool int, ref uint64, n int) unsafe.Pointer {
	if pool < 0 || ref < refFirst {
		d.r.fail("a reference without a target")
		return nil
	}
	pl := &d.pools[pool]
	k := ref - refFirst
	if k >= uint64(pl.rows) {
		k -= uint64(pl.rows)
		if k >= uint64(len(pl.aliases)) {
			d.r.fail("a reference outside its pool")
			return nil
		}
		return d.aliasTarget(pl, &pl.aliases[k], n)
	}
	row := int(k)
	if n < 1 || n > pl.regionEnd(row)-row {
		d.r.fail("a reference across regions")
		return nil
	}
	if pl.conv.p.size == 0 {
		return unsafe.Pointer(&nothing)
	}
	return at(pl.blocks, row, pl.conv.p.size)
}

// aliasTarget returns the address of n values inside the rows of another pool.
func (d *decoder) aliasTarget(pl *storedPool, a *storedAlias, n int) unsafe.Pointer {
	if a.name != "" {
		p := wellKnownVar(a.name, pl.conv.p.t)
		if p == nil || n != 1 {
			d.r.fail("there is no variable %.40q", a.name)
			return nil
		}
		return p
	}
	o := &d.pools[a.pool]
	if o.conv == nil || o.conv.p.size == 0 {
		d.err = &TypeError{Stored: d.typeString(o.typ, 0), Want: "a type without it, but " + pl.conv.p.t.String() + " is part of it"}
		return nil
	}
	if a.row >= o.rows {
		d.r.fail("an alias outside its pool")
		return nil
	}
	c, p := o.conv, at(o.blocks, a.row, o.conv.p.size)
	room := o.regionEnd(a.row) - a.row
	for i := 0; i < len(a.path); i += 2 {
		field, elem := a.path[i], a.path[i+1]
		if c.st.kind != reflect.Struct || field >= len(c.fields) || c.fields[field].c.p == nil {
			d.r.fail("an alias that does not follow the types")
			return nil
		}
		p = unsafe.Add(p, c.fields[field].off)
		c, room = c.fields[field].c, 1
		for c.st.kind == reflect.Array {
			room *= c.st.len
			c = c.elem
		}
		if elem >= room {
			d.r.fail("an alias that does not follow the types")
			return nil
		}
		p = unsafe.Add(p, uintptr(elem)*c.p.size)
		room -= elem
	}
	if n < 1 || n > room || c.number != nil || c.p != pl.conv.p && !sameMemory(c.p, pl.conv.p) {
		d.r.fail("an alias that does not follow the types")
		return nil
	}
	return p
}

// fill inserts the entries of maps.
func (d *decoder) fill(m *storedMaps) {
	defer func() {
		if recover() != nil { // a key that holds an interface with something like a slice
			d.r.fail("a map key that cannot be one")
		}
	}()
	p := m.conv.p
	row := 0
	for i, n := range m.lens {
		if p.access.fill != nil {
			d.fillBlocks(m, m.maps[i].UnsafePointer(), row, n)
			row += n
			n = 0
		}
		for range n {
			k := reflect.NewAt(p.key.t, at(m.keys, row, p.key.size)).Elem()
			v := reflect.NewAt(p.val.t, at(m.vals, row, p.val.size)).Elem()
			m.maps[i].SetMapIndex(k, v)
			row++
		}
		if m.maps[i].Len() != m.lens[i] {
			d.r.fail("a map has a key twice")
			return
		}
	}
}

// fillBlocks inserts n entries from row on, as far as they are in one block
// each time.
func (d *decoder) fillBlocks(m *storedMaps, dst unsafe.Pointer, row, n int) {
	p := m.conv.p
	for n > 0 {
		k := min(n, blockRest(m.keys, row), blockRest(m.vals, row))
		p.access.fill(unsafe.Pointer(&dst), at(m.keys, row, p.key.size), at(m.vals, row, p.val.size), k)
		row, n = row+k, n-k
	}
}
