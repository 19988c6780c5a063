// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

// Package npy reads and writes the array files of numpy: .npy, one array, and
// .npz, a zip file of several.
//
//	err := npy.Save("x.npy", npy.Array[float64]{Data: xs, Shape: []int{1000, 3}})
//	a, err := npy.Load[float64]("x.npy")
//
// An [Array] has the elements in one slice, in the order of the file: row by row,
// or with Fortran set column by column. All numeric types of numpy are read: bool,
// signed and unsigned integers, floats and complex numbers, in both byte orders;
// half-precision floats (float16) as float32 or float64. Otherwise the type asked
// for must be the one in the file; [ReadHeader] and [Zip.Header] tell it.
// Arrays of objects, strings, times and records are refused: the first are Python
// programs, and package persist is there for the others.
//
// [Map] maps an array instead of reading it. Files written by this package are
// aligned for that, as numpy's are.
package npy
