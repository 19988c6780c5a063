// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
)

type benchColumns struct {
	X []float64
}

type benchRow struct {
	ID    int
	Name  string
	Price float64
	Count int32
	Flag  bool
}

func benchRows() []benchRow {
	rows := make([]benchRow, 200_000)
	for i := range rows {
		rows[i] = benchRow{i, fmt.Sprint("name", i), float64(i) / 3, int32(i), i%3 == 0}
	}
	return rows
}

// BenchmarkFloats is a column of 80 MB.
func BenchmarkFloats(b *testing.B) {
	v := benchColumns{make([]float64, 10_000_000)}
	for i := range v.X {
		v.X[i] = float64(i) / 7
	}
	path := benchSaveLoad(b, v)
	b.Run("map", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m, err := Map[benchColumns](path)
			if err != nil || len(m.Shared) != 1 {
				b.Fatal(err)
			}
			m.Close()
		}
	})
}

// BenchmarkRows has the rows of persist's benchmark.
func BenchmarkRows(b *testing.B) { benchSaveLoad(b, benchRows()) }

func benchSaveLoad[T any](b *testing.B, v T) (path string) {
	path = filepath.Join(b.TempDir(), "x.arrow")
	b.Run("save", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := Save(path, v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("load", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			x, err := Load[T](path)
			if err != nil {
				b.Fatal(err)
			}
			runtime.KeepAlive(x)
		}
	})
	return path
}
