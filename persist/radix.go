// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"cmp"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// radixMin is the length from which sorting by digits beats sorting by
// comparisons.
const radixMin = 256

// An item is what sorting moves: the first 16 bytes of a key, most significant
// first, the number of the key, and the size of a text. Of a text of more than
// 16 bytes digits[1] changes while sorting.
type item struct {
	digits  [2]uint64
	i, size uint32
}

// sortTexts orders items that fill made in the scratch space for them by the
// bytes of their texts, smallest first. Of 793,000 words the comparisons alone would take 500 ms, because each
// has to fetch two texts from memory; here only texts are fetched that have the
// first 16 bytes in common, and once for each eight bytes more.
func (s *scratch) sortTexts(t *texts, items []item) []item {
	return s.sortTop(sorter{text: t}, items)
}

// sortItems orders items, which are the scratch space for them, by digits[0] and
// calls same for runs of equal ones, perhaps on several cores.
func (s *scratch) sortItems(items []item, same func([]item)) []item {
	if len(items) < insertionMax {
		d := sorter{same: same}
		d.sort(items, nil, 0)
		return items
	}
	return s.sortTop(sorter{same: same}, items)
}

// maxParts bounds on how many cores one thing is done.
const maxParts = 8

// partsOf returns into how many parts work on n numbers is worth to be divided.
func partsOf(n int) int { return max(1, min(runtime.GOMAXPROCS(0), n/(1<<14), maxParts)) }

// inParts calls f for parts of the numbers below n at the same time.
func inParts(parts, n int, f func(k, lo, hi int)) {
	var wg sync.WaitGroup
	for k := 1; k < parts; k++ {
		wg.Go(func() { f(k, n*k/parts, n*(k+1)/parts) })
	}
	f(0, 0, n/parts)
	wg.Wait()
}

// inParallel calls f for parts of the numbers below n that are worth it.
func inParallel(n int, f func(lo, hi int)) {
	inParts(partsOf(n), n, func(_, lo, hi int) { f(lo, hi) })
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

// sortTop sorts items, which are the scratch space for them, on all cores, and
// returns them in order: in what becomes the scratch space.
func (s *scratch) sortTop(d sorter, items []item) []item {
	spare := s.spareSpace(len(items))
	parts := partsOf(len(items))
	counts := s.countSpace(parts)
	d.counts = counts[:1<<topBits]
	if parts == 1 {
		d.sort(items, spare, 0)
		return items
	}
	ends := partitionTop(items, spare, counts, parts)
	if ends == nil {
		d.tie(items, spare, 0)
		return items
	}
	s.items, s.spare = s.spare, s.items
	items, spare = spare, items
	var next atomic.Int64
	inParts(parts, parts, func(k, _, _ int) {
		own := sorter{counts: counts[k<<topBits : (k+1)<<topBits], text: d.text, same: d.same}
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
	return items
}

// topBits is how many bits at most partitions look at.
const topBits = 16

// partitionTop is partition on several cores. What it puts in order is in spare.
func partitionTop(items, spare []item, counts []int32, parts int) []int32 {
	n := len(items)
	var diffs [maxParts]uint64
	first := items[0].digits[0]
	inParts(parts, n, func(k, lo, hi int) {
		var diff uint64
		for i := lo; i < hi; i++ {
			diff |= items[i].digits[0] ^ first
		}
		diffs[k] = diff
	})
	var diff uint64
	for _, x := range diffs {
		diff |= x
	}
	if diff == 0 {
		return nil
	}
	p := newPicker(diff, topBits)
	inParts(parts, n, func(k, lo, hi int) {
		counts := counts[k<<topBits : (k+1)<<topBits]
		clear(counts)
		for i := lo; i < hi; i++ {
			counts[p.pick(items[i].digits[0])]++
		}
	})
	var ends []int32
	sum := int32(0)
	for b := range 1 << topBits {
		before := sum
		for k := range parts {
			c := &counts[k<<topBits+b]
			*c, sum = sum, sum+*c
		}
		if sum > before {
			ends = append(ends, sum)
		}
	}
	inParts(parts, n, func(k, lo, hi int) {
		counts := counts[k<<topBits : (k+1)<<topBits]
		for i := lo; i < hi; i++ {
			b := p.pick(items[i].digits[0])
			spare[counts[b]] = items[i]
			counts[b]++
		}
	})
	return ends
}

// sort orders items. Their digits are those from depth on in their texts.
func (d *sorter) sort(items, spare []item, depth int) {
	switch {
	case len(items) < 2:
	case len(items) < insertionMax:
		insertionSort(items, word(depth))
		d.runs(items, spare, depth)
	default:
		bottom := len(d.ends)
		ends := d.partition(items, spare, word(depth))
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

// word says which of an item's digits are those at depth.
func word(depth int) int { return min(depth, 1) }

// runs calls tie for runs of equal digits in sorted items.
func (d *sorter) runs(items, spare []item, depth int) {
	if d.text == nil && d.same == nil {
		return
	}
	w := word(depth) & 1
	for lo := 0; lo < len(items); {
		hi := lo + 1
		for hi < len(items) && items[hi].digits[w] == items[lo].digits[w] {
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
func (d *sorter) partition(items, spare []item, w int) []int32 {
	w &= 1
	var diff uint64
	first := items[0].digits[w]
	for k := range items {
		diff |= items[k].digits[w] ^ first
	}
	if diff == 0 {
		return nil
	}
	width := 8
	if len(items) > 1<<13 {
		width = topBits
	}
	p := newPicker(diff, width)
	counts := d.counts[:1<<width]
	clear(counts)
	for k := range items {
		counts[p.pick(items[k].digits[w])]++
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
	for k := range items {
		it := &items[k]
		b := p.pick(it.digits[w])
		spare[counts[b]] = *it
		counts[b]++
	}
	copy(items, spare)
	return d.ends[bottom:]
}

// A picker gathers the leading bits in which some numbers differ. The bytes of
// texts have many bits that don't: of decimal digits half of them. Bits are
// picked in up to four runs, which is what the bytes of common texts make of 16.
type picker struct {
	shift [4]uint8
	mask  [4]uint64
}

func newPicker(diff uint64, width int) picker {
	var p picker
	for k := range p.mask {
		if diff == 0 || width == 0 {
			break
		}
		top := bits.Len64(diff)
		run := min(bits.LeadingZeros64(^(diff << (64 - top))), width)
		width -= run
		// The run's bits go to where width, those still free, begins.
		shift := top - run
		p.mask[k] = (1<<run - 1) << width
		p.shift[k] = uint8(shift - width) // perhaps negative: then a rotation to the left
		diff &= 1<<shift - 1
	}
	return p
}

func (p *picker) pick(x uint64) uint16 {
	return uint16(bits.RotateLeft64(x, -int(p.shift[0]))&p.mask[0] |
		bits.RotateLeft64(x, -int(p.shift[1]))&p.mask[1] |
		bits.RotateLeft64(x, -int(p.shift[2]))&p.mask[2] |
		bits.RotateLeft64(x, -int(p.shift[3]))&p.mask[3])
}

// sortSame orders items whose texts are equal in the eight bytes from depth on
// and before, zeros after the end counted as bytes.
func (d *sorter) sortSame(items, spare []item, depth int) {
	// Texts that differ in nothing but zeros at the end have equal digits at
	// every depth, so this is where lengths are looked at: those that have
	// ended come first, by length.
	ended := 0
	for k := range items {
		if int(items[k].size) <= depth+8 {
			items[k], items[ended] = items[ended], items[k]
			ended++
		}
	}
	if ended > 1 {
		slices.SortFunc(items[:ended], func(a, b item) int { return cmp.Compare(a.size, b.size) })
	}
	rest := items[ended:]
	if len(rest) < 2 {
		return
	}
	if depth > 0 {
		for k := range rest {
			rest[k].digits[1] = d.text.digits(rest[k].i, rest[k].size, depth+8)
		}
	}
	d.sort(rest, spare[min(ended, len(spare)):], depth+8)
}

// insertionMax is the length from which insertionSort is the slower way.
const insertionMax = 32

func insertionSort(items []item, w int) {
	w &= 1
	for i := 1; i < len(items); i++ {
		x := items[i].digits[w]
		if items[i-1].digits[w] <= x {
			continue
		}
		it := items[i]
		k := i
		for ; k > 0 && items[k-1].digits[w] > x; k-- {
			items[k] = items[k-1]
		}
		items[k] = it
	}
}
