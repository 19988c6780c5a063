// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"reflect"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

type number interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64
}

// numbers returns the memory of an array whose elements are, nulls aside, what
// Go has for a number of type t.
func numbers(a arrow.Array, t reflect.Type) (base unsafe.Pointer, n int, ok bool) {
	if t == durationType {
		return nil, 0, false
	}
	switch a := a.(type) {
	case *array.Int8:
		return raw(a.Values(), a.Len(), t, reflect.Int8)
	case *array.Int16:
		return raw(a.Values(), a.Len(), t, reflect.Int16)
	case *array.Int32:
		return raw(a.Values(), a.Len(), t, reflect.Int32)
	case *array.Int64:
		return raw(a.Values(), a.Len(), t, reflect.Int64)
	case *array.Uint8:
		return raw(a.Values(), a.Len(), t, reflect.Uint8)
	case *array.Uint16:
		return raw(a.Values(), a.Len(), t, reflect.Uint16)
	case *array.Uint32:
		return raw(a.Values(), a.Len(), t, reflect.Uint32)
	case *array.Uint64:
		return raw(a.Values(), a.Len(), t, reflect.Uint64)
	case *array.Float32:
		return raw(a.Values(), a.Len(), t, reflect.Float32)
	case *array.Float64:
		return raw(a.Values(), a.Len(), t, reflect.Float64)
	}
	return nil, 0, false
}

func raw[F number](values []F, length int, t reflect.Type, kind reflect.Kind) (base unsafe.Pointer, n int, ok bool) {
	if len(values) != length {
		return nil, 0, false // a damaged file: the slow way finds out
	}
	return unsafe.Pointer(unsafe.SliceData(values)), len(values), sized(t.Kind()) == kind
}

// sized replaces int and uint, which have 64 bits in files.
func sized(k reflect.Kind) reflect.Kind {
	switch {
	case k == reflect.Int && unsafe.Sizeof(0) == 8:
		return reflect.Int64
	case k == reflect.Uint && unsafe.Sizeof(0) == 8:
		return reflect.Uint64
	}
	return k
}

// widened returns the setter of numbers of a kind that is at least as wide as
// the array's; nil for a narrower one.
func widened(a arrow.Array, to reflect.Kind) setter {
	switch a := a.(type) {
	case *array.Int8:
		return convert(a.Values(), reflect.Int8, to)
	case *array.Int16:
		return convert(a.Values(), reflect.Int16, to)
	case *array.Int32:
		return convert(a.Values(), reflect.Int32, to)
	case *array.Int64:
		return convert(a.Values(), reflect.Int64, to)
	case *array.Uint8:
		return convert(a.Values(), reflect.Uint8, to)
	case *array.Uint16:
		return convert(a.Values(), reflect.Uint16, to)
	case *array.Uint32:
		return convert(a.Values(), reflect.Uint32, to)
	case *array.Uint64:
		return convert(a.Values(), reflect.Uint64, to)
	case *array.Float32:
		return convert(a.Values(), reflect.Float32, to)
	case *array.Float64:
		return convert(a.Values(), reflect.Float64, to)
	case *array.Float16:
		if to != reflect.Float32 && to != reflect.Float64 {
			return nil
		}
		return func(i int, p unsafe.Pointer) error {
			if f := a.Value(i).Float32(); to == reflect.Float32 {
				*(*float32)(p) = f
			} else {
				*(*float64)(p) = float64(f)
			}
			return nil
		}
	}
	return nil
}

// bits are the widths of numbers.
var bits = map[reflect.Kind]int{
	reflect.Int8: 8, reflect.Int16: 16, reflect.Int32: 32, reflect.Int64: 64,
	reflect.Uint8: 8, reflect.Uint16: 16, reflect.Uint32: 32, reflect.Uint64: 64,
	reflect.Float32: 32, reflect.Float64: 64,
}

// widens reports whether every number of one kind is one of another kind.
func widens(from, to reflect.Kind) bool {
	family := func(k reflect.Kind) int {
		switch {
		case k >= reflect.Float32:
			return 2
		case k >= reflect.Uint:
			return 1
		}
		return 0
	}
	switch f, t := family(from), family(to); {
	case f == t:
		return bits[from] <= bits[to]
	case f == 1 && t == 0:
		return bits[from] < bits[to]
	}
	return false
}

func convert[F number](from []F, is, to reflect.Kind) setter {
	if to = sized(to); !widens(is, to) {
		return nil
	}
	switch to {
	case reflect.Int8:
		return put[F, int8](from)
	case reflect.Int16:
		return put[F, int16](from)
	case reflect.Int32:
		return put[F, int32](from)
	case reflect.Int64:
		return put[F, int64](from)
	case reflect.Uint8:
		return put[F, uint8](from)
	case reflect.Uint16:
		return put[F, uint16](from)
	case reflect.Uint32:
		return put[F, uint32](from)
	case reflect.Uint64:
		return put[F, uint64](from)
	case reflect.Float32:
		return put[F, float32](from)
	case reflect.Float64:
		return put[F, float64](from)
	}
	return nil
}

func put[F, T number](from []F) setter {
	return func(i int, p unsafe.Pointer) error {
		*(*T)(p) = T(from[i])
		return nil
	}
}
