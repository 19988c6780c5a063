// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"reflect"

	"github.com/apache/arrow-go/v18/arrow"
)

// goTypes has the Go types for Arrow types that have no parameters.
var goTypes = map[arrow.Type]reflect.Type{
	arrow.NULL: reflect.TypeFor[bool](), // there are nils only
	arrow.BOOL: reflect.TypeFor[bool](),
	arrow.INT8: reflect.TypeFor[int8](), arrow.UINT8: reflect.TypeFor[uint8](),
	arrow.INT16: reflect.TypeFor[int16](), arrow.UINT16: reflect.TypeFor[uint16](),
	arrow.INT32: reflect.TypeFor[int32](), arrow.UINT32: reflect.TypeFor[uint32](),
	arrow.INT64: reflect.TypeFor[int64](), arrow.UINT64: reflect.TypeFor[uint64](),
	arrow.FLOAT16: reflect.TypeFor[float32](), arrow.FLOAT32: reflect.TypeFor[float32](), arrow.FLOAT64: reflect.TypeFor[float64](),
	arrow.STRING: reflect.TypeFor[string](), arrow.LARGE_STRING: reflect.TypeFor[string](), arrow.STRING_VIEW: reflect.TypeFor[string](),
	arrow.BINARY: reflect.TypeFor[[]byte](), arrow.LARGE_BINARY: reflect.TypeFor[[]byte](), arrow.BINARY_VIEW: reflect.TypeFor[[]byte](),
	arrow.FIXED_SIZE_BINARY: reflect.TypeFor[[]byte](),
	arrow.TIMESTAMP:         timeType, arrow.DATE32: timeType, arrow.DATE64: timeType,
	arrow.DURATION: durationType, arrow.TIME32: durationType, arrow.TIME64: durationType,
}

// goType returns the type of elements in a Table. Those of lists may be null if
// the file says so, others if some are.
func goType(path string, dt arrow.DataType, nulls bool) (reflect.Type, error) {
	var t reflect.Type
	switch dt := dt.(type) {
	case *arrow.DictionaryType:
		return goType(path, dt.ValueType, nulls)
	case *arrow.MapType: // which is also a list
	case arrow.ListLikeType:
		elem, err := goType(path+"[]", dt.Elem(), dt.ElemField().Nullable)
		if err != nil {
			return nil, err
		}
		t = reflect.SliceOf(elem)
	case *arrow.StructType:
		return nil, &TypeError{path, dt.String(), "a Table: read into structs"}
	default:
		t = goTypes[dt.ID()]
	}
	if t == nil {
		return nil, &TypeError{path, dt.String(), "any Go type"}
	}
	if nulls && t.Kind() != reflect.Slice {
		t = reflect.PointerTo(t)
	}
	return t, nil
}
