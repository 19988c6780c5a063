// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package npy

import (
	_ "embed"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomemo/persist/internal/python"
)

// peer writes arrays of every type, and compares what has become of them.
//
//go:embed testdata/peer.py
var peer string

// A copier reads an array in every way and writes copies of it.
type copier func(t *testing.T, from, to string)

// copiers has one for each of numpy's types.
var copiers = map[string]copier{
	"b1": copies[bool],
	"i1": copies[int8], "i2": copies[int16], "i4": copies[int32], "i8": copies[int64],
	"u1": copies[uint8], "u2": copies[uint16], "u4": copies[uint32], "u8": copies[uint64],
	"f2": copies[float32], "f4": copies[float32], "f8": copies[float64],
	"c8": copies[complex64], "c16": copies[complex128],
}

// copies writes to.npy as it was loaded, and to.map.npy as it was mapped, which
// must be possible for what numpy wrote in the machine's order.
func copies[T Element](t *testing.T, from, to string) {
	t.Helper()
	a, err := Load[T](from)
	if err != nil {
		t.Errorf("%s: %v", from, err)
		return
	}
	if err := Save(to+".npy", a); err != nil {
		t.Error(err)
	}
	h := headerOf(t, from)
	m, err := Map[T](from, false)
	possible := h.Type[0] != '>' && h.Type[1:] == typeName[T]() && h.Type != "|b1" || len(a.Data) == 0
	if (err == nil) != possible {
		t.Errorf("%s: mapped: %v, want it %v", from, err, possible)
	}
	if err != nil {
		return
	}
	if err := Save(to+".map.npy", m.Array); err != nil {
		t.Error(err)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

func headerOf(t *testing.T, path string) Header {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := ReadHeader(f)
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return h
}

// TestNumpy has numpy write arrays of every type, order and shape, alone and in
// archives, and read them again after they were read and written here.
func TestNumpy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	python.Run(t, dir, peer, "write")
	files, err := filepath.Glob(filepath.Join(dir, "in", "*.npy"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	seen := map[string]bool{}
	for _, from := range files {
		name := headerOf(t, from).Type[1:]
		seen[name] = true
		copiers[name](t, from, filepath.Join(dir, "out", strings.TrimSuffix(filepath.Base(from), ".npy")))
	}
	if len(seen) != len(copiers) {
		t.Errorf("there were arrays of %v only", slices.Sorted(maps.Keys(seen)))
	}
	for _, compressed := range []string{"stored", "deflated"} {
		rezip(t, filepath.Join(dir, "in", compressed+".npz"), filepath.Join(dir, "out", compressed+".npz"), compressed == "deflated")
	}
	if out := python.Run(t, dir, peer, "compare"); out != "ok\n" {
		t.Errorf("numpy said %s", out)
	}
	checkForeign(t, filepath.Join(dir, "foreign"))
}

// rezip copies an archive with members f8, a matrix in Fortran's order, and c16
// and b1.
func rezip(t *testing.T, from, to string, compressed bool) {
	t.Helper()
	z, err := OpenZip(from)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if names := z.Names(); !slices.Equal(names, []string{"f8", "c16", "b1"}) {
		t.Errorf("%v", names)
	}
	w, err := CreateZip(to, compressed)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	member[float64](t, z, w, "f8")
	member[complex128](t, z, w, "c16")
	member[bool](t, z, w, "b1")
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

func member[T Element](t *testing.T, z *Zip, w *ZipWriter, name string) {
	t.Helper()
	a, err := Get[T](z, name)
	if err != nil {
		t.Error(err)
	}
	if err := Add(w, name, a); err != nil {
		t.Error(err)
	}
}

// checkForeign reads arrays of types that are not read.
func checkForeign(t *testing.T, dir string) {
	t.Helper()
	for name, want := range map[string]string{
		"unicode": `"<U3" (texts)`, "bytes": `"|S3" (texts of bytes)`, "date": `"<M8[s]" (dates)`, "span": `"<m8[ns]" (time spans)`,
		"object": `"|O" (Python objects)`, "void": `"|V4" (raw bytes)`, "long": `"<f16" (long doubles)`, "records": "an array of records",
	} {
		path := filepath.Join(dir, name+".npy")
		for _, err := range []error{loadError[float64](path), loadError[uint8](path), mapError[int32](path)} {
			var te *TypeError
			if err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, &te) && name != "records" {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
	}
}

func loadError[T Element](path string) error {
	_, err := Load[T](path)
	return err
}

func mapError[T Element](path string) error {
	m, err := Map[T](path, false)
	if err == nil {
		m.Close()
	}
	return err
}
