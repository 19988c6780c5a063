// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"fmt"
	"math"
	"reflect"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// An appender appends the value at a place to a builder.
type appender func(p unsafe.Pointer) error

// writeBatch writes the rows from start to end.
func writeBatch(to batchWriter, schema *arrow.Schema, columns []source, start, end int) error {
	arrays := make([]arrow.Array, len(columns))
	for i := range columns {
		a, err := columns[i].array(schema.Field(i).Type, start, end)
		if err != nil {
			return err
		}
		arrays[i] = a
	}
	if err := to.Write(array.NewRecordBatch(schema, arrays, int64(end-start))); err != nil {
		return fmt.Errorf("arrow: %w", err)
	}
	return nil
}

// array returns rows of a column. Numbers that lie next to each other are not
// copied.
func (s *source) array(dt arrow.DataType, start, end int) (arrow.Array, error) {
	k := s.typ.Kind()
	if isNumber(k) && s.typ != durationType && s.stride == s.typ.Size() {
		size := int(s.stride)
		b := unsafe.Slice((*byte)(s.base), end*size)[start*size:]
		data := array.NewData(dt, end-start, []*memory.Buffer{nil, memory.NewBufferBytes(b)}, nil, 0, 0)
		return array.MakeFromData(data), nil
	}
	b := array.NewBuilder(memory.DefaultAllocator, dt)
	b.Reserve(end - start)
	appendTo, err := appendsTo(s.typ, b)
	if err != nil {
		return nil, err
	}
	for i := start; i < end; i++ {
		if err := appendTo(unsafe.Add(s.base, uintptr(i)*s.stride)); err != nil {
			return nil, fmt.Errorf("arrow: column %q, row %d: %w", s.name, i, err)
		}
	}
	return b.NewArray(), nil
}

func isNumber(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Float64 && k != reflect.Uintptr
}

// plain is the appender of values that a builder takes as they are.
func plain[T any](b interface{ Append(T) }) appender {
	return func(p unsafe.Pointer) error {
		b.Append(*(*T)(p))
		return nil
	}
}

// appendsTo returns the appender of values of type t, for a builder of the type
// that dataType returns for it.
func appendsTo(t reflect.Type, b array.Builder) (appender, error) {
	switch t {
	case timeType:
		return appendsTimes(b.(*array.TimestampBuilder)), nil
	case durationType:
		return plain[arrow.Duration](b.(*array.DurationBuilder)), nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return plain[bool](b.(*array.BooleanBuilder)), nil
	case reflect.Int8:
		return plain[int8](b.(*array.Int8Builder)), nil
	case reflect.Int16:
		return plain[int16](b.(*array.Int16Builder)), nil
	case reflect.Int32:
		return plain[int32](b.(*array.Int32Builder)), nil
	case reflect.Int64:
		return plain[int64](b.(*array.Int64Builder)), nil
	case reflect.Int:
		return func(p unsafe.Pointer) error { b.(*array.Int64Builder).Append(int64(*(*int)(p))); return nil }, nil
	case reflect.Uint8:
		return plain[uint8](b.(*array.Uint8Builder)), nil
	case reflect.Uint16:
		return plain[uint16](b.(*array.Uint16Builder)), nil
	case reflect.Uint32:
		return plain[uint32](b.(*array.Uint32Builder)), nil
	case reflect.Uint64:
		return plain[uint64](b.(*array.Uint64Builder)), nil
	case reflect.Uint:
		return func(p unsafe.Pointer) error { b.(*array.Uint64Builder).Append(uint64(*(*uint)(p))); return nil }, nil
	case reflect.Float32:
		return plain[float32](b.(*array.Float32Builder)), nil
	case reflect.Float64:
		return plain[float64](b.(*array.Float64Builder)), nil
	case reflect.String:
		return appendsStrings(b.(*array.StringBuilder)), nil
	case reflect.Pointer:
		return appendsPointers(t, b)
	case reflect.Slice:
		return appendsSlices(t, b)
	case reflect.Array:
		return appendsArrays(t, b)
	}
	return appendsStructs(t, b)
}

func appendsStrings(b *array.StringBuilder) appender {
	return func(p unsafe.Pointer) error {
		s := *(*string)(p)
		if !utf8.ValidString(s) {
			return fmt.Errorf("the string %.40q is not UTF-8; a []byte need not be", s)
		}
		b.Append(s)
		return nil
	}
}

// appendsTimes is exact: what the column's unit cannot tell is an error.
func appendsTimes(b *array.TimestampBuilder) appender {
	unit := b.Type().(*arrow.TimestampType).Unit
	perSecond := int64(time.Second / unit.Multiplier())
	return func(p unsafe.Pointer) error {
		t := *(*time.Time)(p)
		s, ns := t.Unix(), int64(t.Nanosecond())
		if ns%int64(unit.Multiplier()) != 0 {
			return fmt.Errorf("%v is not a whole number of %s; give the field a finer unit", t, unit)
		}
		if s > math.MaxInt64/perSecond-1 || s < math.MinInt64/perSecond+1 {
			return fmt.Errorf(`%v is outside of what %s since 1970 can tell; use a pointer for a time that is missing, or the option s, ms or us of the tag: arrow:"name,us"`, t, unit)
		}
		b.Append(arrow.Timestamp(s*perSecond + ns/int64(unit.Multiplier())))
		return nil
	}
}

func appendsPointers(t reflect.Type, b array.Builder) (appender, error) {
	elem, err := appendsTo(t.Elem(), b)
	return func(p unsafe.Pointer) error {
		if p = *(*unsafe.Pointer)(p); p != nil {
			return elem(p)
		}
		b.AppendNull()
		return nil
	}, err
}

func appendsSlices(t reflect.Type, b array.Builder) (appender, error) {
	if t.Elem().Kind() == reflect.Uint8 {
		to := b.(*array.BinaryBuilder)
		return func(p unsafe.Pointer) error {
			if b := *(*[]byte)(p); b != nil {
				to.Append(b)
			} else {
				to.AppendNull()
			}
			return nil
		}, nil
	}
	to := b.(*array.ListBuilder)
	elem, err := appendsTo(t.Elem(), to.ValueBuilder())
	size := t.Elem().Size()
	return func(p unsafe.Pointer) error {
		// Only the header is looked at as if it were that of bytes.
		base, n := unsafe.Pointer(unsafe.SliceData(*(*[]byte)(p))), len(*(*[]byte)(p))
		if base == nil {
			to.AppendNull()
			return nil
		}
		to.Append(true)
		for i := range n {
			if err := elem(unsafe.Add(base, uintptr(i)*size)); err != nil {
				return err
			}
		}
		return nil
	}, err
}

func appendsArrays(t reflect.Type, b array.Builder) (appender, error) {
	if t.Elem().Kind() == reflect.Uint8 {
		to := b.(*array.FixedSizeBinaryBuilder)
		return func(p unsafe.Pointer) error {
			to.Append(unsafe.Slice((*byte)(p), t.Len()))
			return nil
		}, nil
	}
	to := b.(*array.FixedSizeListBuilder)
	elem, err := appendsTo(t.Elem(), to.ValueBuilder())
	return func(p unsafe.Pointer) error {
		to.Append(true)
		for i := range t.Len() {
			if err := elem(unsafe.Add(p, uintptr(i)*t.Elem().Size())); err != nil {
				return err
			}
		}
		return nil
	}, err
}

func appendsStructs(t reflect.Type, b array.Builder) (appender, error) {
	to := b.(*array.StructBuilder)
	columns, err := fields(t)
	if err != nil {
		return nil, err
	}
	elems := make([]appender, len(columns))
	for i, c := range columns {
		if elems[i], err = appendsTo(c.typ, to.FieldBuilder(i)); err != nil {
			return nil, err
		}
	}
	return func(p unsafe.Pointer) error {
		to.Append(true)
		for i, c := range columns {
			if err := elems[i](unsafe.Add(p, c.offset)); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
		return nil
	}, nil
}
