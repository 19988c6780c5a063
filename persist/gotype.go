// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import "reflect"

// maxTypeSteps bounds the search for types: in a container of someone malicious
// they may refer to each other in exponentially many ways.
const maxTypeSteps = 1 << 16

// maxTypeText bounds the text of what goes into a made type: package reflect
// spells a type out, so each of a few types that has the one before twice would
// double it. A reference to a longer one becomes any, like those that lead back.
const maxTypeText = 1 << 12

// goType finds or makes the Go type of a stored type.
func (d *decoder) goType(id, depth int) (reflect.Type, error) {
	st := &d.types[id]
	if d.typeSteps++; depth > maxTypeDepth || d.typeSteps > maxTypeSteps {
		return nil, formatError("types nest too deeply")
	}
	if st.name != "" {
		t := d.named(st.name)
		if d.generic && st.kind == kindBinary && (t == nil || !d.seen[t]) {
			return rawBinary, nil
		}
		if t != nil {
			return t, nil
		}
	}
	t, tried := d.made[id]
	if !tried && (st.name == "" || d.generic) && !d.making[id] {
		d.making[id] = true
		t = d.makeType(id, depth)
		delete(d.making, id)
		// What is nil in generic mode may be so only as long as a type that it
		// refers to is being made.
		if t != nil || !d.generic {
			d.made[id] = t
		}
	}
	if t == nil {
		return nil, &TypeError{Stored: d.typeString(id, 0)}
	}
	return t, nil
}

// makeType makes an unnamed type; nil if it cannot.
func (d *decoder) makeType(id, depth int) reflect.Type {
	st := &d.types[id]
	text := 0
	sub := func(id int) reflect.Type {
		t, err := d.goType(id, depth+1)
		if err != nil || text+len(t.String()) > maxTypeText {
			return nil
		}
		text += len(t.String())
		return t
	}
	switch st.kind {
	case reflect.Pointer:
		if t := sub(st.elem); t != nil {
			return reflect.PointerTo(t)
		}
	case reflect.Slice:
		if t := sub(st.elem); t != nil {
			return reflect.SliceOf(t)
		}
	case reflect.Array:
		if t := sub(st.elem); t != nil && int64(st.len) <= d.c.budget {
			if t.Size() == 0 || int64(st.len) <= 64*d.c.budget/int64(t.Size()) {
				return reflect.ArrayOf(st.len, t)
			}
		}
	case reflect.Map:
		k, v := sub(st.key), sub(st.elem)
		if k != nil && v != nil && k.Comparable() {
			return reflect.MapOf(k, v)
		}
	case reflect.Struct:
		if d.generic || st.len == 0 { // with blank fields it would be another type
			return d.structType(st, sub)
		}
	case reflect.Interface:
		if d.generic || len(st.methods) == 0 {
			return reflect.TypeFor[any]()
		}
	}
	if d.generic {
		return genericType(st.kind)
	}
	return nil
}

// genericType stands for a named type that is not known.
func genericType(k reflect.Kind) reflect.Type {
	switch k {
	case kindFiller:
		return reflect.TypeFor[struct{}]()
	case reflect.Func:
		return reflect.TypeFor[func()]()
	case reflect.Chan:
		return reflect.TypeFor[chan struct{}]()
	}
	for _, t := range predeclared {
		if t.Kind() == k {
			return t
		}
	}
	return nil
}

// structType makes an unnamed struct type. Package reflect panics for some that
// a program can write; these cannot be made.
func (d *decoder) structType(st *storedType, sub func(int) reflect.Type) (t reflect.Type) {
	var fields []reflect.StructField
	for _, f := range st.fields {
		ft := sub(f.typ)
		if ft == nil && d.generic && d.refersBack(f.typ) {
			ft = reflect.TypeFor[any]()
		}
		if ft == nil {
			return nil
		}
		fields = append(fields, reflect.StructField{
			Name: f.name, PkgPath: f.pkg, Type: ft, Tag: reflect.StructTag(f.tag),
			Anonymous: f.flags&fieldEmbedded != 0 && !d.generic,
		})
	}
	defer func() {
		if recover() != nil {
			t = nil
		}
	}()
	return reflect.StructOf(fields)
}

// refersBack reports whether a type is a pointer, slice or map that could not
// be made because it leads to a struct that is being made. Package reflect
// cannot make recursive types, so an interface stands in for it.
func (d *decoder) refersBack(id int) bool {
	switch d.types[id].kind {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return true
	}
	return false
}
