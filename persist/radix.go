// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
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

// texts are many texts in one piece of memory.
type texts struct {
	bytes []byte // with textPadding bytes more at the end
	ends  []int  // of each text, after a 0
}

// textPadding lets eight bytes be read wherever a text ends.
const textPadding = 8

func (t *texts) len() int { return len(t.ends) - 1 }

func (t *texts) size(i uint32) int { return t.ends[i+1] - t.ends[i] }

// digits returns eight bytes of a text from depth on, zeros after its end.
func (t *texts) digits(i uint32, depth int) uint64 {
	left := t.size(i) - depth
	if left <= 0 {
		return 0
	}
	x := binary.BigEndian.Uint64(t.bytes[t.ends[i]+depth:])
	if left < 8 {
		x &= ^uint64(0) << (64 - 8*left)
	}
	return x
}

// sortTexts returns the order of texts by their bytes, smallest first, until
// the scratch space is used again. Of 793,000 words the comparisons alone would
// take 500 ms, because each has to fetch two texts from memory; here a text is
// fetched once for each eight bytes that it has in common with others.
func (s *scratch) sortTexts(t *texts) []item {
	n := t.len()
	items := s.itemSpace(n)
	inParallel(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			items[i] = item{t.digits(uint32(i), 0), uint32(i)}
		}
	})
	d := &sorter{counts: s.countSpace(), text: t}
	d.sortTop(items, s.spareSpace(n))
	return items
}

// sortItems orders items by their digits and calls same for runs of equal ones.
func (s *scratch) sortItems(items []item, same func([]item)) {
	d := sorter{same: same}
	var spare []item
	if len(items) >= insertionMax {
		d.counts, spare = s.countSpace(), s.spareSpace(len(items))
	}
	d.sort(items, spare, 0)
}

// inParallel calls f for parts of the numbers below n that are worth it.
func inParallel(n int, f func(lo, hi int)) {
	parts := min(runtime.GOMAXPROCS(0), n/(1<<14))
	if parts < 2 {
		f(0, n)
		return
	}
	var wg sync.WaitGroup
	for k := range parts {
		wg.Go(func() { f(n*k/parts, n*(k+1)/parts) })
	}
	wg.Wait()
}

// A sorter orders items by their digits, from the most significant on. Items of
// equal digits are ordered by what follows in their texts, if there are texts,
// or else by same, if there is one.
type sorter struct {
	counts []int32
	ends   []int32 // a stack
	text   *texts
	same   func([]item)
}

// sortTop is sort for many items, on all cores.
func (d *sorter) sortTop(items, spare []item) {
	if len(items) < 1<<15 {
		d.sort(items, spare, 0)
		return
	}
	ends := d.partition(items, spare)
	if ends == nil {
		d.tie(items, spare, 0)
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for k := range min(runtime.GOMAXPROCS(0), 8) {
		own := d
		if k > 0 {
			own = &sorter{counts: make([]int32, len(d.counts)), text: d.text}
		}
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(ends) {
					return
				}
				lo, hi := int32(0), ends[i]
				if i > 0 {
					lo = ends[i-1]
				}
				own.sort(items[lo:hi], spare[lo:hi], 0)
			}
		})
	}
	wg.Wait()
}

// sort orders items. Their digits are at depth in their texts.
func (d *sorter) sort(items, spare []item, depth int) {
	switch {
	case len(items) < 2:
	case len(items) < insertionMax:
		insertionSort(items)
		d.runs(items, spare, depth)
	default:
		bottom := len(d.ends)
		ends := d.partition(items, spare)
		if ends == nil {
			d.tie(items, spare, depth)
			return
		}
		lo := int32(0)
		for _, hi := range ends {
			d.sort(items[lo:hi], spare[lo:hi], depth)
			lo = hi
		}
		d.ends = d.ends[:bottom]
	}
}

// runs calls tie for runs of equal digits in sorted items.
func (d *sorter) runs(items, spare []item, depth int) {
	if d.text == nil && d.same == nil {
		return
	}
	for lo := 0; lo < len(items); {
		hi := lo + 1
		for hi < len(items) && items[hi].digits == items[lo].digits {
			hi++
		}
		if hi-lo > 1 {
			d.tie(items[lo:hi], spare[min(lo, len(spare)):min(hi, len(spare))], depth)
		}
		lo = hi
	}
}

// tie orders items of equal digits.
func (d *sorter) tie(items, spare []item, depth int) {
	if d.text != nil {
		d.sortSame(items, spare, depth)
	} else if d.same != nil {
		d.same(items)
	}
}

// partition puts items in the order of the leading bits in which they differ,
// 16 of many items, else 8, and returns where the groups end, on the stack of
// ends. It returns nil if all digits are equal.
func (d *sorter) partition(items, spare []item) []int32 {
	var diff uint64
	for k := range items {
		diff |= items[k].digits ^ items[0].digits
	}
	if diff == 0 {
		return nil
	}
	width := 8
	if len(items) > 1<<15 {
		width = 16
	}
	shift := max(0, bits.Len64(diff)-width)
	mask := uint64(1)<<width - 1
	counts := d.counts[:1<<width]
	clear(counts)
	for k := range items {
		counts[items[k].digits>>shift&mask]++
	}
	bottom := len(d.ends)
	sum := int32(0)
	for k, c := range counts {
		if c > 0 {
			counts[k] = sum
			sum += c
			d.ends = append(d.ends, sum)
		}
	}
	for _, it := range items {
		b := it.digits >> shift & mask
		spare[counts[b]] = it
		counts[b]++
	}
	copy(items, spare)
	return d.ends[bottom:]
}

// sortSame orders items whose texts are equal in the eight bytes from depth on
// and before, zeros after the end counted as bytes.
func (d *sorter) sortSame(items, spare []item, depth int) {
	// Texts that differ in nothing but zeros at the end have equal digits at
	// every depth, so this is where lengths are looked at: those that have
	// ended come first, by length.
	ended := 0
	for k := range items {
		if d.text.size(items[k].i) <= depth+8 {
			items[k], items[ended] = items[ended], items[k]
			ended++
		}
	}
	if ended > 1 {
		slices.SortFunc(items[:ended], func(a, b item) int {
			return cmp.Compare(d.text.size(a.i), d.text.size(b.i))
		})
	}
	rest := items[ended:]
	if len(rest) < 2 {
		return
	}
	for k := range rest {
		rest[k].digits = d.text.digits(rest[k].i, depth+8)
	}
	d.sort(rest, spare[min(ended, len(spare)):], depth+8)
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
