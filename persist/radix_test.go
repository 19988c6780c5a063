// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestSortTexts(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 63, 64, 1000, 1 << 15, 40_000} {
		for _, alphabet := range []string{"\x00", "\x00a", "ab", "abcdefghijklmnopqrstuvwxyz", "\x00\xff\x7f\x80"} {
			list := make([]string, n)
			for i := range list {
				var b strings.Builder
				for range r.IntN(1 + min(i, 30)) {
					b.WriteByte(alphabet[r.IntN(len(alphabet))])
				}
				list[i] = []string{"", "commonprefix", "commonprefixcommonprefix"}[r.IntN(3)] + b.String()
			}
			want := slices.Clone(list)
			slices.Sort(want)
			var s scratch
			texts := newTexts(list, s.itemSpace(n))
			for at, it := range s.sortTexts(texts, s.itemSpace(n)) {
				if list[it.i] != want[at] {
					t.Fatalf("%d texts of %q: %q at %d, want %q", n, alphabet, list[it.i], at, want[at])
				}
			}
		}
	}
}

func newTexts(list []string, items []item) *texts {
	t := &texts{}
	for lo := 0; lo < len(list); lo += textsPerBlock {
		hi := min(lo+textsPerBlock, len(list))
		t.blocks = append(t.blocks, textBlock{})
		t.fill(len(t.blocks)-1, list[lo:hi], items[lo:hi])
	}
	return t
}

func TestFastMaps(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	testFastMap(t, func(i int) string { return fmt.Sprint(r.Uint64()) }, func(i int) int { return i })
	testFastMap(t, func(i int) int { return int(r.Uint64()) }, func(i int) string { return fmt.Sprint(i) })
	testFastMap(t, func(i int) int32 { return int32(r.Uint64()) }, func(i int) []byte { return []byte{byte(i)} })
	testFastMap(t, func(i int) uint64 { return r.Uint64() }, func(i int) any { return i })
	testFastMap(t, func(i int) uint32 { return r.Uint32() }, func(i int) *int { return &i })
	testFastMap(t, func(i int) myInt { return myInt(r.Uint64()) }, func(i int) bool { return i%2 == 0 })
	testFastMap(t, func(i int) string { return fmt.Sprint(i) }, func(i int) float32 { return float32(i) })
	testFastMap(t, func(i int) int64 { return -int64(i) }, func(i int) map[string]int16 { return map[string]int16{"a": int16(i)} })
	testFastMap(t, func(i int) int64 { return -int64(i) }, func(i int) uint16 { return uint16(i) })
	// Those that take reflection.
	testFastMap(t, func(i int) uint8 { return uint8(i) }, func(i int) complex64 { return complex(float32(i), 1) })
	testFastMap(t, func(i int) float64 { return float64(i) }, func(i int) inner { return inner{a: int8(i)} })
	testFastMap(t, func(i int) string { return fmt.Sprint(i) }, func(i int) struct{} { return struct{}{} })
}

func testFastMap[K comparable, V any](t *testing.T, key func(int) K, val func(int) V) {
	t.Helper()
	for _, n := range []int{1, 100, 20_000} {
		m, other := map[K]V{}, map[K]V{}
		for i := range n {
			m[key(i)] = val(i)
		}
		maps.Copy(other, m)
		if string(encodeBytes(t, m)) != string(encodeBytes(t, other)) {
			t.Errorf("%T: the same map has two forms", m)
		}
		if got := roundTrip(t, m); fmt.Sprint(len(got)) != fmt.Sprint(len(m)) || string(encodeBytes(t, got)) != string(encodeBytes(t, m)) {
			t.Errorf("%T: another map came back", m)
		}
	}
}
