// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// A sensor cannot be stored by its parts.
type sensor struct {
	read func() float64
	last float64
}

func (s *sensor) MarshalBinary() ([]byte, error) {
	if math.IsNaN(s.last) {
		return nil, errNoReading
	}
	return binary.BigEndian.AppendUint64(nil, math.Float64bits(s.last)), nil
}

var errNoReading = errors.New("no reading")

func (s *sensor) UnmarshalBinary(b []byte) error {
	if len(b) != 8 {
		return errNoReading
	}
	unmarshaled.Add(1)
	s.last = math.Float64frombits(binary.BigEndian.Uint64(b))
	s.read = func() float64 { return s.last }
	return nil
}

// unmarshaled counts the calls of all tests, which therefore are one.
var unmarshaled atomic.Int64

// A release is a key and a named string, has a form by value, and could be
// stored by its parts.
type release string

func (v release) MarshalBinary() ([]byte, error) { return append([]byte("v"), v...), nil }
func (v *release) UnmarshalBinary(b []byte) error {
	*v = release(bytes.TrimPrefix(b, []byte("v")))
	return nil
}

// A stamped has the methods of its embedded field, which know nothing of Name.
type stamped struct {
	time.Time
	Name string
}

type device struct {
	Name    string
	Main    sensor
	All     []sensor
	Same    *sensor
	Again   *sensor
	ByKey   map[release]*sensor
	Any     any
	Pair    [2]sensor
	Stamped stamped
	Link    url.URL
}

func newDevice() *device {
	s := &sensor{last: 5}
	return &device{
		Name: "d", Main: sensor{last: 1}, All: []sensor{{last: 2}, {last: 3}}, Same: s, Again: s,
		ByKey: map[release]*sensor{"1.10": s, "1.9": {last: 9}}, Any: sensor{last: 7}, Pair: [2]sensor{{last: 8}},
		Stamped: stamped{time.Unix(1, 0).UTC(), "n"}, Link: url.URL{Path: "/a b", OmitHost: true, Scheme: "x"},
	}
}

func TestBinaryForms(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	d := newDevice()
	if err := Dump(d, path); err != nil {
		t.Fatal(err)
	}
	got, err := Load[*device](path)
	if err != nil {
		t.Fatal(err)
	}
	if got.Main.last != 1 || got.Main.read() != 1 || got.All[1].read() != 3 || got.Pair[0].read() != 8 {
		t.Errorf("%+v", got)
	}
	if got.Same.read() != 5 || got.Same != got.Again || got.ByKey["1.10"] != got.Same || got.ByKey["1.9"].read() != 9 {
		t.Error("pointers to sensors came back otherwise")
	}
	if s, ok := got.Any.(sensor); !ok || s.read() != 7 {
		t.Errorf("in an interface: %v", got.Any)
	}
	if !got.Stamped.Equal(d.Stamped.Time) || got.Stamped.Name != "n" {
		t.Errorf("promoted methods were used: %+v", got.Stamped)
	}
	if got.Link != d.Link {
		t.Errorf("a URL came back as %#v", got.Link)
	}
	if err := Verify(path); err != nil {
		t.Error(err)
	}

	// The digest is that of the file, and depends on the binary forms only.
	info, err := Inspect(path)
	d.Main.read = func() float64 { return 0 }
	if sum, err2 := Hash(d); err != nil || err2 != nil || sum != info.Digest {
		t.Errorf("the digest is %v, of the file %v: %v, %v", sum, info.Digest, err, err2)
	}
	d.Main.last++
	if sum, _ := Hash(d); sum == info.Digest {
		t.Error("another value has the same digest")
	}
}

// TestBinaryFormsUnknown loads where the static type does not mention sensors:
// their methods must not run.
func TestBinaryFormsUnknown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := Dump([]any{sensor{last: 4}, 1}, path); err != nil {
		t.Fatal(err)
	}
	types := Types(func(name string) reflect.Type {
		if name == fullName(reflect.TypeFor[sensor]()) {
			return reflect.TypeFor[sensor]()
		}
		return nil
	})
	before := unmarshaled.Load()
	want := Binary{"gomemo/persist.sensor", string(binary.BigEndian.AppendUint64(nil, math.Float64bits(4)))}
	for name, opts := range map[string][]Option{"": nil, "with Types": {types}} {
		x, err := Load[any](path, opts...)
		if list, ok := x.([]any); err != nil || !ok || !reflect.DeepEqual(list[0], want) || list[1] != 1 {
			t.Errorf("%s as any: %v, %v", name, x, err)
		}
		var te *TypeError
		if x, err := Load[[]any](path, opts...); !errors.As(err, &te) {
			t.Errorf("%s as []any: %v, %v", name, x, err)
		}
	}
	if err := Dump(newDevice(), path); err != nil {
		t.Fatal(err)
	}
	x, err := Load[any](path)
	if err != nil {
		t.Fatal(err)
	}
	main := reflect.ValueOf(x).Elem().FieldByName("Main").Interface()
	if b, ok := main.(Binary); !ok || b.Type != want.Type || len(b.Data) != 8 {
		t.Errorf("a field became %#v", main)
	}
	if n := unmarshaled.Load() - before; n != 0 {
		t.Errorf("UnmarshalBinary ran %d times", n)
	}
	// What came out can be stored, by its parts.
	if err := Dump(x, path); err != nil {
		t.Error(err)
	}
	if y, err := Load[struct{ Main Binary }](path); err == nil {
		t.Errorf("a pointer fits a struct: %v", y)
	}
	if y, err := Load[*struct{ Main Binary }](path); err != nil || !reflect.DeepEqual(y.Main, main) {
		t.Errorf("a Binary came back as %v, %v", y, err)
	}
}

func TestBinaryFormsErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := Dump(sensor{last: math.NaN()}, path); !errors.Is(err, errNoReading) {
		t.Errorf("an error of MarshalBinary: %v", err)
	}
	if _, err := Hash([]sensor{{last: math.NaN()}}); !errors.Is(err, errNoReading) {
		t.Errorf("an error of MarshalBinary: %v", err)
	}
	if err := Dump(release("abc"), path); err != nil {
		t.Fatal(err)
	}
	// Any type that has the methods may take the bytes, and refuse them.
	if _, err := Load[sensor](path); !errors.Is(err, errNoReading) || !errors.Is(err, ErrFormat) {
		t.Errorf("an error of UnmarshalBinary: %v", err)
	}
	var te *TypeError
	if _, err := Load[string](path); !errors.As(err, &te) {
		t.Errorf("a binary form as a string: %v", err)
	}
	var ue *UnsupportedError
	if err := Dump(&sensor{read: func() float64 { return 0 }}, path, NoMethods()); !errors.As(err, &ue) || ue.Path != "read" {
		t.Errorf("NoMethods: %v", err)
	}
	// A pointer into a value that is stored in its binary form has no target.
	s := &sensor{last: 1}
	if err := Dump(struct {
		S *sensor
		P *float64
	}{s, &s.last}, path); !errors.As(err, &ue) {
		t.Errorf("a pointer into a sensor: %v", err)
	}
}

// TestBinaryFormsByParts loads what was stored before the type had methods, and
// makes sure that what memo uses calls none.
func TestBinaryFormsByParts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	want := map[release]sensor{"a": {last: 1}, "b": {last: 2}}
	if err := Dump(want, path, NoMethods()); err != nil {
		t.Fatal(err)
	}
	for _, opts := range [][]Option{nil, {NoMethods()}} {
		got, err := Load[map[release]sensor](path, opts...)
		if err != nil || got["a"].last != 1 || got["b"].last != 2 || got["a"].read != nil {
			t.Errorf("%v, %v", got, err)
		}
	}
	if got := roundTrip(t, want); got["b"].last != 2 || got["b"].read != nil {
		t.Errorf("EncodeValues and DecodeValues: %v", got)
	}
	if got := slices.Sorted(maps.Keys(roundTrip(t, want))); !slices.Equal(got, []release{"a", "b"}) {
		t.Error(got)
	}
	one, _ := HashValues([]reflect.Value{reflect.ValueOf(sensor{last: math.NaN()})})
	two, _ := HashValues([]reflect.Value{reflect.ValueOf(sensor{last: 1})})
	if one == (Digest{}) || one == two {
		t.Error("HashValues called a method")
	}
	var b bytes.Buffer
	if err := Write(&b, want); err != nil {
		t.Fatal(err)
	}
	var te *TypeError
	if _, err := Read[map[release]sensor](&b, NoMethods()); !errors.As(err, &te) {
		t.Errorf("binary forms with NoMethods: %v", err)
	}
}
