// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"math"
	"slices"
	"unsafe"
)

// lengths reads the lengths of strings or leaves, and opens the column of
// their bytes.
func (d *decoder) lengths(rows int) ([]uint64, *columnReader) {
	return d.texts(d.numbers(rows))
}

// texts opens the column of the bytes of texts.
func (d *decoder) texts(nums []uint64) ([]uint64, *columnReader) {
	total := uint64(0)
	for _, x := range nums {
		if x > uint64(d.c.budget) || total > uint64(d.c.budget) {
			d.r.fail("a text is longer than its container")
			return nil, nil
		}
		total += x
	}
	if d.failure() != nil {
		return nil, nil
	}
	return nums, d.open(d.size(int(total), 1))
}

// stringColumn reads strings. Their bytes are in blocks, like small regions.
func (d *decoder) stringColumn(c *conv, dst source) {
	if len(d.r.b) > 0 && d.r.b[0] == 1 && c.p != nil {
		d.shortStrings(dst)
		return
	}
	nums, r := d.lengths(dst.rows)
	if d.failure() != nil {
		return
	}
	if c.p == nil {
		for r.left > 0 && d.failure() == nil {
			r.next(r.left, 1)
		}
		return
	}
	cutTexts(r, dst, nums)
}

// shortStrings reads strings whose lengths are bytes.
func (d *decoder) shortStrings(dst source) {
	d.r.byte()
	size := d.size(dst.rows, 1)
	if size < 0 {
		return
	}
	r := d.open(size)
	if d.failure() != nil {
		return
	}
	d.short = slices.Grow(d.short[:0], size)[:size]
	r.readWhole(d.short)
	total := 0
	for _, x := range d.short {
		total += int(x)
	}
	if d.failure() == nil {
		if r = d.open(d.size(total, 1)); d.failure() == nil {
			cutTexts(r, dst, d.short)
		}
	}
}

// cutTexts makes strings of the given sizes of the column.
func cutTexts[N uint8 | uint64](r *columnReader, dst source, sizes []N) {
	texts := textReader{r: r}
	defer texts.stop()
	if len(sizes) == 1 && r.buf != nil {
		if s, ok := texts.whole(); ok {
			dst.each(func(q unsafe.Pointer, _ int, _ uintptr) { *(*string)(q) = s })
		}
		return
	}
	failed := false
	dst.each(func(q unsafe.Pointer, n int, stride uintptr) {
		if failed {
			return
		}
		some := sizes[:n]
		sizes = sizes[n:]
		block := texts.block
		for i, x := range some {
			size := int(x)
			var text string
			switch {
			case size == 0: // a slice of the block would keep it
			case size <= len(block):
				text, block = block[:size], block[size:]
			default:
				texts.block = block
				var ok bool
				if text, ok = texts.next(size); !ok {
					failed = true
					return
				}
				block = texts.block
			}
			*(*string)(unsafe.Add(q, uintptr(i)*stride)) = text
		}
		texts.block = block
	})
}

// stringOf returns b as a string; it must not change any more.
func stringOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func (d *decoder) leafColumn(c *conv, dst source) {
	nums, r := d.lengths(dst.rows)
	if d.r.err != nil || d.err != nil {
		return
	}
	var b []byte
	k := 0
	if c.p == nil {
		for r.left > 0 && d.err == nil && d.r.err == nil {
			r.next(r.left, 1)
		}
		return
	}
	l := c.p.leaf
	if c.p.t == rawBinary {
		l = rawLeaf(c.st.name)
	}
	dst.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			size := int(nums[k])
			k++
			if cap(b) < size {
				b = make([]byte, size)
			}
			b = b[:size]
			r.copyTo(b)
			if d.err != nil || d.r.err != nil {
				return
			}
			if err := l.decode(b, unsafe.Add(q, uintptr(i)*stride)); err != nil {
				d.err = err
				return
			}
		}
	})
}

func (d *decoder) pointerColumn(c *conv, dst source) {
	refs := d.numbers(dst.rows)
	if c.p == nil || d.r.err != nil {
		return
	}
	k := 0
	empty := d.types[c.st.elem].empty
	dst.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			ref := refs[k]
			k++
			if ref == refNil {
				continue
			}
			var p unsafe.Pointer
			if ref == refEmpty {
				if !empty {
					d.r.fail("a pointer to nothing")
					return
				}
				if p = unsafe.Pointer(&nothing); c.p.elem.size > 0 {
					p = newArray(c.p.elem.t, 1)
				}
			} else if p = d.target(c.pool, ref, c.p.per); p == nil {
				return
			}
			*(*unsafe.Pointer)(unsafe.Add(q, uintptr(i)*stride)) = p
		}
	})
}

func (d *decoder) sliceColumn(c *conv, dst source) {
	refs := append([]uint64(nil), d.numbers(dst.rows)...)
	lens := d.numbers(dst.rows)
	caps := lens
	if d.opt.capacity {
		lens = append([]uint64(nil), lens...)
		caps = d.numbers(dst.rows)
	}
	if c.p == nil || d.r.err != nil || d.err != nil {
		return
	}
	k := 0
	empty := d.types[c.st.elem].empty
	per := uint64(c.p.per)
	dst.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			ref, length, capacity := refs[k], lens[k], caps[k]
			k++
			if length > capacity || capacity > math.MaxInt || ref == refNil && capacity > 0 {
				d.r.fail("a slice longer than its memory")
				return
			}
			if ref == refNil {
				continue
			}
			p := unsafe.Pointer(&nothing)
			switch {
			case ref == refEmpty && capacity > 0 && (!empty || c.p.elem.size > 0):
				d.r.fail("a slice longer than its memory")
				return
			case ref == refEmpty:
			case per > 0 && capacity > math.MaxInt/per:
				d.r.fail("a slice longer than its memory")
				return
			default:
				if p = d.target(c.pool, ref, int(capacity*per)); p == nil {
					return
				}
			}
			*(*sliceHeader)(unsafe.Add(q, uintptr(i)*stride)) = sliceHeader{p, int(length), int(capacity)}
		}
	})
}

func (d *decoder) mapColumn(c *conv, dst source) {
	nums := d.numbers(dst.rows)
	if c.p == nil || d.r.err != nil || d.err != nil {
		return
	}
	k := 0
	dst.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			x := nums[k]
			k++
			if x == 0 {
				continue
			}
			if c.maps < 0 || x > uint64(len(d.maps[c.maps].maps)) {
				d.r.fail("a map that is not there")
				return
			}
			*(*unsafe.Pointer)(unsafe.Add(q, uintptr(i)*stride)) = d.maps[c.maps].maps[x-1].UnsafePointer()
		}
	})
}

// A storedGroup collects the values of one type in a column of interfaces.
type storedGroup struct {
	id    int
	box   boxedType
	word  unsafe.Pointer
	count int
	segs  []seg
	free  seg
}

// ifaceColumn makes the interfaces, with memory for their values, and queues
// the batches that fill it.
func (d *decoder) ifaceColumn(c *conv, dst source) {
	nums := d.numbers(dst.rows)
	if d.r.err != nil || d.err != nil {
		return
	}
	groups := d.groupBoxes(c, nums)
	if d.r.err != nil || d.err != nil {
		return
	}
	if c.p != nil {
		d.fillBoxes(dst, nums, groups)
	}
	for i := range groups {
		g := &groups[i]
		if c.p != nil && g.box.p.size > 0 {
			d.push(g.box.conv, source{segs: g.segs, stride: g.box.p.size, rows: g.count})
		} else if skip, err := d.bind(g.id, nil, ""); err != nil {
			d.err = err
		} else {
			d.push(skip, source{rows: g.count})
		}
	}
}

// groupBoxes finds the types in a column, in order of appearance.
func (d *decoder) groupBoxes(c *conv, nums []uint64) []storedGroup {
	var groups []storedGroup
	index := map[uint64]int{}
	last, lastNum := -1, uint64(0)
	for _, x := range nums {
		if x == 0 {
			continue
		}
		if x != lastNum {
			i, ok := index[x]
			if !ok {
				if x > uint64(len(d.types)) || !d.types[x-1].boxed {
					d.r.fail("an interface with a type that is not there")
					return nil
				}
				g := storedGroup{id: int(x - 1)}
				if c.p != nil {
					g.box = d.boxed[g.id]
					d.err = g.box.err
					if d.err == nil && !g.box.p.t.Implements(c.p.t) {
						d.err = &TypeError{Stored: d.typeString(g.id, 0), Want: c.p.t.String()}
					}
					if d.err != nil {
						return nil
					}
					g.word = interfaceWord(c.p.t, g.box.p.t)
				}
				i = len(groups)
				index[x] = i
				groups = append(groups, g)
			}
			last, lastNum = i, x
		}
		groups[last].count++
	}
	return groups
}

// fillBoxes writes the interfaces.
func (d *decoder) fillBoxes(dst source, nums []uint64, groups []storedGroup) {
	byNum := map[uint64]*storedGroup{}
	for i := range groups {
		byNum[uint64(groups[i].id)+1] = &groups[i]
	}
	var g *storedGroup
	lastNum := uint64(0)
	k := 0
	dst.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			x := nums[k]
			k++
			if x == 0 {
				continue
			}
			if x != lastNum {
				g, lastNum = byNum[x], x
			}
			h := (*ifaceHeader)(unsafe.Add(q, uintptr(i)*stride))
			h.tab = g.word
			if g.box.p.direct {
				g.segs = append(g.segs, seg{unsafe.Pointer(&h.data), 1})
				continue
			}
			h.data = g.take()
		}
	})
}

// take returns memory for the next value.
func (g *storedGroup) take() unsafe.Pointer {
	p := g.box.p
	if p.size == 0 {
		return unsafe.Pointer(&nothing)
	}
	if g.free.n == 0 {
		left := g.count
		for _, s := range g.segs {
			left -= s.n
		}
		n := min(left, max(1, blockSize/int(p.size)))
		g.free = seg{newArray(p.t, n), n}
		g.segs = append(g.segs, g.free)
	}
	x := g.free.p
	if g.free.n--; g.free.n > 0 {
		g.free.p = unsafe.Add(x, p.size)
	}
	return x
}

// boxedColumn reads what is no interface in the container into interfaces:
// values first, which may be complete only later, and interfaces around them.
func (d *decoder) boxedColumn(c *conv, dst source) {
	p := c.boxed.p
	values := newArray(p.t, dst.rows)
	d.column(c.boxed, source{segs: []seg{{values, dst.rows}}, stride: p.size, rows: dst.rows})
	if d.failure() != nil {
		return
	}
	word := interfaceWord(c.p.t, p.t)
	k := 0
	dst.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			h, v := (*ifaceHeader)(unsafe.Add(q, uintptr(i)*stride)), unsafe.Add(values, uintptr(k)*p.size)
			k++
			if *(*unsafe.Pointer)(v) == nil {
				continue // a nil pointer, slice or map becomes a nil interface
			}
			h.tab, h.data = word, v
			if p.direct {
				h.data = *(*unsafe.Pointer)(v)
			}
		}
	})
}
