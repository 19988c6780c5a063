// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
)

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
)

// A column is one of a Go table.
type column struct {
	name   string
	typ    reflect.Type // of the elements
	unit   arrow.TimeUnit
	offset uintptr // of the field in its struct
	index  []int   // of the field, for reflect
}

// A TypeError reports a Go type that has no counterpart in Arrow, or not the one
// in the file.
type TypeError struct {
	Column string // the path to it: "trade.legs[]"
	Stored string // Arrow's name; "" if nothing is stored
	Want   string // Go's name
}

func (e *TypeError) Error() string {
	if e.Stored == "" {
		return fmt.Sprintf("arrow: column %q: Arrow has no type for %s", e.Column, e.Want)
	}
	return fmt.Sprintf("arrow: column %q has elements of type %s, which do not fit %s", e.Column, e.Stored, e.Want)
}

// fields returns the columns that the fields of a struct are.
func fields(t reflect.Type) ([]column, error) {
	var list []column
	if err := addFields(&list, t, 0, nil); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("arrow: %s has no exported fields", t)
	}
	seen := make(map[string]bool)
	for _, c := range list {
		if seen[c.name] {
			return nil, fmt.Errorf("arrow: two fields of %s are called %q", t, c.name)
		}
		seen[c.name] = true
	}
	return list, nil
}

func addFields(list *[]column, t reflect.Type, offset uintptr, index []int) error {
	for f := range t.Fields() {
		tag := f.Tag.Get("arrow")
		at := append(slices.Clone(index), f.Index...)
		if f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct && f.Type != timeType {
			if err := addFields(list, f.Type, offset+f.Offset, at); err != nil {
				return err
			}
			continue
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		name, option, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		c := column{name: name, typ: f.Type, unit: arrow.Nanosecond, offset: offset + f.Offset, index: at}
		if option != "" {
			unit := slices.Index([]string{"s", "ms", "us", "ns"}, option)
			if unit < 0 {
				return fmt.Errorf("arrow: column %q: there is no option %q; there are s, ms, us and ns", name, option)
			}
			c.unit = arrow.TimeUnit(unit)
		}
		*list = append(*list, c)
	}
	return nil
}

// maxDepth bounds the nesting of types. Arrow's own limit is 64.
const maxDepth = 32

// field returns the Arrow type for a column.
func (c *column) field() (arrow.Field, error) {
	f, err := dataType(c.name, c.typ, c.unit, 0)
	f.Name = c.name
	return f, err
}

var basicTypes = map[reflect.Kind]arrow.DataType{
	reflect.Bool: arrow.FixedWidthTypes.Boolean,
	reflect.Int:  arrow.PrimitiveTypes.Int64, reflect.Uint: arrow.PrimitiveTypes.Uint64,
	reflect.Int8: arrow.PrimitiveTypes.Int8, reflect.Uint8: arrow.PrimitiveTypes.Uint8,
	reflect.Int16: arrow.PrimitiveTypes.Int16, reflect.Uint16: arrow.PrimitiveTypes.Uint16,
	reflect.Int32: arrow.PrimitiveTypes.Int32, reflect.Uint32: arrow.PrimitiveTypes.Uint32,
	reflect.Int64: arrow.PrimitiveTypes.Int64, reflect.Uint64: arrow.PrimitiveTypes.Uint64,
	reflect.Float32: arrow.PrimitiveTypes.Float32, reflect.Float64: arrow.PrimitiveTypes.Float64,
	reflect.String: arrow.BinaryTypes.String,
}

// dataType returns the Arrow type for elements of a Go type as a field without
// a name.
func dataType(path string, t reflect.Type, unit arrow.TimeUnit, depth int) (arrow.Field, error) {
	unsupported := &TypeError{Column: path, Want: t.String()}
	if depth > maxDepth {
		return arrow.Field{}, unsupported
	}
	switch t {
	case timeType:
		return arrow.Field{Type: &arrow.TimestampType{Unit: unit, TimeZone: "UTC"}}, nil
	case durationType:
		return arrow.Field{Type: &arrow.DurationType{Unit: arrow.Nanosecond}}, nil
	}
	if dt, ok := basicTypes[t.Kind()]; ok {
		return arrow.Field{Type: dt}, nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		if k := t.Elem().Kind(); k == reflect.Pointer || k == reflect.Slice {
			return arrow.Field{}, unsupported // there would be two kinds of nil
		}
		f, err := dataType(path, t.Elem(), unit, depth+1)
		f.Nullable = true
		return f, err
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return arrow.Field{Type: arrow.BinaryTypes.Binary, Nullable: true}, nil
		}
		elem, err := element(path, t, unit, depth)
		return arrow.Field{Type: arrow.ListOfField(elem), Nullable: true}, err
	case reflect.Array:
		if t.Len() == 0 {
			return arrow.Field{}, unsupported
		}
		if t.Elem().Kind() == reflect.Uint8 {
			return arrow.Field{Type: &arrow.FixedSizeBinaryType{ByteWidth: t.Len()}}, nil
		}
		elem, err := element(path, t, unit, depth)
		return arrow.Field{Type: arrow.FixedSizeListOfField(int32(t.Len()), elem)}, err
	case reflect.Struct:
		return structType(path, t, depth)
	}
	return arrow.Field{}, unsupported
}

func element(path string, t reflect.Type, unit arrow.TimeUnit, depth int) (arrow.Field, error) {
	f, err := dataType(path+"[]", t.Elem(), unit, depth+1)
	if err != nil {
		f.Type = arrow.Null // ListOf wants one
	}
	f.Name = "item"
	return f, err
}

func structType(path string, t reflect.Type, depth int) (arrow.Field, error) {
	columns, err := fields(t)
	if err != nil {
		return arrow.Field{}, err
	}
	list := make([]arrow.Field, len(columns))
	for i, c := range columns {
		f, err := dataType(path+"."+c.name, c.typ, c.unit, depth+1)
		if err != nil {
			return arrow.Field{}, err
		}
		f.Name = c.name
		list[i] = f
	}
	return arrow.Field{Type: arrow.StructOf(list...)}, nil
}
