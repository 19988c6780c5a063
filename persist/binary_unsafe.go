// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"encoding"
	"fmt"
	"reflect"
	"unsafe"
)

// NoMethods stores, hashes and loads all values by their parts, also those of
// types that have a binary form of their own: see the package's documentation.
// HashValues, EncodeValues and DecodeValues never call methods.
func NoMethods() Option {
	return func(o *options) { o.noMethods = true }
}

// A Binary is what Load[any] makes of a value that was stored in the binary
// form of its type, because it calls no methods of types that the caller does
// not mention. It can be a key of a map, as the value may have been.
type Binary struct {
	Type string // full name, as in "net/url.URL"
	Data string // the bytes that MarshalBinary returned
}

var (
	marshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	unmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
	rawBinary   = reflect.TypeFor[Binary]()
)

// hasBinaryForm reports whether values of t are stored in the form that their
// MarshalBinary method gives them. A struct with an embedded field that has such
// methods is not: its methods may be the field's, and leave out the rest.
func hasBinaryForm(t reflect.Type) bool {
	if t.Name() == "" || t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer || byParts(t.PkgPath()) {
		return false
	}
	p := reflect.PointerTo(t)
	if !p.Implements(marshaler) || !p.Implements(unmarshaler) {
		return false
	}
	if t.Kind() == reflect.Struct {
		for f := range t.Fields() {
			if !f.Anonymous {
				continue
			}
			e := f.Type
			if e.Kind() != reflect.Pointer && e.Kind() != reflect.Interface {
				e = reflect.PointerTo(e)
			}
			if e.Implements(marshaler) || e.Implements(unmarshaler) {
				return false
			}
		}
	}
	return true
}

// byParts reports whether types of a package of the standard library are stored
// by their parts, or as leaves, although they have a binary form: because that
// one loses something (net/url), or is not needed.
func byParts(pkg string) bool {
	switch pkg {
	case "time", "math/big", "net/url", "net/netip":
		return true
	}
	return false
}

// binaryLeaf returns the leaf of a type that has a binary form.
func binaryLeaf(t reflect.Type) *leaf {
	return &leaf{
		append: func(b []byte, p unsafe.Pointer) ([]byte, error) {
			x, err := reflect.NewAt(t, p).Interface().(encoding.BinaryMarshaler).MarshalBinary()
			if err != nil {
				return b, fmt.Errorf("persist: %s.MarshalBinary: %w", t, err)
			}
			return append(b, x...), nil
		},
		decode: func(b []byte, p unsafe.Pointer) error {
			err := reflect.NewAt(t, p).Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(b)
			if err != nil {
				return fmt.Errorf("persist: %s.UnmarshalBinary: %w: %w", t, err, ErrFormat)
			}
			return nil
		},
	}
}

// rawLeaf returns the leaf that makes a Binary of the stored type's name.
func rawLeaf(name string) *leaf {
	return &leaf{decode: func(b []byte, p unsafe.Pointer) error {
		*(*Binary)(p) = Binary{name, string(b)}
		return nil
	}}
}

// planOf returns the plan for values of type t. Methods of types that the types
// asked for do not mention are not called, so that what runs does not depend on
// what a file says.
func (d *decoder) planOf(t reflect.Type) *plan {
	return planWith(t, d.methods && d.mentioned(t, map[reflect.Type]bool{}))
}

// mentioned reports whether the types asked for mention all types in t that have
// a binary form.
func (d *decoder) mentioned(t reflect.Type, seen map[reflect.Type]bool) bool {
	if d.seen[t] || seen[t] {
		return true
	}
	seen[t] = true
	if hasBinaryForm(t) {
		return false
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return d.mentioned(t.Elem(), seen)
	case reflect.Map:
		return d.mentioned(t.Key(), seen) && d.mentioned(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if !d.mentioned(f.Type, seen) {
				return false
			}
		}
	}
	return true
}
