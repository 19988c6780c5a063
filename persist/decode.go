// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"encoding/binary"
	"reflect"
	"sort"
	"unsafe"
)

// A decoder reads the value section of a container into Go values. It mirrors
// the encoder: batches come in the same order, and each column is scattered to
// the places that the encoder gathered it from.
type decoder struct {
	c     *container
	opt   options
	r     sectionReader
	types []storedType
	roots []storedRoot

	convs map[convKey]*conv
	fresh []*conv // made by the current bind
	boxed map[int]boxedType
	known map[string]reflect.Type
	made  map[int]reflect.Type // types by number; nil if one cannot be made
	seen  map[reflect.Type]bool

	methods   bool // types may be loaded from their binary forms
	generic   bool // types that are not known are made from their descriptions
	making    map[int]bool
	typeSteps int

	pools  []storedPool
	poolOf map[int]int // by type
	maps   []storedMaps
	mapsOf map[int]int

	batches []inBatch
	buffers int   // how many are read
	budget  int64 // rows that the container can still have
	nums    []uint64
	short   []byte // numbers of one byte
	chunk   []byte
	pieces  pieceReader
	tables  int // bytes of the value section before the types
	err     error
}

type inBatch struct {
	c   *conv
	dst source // without segs if c skips
}

// A storedPool is a pool as stored: see pool.
type storedPool struct {
	typ     int
	rows    int
	starts  []int // of the regions; nil if each is one row
	aliases []storedAlias
	conv    *conv // nil: nothing wanted refers to the pool
	by      *conv // which bound it
	blocks  []block
}

// A block is an allocation that holds some whole regions of a pool.
type block struct {
	start int // row
	n     int
	p     unsafe.Pointer
}

type storedAlias struct {
	name string
	pool int
	row  int
	n    int
	path []int
}

// storedMaps are the maps of one type.
type storedMaps struct {
	typ        int
	lens       []int
	rows       int
	conv       *conv
	maps       []reflect.Value
	keys, vals []block
}

// blockSize is the size of allocations that hold several small regions. One
// region in use keeps its block, so blocks are small; but one allocation for
// each region would cost ten times as much.
const blockSize = 64 << 10

// decode reads the roots into new variables of the given types.
func (c *container) decode(ts []reflect.Type, opt options) ([]reflect.Value, error) {
	d, err := c.decoder(opt)
	if err != nil {
		return nil, err
	}
	if len(d.roots) != len(ts) {
		return nil, formatError("it holds %d values, not %d", len(d.roots), len(ts))
	}
	vs := d.decode(ts)
	return vs, d.failure()
}

// verify reads over the value.
func (c *container) verify(opt options) error {
	opt.noVerify = false
	d, err := c.decoder(opt)
	if err == nil {
		d.skim()
		err = d.failure()
	}
	return err
}

// decoder parses what comes before the columns of values: the types, and what
// tables there are.
func (c *container) decoder(opt options) (*decoder, error) {
	if err := c.useCodecs(opt.compressors); err != nil {
		return nil, err
	}
	d := &decoder{
		c: c, opt: opt, budget: c.budget, pieces: pieceReader{c: c},
		convs: map[convKey]*conv{}, boxed: map[int]boxedType{},
		known: map[string]reflect.Type{}, seen: map[reflect.Type]bool{},
		made: map[int]reflect.Type{}, making: map[int]bool{}, poolOf: map[int]int{}, mapsOf: map[int]int{},
	}
	if len(c.value) < 4 {
		return nil, formatError("the value section is too short")
	}
	rest := c.value[:len(c.value)-4]
	n := int64(binary.LittleEndian.Uint32(c.value[len(rest):]))
	if n > int64(len(rest)) {
		return nil, formatError("the types are longer than their section")
	}
	var err error
	if d.types, err = readTypes(rest[int64(len(rest))-n:]); err != nil {
		return nil, err
	}
	d.r.b = rest[:int64(len(rest))-n]
	d.tables = len(d.r.b)
	flags := d.r.byte()
	if flags&^flagCapacity != 0 {
		d.r.fail("unknown flags")
	}
	d.opt.capacity = flags&flagCapacity != 0
	for n := d.r.count(2); n > 0 && d.r.err == nil; n-- {
		d.roots = append(d.roots, storedRoot{d.typeNumber(), uint64(d.r.num())})
	}
	d.readPools()
	d.readMaps()
	return d, d.failure()
}

// failure returns the first error.
func (d *decoder) failure() error {
	if d.err != nil {
		return d.err
	}
	return d.r.err
}

type storedRoot struct {
	typ int
	ref uint64 // of a variable, else 0
}

func (d *decoder) decode(ts []reflect.Type) []reflect.Value {
	vs := make([]reflect.Value, len(ts))
	convs := make([]*conv, len(ts))
	for _, t := range ts {
		d.learn(t)
	}
	d.generic, d.methods = d.opt.generic, !d.opt.noMethods
	for i, t := range ts {
		if convs[i] = d.bindRoot(&vs[i], d.roots[i], t); d.err != nil {
			return nil
		}
	}
	d.bindBoxed()
	d.flatPools()
	d.allocate()
	for i := range vs {
		if d.failure() == nil {
			d.placeRoot(&vs[i], d.roots[i], convs[i])
		}
	}
	d.tableBatches()
	d.columns()
	if d.failure() == nil {
		d.fillMaps()
	}
	if d.failure() != nil {
		return nil
	}
	return vs
}

// skim reads over everything.
func (d *decoder) skim() {
	d.flatPools()
	for _, r := range d.roots {
		if c, err := d.bind(r.typ, nil, ""); err != nil {
			d.err = err
		} else if r.ref == 0 {
			d.push(c, source{rows: 1})
		}
	}
	d.tableBatches()
	d.columns()
}

// columns reads the batches, and those that they lead to.
func (d *decoder) columns() {
	for i := 0; i < len(d.batches) && d.failure() == nil; i++ {
		b := d.batches[i]
		d.batches[i] = inBatch{}
		d.column(b.c, b.dst)
	}
	if d.failure() == nil && (len(d.r.b) > 0 || d.buffers < len(d.c.buffers)) {
		d.r.fail("there is more than the value")
	}
}

func (d *decoder) typeNumber() int {
	n := d.r.num()
	if n >= len(d.types) {
		d.r.fail("type %d is not described", n)
		return 0
	}
	return n
}

func (d *decoder) readPools() {
	n := d.r.count(4)
	d.pools = make([]storedPool, 0, n)
	for ; n > 0 && d.r.err == nil; n-- {
		pl := storedPool{typ: d.typeNumber(), rows: d.r.num()}
		regions := d.r.num()
		if regions > pl.rows || pl.rows > 0 && regions == 0 || !d.spend(pl.rows) || d.r.err != nil {
			d.r.fail("a pool has too many rows")
			return
		}
		if k := d.types[pl.typ].kind; k == reflect.Array || d.types[pl.typ].empty && pl.rows > 0 {
			d.r.fail("a pool of a type that has none")
			return
		}
		if _, ok := d.poolOf[pl.typ]; ok {
			d.r.fail("two pools of one type")
			return
		}
		if regions < pl.rows {
			pl.starts = make([]int, regions)
			row := 0
			for i, x := range d.numbers(regions) {
				pl.starts[i] = row
				if x == 0 || x > uint64(pl.rows-row) {
					d.r.fail("the regions of a pool do not add up")
					return
				}
				row += int(x)
			}
			if row != pl.rows {
				d.r.fail("the regions of a pool do not add up")
				return
			}
		}
		for k := d.r.count(2); k > 0 && d.r.err == nil; k-- {
			pl.aliases = append(pl.aliases, d.readAlias())
		}
		d.poolOf[pl.typ] = len(d.pools)
		d.pools = append(d.pools, pl)
	}
	for _, pl := range d.pools {
		for _, a := range pl.aliases {
			if a.name == "" && a.pool >= len(d.pools) {
				d.r.fail("an alias into a pool that is not there")
			}
		}
	}
}

func (d *decoder) readAlias() storedAlias {
	k := d.r.num()
	if k == 0 {
		return storedAlias{name: d.r.text()}
	}
	a := storedAlias{pool: k - 1, row: d.r.num(), n: d.r.num()}
	for k := d.r.count(2); k > 0 && d.r.err == nil; k-- {
		a.path = append(a.path, d.r.num(), d.r.num())
	}
	return a
}

func (d *decoder) readMaps() {
	n := d.r.count(3)
	d.maps = make([]storedMaps, 0, n)
	for ; n > 0 && d.r.err == nil; n-- {
		m := storedMaps{typ: d.typeNumber()}
		if d.r.err != nil {
			return
		}
		if d.types[m.typ].kind != reflect.Map {
			d.r.fail("maps of a type that is not one")
			return
		}
		if _, ok := d.mapsOf[m.typ]; ok {
			d.r.fail("two tables of maps of one type")
			return
		}
		count := d.r.num()
		m.lens = make([]int, 0, min(count, 1<<16))
		for _, x := range d.numbers(count) {
			if x > uint64(d.budget) || !d.spend(int(x)) {
				d.r.fail("a map has too many entries")
				return
			}
			m.lens = append(m.lens, int(x))
			m.rows += int(x)
		}
		d.mapsOf[m.typ] = len(d.maps)
		d.maps = append(d.maps, m)
	}
}

// spend takes rows from what the size of the container allows: each takes a
// byte at least.
func (d *decoder) spend(rows int) bool {
	d.budget -= int64(rows)
	return d.budget >= 0 && rows >= 0
}

// bindRoot makes the variable of a root.
func (d *decoder) bindRoot(v *reflect.Value, r storedRoot, t reflect.Type) *conv {
	*v = reflect.New(t).Elem()
	if t.Kind() == reflect.Interface && d.types[r.typ].kind != reflect.Interface {
		u, err := d.goType(r.typ, 0)
		if err == nil && !u.Implements(t) {
			err = &TypeError{Stored: d.typeString(r.typ, 0), Want: t.String()}
		}
		if err != nil {
			d.err = err
			return nil
		}
		t = u
	}
	c, err := d.bind(r.typ, d.planOf(t), "")
	if err == nil && r.ref != 0 {
		err = d.bindVariable(r, c)
	}
	d.err = err
	return c
}

// bindVariable makes the pool that has a root bound to the root's type.
func (d *decoder) bindVariable(r storedRoot, c *conv) error {
	for c.st.kind == reflect.Array {
		c = c.elem
	}
	k, ok := d.poolOf[c.id]
	if !ok || r.ref < refFirst {
		return formatError("a variable without memory")
	}
	pl := &d.pools[k]
	if pl.conv != nil && pl.conv != c {
		return &TypeError{Stored: d.typeString(r.typ, 0), Want: c.p.t.String()}
	}
	pl.conv = c
	return nil
}

// placeRoot queues the batch of a root or, if it's in a pool, finds it there.
func (d *decoder) placeRoot(v *reflect.Value, r storedRoot, c *conv) {
	box := v.Kind() == reflect.Interface && c.p.kind != reflect.Interface
	if r.ref == 0 {
		p := v.Addr().UnsafePointer()
		if box {
			p = openBox(*v, c.p)
		}
		d.push(c, source{segs: []seg{{p, 1}}, stride: c.p.size, rows: 1})
		return
	}
	base, per := c, 1
	for base.st.kind == reflect.Array {
		per *= base.st.len
		base = base.elem
	}
	p := d.target(d.poolOf[base.id], r.ref, per)
	if p == nil {
		return
	}
	if box {
		d.r.fail("a variable where an interface is wanted")
		return
	}
	*v = reflect.NewAt(v.Type(), p).Elem()
}

func (d *decoder) push(c *conv, s source) { d.batches = append(d.batches, inBatch{c, s}) }

// fillMaps inserts the entries. It comes last, because keys and values are
// copied into maps and must be complete.
func (d *decoder) fillMaps() {
	for i := range d.maps {
		m := &d.maps[i]
		if m.conv == nil || d.err != nil {
			continue
		}
		d.fill(m)
	}
}

// regionEnd returns the end of the region that row is in.
func (pl *storedPool) regionEnd(row int) int {
	if pl.starts == nil {
		return row + 1
	}
	i := sort.SearchInts(pl.starts, row+1)
	if i == len(pl.starts) {
		return pl.rows
	}
	return pl.starts[i]
}
