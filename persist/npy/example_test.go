// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package npy_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gomemo/persist/npy"
)

func tempFile(name string) (path string, remove func()) {
	dir, err := os.MkdirTemp("", "npy")
	if err != nil {
		panic(err)
	}
	return filepath.Join(dir, name), func() { os.RemoveAll(dir) }
}

func matrix() npy.Array[float64] {
	return npy.Array[float64]{Data: []float64{1, 2, 3, 4, 5, 6}, Shape: []int{2, 3}}
}

func Example() {
	var b bytes.Buffer
	if err := npy.Write(&b, matrix()); err != nil {
		fmt.Println(err)
	}
	a, err := npy.Read[float64](&b)
	fmt.Println(a.Shape, a.At(1, 0), err)
	// Output: [2 3] 4 <nil>
}

func ExampleArray_At() {
	a := matrix()
	a.Fortran = true // the same elements, column by column
	fmt.Println(a.At(1, 0), a.At(0, 1))
	// Output: 2 3
}

func ExampleSave() {
	path, remove := tempFile("x.npy")
	defer remove()
	if err := npy.Save(path, npy.Array[int16]{Data: []int16{1, 2, 3}}); err != nil {
		fmt.Println(err)
	}
	a, err := npy.Load[int16](path)
	fmt.Println(a.Data, a.Shape, err)
	// Output: [1 2 3] [3] <nil>
}

// The type asked for must be the one in the file.
func ExampleLoad() {
	_, err := npy.Load[float32]("testdata/f8_fortran.npy")
	var te *npy.TypeError
	fmt.Println(errors.As(err, &te), te.Stored, te.Want)
	// Output: true <f8 f4
}

func ExampleReadHeader() {
	f, err := os.Open("testdata/f8_fortran.npy")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	h, err := npy.ReadHeader(f)
	fmt.Println(h.Type, h.Shape, h.Fortran, err)
	// Output: <f8 [2 3] true <nil>
}

func ExampleWrite() {
	a := matrix()
	a.Shape = []int{7}
	fmt.Println(npy.Write(&bytes.Buffer{}, a))
	// Output: npy: 6 elements do not have the shape [7]
}

func ExampleMap() {
	path, remove := tempFile("x.npy")
	defer remove()
	if err := npy.Save(path, matrix()); err != nil {
		fmt.Println(err)
		return
	}
	m, err := npy.Map[float64](path, true)
	if err != nil {
		fmt.Println(err)
		return
	}
	m.Data[0] = 10 // in the file
	if err := m.Close(); err != nil {
		fmt.Println(err)
	}
	a, err := npy.Load[float64](path)
	fmt.Println(a.Data, err)
	// Output: [10 2 3 4 5 6] <nil>
}

func ExampleCreateZip() {
	path, remove := tempFile("x.npz")
	defer remove()
	w, err := npy.CreateZip(path, true)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Discard()
	err = errors.Join(npy.Add(w, "matrix", matrix()), npy.Add(w, "flags", npy.Array[bool]{Data: []bool{true}}), w.Close())
	if err != nil {
		fmt.Println(err)
		return
	}
	z, err := npy.OpenZip(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer z.Close()
	h, err := z.Header("matrix")
	fmt.Println(z.Names(), h.Type, h.Shape, err)
	flags, err := npy.Get[bool](z, "flags")
	fmt.Println(flags.Data, err)
	// Output:
	// [matrix flags] <f8 [2 3] <nil>
	// [true] <nil>
}

func ExampleNewZip() {
	var b bytes.Buffer
	w := npy.NewZipWriter(&b, false)
	if err := errors.Join(npy.Add(w, "x", matrix()), w.Close()); err != nil {
		fmt.Println(err)
		return
	}
	z, err := npy.NewZip(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	x, err := npy.Get[float64](z, "x")
	fmt.Println(x.At(0, 2), err)
	// Output: 3 <nil>
}
