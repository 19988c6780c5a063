// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package npy

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// The files in testdata were written by numpy 2.4.

func TestLoadNumpy(t *testing.T) {
	t.Parallel()
	c, err := Load[float64]("testdata/f8_c.npy")
	if err != nil || !slices.Equal(c.Shape, []int{2, 3}) || c.Fortran || c.At(1, 2) != 5.0/7 {
		t.Errorf("%+v, %v", c, err)
	}
	f, err := Load[float64]("testdata/f8_fortran.npy")
	if err != nil || !f.Fortran {
		t.Errorf("%+v, %v", f, err)
	}
	for i := range 2 {
		for k := range 3 {
			if c.At(i, k) != f.At(i, k) {
				t.Errorf("[%d %d]: %v and %v", i, k, c.At(i, k), f.At(i, k))
			}
		}
	}
	if a, err := Load[int32]("testdata/i4_big.npy"); err != nil || !slices.Equal(a.Data, []int32{1, -2, 3}) {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := Load[bool]("testdata/b1.npy"); err != nil || !slices.Equal(a.Data, []bool{true, false, true}) {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := Load[complex128]("testdata/c16_scalar.npy"); err != nil || len(a.Shape) != 0 || a.At() != 1+2i {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := Load[uint8]("testdata/u1_empty.npy"); err != nil || !slices.Equal(a.Shape, []int{0, 3}) {
		t.Errorf("%+v, %v", a, err)
	}
	h, err := Load[float64]("testdata/f2.npy")
	want := []float64{1.5, 0, 65504, 5.960464477539063e-08, math.Inf(1), math.NaN(), 0.0999755859375}
	if err != nil || fmt.Sprint(h.Data[2:]) != fmt.Sprint(want[2:]) || h.Data[0] != 1.5 || !math.Signbit(h.Data[1]) {
		t.Errorf("%+v, %v", h, err)
	}
	var te *TypeError
	if _, err := Load[float32]("testdata/f8_c.npy"); !errors.As(err, &te) || te.Stored != "<f8" {
		t.Errorf("another type: %v", err)
	}
	if _, err := Load[int32]("testdata/records.npy"); !errors.Is(err, ErrFormat) {
		t.Errorf("records: %v", err)
	}
}

func TestZipNumpy(t *testing.T) {
	t.Parallel()
	z, err := OpenZip("testdata/two.npz")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if names := z.Names(); !slices.Equal(names, []string{"x", "y"}) {
		t.Errorf("%v", names)
	}
	if h, err := z.Header("y"); err != nil || h.Type != "<f4" {
		t.Errorf("%+v, %v", h, err)
	}
	if a, err := Get[int64](z, "x"); err != nil || !slices.Equal(a.Data, []int64{0, 1, 2}) {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := Get[int64](z, "no"); err == nil {
		t.Error("an array that is not there")
	}
	s, err := OpenZip("testdata/small.npz")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if a, err := Get[int16](s, "z"); err != nil || len(a.Data) != 1000 || a.Data[999] != 999 {
		t.Errorf("%v", err)
	}
}

func roundTrip[T Element](t *testing.T, a Array[T]) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.npy")
	if err := Save(path, a); err != nil {
		t.Fatal(err)
	}
	got, err := Load[T](path)
	if err != nil {
		t.Fatal(err)
	}
	a.Shape = a.shape()
	if len(a.Data) == 0 {
		got.Data, a.Data = nil, nil
	}
	if !reflect.DeepEqual(got, a) {
		t.Errorf("%T: got %+v, want %+v", a, got, a)
	}
	if len(a.Data) == 0 || typeName[T]() == "b1" {
		return
	}
	for _, writable := range []bool{false, true} {
		m, err := Map[T](path, writable)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(m.Array, a) {
			t.Errorf("%T: mapped %+v, want %+v", a, m.Array, a)
		}
		m.Data[0] = m.Data[len(m.Data)-1]
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		again, err := Load[T](path)
		if err != nil || (again.Data[0] == a.Data[len(a.Data)-1]) != writable {
			t.Errorf("%T: writable %v: the file has %v, %v", a, writable, again.Data[0], err)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	roundTrip(t, Array[bool]{Data: []bool{true, false}})
	roundTrip(t, Array[int8]{Data: []int8{-128, 127}})
	roundTrip(t, Array[int16]{Data: []int16{-1, 2, 3, 4, 5, 6}, Shape: []int{3, 2}})
	roundTrip(t, Array[int32]{Data: []int32{1, 2}, Shape: []int{1, 2, 1}, Fortran: true})
	roundTrip(t, Array[int64]{Data: []int64{math.MinInt64, 1}})
	roundTrip(t, Array[uint8]{Data: []uint8{}})
	roundTrip(t, Array[uint16]{Data: []uint16{1, 65535}})
	roundTrip(t, Array[uint32]{Data: []uint32{1, math.MaxUint32}})
	roundTrip(t, Array[uint64]{Data: []uint64{1, math.MaxUint64}})
	roundTrip(t, Array[float32]{Data: []float32{1.5, -2}})
	grid := Array[float64]{Data: make([]float64, 5000), Shape: []int{50, 100}}
	for i := range grid.Data {
		grid.Data[i] = float64(i) / 3
	}
	roundTrip(t, grid)
	roundTrip(t, Array[complex64]{Data: []complex64{1i, 2}})
	roundTrip(t, Array[complex128]{Data: []complex128{1i, 3, 2}})
	if err := Write(&bytes.Buffer{}, Array[int8]{Data: make([]int8, 3), Shape: []int{2}}); err == nil {
		t.Error("a shape that does not fit")
	}
	var b bytes.Buffer
	w := NewZipWriter(&b, true)
	if err := Add(w, "a", Array[int8]{Data: []int8{1}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z, err := NewZip(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if a, err := Get[int8](z, "a"); err != nil || a.Data[0] != 1 {
		t.Error(err)
	}
}

func TestHalf(t *testing.T) {
	t.Parallel()
	for x := range 1 << 16 {
		f := float64(half(uint16(x)))
		exp, frac := x>>10&0x1f, float64(x&0x3ff)
		want := math.Ldexp(1+frac/1024, exp-15)
		switch {
		case exp == 0:
			want = math.Ldexp(frac, -24)
		case exp == 31 && frac == 0:
			want = math.Inf(1)
		case exp == 31:
			want = math.NaN()
		}
		if x>>15 == 1 {
			want = math.Copysign(want, -1)
		}
		if math.IsNaN(want) != math.IsNaN(f) || !math.IsNaN(f) && math.Float64bits(want) != math.Float64bits(f) {
			t.Fatalf("half(%#x) = %v, want %v", x, f, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.npy")
	if err != nil || len(files) == 0 {
		f.Fatal("no files to start from")
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ReadHeader(bytes.NewReader(b))
		if err != nil && !errors.Is(err, ErrFormat) {
			t.Fatal(err)
		}
		tryRead[float64](t, b, h)
		tryRead[bool](t, b, h)
		tryRead[int32](t, b, h)
		tryRead[complex128](t, b, h)
	})
}

func FuzzZip(f *testing.F) {
	for _, name := range []string{"small.npz", "two.npz"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		z, err := NewZip(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		for _, name := range z.Names() {
			z.Header(name)
			Get[int16](z, name)
			Get[int64](z, name)
			Get[float32](z, name)
		}
	})
}

func tryRead[T Element](t *testing.T, b []byte, h Header) {
	a, err := Read[T](bytes.NewReader(b))
	if err != nil {
		return
	}
	var again bytes.Buffer
	if err := Write(&again, a); err != nil {
		t.Fatalf("%+v: %v", h, err)
	}
	c, err := Read[T](&again)
	if err != nil || !bytes.Equal(bytesOf(a.Data), bytesOf(c.Data)) || !slices.Equal(a.Shape, c.Shape) {
		t.Fatalf("%+v: another array came back: %v", h, err)
	}
	view[T](b)
}
