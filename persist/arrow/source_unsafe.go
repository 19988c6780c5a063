// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
)

// A source is a column of memory that is to be written.
type source struct {
	column
	base   unsafe.Pointer // of the first element
	stride uintptr        // from one element to the next
}

// sources returns the columns and the number of rows of a table.
func sources(v any) ([]source, int, error) {
	if t, ok := v.(Table); ok {
		return tableSources(t)
	}
	r := reflect.ValueOf(v)
	for r.Kind() == reflect.Pointer && !r.IsNil() {
		r = r.Elem()
	}
	switch {
	case r.Kind() == reflect.Slice && isStruct(r.Type().Elem()):
		columns, err := fields(r.Type().Elem())
		if err != nil {
			return nil, 0, err
		}
		list := make([]source, len(columns))
		for i, c := range columns {
			list[i] = source{c, unsafe.Add(r.UnsafePointer(), c.offset), r.Type().Elem().Size()}
		}
		return list, r.Len(), nil
	case isMap(r):
		t := make(Table, 0, r.Len())
		all := make(map[string]any, r.Len())
		for k, v := range r.Seq2() {
			all[k.String()] = v.Interface()
		}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			t = append(t, Column{name, all[name]})
		}
		return tableSources(t)
	case r.Kind() == reflect.Struct && isStruct(r.Type()):
		columns, err := fields(r.Type())
		if err != nil {
			return nil, 0, err
		}
		var s columnSources
		for _, c := range columns {
			s.add(c, r.FieldByIndex(c.index))
		}
		return s.list, s.rows, s.err
	}
	return nil, 0, notTable(reflect.TypeOf(v))
}

func notTable(t reflect.Type) error {
	return fmt.Errorf("arrow: %v is not a table: neither a slice of structs, a struct of slices, a map[string][]E nor a Table", t)
}

func isStruct(t reflect.Type) bool { return t.Kind() == reflect.Struct && t != timeType }

func isMap(r reflect.Value) bool {
	return r.Kind() == reflect.Map && r.Type().Key().Kind() == reflect.String && r.Type().Elem().Kind() == reflect.Slice
}

func tableSources(t Table) ([]source, int, error) {
	var s columnSources
	seen := make(map[string]bool)
	for _, c := range t {
		if seen[c.Name] {
			return nil, 0, fmt.Errorf("arrow: two columns are called %q", c.Name)
		}
		seen[c.Name] = true
		s.add(column{name: c.Name, unit: arrow.Nanosecond}, reflect.ValueOf(c.Data))
	}
	return s.list, s.rows, s.err
}

// columnSources collects columns that are slices.
type columnSources struct {
	list []source
	rows int
	err  error
}

func (s *columnSources) add(c column, data reflect.Value) {
	switch {
	case s.err != nil:
	case data.Kind() != reflect.Slice:
		s.err = fmt.Errorf("arrow: column %q is not a slice", c.name)
	case len(s.list) > 0 && data.Len() != s.rows:
		s.err = fmt.Errorf("arrow: column %q has %d rows, and %q has %d", c.name, data.Len(), s.list[0].name, s.rows)
	default:
		c.typ = data.Type().Elem()
		s.rows = data.Len()
		s.list = append(s.list, source{c, data.UnsafePointer(), c.typ.Size()})
	}
}
