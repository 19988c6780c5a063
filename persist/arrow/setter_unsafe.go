// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"errors"
	"fmt"
	"reflect"
	"time"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// A setter sets the value at a place to element i of an array.
type setter func(i int, p unsafe.Pointer) error

var errNull = errors.New("the value is null, which only pointers and slices can be")

// setter returns the setter of values of type t from an array.
func (d *decoder) setter(path string, a arrow.Array, t reflect.Type) (setter, error) {
	if t.Kind() == reflect.Pointer {
		return d.pointers(path, a, t)
	}
	if dict, ok := a.(*array.Dictionary); ok {
		values, err := d.setter(path, dict.Dictionary(), t)
		return orNull(a, t, func(i int, p unsafe.Pointer) error { return values(dict.GetValueIndex(i), p) }), err
	}
	if a.DataType().ID() == arrow.NULL {
		return orNull(a, t, nil), nil
	}
	set, err := d.values(path, a, t)
	if err == nil && set == nil {
		err = &TypeError{path, a.DataType().String(), t.String()}
	}
	return orNull(a, t, set), err
}

// orNull makes a setter heed nulls.
func orNull(a arrow.Array, t reflect.Type, set setter) setter {
	_, all := a.(*array.Null)
	if a.NullN() == 0 && !all {
		return set
	}
	nils := t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer
	return func(i int, p unsafe.Pointer) error {
		switch {
		case !all && a.IsValid(i):
			return set(i, p)
		case nils:
			return nil // as it is already
		}
		return errNull
	}
}

// pointers sets pointers, whose targets share one block for each array.
func (d *decoder) pointers(path string, a arrow.Array, t reflect.Type) (setter, error) {
	if a.DataType().ID() == arrow.NULL {
		return orNull(a, t, nil), nil
	}
	elem, err := d.setter(path, a, t.Elem())
	if err != nil {
		return nil, err
	}
	var block reflect.Value
	return orNull(a, t, func(i int, p unsafe.Pointer) error {
		if !block.IsValid() {
			d.budget.take(int64(a.Len()), t.Elem().Size())
			block = reflect.MakeSlice(reflect.SliceOf(t.Elem()), a.Len(), a.Len())
		}
		at := block.Index(i).Addr().UnsafePointer()
		err := elem(i, at)
		if err == errNull { // of a dictionary's values
			return nil
		}
		*(*unsafe.Pointer)(p) = at
		return err
	}), nil
}

// values returns a setter that need not heed nulls, nil if there is none.
func (d *decoder) values(path string, a arrow.Array, t reflect.Type) (setter, error) {
	switch {
	case t == timeType:
		return times(a), nil
	case t == durationType:
		return durations(a), nil
	case t.Kind() == reflect.Bool:
		if b, ok := a.(*array.Boolean); ok {
			return func(i int, p unsafe.Pointer) error { *(*bool)(p) = b.Value(i); return nil }, nil
		}
	case isNumber(t.Kind()):
		return widened(a, t.Kind()), nil
	case t.Kind() == reflect.String:
		return d.texts(a), nil
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && isBinary(a):
		return d.bytes(a, t), nil
	case t.Kind() == reflect.Array && t.Elem().Kind() == reflect.Uint8:
		if b, ok := a.(*array.FixedSizeBinary); ok && b.DataType().(*arrow.FixedSizeBinaryType).ByteWidth == t.Len() {
			return func(i int, p unsafe.Pointer) error {
				copy(unsafe.Slice((*byte)(p), t.Len()), b.Value(i))
				return nil
			}, nil
		}
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Array:
		return d.lists(path, a, t)
	case t.Kind() == reflect.Struct:
		return d.nested(path, a, t)
	}
	return nil, nil
}

func times(a arrow.Array) setter {
	at := func(get func(i int) time.Time) setter {
		return func(i int, p unsafe.Pointer) error { *(*time.Time)(p) = get(i); return nil }
	}
	switch a := a.(type) {
	case *array.Timestamp:
		unit := a.DataType().(*arrow.TimestampType).Unit
		return at(func(i int) time.Time { return a.Value(i).ToTime(unit) })
	case *array.Date32:
		return at(func(i int) time.Time { return a.Value(i).ToTime() })
	case *array.Date64:
		return at(func(i int) time.Time { return a.Value(i).ToTime() })
	}
	return nil
}

// durations are spans, or times of a day.
func durations(a arrow.Array) setter {
	in := func(unit arrow.TimeUnit, get func(i int) int64) setter {
		m := int64(unit.Multiplier())
		return func(i int, p unsafe.Pointer) error {
			x := get(i)
			if x*m/m != x {
				return fmt.Errorf("%d %s are too many for a time.Duration", x, unit)
			}
			*(*int64)(p) = x * m
			return nil
		}
	}
	switch a := a.(type) {
	case *array.Duration:
		return in(a.DataType().(*arrow.DurationType).Unit, func(i int) int64 { return int64(a.Value(i)) })
	case *array.Time32:
		return in(a.DataType().(*arrow.Time32Type).Unit, func(i int) int64 { return int64(a.Value(i)) })
	case *array.Time64:
		return in(a.DataType().(*arrow.Time64Type).Unit, func(i int) int64 { return int64(a.Value(i)) })
	}
	return nil
}

// texts sets strings, which share one block for each array.
func (d *decoder) texts(a arrow.Array) setter {
	switch a := a.(type) {
	case *array.String:
		if a.Len() == 0 {
			return func(int, unsafe.Pointer) error { return nil }
		}
		offsets := a.ValueOffsets()
		from := offsets[0]
		d.budget.take(int64(len(a.ValueBytes())), 1)
		all := string(a.ValueBytes())
		return func(i int, p unsafe.Pointer) error {
			*(*string)(p) = all[offsets[i]-from : offsets[i+1]-from]
			return nil
		}
	case array.StringLike:
		return func(i int, p unsafe.Pointer) error {
			d.budget.take(int64(len(a.Value(i))), 1)
			*(*string)(p) = string([]byte(a.Value(i)))
			return nil
		}
	}
	return nil
}

// isBinary reports an array of bytes. That of numbers from 0 to 255 is a list.
func isBinary(a arrow.Array) bool {
	switch a.(type) {
	case array.BinaryLike, *array.BinaryView, *array.FixedSizeBinary:
		return true
	}
	return false
}

func (d *decoder) bytes(a arrow.Array, t reflect.Type) setter {
	a2, ok := a.(interface{ Value(int) []byte })
	if !ok {
		return nil // strings
	}
	return func(i int, p unsafe.Pointer) error {
		b := a2.Value(i)
		d.budget.take(int64(len(b)), 1)
		*(*[]byte)(p) = append(make([]byte, 0, len(b)), b...)
		return nil
	}
}

// lists sets slices and arrays.
func (d *decoder) lists(path string, a arrow.Array, t reflect.Type) (setter, error) {
	list, ok := a.(array.ListLike)
	if _, isMap := a.(*array.Map); !ok || isMap {
		return nil, nil
	}
	elem, err := d.setter(path+"[]", list.ListValues(), t.Elem())
	if err != nil {
		return nil, err
	}
	size := t.Elem().Size()
	all, total, flat := numbers(list.ListValues(), t.Elem())
	flat = flat && list.ListValues().NullN() == 0
	return func(i int, p unsafe.Pointer) error {
		start, end := list.ValueOffsets(i)
		n := int(end - start)
		if t.Kind() == reflect.Array {
			if n != t.Len() {
				return fmt.Errorf("a list of %d elements does not fit %s", n, t)
			}
		} else {
			d.budget.take(int64(n), size)
			s := reflect.MakeSlice(t, n, n)
			reflect.NewAt(t, p).Elem().Set(s)
			p = s.UnsafePointer()
		}
		if flat && 0 <= start && start <= end && end <= int64(total) {
			copy(unsafe.Slice((*byte)(p), n*int(size)), unsafe.Slice((*byte)(all), total*int(size))[start*int64(size):])
			return nil
		}
		for k := range n {
			if err := elem(int(start)+k, unsafe.Add(p, uintptr(k)*size)); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func (d *decoder) nested(path string, a arrow.Array, t reflect.Type) (setter, error) {
	s, ok := a.(*array.Struct)
	if !ok {
		return nil, nil
	}
	columns, err := fields(t)
	if err != nil {
		return nil, err
	}
	sets := make([]setter, len(columns))
	for k, c := range columns {
		at, ok := s.DataType().(*arrow.StructType).FieldIdx(c.name)
		if !ok {
			return nil, fmt.Errorf("arrow: no column is called %q", path+"."+c.name)
		}
		if sets[k], err = d.setter(path+"."+c.name, s.Field(at), c.typ); err != nil {
			return nil, err
		}
	}
	return func(i int, p unsafe.Pointer) error {
		for k, c := range columns {
			if err := sets[k](i, unsafe.Add(p, c.offset)); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
		return nil
	}, nil
}
