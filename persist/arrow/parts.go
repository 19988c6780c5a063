// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import flatbuffers "github.com/google/flatbuffers/go"

// parts are how many descriptions of its columns the schema asks a batch for. The
// Arrow library reads as many, without a look at how many there are.
type parts struct {
	record       count
	dictionaries map[int64]count
}

type count struct {
	nodes int // fields, those in fields included
	views int // fields of views, which have any number of buffers
}

// The kinds of messages, and of fields that are views.
const (
	isSchema     = 1
	isDictionary = 2
	isRecord     = 3
	binaryView   = 23
	textView     = 24
)

// partsOf counts the fields of a schema that has been checked.
func partsOf(schema flatbuffers.Table) *parts {
	p := &parts{dictionaries: make(map[int64]count)}
	for _, field := range tablesOf(schema, 1) {
		p.record.add(p.field(field))
	}
	return p
}

func (c *count) add(other count) {
	c.nodes += other.nodes
	c.views += other.views
}

func (p *parts) field(t flatbuffers.Table) count {
	c := count{nodes: 1}
	if kind := t.GetByteSlot(slotAt(2), 0); kind == binaryView || kind == textView {
		c.views = 1
	}
	for _, child := range tablesOf(t, 5) {
		c.add(p.field(child))
	}
	encoding, ok := innerTable(t, 4)
	if !ok {
		return c
	}
	id := encoding.GetInt64Slot(slotAt(0), 0)
	before := p.dictionaries[id]
	p.dictionaries[id] = count{max(before.nodes, c.nodes), max(before.views, c.views)}
	return count{nodes: 1} // of indexes
}

func slotAt(slot int) flatbuffers.VOffsetT { return flatbuffers.VOffsetT(4 + 2*slot) }

// checkMessage checks the metadata of a message and returns the length of its
// body. A schema's is the one that later messages are checked with.
func (p *parts) checkMessage(b []byte) (body int64, err error) {
	m, err := check(b, messageShape)
	if err != nil {
		return 0, err
	}
	if header, ok := innerTable(m, 2); ok {
		switch m.GetByteSlot(slotAt(1), 0) {
		case isSchema:
			*p = *partsOf(header)
		case isRecord:
			err = p.record.check(header)
		case isDictionary:
			if data, ok := innerTable(header, 1); ok {
				err = p.dictionaries[header.GetInt64Slot(slotAt(0), 0)].check(data)
			}
		}
	}
	return m.GetInt64Slot(slotAt(3), 0), err
}

// check checks that a batch has the parts, and views a number of buffers that can
// be.
func (c count) check(batch flatbuffers.Table) error {
	length := func(slot int) int {
		if at, ok := slotOf(batch, slot); ok {
			return batch.VectorLen(at)
		}
		return 0
	}
	if n := length(1); n < c.nodes {
		return formatError("a batch with %d of %d fields", n, c.nodes)
	}
	if n := length(4); n < c.views {
		return formatError("a batch with %d of %d fields of views", n, c.views)
	}
	at, ok := slotOf(batch, 4)
	for i := 0; ok && i < batch.VectorLen(at); i++ {
		n := batch.GetInt64(batch.Vector(at) + flatbuffers.UOffsetT(8*i))
		if n < 0 || n > int64(length(2)) {
			return formatError("a column with %d of %d buffers", n, length(2))
		}
	}
	return nil
}
