// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"cmp"
	"encoding/binary"
	"reflect"
)

// typeID returns the number of the type of p in the container, giving it the
// next one if it has none.
func (e *encoder) typeID(p *plan) int {
	if p == e.lastType {
		return e.lastID
	}
	id, ok := e.typeIDs[p]
	if !ok {
		id = len(e.types)
		e.types = append(e.types, p)
		e.typeIDs[p] = id
	}
	e.lastType, e.lastID = p, id
	return id
}

// writeTypes describes the types that have numbers, and those that the
// descriptions mention.
func (e *encoder) writeTypes() {
	start := len(e.val)
	for i := 0; i < len(e.types); i++ {
		e.writeType(e.types[i])
	}
	e.val = binary.LittleEndian.AppendUint32(e.val, uint32(len(e.val)-start))
}

// The bits of a field's description.
const (
	fieldEmbedded = 1 << iota
	fieldExported
)

func (e *encoder) writeType(p *plan) {
	kind := p.storedKind()
	if e.boxed[p] {
		kind |= kindBoxed
	}
	e.val = append(e.val, kind)
	e.val = append(e.val, p.name...)
	switch p.op {
	case opPtr, opSlice:
		e.num(e.typeID(p.elem))
	case opArray:
		e.num(p.t.Len())
		e.num(e.typeID(p.elem))
	case opMap:
		e.num(e.typeID(p.key))
		e.num(e.typeID(p.val))
	case opStruct, opFiller:
		e.num(len(p.fields))
		e.num(p.t.NumField() - len(p.fields))
		for i := range p.fields {
			e.val = append(e.val, p.fields[i].head...)
			e.num(e.typeID(p.fields[i].plan))
		}
	case opIface, opNil:
		e.val = append(e.val, p.text...)
	}
}

func (p *plan) storedKind() byte {
	switch p.op {
	case opLeaf:
		if p.parts != nil {
			return kindBinary
		}
		return kindLeaf
	case opFiller:
		return kindFiller
	}
	return byte(p.kind)
}

// describe makes the parts of the type's description that are the same in all
// containers.
func (p *plan) describe() {
	p.name = appendText(nil, fullName(p.t))
	switch p.op {
	case opIface:
		p.text = binary.AppendUvarint(nil, uint64(p.t.NumMethod()))
		for m := range p.t.Methods() {
			p.text = appendText(appendText(appendText(p.text, m.Name), m.PkgPath), m.Type.String())
		}
	case opNil:
		p.text = appendText(nil, p.t.String())
	}
}

func describeField(f reflect.StructField) []byte {
	flags := byte(0)
	if f.Anonymous {
		flags |= fieldEmbedded
	}
	if f.IsExported() {
		flags |= fieldExported
	}
	return append(appendText(appendText(appendText(nil, f.Name), f.PkgPath), string(f.Tag)), flags)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// Kinds beyond the numbers of reflect.Kind, which containers use for the rest.
const (
	kindLeaf   = 64  // types that are stored as bytes of their own form
	kindBinary = 66  // types that are stored as what their MarshalBinary methods return
	kindFiller = 65  // structs that have memory but no content
	kindBoxed  = 128 // added if values of the type are in interfaces
)

// reportTypes calls the OnType function.
func (e *encoder) reportTypes() error {
	for _, p := range e.types {
		if p.t.Name() != "" && p.t.PkgPath() != "" {
			if err := e.opt.onType(p.t); err != nil {
				return err
			}
		}
	}
	return nil
}

// A storedType is a type as a container describes it.
type storedType struct {
	kind    reflect.Kind // or kindLeaf, kindFiller, kindBinary
	boxed   bool
	empty   bool // values have no columns
	flat    bool // values refer to nothing
	name    string
	text    string // of funcs, channels and unsafe pointers
	elem    int
	key     int
	len     int // of arrays; of structs, how many blank fields are not listed
	fields  []storedField
	methods []storedField // of interfaces: typ is not set
}

type storedField struct {
	name, pkg, tag string
	flags          byte
	typ            int
}

// readTypes parses the descriptions in b.
func readTypes(b []byte) ([]storedType, error) {
	r := sectionReader{b: b}
	var types []storedType
	for len(r.b) > 0 && r.err == nil {
		types = append(types, r.storedType())
	}
	if r.err != nil {
		return nil, r.err
	}
	for i := range types {
		if !types[i].valid(len(types)) {
			return nil, formatError("type %d refers to types that are not there", i)
		}
	}
	if !measure(types) {
		return nil, formatError("a type contains itself")
	}
	return types, nil
}

func (r *sectionReader) storedType() storedType {
	k := r.byte()
	t := storedType{kind: reflect.Kind(k &^ kindBoxed), boxed: k&kindBoxed != 0, name: r.text()}
	switch t.kind {
	case reflect.Pointer, reflect.Slice:
		t.elem = r.num()
	case reflect.Array:
		t.len = r.num()
		t.elem = r.num()
	case reflect.Map:
		t.key = r.num()
		t.elem = r.num()
	case reflect.Struct, kindFiller:
		n := r.count(5)
		t.len = r.num()
		for ; n > 0 && r.err == nil; n-- {
			t.fields = append(t.fields, storedField{r.text(), r.text(), r.text(), r.byte(), r.num()})
		}
	case reflect.Interface:
		for n := r.count(3); n > 0 && r.err == nil; n-- {
			t.methods = append(t.methods, storedField{name: r.text(), pkg: r.text(), tag: r.text()})
		}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		t.text = r.text()
	default:
		if t.kind != kindLeaf && t.kind != kindBinary && (t.kind == reflect.Invalid || t.kind > reflect.Complex128) && t.kind != reflect.String {
			r.fail("unknown kind %d of type", t.kind)
		}
	}
	return t
}

func (t *storedType) valid(n int) bool {
	for _, f := range t.fields {
		if f.typ >= n {
			return false
		}
	}
	return t.elem < n && t.key < n
}

// measure finds how deeply values of the types nest and which have no columns.
// It reports false if a type has a value of itself inside, or nests too deeply:
// no reader could lay those out.
func measure(types []storedType) bool {
	const open = -1
	heights := make([]int, len(types))
	var visit func(i, depth int) int
	visit = func(i, depth int) int {
		if heights[i] != 0 || depth > maxTypeDepth {
			return cmp.Or(heights[i], open)
		}
		heights[i] = open
		t := &types[i]
		parts := t.fields
		if t.kind == reflect.Array {
			parts = []storedField{{typ: t.elem}}
		}
		height := 0
		t.empty = t.kind == reflect.Struct || t.kind == reflect.Array
		t.flat = isFlat(t.kind)
		for _, f := range parts {
			h := visit(f.typ, depth+1)
			if h == open || h >= maxTypeDepth {
				return open
			}
			height = max(height, h)
			t.empty = t.empty && types[f.typ].empty
			t.flat = t.flat && types[f.typ].flat
		}
		t.empty = t.empty || t.kind == reflect.Array && t.len == 0
		heights[i] = height + 1
		return heights[i]
	}
	for i := range types {
		if visit(i, 0) == open {
			return false
		}
	}
	return true
}

// isFlat reports whether values of the kind, parts apart, refer to nothing.
func isFlat(k reflect.Kind) bool {
	switch k {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return false
	}
	return true
}

// maxTypeDepth bounds how deeply structs and arrays nest in stored types. Types
// that people write have a depth below 20.
const maxTypeDepth = 200
