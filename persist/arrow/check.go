// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"encoding/binary"

	flatbuffers "github.com/google/flatbuffers/go"
)

// The Arrow library believes what metadata says about lengths, and converts
// schemas recursively without a limit: what claims to have a billion fields, or
// has fields that contain each other, would end the process. So all metadata is
// looked at first. Metadata are tables of the FlatBuffers format, in which a slot
// of a table may hold the offset of another one.

// A shape says which slots of a table hold offsets.
type shape struct {
	texts   []int          // of texts
	vectors map[int]int    // of arrays: the sizes of their elements
	tables  map[int]*shape // of tables
	lists   map[int]*shape // of arrays of tables
	union   int            // of the number that says what the next slot has; 0 if there is none
	cases   map[byte]*shape
}

// The parts of Arrow's schema for FlatBuffers, Schema.fbs, Message.fbs and
// File.fbs, that have lengths.
var (
	keyValue     = &shape{texts: []int{0, 1}}
	fieldShape   = newFieldShape()
	schemaShape  = &shape{lists: map[int]*shape{1: fieldShape, 2: keyValue}, vectors: map[int]int{3: 8}}
	recordShape  = &shape{vectors: map[int]int{1: 16, 2: 16, 4: 8}}
	dictionary   = &shape{tables: map[int]*shape{1: recordShape}}
	footerShape  = &shape{tables: map[int]*shape{1: schemaShape}, vectors: map[int]int{2: 24, 3: 24}, lists: map[int]*shape{4: keyValue}}
	messageShape = &shape{lists: map[int]*shape{4: keyValue}, union: 1, cases: map[byte]*shape{1: schemaShape, 2: dictionary, 3: recordShape}}
)

func newFieldShape() *shape {
	timestamp, union := &shape{texts: []int{1}}, &shape{vectors: map[int]int{1: 4}}
	f := &shape{
		texts: []int{0}, union: 2, cases: map[byte]*shape{10: timestamp, 14: union},
		tables: map[int]*shape{4: {}},
	}
	f.lists = map[int]*shape{5: f, 6: keyValue}
	return f
}

// maxMetaDepth bounds nesting; the library has 64 levels of fields.
const maxMetaDepth = 2 * 64

// A checker walks through the tables of one piece of metadata.
type checker struct {
	b    []byte
	left int // bytes that may still be found: some are found more than once
}

// check checks the table at the root of metadata and returns it. It may panic, as
// the library does, for offsets outside of b.
func check(b []byte, s *shape) (flatbuffers.Table, error) {
	root := flatbuffers.Table{Bytes: b, Pos: flatbuffers.GetUOffsetT(b)}
	c := checker{b, 16*len(b) + 1<<10}
	return root, c.table(root, s, 0)
}

func slotOf(t flatbuffers.Table, slot int) (flatbuffers.UOffsetT, bool) {
	at := flatbuffers.UOffsetT(t.Offset(flatbuffers.VOffsetT(4 + 2*slot)))
	return at, at != 0
}

func (c *checker) table(t flatbuffers.Table, s *shape, depth int) error {
	if c.left -= 8; c.left < 0 || depth > maxMetaDepth {
		return formatError("metadata whose parts contain each other")
	}
	for _, slot := range s.texts {
		if err := c.vector(t, slot, 1); err != nil {
			return err
		}
	}
	for slot, size := range s.vectors {
		if err := c.vector(t, slot, size); err != nil {
			return err
		}
	}
	for slot, sub := range s.tables {
		if err := c.inner(t, slot, sub, depth); err != nil {
			return err
		}
	}
	if at, ok := slotOf(t, s.union); ok && s.union > 0 {
		if sub := s.cases[t.GetByte(at+t.Pos)]; sub != nil {
			if err := c.inner(t, s.union+1, sub, depth); err != nil {
				return err
			}
		}
	}
	for slot, sub := range s.lists {
		if err := c.vector(t, slot, 4); err != nil {
			return err
		}
		for _, elem := range tablesOf(t, slot) {
			if err := c.table(elem, sub, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checker) inner(t flatbuffers.Table, slot int, s *shape, depth int) error {
	sub, ok := innerTable(t, slot)
	if !ok {
		return nil
	}
	return c.table(sub, s, depth+1)
}

// innerTable returns the table in a slot.
func innerTable(t flatbuffers.Table, slot int) (flatbuffers.Table, bool) {
	at, ok := slotOf(t, slot)
	if !ok {
		return t, false
	}
	return flatbuffers.Table{Bytes: t.Bytes, Pos: t.Indirect(at + t.Pos)}, true
}

// tablesOf returns the tables of the array in a slot.
func tablesOf(t flatbuffers.Table, slot int) (list []flatbuffers.Table) {
	at, ok := slotOf(t, slot)
	for i := 0; ok && i < t.VectorLen(at); i++ {
		list = append(list, flatbuffers.Table{Bytes: t.Bytes, Pos: t.Indirect(t.Vector(at) + flatbuffers.UOffsetT(4*i))})
	}
	return list
}

// vector checks that the elements of an array are there.
func (c *checker) vector(t flatbuffers.Table, slot, size int) error {
	at, ok := slotOf(t, slot)
	if !ok {
		return nil
	}
	n, start := t.VectorLen(at), int(t.Vector(at))
	if n < 0 || n > (len(c.b)-start)/size {
		return formatError("metadata with %d elements of %d bytes where there are %d bytes", n, size, len(c.b)-start)
	}
	if c.left -= n * size; c.left < 0 {
		return formatError("metadata whose parts contain each other")
	}
	return nil
}

// continuation begins a message in all but the oldest files.
const continuation = 0xffffffff

// message returns the metadata at the start of b and its end there; nothing for
// the mark at the end of a stream.
func message(b []byte) (meta []byte, end int, err error) {
	at := 0
	if len(b) >= 4 && binary.LittleEndian.Uint32(b) == continuation {
		at = 4
	}
	if len(b) < at+4 {
		return nil, 0, formatError("it ends early")
	}
	size := int64(binary.LittleEndian.Uint32(b[at:]))
	at += 4
	if size == 0 {
		return nil, at, nil
	}
	if size < 8 || size > int64(len(b)-at) {
		return nil, 0, formatError("metadata of %d bytes where there are %d", size, len(b)-at)
	}
	return b[at : at+int(size)], at + int(size), nil
}

// checkFile checks all metadata in a file, and reports whether it has
// dictionaries.
func checkFile(data []byte) (dictionaries bool, err error) {
	const tail = 4 + len(fileMagic)
	if len(data) < 2*tail || string(data[len(data)-len(fileMagic):]) != fileMagic {
		return false, formatError("a file that does not end as one")
	}
	size := int64(binary.LittleEndian.Uint32(data[len(data)-tail:]))
	if size < 8 || size > int64(len(data)-tail) {
		return false, formatError("a footer of %d bytes", size)
	}
	footer, err := check(data[len(data)-tail-int(size):len(data)-tail], footerShape)
	if err != nil {
		return false, err
	}
	schema, ok := innerTable(footer, 1)
	if !ok {
		return false, formatError("there is no schema")
	}
	p, left := partsOf(schema), int64(len(data))
	for _, slot := range []int{2, 3} {
		at, ok := slotOf(footer, slot)
		for i := 0; ok && i < footer.VectorLen(at); i++ {
			dictionaries = dictionaries || slot == 2
			if err := checkBlock(data, footer, footer.Vector(at)+flatbuffers.UOffsetT(24*i), p, &left); err != nil {
				return false, err
			}
		}
	}
	return dictionaries, nil
}

// checkBlock checks the metadata of a batch that a footer names. Batches that
// are not in each other have no more than left bytes.
func checkBlock(data []byte, footer flatbuffers.Table, at flatbuffers.UOffsetT, p *parts, left *int64) error {
	start, body := footer.GetInt64(at), footer.GetInt64(at+16)
	if start < 0 || start > int64(len(data)) || body < 0 || body > *left {
		return formatError("a batch of %d bytes at offset %d", body, start)
	}
	*left -= body
	meta, _, err := message(data[start:])
	if err == nil {
		_, err = p.checkMessage(meta)
	}
	return err
}

// checkStream checks all metadata in a stream.
func checkStream(data []byte) error {
	p := new(parts)
	for len(data) > 0 {
		meta, end, err := message(data)
		if err != nil || meta == nil {
			return err
		}
		body, err := p.checkMessage(meta)
		if err != nil {
			return err
		}
		if data = data[end:]; body < 0 || body > int64(len(data)) {
			return formatError("a body of %d bytes where there are %d", body, len(data))
		}
		data = data[body:]
	}
	return nil
}
