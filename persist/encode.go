// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"encoding/binary"
	"reflect"
	"sync"
	"unsafe"
)

// A root is one of the values to be stored.
type root struct {
	plan     *plan
	ptr      unsafe.Pointer
	variable bool // the value is in memory that others may refer to
	base     *plan
	per      int
}

// An encoder writes the value section of a container: see FORMAT.md. It works
// in three steps: discover finds all memory that the roots refer to, place
// gives it row numbers, and write puts out the tables column by column.
type encoder struct {
	opt    options
	limit  int // if not 0, how many regions to look at
	nested int // how many encoders are above this one

	graph
	typeTable
	scratch

	eface   any       // the root of Hash and Dump lives here
	val     []byte    // the value section
	out     bufferOut // where large columns go: file, or nil when hashing
	file    containerWriter
	writer  columnWriter
	bad     bool // something cannot be stored
	changed bool // the value was modified meanwhile
	err     error
}

// A typeTable numbers the types of a container.
type typeTable struct {
	types    []*plan
	typeIDs  map[*plan]int
	boxed    map[*plan]bool // which types occur in interfaces
	lastType *plan          // a cache of the last answer of typeID
	lastID   int

	lastTab     unsafe.Pointer // a cache of the last answer of dynamic
	lastIface   *plan
	lastDynamic *plan
}

// scratch is memory that is used again and again.
type scratch struct {
	segs    []seg // of batches
	batches []batch
	nums    []uint64 // of number columns
	chunk   []byte   // of gathered columns: being filled
	leaves  []byte   // of leaf columns
	sums    []byte   // digests of segments

	spareChunk []byte // to be filled next
	items      []item // of sorting
	spare      []item
	counts     []int32
	textMaps   textMapScratch
	boxes      []boxGroup
	spareMaps  []*mapping
}

func (s *scratch) itemSpace(n int) []item {
	if cap(s.items) < n {
		s.items = make([]item, n)
	}
	return s.items[:n]
}

func (s *scratch) spareSpace(n int) []item {
	if cap(s.spare) < n {
		s.spare = make([]item, n)
	}
	return s.spare[:n]
}

func (s *scratch) countSpace(parts int) []int32 {
	if len(s.counts) < parts<<topBits {
		s.counts = make([]int32, parts<<topBits)
	}
	return s.counts
}

// A bufferOut takes the columns that are too large for the value section.
type bufferOut interface {
	// buffer announces the next column, of size bytes made of numbers of lane
	// bytes; whole is the column if it's contiguous in memory, else nil, and
	// then segments follow.
	buffer(size, lane int, whole []byte) error
	segment(b []byte) error
}

var encoders = sync.Pool{New: func() any {
	return &encoder{
		graph:     graph{poolOf: map[*plan]int{}},
		typeTable: typeTable{typeIDs: map[*plan]int{}, boxed: map[*plan]bool{}},
	}
}}

func newEncoder() *encoder { return encoders.Get().(*encoder) }

// release makes the encoder reusable. It keeps no pointer into the value. The
// scratch memory of a large value is kept too: the pool lets it go after two
// garbage collections.
func (e *encoder) release() {
	g, t, s := e.graph, e.typeTable, e.scratch
	clear(g.roots)
	clear(g.regions)
	clear(g.work)
	s.spareMaps = recycleMaps(s.spareMaps, g.maps)
	clear(g.maps)
	clear(g.named)
	clear(g.mapIndex)
	clear(g.poolOf)
	g.index.reset()
	g.spans.reset()
	clear(t.types)
	clear(t.typeIDs)
	clear(t.boxed)
	clear(s.segs)
	clear(s.batches)
	*e = encoder{
		graph: graph{
			roots: g.roots[:0], regions: g.regions[:0], index: g.index, refs: g.refs[:0], named: g.named, spans: g.spans,
			work: g.work[:0], maps: g.maps[:0], mapIndex: g.mapIndex, pools: g.pools[:0], poolOf: g.poolOf,
		},
		typeTable: typeTable{types: t.types[:0], typeIDs: t.typeIDs, boxed: t.boxed},
		scratch:   s,
		val:       e.val[:0],
		file:      containerWriter{layout: e.file.layout[:0], frame: e.file.frame[:0]},
	}
	e.textMaps.used = false
	e.segs, e.batches, e.chunk, e.leaves, e.sums = s.segs[:0], s.batches[:0], s.chunk[:0], s.leaves[:0], s.sums[:0]
	encoders.Put(e)
}

// addRoots makes the values the roots.
func (e *encoder) addRoots(vs []reflect.Value) error {
	for _, v := range vs {
		if !v.IsValid() {
			v = reflect.Zero(reflect.TypeFor[any]())
		}
		r := root{plan: planWith(v.Type(), !e.opt.noMethods)}
		if v.CanAddr() {
			r.variable = r.plan.size > 0
			r.ptr = unsafe.Pointer(v.UnsafeAddr())
			r.base, r.per = flatten(r.plan)
		} else {
			p := reflect.New(v.Type())
			if !v.CanInterface() {
				return errUnexported
			}
			p.Elem().Set(v)
			r.ptr = p.UnsafePointer()
		}
		e.roots = append(e.roots, r)
	}
	return nil
}

// addValue makes the value in v the root. Its static type is its dynamic type.
func (e *encoder) addValue(v any) {
	if v == nil {
		e.roots = append(e.roots, root{plan: planOf(reflect.TypeFor[any]()), ptr: unsafe.Pointer(&e.eface)})
		return
	}
	e.eface = v
	p, ptr := e.dynamic(planOf(reflect.TypeFor[any]()), unsafe.Pointer(&e.eface))
	e.roots = append(e.roots, root{plan: p, ptr: ptr})
}

// encode fills e.val, and passes large columns to e.out.
func (e *encoder) encode() error {
	e.discover()
	switch {
	case e.bad:
		return e.explain()
	case e.changed:
		return errChanged
	case e.err != nil:
		return e.err
	case !e.place(&e.scratch):
		return &UnsupportedError{Kind: "memory shared by values of unrelated types"}
	}
	e.number()
	e.write()
	if e.err == nil && e.opt.onType != nil {
		e.err = e.reportTypes()
	}
	return e.err
}

// write puts out the value section. Types are described last, since reading
// the tables is what finds the types inside interfaces.
func (e *encoder) write() {
	flags := byte(0)
	if e.opt.capacity {
		flags |= flagCapacity
	}
	e.val = append(e.val, flags)
	e.num(len(e.roots))
	for i := range e.roots {
		r := &e.roots[i]
		e.num(e.typeID(r.plan))
		if r.variable {
			e.num(int(e.ref(r.base, r.ptr)))
		} else {
			e.num(0)
		}
	}
	e.num(len(e.pools))
	for i := range e.pools {
		e.writePool(&e.pools[i])
	}
	// Pools without references come first, so that a reader has them in place,
	// mapped perhaps, when it meets the first reference.
	e.poolBatches(true)
	for i := range e.roots {
		if r := &e.roots[i]; !r.variable {
			e.segs = append(e.segs, seg{r.ptr, 1})
			n := len(e.segs)
			e.batches = append(e.batches, batch{plan: r.plan, src: source{segs: e.segs[n-1 : n : n], stride: r.plan.size, rows: 1}})
		}
	}
	e.poolBatches(false)
	e.writeMaps()
	for i := 0; i < len(e.batches) && e.err == nil; i++ {
		b := e.batches[i]
		e.batches[i] = batch{}
		if b.texts != nil {
			e.textColumn(b.texts)
		} else {
			e.column(b.plan, b.src)
		}
	}
	e.writeTypes()
}

func (e *encoder) writePool(pl *pool) {
	e.num(e.typeID(pl.base))
	e.num(pl.rows)
	e.num(len(pl.regions))
	if len(pl.regions) < pl.rows {
		nums := e.numbers(len(pl.regions))
		for k, i := range pl.regions {
			nums[k] = uint64(e.regions[i].n)
		}
		e.numberColumn(nums)
	}
	e.num(len(pl.aliases))
	for _, i := range pl.aliases {
		r := &e.regions[i]
		if r.state&regionNamed != 0 {
			e.num(0)
			e.text(e.named[int(i)])
			continue
		}
		o := &e.regions[r.owner]
		path, _ := partPath(nil, e.base(o), uintptr(r.p)-uintptr(o.p), pl.base, r.n, o.n)
		if len(path) == 0 {
			e.err = errChanged
			return
		}
		e.num(1 + int(o.pool))
		e.num(o.row + path[0])
		e.num(r.n)
		e.num(len(path) / 2)
		for _, x := range path[1:] {
			e.num(x)
		}
	}
}

func (e *encoder) poolBatches(flat bool) {
	for k := range e.pools {
		pl := &e.pools[k]
		if pl.base.flat != flat || len(pl.regions) == 0 {
			continue
		}
		start := len(e.segs)
		for _, i := range pl.regions {
			e.segs = append(e.segs, seg{e.regions[i].p, e.regions[i].n})
		}
		segs := e.segs[start:len(e.segs):len(e.segs)]
		e.batches = append(e.batches, batch{plan: pl.base, src: source{segs: segs, stride: pl.base.size, rows: pl.rows}})
	}
}

// writeMaps groups the maps by type, in order of discovery.
func (e *encoder) writeMaps() {
	if len(e.maps) == 0 {
		e.num(0)
		return
	}
	if len(e.maps) == 1 {
		e.num(1)
		e.writeMapGroup(e.maps[0].plan, e.maps)
		return
	}
	var order []*plan
	groups := map[*plan][]*mapping{}
	for _, m := range e.maps {
		if groups[m.plan] == nil {
			order = append(order, m.plan)
		}
		m.id = len(groups[m.plan])
		groups[m.plan] = append(groups[m.plan], m)
	}
	e.num(len(order))
	for _, p := range order {
		e.writeMapGroup(p, groups[p])
	}
}

// writeMapGroup writes the maps of one type.
func (e *encoder) writeMapGroup(p *plan, ms []*mapping) {
	e.num(e.typeID(p))
	e.num(len(ms))
	nums := e.numbers(len(ms))
	rows := 0
	for i, m := range ms {
		nums[i] = uint64(m.n)
		rows += m.n
	}
	e.numberColumn(nums)
	if rows == 0 || e.nested >= 2 {
		return
	}
	keys := batch{plan: p.key, src: source{stride: p.key.size, rows: rows}}
	vals := batch{plan: p.val, src: source{stride: p.val.size, rows: rows}}
	if len(ms) == 1 {
		keys.texts, keys.src.segs, vals.src.segs = ms[0].texts, ms[0].keys, ms[0].vals
	} else {
		for _, m := range ms {
			keys.src.segs = append(keys.src.segs, m.keySegs()...)
			vals.src.segs = append(vals.src.segs, m.vals...)
		}
	}
	e.batches = append(e.batches, keys, vals)
}

const flagCapacity = 1

func (e *encoder) num(n int) { e.val = binary.AppendUvarint(e.val, uint64(n)) }

func (e *encoder) text(s string) {
	e.num(len(s))
	e.val = append(e.val, s...)
}
