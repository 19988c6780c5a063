// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
)

// radixMin is the length from which sorting by digits beats sorting by
// comparisons.
const radixMin = 256

// An item is what sorting moves: eight bytes of a key, most significant first,
// and the number of the key.
type item struct {
	digits uint64
	i      uint32
}

// sortTexts returns the order of n texts by their bytes, smallest first, until
// the scratch space is used again. Of 793,000 words the comparisons alone would take
// 500 ms, because each has to fetch two texts from memory; here a text is
// fetched once for each eight bytes that it has in common with others.
func (s *scratch) sortTexts(n int, text func(i int) string) []item {
	items := s.itemSpace(n)
	for i := range items {
		items[i] = item{digits(text(i), 0), uint32(i)}
	}
	t := textSorter{text, sorter{s.spareSpace(n), s.countSpace()}}
	t.sort(items, 0)
	return items
}

// digits returns eight bytes of s from depth on, zeros after the end.
func digits(s string, depth int) uint64 {
	if len(s) >= depth+8 {
		return binary.BigEndian.Uint64([]byte(s[depth : depth+8]))
	}
	var b [8]byte
	if len(s) > depth {
		copy(b[:], s[depth:])
	}
	return binary.BigEndian.Uint64(b[:])
}

// sortItems orders items by their digits and calls same for runs of equal ones.
func (s *scratch) sortItems(items []item, same func([]item)) {
	var d sorter
	if len(items) >= insertionMax {
		d = sorter{s.spareSpace(len(items)), s.countSpace()}
	}
	d.sort(items, same)
}

// A sorter has the space that sorting items needs.
type sorter struct {
	spare  []item
	counts []int32
}

type textSorter struct {
	text func(i int) string
	sorter
}

// sort orders items, whose texts are equal up to depth and whose digits are
// the eight bytes from there.
func (s *textSorter) sort(items []item, depth int) {
	s.sorter.sort(items, func(same []item) {
		// Texts that differ in nothing but zeros at the end have equal digits
		// at every depth, so this is where lengths are looked at.
		if len(same) < 32 {
			slices.SortFunc(same, func(a, b item) int {
				return strings.Compare(s.text(int(a.i))[min(depth, len(s.text(int(a.i)))):], s.text(int(b.i))[min(depth, len(s.text(int(b.i)))):])
			})
			return
		}
		ended := 0
		for k := range same {
			if len(s.text(int(same[k].i))) <= depth+8 {
				same[k], same[ended] = same[ended], same[k]
				ended++
			}
		}
		slices.SortFunc(same[:ended], func(a, b item) int {
			return cmp.Compare(len(s.text(int(a.i))), len(s.text(int(b.i))))
		})
		rest := same[ended:]
		for k := range rest {
			rest[k].digits = digits(s.text(int(rest[k].i)), depth+8)
		}
		if len(rest) > 1 {
			s.sort(rest, depth+8)
		}
	})
}

// sort orders items by their digits and calls same for runs of equal
// ones.
func (s *sorter) sort(items []item, same func([]item)) {
	if len(items) < insertionMax {
		insertionSort(items)
		for lo := 0; lo < len(items); {
			hi := lo + 1
			for hi < len(items) && items[hi].digits == items[lo].digits {
				hi++
			}
			if hi-lo > 1 && same != nil {
				same(items[lo:hi])
			}
			lo = hi
		}
		return
	}
	var diff uint64
	for k := range items {
		diff |= items[k].digits ^ items[0].digits
	}
	if diff == 0 {
		if same != nil {
			same(items)
		}
		return
	}
	// One pass over the leading bits that differ: 16 of many items, else 8.
	width := 8
	if len(items) > 1<<15 {
		width = 16
	}
	shift := max(0, bits.Len64(diff)-width)
	mask := uint64(1)<<width - 1
	counts := s.counts[:1<<width]
	clear(counts)
	for k := range items {
		counts[items[k].digits>>shift&mask]++
	}
	ends := make([]int32, 0, 256)
	sum := int32(0)
	for k, c := range counts {
		if c > 0 {
			counts[k] = sum
			sum += c
			ends = append(ends, sum)
		}
	}
	spare := s.spare[:len(items)]
	for _, it := range items {
		d := it.digits >> shift & mask
		spare[counts[d]] = it
		counts[d]++
	}
	copy(items, spare)
	lo := int32(0)
	for _, hi := range ends {
		if hi-lo > 1 {
			s.sort(items[lo:hi], same)
		}
		lo = hi
	}
}

// insertionMax is the length from which insertionSort is the slower way.
const insertionMax = 64

func insertionSort(items []item) {
	for i := 1; i < len(items); i++ {
		it := items[i]
		k := i
		for ; k > 0 && items[k-1].digits > it.digits; k-- {
			items[k] = items[k-1]
		}
		items[k] = it
	}
}
