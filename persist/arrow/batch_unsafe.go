// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"reflect"
	"unsafe"
)

// maxBatch bounds the bytes and elements of variable length in a batch, whose
// offsets have 31 bits.
const maxBatch = 1 << 30

// batchEnd returns the row that ends the batch which begins at start.
func batchEnd(columns []source, start, rows, most int) int {
	end := rows
	if most > 0 {
		end = min(end, start+most)
	}
	for _, c := range columns {
		size := variable(c.typ)
		if size == nil {
			continue
		}
		total := 0
		for i := start; i < end; i++ {
			total += size(unsafe.Add(c.base, uintptr(i)*c.stride))
			if total > maxBatch && i > start {
				end = i
			}
		}
	}
	return end
}

// variable returns a function that counts the bytes and elements of variable
// length in a value, an upper bound of every offset; nil if there are none.
func variable(t reflect.Type) func(p unsafe.Pointer) int {
	switch t.Kind() {
	case reflect.String:
		return func(p unsafe.Pointer) int { return len(*(*string)(p)) }
	case reflect.Pointer:
		elem := variable(t.Elem())
		if elem == nil {
			return nil
		}
		return func(p unsafe.Pointer) int {
			if p = *(*unsafe.Pointer)(p); p != nil {
				return elem(p)
			}
			return 0
		}
	case reflect.Slice:
		elem, size := variable(t.Elem()), t.Elem().Size()
		return func(p unsafe.Pointer) int {
			b := *(*[]byte)(p) // its header only
			return len(b) + each(elem, unsafe.Pointer(unsafe.SliceData(b)), len(b), size)
		}
	case reflect.Array:
		elem, size := variable(t.Elem()), t.Elem().Size()
		if elem == nil {
			return nil
		}
		return func(p unsafe.Pointer) int { return each(elem, p, t.Len(), size) }
	case reflect.Struct:
		return variableStruct(t)
	}
	return nil
}

func each(elem func(unsafe.Pointer) int, base unsafe.Pointer, n int, size uintptr) int {
	total := 0
	if elem != nil {
		for i := range n {
			total += elem(unsafe.Add(base, uintptr(i)*size))
		}
	}
	return total
}

func variableStruct(t reflect.Type) func(p unsafe.Pointer) int {
	if t == timeType {
		return nil
	}
	columns, err := fields(t)
	if err != nil {
		return nil // said elsewhere
	}
	type part struct {
		offset uintptr
		size   func(unsafe.Pointer) int
	}
	var parts []part
	for _, c := range columns {
		if size := variable(c.typ); size != nil {
			parts = append(parts, part{c.offset, size})
		}
	}
	if parts == nil {
		return nil
	}
	return func(p unsafe.Pointer) int {
		total := 0
		for _, x := range parts {
			total += x.size(unsafe.Add(p, x.offset))
		}
		return total
	}
}
