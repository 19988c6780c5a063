// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"fmt"
	"reflect"
	"strings"
)

// A conv says how stored values of one type become Go values of another. In
// most cases the types are the same; structs are matched field by field, by
// name, and numbers may become wider.
type conv struct {
	id     int
	st     *storedType
	p      *plan // nil: the values are read over
	number func(d *decoder, c *conv, s source)
	fields []convField
	elem   *conv // of pointers, slices, arrays
	key    *conv
	val    *conv
	boxed  *conv // for what is stored outside of an interface and loaded into one
	pool   int   // where the targets of pointers and slices are, -1 if nowhere
	maps   int   // where the maps are, -1 if nowhere
}

type convField struct {
	off uintptr
	c   *conv
}

type convKey struct {
	id int
	p  *plan
}

// bind returns the conv from the stored type id to p; nil p is for values that
// are read over.
func (d *decoder) bind(id int, p *plan, path string) (*conv, error) {
	if c := d.convs[convKey{id, p}]; c != nil {
		return c, nil
	}
	if len(path) > 4096 {
		return nil, formatError("types nest too deeply")
	}
	c := &conv{id: id, st: &d.types[id], p: p, pool: -1, maps: -1}
	d.convs[convKey{id, p}] = c
	d.fresh = append(d.fresh, c)
	if p == nil {
		return c, d.bindSkip(c)
	}
	return c, d.bindTo(c, p, path)
}

// bindSkip binds the types whose columns are part of a skipped one's.
func (d *decoder) bindSkip(c *conv) (err error) {
	switch c.st.kind {
	case reflect.Array:
		c.elem, err = d.bind(c.st.elem, nil, "")
	case reflect.Struct:
		for _, f := range c.st.fields {
			fc, err := d.bind(f.typ, nil, "")
			if err != nil {
				return err
			}
			c.fields = append(c.fields, convField{c: fc})
		}
	}
	return err
}

func (d *decoder) bindTo(c *conv, p *plan, path string) (err error) {
	mismatch := func() error {
		return &TypeError{Path: path, Stored: d.typeString(c.id, 0), Want: p.t.String()}
	}
	if d.generic && p.op == opIface && d.refersBack(c.id) {
		t, err := d.goType(c.id, 0)
		if err != nil {
			return err
		}
		if !t.Implements(p.t) {
			return mismatch()
		}
		c.boxed, err = d.bind(c.id, d.planOf(t), path)
		return err
	}
	if p.parts != nil && c.st.kind != kindBinary {
		// It was stored by its parts: by NoMethods, or before it had methods.
		p = p.parts
		c.p = p
	}
	if c.st.kind == kindBinary {
		if p.parts == nil && p.t != rawBinary {
			return mismatch()
		}
		return nil
	}
	if c.st.kind == kindLeaf || p.op == opLeaf {
		if c.st.kind != kindLeaf || p.op != opLeaf || c.st.name != fullName(p.t) {
			return mismatch()
		}
		return nil
	}
	if c.st.kind == kindFiller || p.op == opFiller {
		if c.st.kind == kindFiller && p.kind == reflect.Struct {
			return nil
		}
		if c.st.kind == reflect.Struct && p.op == opFiller {
			return d.bindStruct(c, p, path)
		}
		return mismatch()
	}
	if c.st.kind != p.kind {
		if c.number = widening(c.st.kind, p.kind); c.number == nil {
			return mismatch()
		}
		return nil
	}
	switch p.kind {
	case reflect.Pointer, reflect.Slice:
		at := path
		if p.kind == reflect.Slice {
			at += "[i]"
		}
		if c.elem, err = d.bind(c.st.elem, p.elem, at); err != nil {
			return err
		}
		return d.bindPool(c, p, mismatch)
	case reflect.Array:
		if c.st.len != p.t.Len() {
			return mismatch()
		}
		c.elem, err = d.bind(c.st.elem, p.elem, path+"[i]")
	case reflect.Map:
		if c.key, err = d.bind(c.st.key, p.key, path+"[key]"); err != nil {
			return err
		}
		if c.val, err = d.bind(c.st.elem, p.val, path+"[k]"); err != nil {
			return err
		}
		return d.bindMaps(c, mismatch)
	case reflect.Struct:
		return d.bindStruct(c, p, path)
	}
	return err
}

// bindStruct matches fields by name. Fields that are only in p stay zero.
func (d *decoder) bindStruct(c *conv, p *plan, path string) error {
	for _, f := range c.st.fields {
		var fp *plan
		var off uintptr
		for i := range p.fields {
			if p.fields[i].name == f.name {
				fp, off = p.fields[i].plan, p.fields[i].off
				break
			}
		}
		fc, err := d.bind(f.typ, fp, path+"."+f.name)
		if err != nil {
			return err
		}
		c.fields = append(c.fields, convField{off, fc})
	}
	return nil
}

// bindPool connects a pointer or slice type with the pool of its targets.
func (d *decoder) bindPool(c *conv, p *plan, mismatch func() error) error {
	base := c.elem
	for base.st.kind == reflect.Array {
		base = base.elem
	}
	k, ok := d.poolOf[base.id]
	if !ok {
		return nil
	}
	c.pool = k
	pl := &d.pools[k]
	if pl.conv == nil {
		pl.conv, pl.by = base, c
	} else if pl.conv != base {
		return mismatch()
	}
	return nil
}

func (d *decoder) bindMaps(c *conv, mismatch func() error) error {
	k, ok := d.mapsOf[c.id]
	if !ok {
		return nil
	}
	c.maps = k
	mp := &d.maps[k]
	if mp.conv == nil {
		mp.conv = c
	} else if mp.conv != c {
		return mismatch()
	}
	return nil
}

// A boxedType is what is known about a type whose values are in interfaces.
type boxedType struct {
	p    *plan
	conv *conv
	err  error
}

// bindBoxed finds the Go types of the values that are in interfaces. A type
// that is not known is an error only when a value of it is wanted.
func (d *decoder) bindBoxed() {
	for id := range d.types {
		if !d.types[id].boxed {
			continue
		}
		b := boxedType{}
		var t reflect.Type
		if t, b.err = d.goType(id, 0); b.err == nil {
			b.p = d.planOf(t)
			d.fresh = d.fresh[:0]
			if b.conv, b.err = d.bind(id, b.p, ""); b.err != nil {
				d.unbind()
			}
		}
		d.boxed[id] = b
	}
}

// unbind forgets what a failed bind has made.
func (d *decoder) unbind() {
	for _, c := range d.fresh {
		delete(d.convs, convKey{c.id, c.p})
		for i := range d.pools {
			if d.pools[i].by == c {
				d.pools[i].conv, d.pools[i].by = nil, nil
			}
		}
		for i := range d.maps {
			if d.maps[i].conv == c {
				d.maps[i].conv = nil
			}
		}
	}
}

// named returns the type of that name: one that the types asked for mention,
// one that the Types option knows, or a common one.
func (d *decoder) named(name string) reflect.Type {
	if t, ok := d.known[name]; ok {
		return t
	}
	if d.opt.resolve != nil {
		if t := d.opt.resolve(name); t != nil {
			return t
		}
	}
	return standardType(name)
}

// learn notes the named types that t mentions.
func (d *decoder) learn(t reflect.Type) {
	if d.seen[t] {
		return
	}
	d.seen[t] = true
	if name := fullName(t); name != "" {
		if u, ok := d.known[name]; ok && u != t {
			d.known[name] = nil // local types of one name: no telling which
		} else {
			d.known[name] = t
		}
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		d.learn(t.Elem())
	case reflect.Map:
		d.learn(t.Key())
		d.learn(t.Elem())
	case reflect.Struct:
		for field := range t.Fields() {
			d.learn(field.Type)
		}
	}
}

// typeString writes a stored type as Go does.
func (d *decoder) typeString(id, depth int) string {
	st := &d.types[id]
	switch {
	case st.kind == kindBinary:
		return st.name + " (in its binary form)"
	case st.name != "":
		return st.name
	case depth > 3:
		return "…"
	}
	switch st.kind {
	case reflect.Pointer:
		return "*" + d.typeString(st.elem, depth+1)
	case reflect.Slice:
		return "[]" + d.typeString(st.elem, depth+1)
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", st.len, d.typeString(st.elem, depth+1))
	case reflect.Map:
		return "map[" + d.typeString(st.key, depth+1) + "]" + d.typeString(st.elem, depth+1)
	case reflect.Struct, kindFiller:
		var s strings.Builder
		s.WriteString("struct {")
		for i, f := range st.fields {
			if i > 0 {
				s.WriteString(";")
			}
			if i == 8 {
				s.WriteString(" …")
				break
			}
			s.WriteString(" " + f.name + " " + d.typeString(f.typ, depth+1))
		}
		return s.String() + " }"
	case reflect.Interface:
		if len(st.methods) == 0 {
			return "interface {}"
		}
		return "interface { … }"
	}
	return st.text
}
