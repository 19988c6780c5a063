// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"math"
	"slices"
	"unsafe"
)

// A seg is a run of n values in memory.
type seg struct {
	p unsafe.Pointer
	n int
}

// A source says where the values of a column are: at off in each of the rows,
// which are stride bytes apart in each run; and if the column is inside an
// array, repeated as dims say.
type source struct {
	segs   []seg
	stride uintptr
	off    uintptr
	dims   []dim
	rows   int // values, dims counted
}

// A dim is an array on the way to a column: n elements, stride bytes apart,
// the column at off in each.
type dim struct {
	n      int
	stride uintptr
	off    uintptr
}

// A batch is a table still to be written.
type batch struct {
	plan  *plan
	src   source
	texts *textTable // instead of src
}

// field returns the source of what lies at off in each value.
func (s source) field(off uintptr) source {
	if len(s.dims) == 0 {
		s.off += off
		return s
	}
	s.dims = append([]dim(nil), s.dims...)
	s.dims[len(s.dims)-1].off += off
	return s
}

// elements returns the source of the n elements of each value, arrays whose
// elements have the given size.
func (s source) elements(n int, size uintptr) source {
	s.rows *= n
	if len(s.dims) == 0 && s.off == 0 && s.stride == uintptr(n)*size {
		segs := make([]seg, len(s.segs))
		for i, g := range s.segs {
			segs[i] = seg{g.p, g.n * n}
		}
		s.segs, s.stride = segs, size
		return s
	}
	s.dims = append(append([]dim(nil), s.dims...), dim{n: n, stride: size})
	return s
}

// each calls f for runs of values in order, with their distance in memory. The
// functions it is given take care never to hold a pointer past the end of a
// run: the garbage collector would see it as one to other memory.
func (s *source) each(f func(p unsafe.Pointer, n int, stride uintptr)) {
	if len(s.dims) == 0 {
		for _, g := range s.segs {
			f(unsafe.Add(g.p, s.off), g.n, s.stride)
		}
		return
	}
	for _, g := range s.segs {
		for i := range g.n {
			eachDim(unsafe.Add(g.p, uintptr(i)*s.stride+s.off), s.dims, f)
		}
	}
}

func eachDim(p unsafe.Pointer, dims []dim, f func(p unsafe.Pointer, n int, stride uintptr)) {
	d := dims[0]
	if len(dims) == 1 {
		f(unsafe.Add(p, d.off), d.n, d.stride)
		return
	}
	for i := range d.n {
		eachDim(unsafe.Add(p, uintptr(i)*d.stride+d.off), dims[1:], f)
	}
}

// column writes the columns of the values of p in s.
func (e *encoder) column(p *plan, s source) {
	if s.rows == 0 || e.err != nil {
		return
	}
	switch p.op {
	case opFixed, opBool:
		e.fixedColumn(p, s)
	case opWord:
		if unsafe.Sizeof(uintptr(0)) == 8 {
			e.fixedColumn(p, s)
		} else {
			e.wordColumn(p, s)
		}
	case opString:
		e.stringColumn(s)
	case opPtr:
		e.pointerColumn(p, s)
	case opSlice:
		e.sliceColumn(p, s)
	case opMap:
		e.mapColumn(s)
	case opIface:
		e.ifaceColumn(p, s)
	case opStruct:
		for i := range p.fields {
			e.column(p.fields[i].plan, s.field(p.fields[i].off))
		}
	case opArray:
		e.column(p.elem, s.elements(p.t.Len(), p.elem.size))
	case opNil, opFiller:
		w := e.begin(s.rows, 1, nil)
		for range s.rows {
			w.byte(0)
		}
		w.end()
	case opLeaf:
		e.leafColumn(p.leaf, s)
	}
}

// fixedColumn stores numbers of the same size as in memory.
func (e *encoder) fixedColumn(p *plan, s source) {
	width := uintptr(p.width)
	if len(s.segs) == 1 && len(s.dims) == 0 && littleEndian && (s.stride == width || s.segs[0].n == 1) {
		whole := bytesAt(unsafe.Add(s.segs[0].p, s.off), s.rows*p.width)
		e.wholeColumn(p.lane, whole)
		return
	}
	w := e.begin(s.rows*p.width, p.lane, nil)
	s.each(func(q unsafe.Pointer, n int, stride uintptr) {
		if stride == width && littleEndian {
			w.write(bytesAt(q, n*p.width))
			return
		}
		for i := 0; i < n; {
			dst := w.room(p.width)
			k := min(n-i, len(dst)/p.width)
			gather(dst, unsafe.Add(q, uintptr(i)*stride), k, stride, p.width, p.lane)
			w.filled(k * p.width)
			i += k
		}
	})
	w.end()
}

// wordColumn stores words of fewer than 8 bytes.
func (e *encoder) wordColumn(p *plan, s source) {
	w := e.begin(8*s.rows, 8, nil)
	signed := p.kind == kindInt
	s.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			x := unsafe.Add(q, uintptr(i)*stride)
			if signed {
				w.uint64(uint64(int64(*(*int)(x))))
			} else {
				w.uint64(uint64(*(*uint)(x)))
			}
		}
	})
	w.end()
}

func (e *encoder) stringColumn(s source) {
	nums := e.numbers(s.rows)
	total, k := 0, 0
	s.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			m := len(*(*string)(unsafe.Add(q, uintptr(i)*stride)))
			nums[k] = uint64(m)
			total += m
			k++
		}
	})
	e.numberColumn(nums)
	w := e.begin(total, 1, nil)
	s.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			w.string(*(*string)(unsafe.Add(q, uintptr(i)*stride)))
		}
	})
	w.end()
}

// textColumn stores strings that are a column already.
func (e *encoder) textColumn(t *textTable) {
	writeNumbers(e, t.sizes)
	e.wholeColumn(1, t.bytes)
}

func (e *encoder) leafColumn(l *leaf, s source) {
	nums := e.numbers(s.rows)
	e.leaves = e.leaves[:0]
	k := 0
	s.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			before := len(e.leaves)
			var err error
			if e.leaves, err = l.append(e.leaves, unsafe.Add(q, uintptr(i)*stride)); err != nil && e.err == nil {
				e.err = err
			}
			nums[k] = uint64(len(e.leaves) - before)
			k++
		}
	})
	e.numberColumn(nums)
	e.wholeColumn(1, e.leaves)
}

func (e *encoder) pointerColumn(p *plan, s source) {
	nums := e.numbers(s.rows)
	k := 0
	s.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			x := *(*unsafe.Pointer)(unsafe.Add(q, uintptr(i)*stride))
			nums[k] = uint64(uintptr(x))
			if p.per == 0 && x != nil {
				nums[k] = refEmpty
			}
			k++
		}
	})
	e.resolve(p.base, nums)
	e.numberColumn(nums)
}

// sliceColumn stores references, lengths, and on request capacities.
func (e *encoder) sliceColumn(p *plan, s source) {
	nums := e.numbers(s.rows)
	k := 0
	s.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			h := (*sliceHeader)(unsafe.Add(q, uintptr(i)*stride))
			size := h.len
			if e.opt.capacity {
				size = h.cap
			}
			switch {
			case h.data == nil:
				nums[k] = refNil
			case size*p.per == 0:
				nums[k] = refEmpty
			default:
				nums[k] = uint64(uintptr(h.data))
			}
			k++
		}
	})
	e.resolve(p.base, nums)
	e.numberColumn(nums)
	lengths := func(capacity bool) {
		nums = e.numbers(s.rows)
		k = 0
		s.each(func(q unsafe.Pointer, n int, stride uintptr) {
			for i := range n {
				h := (*sliceHeader)(unsafe.Add(q, uintptr(i)*stride))
				nums[k] = uint64(h.len)
				if capacity {
					nums[k] = uint64(h.cap)
				}
				k++
			}
		})
		e.numberColumn(nums)
	}
	lengths(false)
	if e.opt.capacity {
		lengths(true)
	}
}

func (e *encoder) mapColumn(s source) {
	nums := e.numbers(s.rows)
	k := 0
	s.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			nums[k] = 0
			if x := *(*unsafe.Pointer)(unsafe.Add(q, uintptr(i)*stride)); x != nil {
				m := e.mapIndex[x]
				if m == nil {
					if e.limit == 0 {
						e.err = errChanged
					}
					nums[k] = math.MaxUint32
				} else {
					nums[k] = uint64(m.id) + 1
				}
			}
			k++
		}
	})
	e.numberColumn(nums)
}

// ifaceColumn stores the numbers of the dynamic types. The values follow later,
// one batch for each type in the order in which the types appear.
func (e *encoder) ifaceColumn(p *plan, s source) {
	nums := e.numbers(s.rows)
	groups := e.boxes[:0]
	last, k := -1, 0
	s.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			d, _ := e.dynamic(p, unsafe.Add(q, uintptr(i)*stride))
			if d == nil {
				nums[k] = 0
				k++
				continue
			}
			nums[k] = uint64(e.typeID(d)) + 1
			k++
			if last = groupOf(groups, last, d); last < 0 {
				last = len(groups)
				groups = append(groups, boxGroup{plan: d})
			}
			groups[last].end++
		}
	})
	e.boxes = groups
	e.numberColumn(nums)
	total := len(e.segs)
	for i := range groups {
		g := &groups[i]
		e.boxed[g.plan] = true
		g.start, g.at = total, total
		total += g.end
		g.end = total
	}
	e.segs = slices.Grow(e.segs, total-len(e.segs))[:total]
	s.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			d, data := e.dynamic(p, unsafe.Add(q, uintptr(i)*stride))
			if d == nil {
				continue
			}
			if last = groupOf(groups, last, d); last < 0 || groups[last].at == groups[last].end {
				e.err = errChanged
				return
			}
			g := &groups[last]
			e.segs[g.at] = seg{data, 1}
			g.at++
		}
	})
	for i := range groups {
		g := &groups[i]
		if g.at != g.end {
			e.err = errChanged
		}
		e.batches = append(e.batches, batch{plan: g.plan, src: source{segs: e.segs[g.start:g.at:g.at], stride: g.plan.size, rows: g.at - g.start}})
	}
}

// A boxGroup is the values of one type in a column of interfaces, and where in
// the segs they are.
type boxGroup struct {
	plan           *plan
	start, at, end int
}

// groupOf returns the number of the group of p, trying last first, or -1.
func groupOf(groups []boxGroup, last int, p *plan) int {
	if last >= 0 && groups[last].plan == p {
		return last
	}
	return slices.IndexFunc(groups, func(g boxGroup) bool { return g.plan == p })
}
