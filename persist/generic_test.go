// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

func TestGeneric(t *testing.T) {
	t.Parallel()
	type unknown struct {
		A    int
		b    string
		T    time.Time
		Kind myInt
		Next *unknown
		Kids []*unknown
		M    map[string]unknown
		E    error
		F    func()
	}
	v := &unknown{A: 1, b: "x", T: time.Unix(1, 0).UTC(), Kind: 7, M: map[string]unknown{"k": {A: 3}}, E: errors.New("e")}
	v.Next = &unknown{A: 2, Next: v}
	v.Kids = []*unknown{v, nil}
	data := encodeBytes(t, v)
	want := reflect.TypeFor[any]()
	var te *TypeError
	if _, err := DecodeValues(data, []reflect.Type{want}); !errors.As(err, &te) {
		t.Errorf("without Generic: %v", err)
	}
	out, err := DecodeValues(data, []reflect.Type{want}, Generic())
	if err != nil {
		t.Fatal(err)
	}
	x := out[0].Elem().Elem()
	if x.Kind() != reflect.Struct || x.Type().Name() != "" || x.NumField() != 9 {
		t.Fatalf("it became %v", x.Type())
	}
	if x.FieldByName("A").Int() != 1 || x.FieldByName("b").String() != "x" || x.FieldByName("Kind").Kind() != reflect.Int {
		t.Errorf("%+v", x)
	}
	if !x.FieldByName("T").Interface().(time.Time).Equal(v.T) || fmt.Sprint(x.FieldByName("E")) != "e" {
		t.Errorf("%+v", x)
	}
	next := x.FieldByName("Next").Elem().Elem() // any, *struct
	if next.FieldByName("A").Int() != 2 || next.FieldByName("Next").Elem().Pointer() != out[0].Elem().Pointer() {
		t.Errorf("%+v", next)
	}
	kids := x.FieldByName("Kids").Elem()
	if kids.Len() != 2 || kids.Index(0).Pointer() != out[0].Elem().Pointer() || !kids.Index(1).IsNil() {
		t.Errorf("%+v", kids)
	}
	if m := x.FieldByName("M").Elem(); m.Len() != 1 || m.MapIndex(reflect.ValueOf("k")).FieldByName("A").Int() != 3 {
		t.Errorf("%+v", m)
	}
}

func TestChangedTypes(t *testing.T) {
	t.Parallel()
	type old struct {
		A int8
		B uint16
		C float32
		D []int32
		E map[string]uint8
		F *int16
		G [2]complex64
		H string
		I struct{ X, Y int32 }
		J *node
		K []inner
	}
	type changed struct {
		K []struct {
			New string
			B   string
		}
		I    struct{ Y, Z int64 }
		F    *int64
		E    map[string]uint64
		D    []int64
		C    float64
		B    int32
		A    int
		G    [2]complex128
		More []string
	}
	f := int16(-5)
	v := old{-1, 65535, 1.5, []int32{1, -2}, map[string]uint8{"a": 200}, &f, [2]complex64{1i, 2}, "gone",
		struct{ X, Y int32 }{1, 2}, &node{val: 1}, []inner{{a: 1, B: "b"}}}
	got := decodeInto[changed](t, encodeBytes(t, v))
	g := int64(-5)
	want := changed{A: -1, B: 65535, C: 1.5, D: []int64{1, -2}, E: map[string]uint64{"a": 200}, F: &g, G: [2]complex128{1i, 2}}
	want.I.Y = 2
	want.K = append(want.K, struct{ New, B string }{"", "b"})
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, test := range []struct {
		into         reflect.Type
		path, stored string
	}{
		{reflect.TypeFor[struct{ A uint8 }](), ".A", "int8"},
		{reflect.TypeFor[struct{ B int16 }](), ".B", "uint16"},
		{reflect.TypeFor[struct{ H []byte }](), ".H", "string"},
		{reflect.TypeFor[struct{ D []string }](), ".D[i]", "int32"},
		{reflect.TypeFor[struct{ E map[int]uint8 }](), ".E[key]", "string"},
		{reflect.TypeFor[struct{ G [3]complex64 }](), ".G", "[2]complex64"},
		{reflect.TypeFor[struct{ J node }](), ".J", "*gomemo/persist.node"},
		{reflect.TypeFor[[]int](), "", "gomemo/persist.old"},
	} {
		_, err := DecodeValues(encodeBytes(t, v), []reflect.Type{test.into})
		var te *TypeError
		if !errors.As(err, &te) || te.Path != test.path || te.Stored != test.stored {
			t.Errorf("%v: %v", test.into, err)
		}
	}
}
