// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"
)

type row struct {
	ID    int
	Name  string
	Price float64
	Count int32
	Flag  bool
}

type graphNode struct {
	ID    int
	Edges []*graphNode
	Next  *graphNode
}

// The values of the table.
func benchFloats() []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	f := make([]float64, 10_000_000)
	for i := range f {
		f[i] = r.Float64()
	}
	return f
}

func benchWords(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("%s%d", []string{"word", "Internal", "parse", "x", "unmarshalField"}[r.IntN(5)], r.IntN(1<<30)+i)
	}
	return words
}

func benchVocabulary(n int) map[string]int {
	m := make(map[string]int, n)
	for i, w := range benchWords(n) {
		m[w] = i
	}
	return m
}

func benchRows(n int) []row {
	words := benchWords(n)
	rows := make([]row, n)
	for i := range rows {
		rows[i] = row{i, words[i], float64(i) / 3, int32(i), i%3 == 0}
	}
	return rows
}

func benchGraph(n int) *graphNode {
	nodes := make([]*graphNode, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range nodes {
		nodes[i] = &graphNode{ID: i}
	}
	for i, x := range nodes {
		x.Next = nodes[(i+1)%n]
		x.Edges = []*graphNode{nodes[r.IntN(n)], nodes[r.IntN(n)]}
	}
	return nodes[0]
}

func benchAny(n int) []any {
	s := make([]any, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func benchDumpLoad[T any](b *testing.B, v T, opts ...Option) {
	path := filepath.Join(b.TempDir(), "x")
	b.Run("dump", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := Dump(v, path, opts...); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("load", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			x, err := Load[T](path, opts...)
			if err != nil {
				b.Fatal(err)
			}
			runtime.KeepAlive(x)
		}
	})
}

func BenchmarkFloats(b *testing.B) {
	v := benchFloats()
	b.SetBytes(int64(8 * len(v)))
	benchDumpLoad(b, v)
	b.Run("noverify", func(b *testing.B) { benchDumpLoad(b, v, NoVerify()) })
}

func BenchmarkVocabulary(b *testing.B) { benchDumpLoad(b, benchVocabulary(793_000)) }
func BenchmarkWords(b *testing.B)      { benchDumpLoad(b, benchWords(793_000)) }
func BenchmarkRows(b *testing.B)       { benchDumpLoad(b, benchRows(200_000)) }
func BenchmarkGraph(b *testing.B)      { benchDumpLoad(b, benchGraph(100_000)) }

type small struct {
	Name string
	Xs   []float64
}

func newSmall() small { return small{"a", []float64{1, 2}} }

func BenchmarkSmall(b *testing.B) {
	benchDumpLoad(b, newSmall())
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		v := any(newSmall())
		for b.Loop() {
			if err := Write(io.Discard, v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkHash(b *testing.B) {
	for _, test := range []struct {
		name string
		v    any
		size int64
	}{
		{"floats", benchFloats(), 80_000_000},
		{"map200k", benchVocabulary(200_000), 0},
		{"any1e6", benchAny(1_000_000), 0},
		{"small", newSmall(), 0},
		{"int", 42, 0},
	} {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(test.size)
			for b.Loop() {
				if _, err := Hash(test.v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
