// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
)

// A decoder sets Go values from the content of a file.
type decoder struct {
	*content
	share  []byte // what columns may share the memory of; nil for nothing
	shared []string
}

var tableType = reflect.TypeFor[Table]()

// checkTarget reports a type that no table is read into.
func checkTarget(t reflect.Type) error {
	switch {
	case t == tableType:
		return nil
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String && t.Elem().Kind() == reflect.Slice:
		_, err := (&column{name: "", typ: t.Elem().Elem(), unit: arrow.Nanosecond}).field()
		return err
	case t.Kind() == reflect.Slice && isStruct(t.Elem()):
		_, err := structType(t.Elem().String(), t.Elem(), 0)
		return err
	case isStruct(t):
		columns, err := fields(t)
		for _, c := range columns {
			if c.typ.Kind() != reflect.Slice {
				return fmt.Errorf("arrow: field %s of %s is not a slice", c.name, t)
			}
		}
		return err
	}
	return notTable(t)
}

// flat returns about how many bytes the columns of numbers have that a table of
// type t asks for.
func (d *decoder) flat(t reflect.Type) (size int) {
	asked := d.schema.Fields()
	if isStruct(t) {
		columns, err := fields(t)
		if err != nil {
			return 0
		}
		asked = nil
		for _, c := range columns {
			found, _ := d.schema.FieldsByName(c.name)
			asked = append(asked, found...)
		}
	}
	for _, f := range asked {
		if w, ok := f.Type.(arrow.FixedWidthDataType); ok {
			size += d.rows * (w.BitWidth() / 8)
		}
	}
	return size
}

// table sets a table of a type that checkTarget accepts.
func (d *decoder) table(into reflect.Value) error {
	t := into.Type()
	switch {
	case t == tableType:
		return d.dynamic(into)
	case t.Kind() == reflect.Slice:
		return d.structs(into)
	case t.Kind() == reflect.Map:
		into.Set(reflect.MakeMapWithSize(t, d.schema.NumFields()))
		for _, f := range d.schema.Fields() {
			data, err := d.column(f.Name, t.Elem())
			if err != nil {
				return err
			}
			into.SetMapIndex(reflect.ValueOf(f.Name).Convert(t.Key()), data)
		}
		return nil
	}
	columns, err := fields(t)
	if err != nil {
		return err
	}
	for _, c := range columns {
		data, err := d.column(c.name, c.typ)
		if err != nil {
			return err
		}
		into.FieldByIndex(c.index).Set(data)
	}
	return nil
}

// structs sets a slice of structs.
func (d *decoder) structs(into reflect.Value) error {
	t := into.Type().Elem()
	columns, err := fields(t)
	if err != nil {
		return err
	}
	d.budget.take(int64(d.rows), t.Size())
	into.Set(reflect.MakeSlice(into.Type(), d.rows, d.rows))
	for _, c := range columns {
		chunks, err := d.chunks(c.name)
		if err != nil {
			return err
		}
		base := unsafe.Add(into.UnsafePointer(), c.offset)
		if err := d.fill(c.name, chunks, c.typ, base, t.Size()); err != nil {
			return err
		}
	}
	return nil
}

// column returns a column as a slice of type t.
func (d *decoder) column(name string, t reflect.Type) (reflect.Value, error) {
	chunks, err := d.chunks(name)
	if err != nil {
		return reflect.Value{}, err
	}
	if len(d.share) > 0 && len(chunks) == 1 {
		if v, ok := d.view(chunks[0], t); ok {
			d.shared = append(d.shared, name)
			return v, nil
		}
	}
	d.budget.take(int64(d.rows), t.Elem().Size())
	v := reflect.MakeSlice(t, d.rows, d.rows)
	return v, d.fill(name, chunks, t.Elem(), v.UnsafePointer(), t.Elem().Size())
}

// view returns a column of numbers that is in the memory to share.
func (d *decoder) view(chunk arrow.Array, t reflect.Type) (reflect.Value, bool) {
	elem := t.Elem()
	base, n, ok := numbers(chunk, elem)
	start := uintptr(unsafe.Pointer(unsafe.SliceData(d.share)))
	if !ok || n > 0 && (uintptr(base) < start || uintptr(base) >= start+uintptr(len(d.share))) {
		return reflect.Value{}, false // decompressed
	}
	if chunk.NullN() > 0 || uintptr(base)%uintptr(elem.Align()) != 0 {
		return reflect.Value{}, false
	}
	v := reflect.New(t).Elem()
	v.Set(reflect.SliceAt(elem, base, n).Convert(t))
	return v, true
}

// fill sets the elements of a column, stride bytes from each other.
func (d *decoder) fill(name string, chunks []arrow.Array, t reflect.Type, base unsafe.Pointer, stride uintptr) error {
	row := 0
	for _, chunk := range chunks {
		if chunk.Len() > d.rows-row {
			return formatError("column %q has more than %d rows", name, d.rows)
		}
		if from, n, ok := numbers(chunk, t); ok && stride == t.Size() && chunk.NullN() == 0 {
			size := n * int(stride)
			copy(unsafe.Slice((*byte)(unsafe.Add(base, uintptr(row)*stride)), size), unsafe.Slice((*byte)(from), size))
			row += n
			continue
		}
		set, err := d.setter(name, chunk, t)
		if err != nil {
			return err
		}
		for i := range chunk.Len() {
			if err := set(i, unsafe.Add(base, uintptr(row)*stride)); err != nil {
				return fmt.Errorf("arrow: column %q, row %d: %w", name, row, err)
			}
			row++
		}
	}
	return nil
}

// dynamic sets a Table.
func (d *decoder) dynamic(into reflect.Value) error {
	t := make(Table, d.schema.NumFields())
	for i, f := range d.schema.Fields() {
		nulls := false
		for _, b := range d.batches {
			nulls = nulls || b.Column(i).NullN() > 0 || f.Type.ID() == arrow.NULL
		}
		elem, err := goType(f.Name, f.Type, nulls)
		if err != nil {
			return err
		}
		data, err := d.column(f.Name, reflect.SliceOf(elem))
		if err != nil {
			return err
		}
		t[i] = Column{f.Name, data.Interface()}
	}
	into.Set(reflect.ValueOf(t))
	return nil
}
