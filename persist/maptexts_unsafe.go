// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"encoding/binary"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

// texts are the keys of a map that are longer than 16 bytes, copied to memory
// where they lie together. The others are in the digits of their items.
type texts struct {
	blocks []textBlock // of textsPerBlock texts each, the last one of fewer
}

type textBlock struct {
	bytes []byte   // with textPadding bytes more at the end
	ends  []uint32 // of each text, after a 0
}

const (
	textsPerBlock = 1 << 12

	// textPadding lets eight bytes be read wherever a text ends.
	textPadding = 8

	// textShort is the size up to which a text is in its item.
	textShort = len(item{}.digits) * 8

	// touchAhead is how many texts are fetched from memory at a time.
	touchAhead = 64
)

// long returns the bytes of a text that is not short.
func (t *texts) long(i uint32) []byte {
	b := &t.blocks[i/textsPerBlock]
	k := i % textsPerBlock
	return b.bytes[b.ends[k]:b.ends[k+1]]
}

// digits returns eight bytes from depth on of a long text of the given size,
// zeros after its end. It has no branches: they would be guessed wrong half of
// the time.
func (t *texts) digits(i, size uint32, depth int) uint64 {
	b := &t.blocks[i/textsPerBlock]
	left := max(0, min(int(size)-depth, 8))
	x := binary.BigEndian.Uint64(b.bytes[int(b.ends[i%textsPerBlock])+min(depth, int(size)):])
	return x &^ (math.MaxUint64 >> (8 * left))
}

// firstDigits returns the first 16 bytes of a text, zeros after its end.
func firstDigits(s string) (hi, lo uint64) {
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	switch n := len(b); {
	case n >= 16:
		return binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])
	case n >= 8:
		return binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[n-8:]) << (8 * (16 - n))
	case n >= 4:
		return uint64(binary.BigEndian.Uint32(b))<<32 | uint64(binary.BigEndian.Uint32(b[n-4:]))<<(8*(8-n)), 0
	}
	for k, c := range b {
		hi |= uint64(c) << (56 - 8*k)
	}
	return hi, 0
}

// fill makes items of keys and, of the long ones, the texts of block number k.
// It reports false if they're too long for one block.
func (t *texts) fill(k int, keys []string, items []item) bool {
	total := 0
	for _, s := range keys {
		if len(s) > textShort {
			total += len(s)
		}
	}
	if uint64(total) > math.MaxUint32 {
		return false
	}
	b := &t.blocks[k]
	if need := total + textPadding; cap(b.bytes) < need {
		b.bytes = make([]byte, need+need/8) // which text is in which block differs each time
	}
	b.bytes = b.bytes[:total+textPadding]
	b.ends = append(slices.Grow(b.ends[:0], len(keys)+1), 0)
	clear(b.bytes[total:])
	at := 0
	var seen byte
	for lo := 0; lo < len(keys); lo += touchAhead {
		some := keys[lo:min(lo+touchAhead, len(keys))]
		seen ^= touch(some)
		for j, s := range some {
			if len(s) > textShort {
				at += copy(b.bytes[at:], s)
			}
			b.ends = append(b.ends, uint32(at))
			// Not one assignment of all: it would be put together on the stack,
			// in pieces smaller than those it is then moved in, which stalls.
			it := &items[lo+j]
			it.digits[0], it.digits[1] = firstDigits(s)
			it.i, it.size = uint32(k*textsPerBlock+lo+j), uint32(len(s))
		}
	}
	runtime.KeepAlive(seen) // so that the compiler does not leave it out
	return true
}

// touch reads a byte of each text. The keys of a map are all over the heap; the
// processor fetches those of one loop without dependencies at the same time,
// whereas copying a text waits for each (793,000 words: 10 ms against 65 ms).
func touch(some []string) (seen byte) {
	for _, s := range some {
		if len(s) > 0 {
			seen ^= s[0]
		}
	}
	return seen
}

// A textChunk is texts on the way from the map to their block.
type textChunk struct {
	keys  []string
	block int
}

// A textGatherer copies the keys of a map, those of large ones on several cores
// while the map is being read.
type textGatherer struct {
	t     *texts
	items []item
	chunk textChunk      // being filled
	full  chan textChunk // nil if there are no helpers
	free  chan []string
	wg    sync.WaitGroup
	long  atomic.Bool // some texts were not for fill
}

// start prepares for n texts. It uses the space of keys, which may be nil.
func (g *textGatherer) start(n int, keys []string) {
	g.chunk.keys = slices.Grow(keys[:0], min(n, textsPerBlock))
	if n < 4*textsPerBlock {
		return
	}
	helpers := max(1, min(runtime.GOMAXPROCS(0)-1, 3))
	g.full, g.free = make(chan textChunk, helpers), make(chan []string, 2*helpers)
	for range cap(g.free) {
		g.free <- make([]string, 0, textsPerBlock)
	}
	for range helpers {
		g.wg.Go(func() {
			for c := range g.full {
				g.fill(c)
				g.free <- c.keys[:0]
			}
		})
	}
}

func (g *textGatherer) fill(c textChunk) {
	lo := c.block * textsPerBlock
	if !g.t.fill(c.block, c.keys, g.items[lo:lo+len(c.keys)]) {
		g.long.Store(true)
	}
}

func (g *textGatherer) add(key string) {
	if len(g.chunk.keys) == textsPerBlock {
		next := textChunk{g.chunk.keys[:0], g.chunk.block + 1}
		select {
		case g.full <- g.chunk:
			next.keys = <-g.free
		default: // there are no helpers, or they're busy
			g.fill(g.chunk)
		}
		g.chunk = next
	}
	g.chunk.keys = append(g.chunk.keys, key)
}

// end waits for the helpers. It reports whether all texts were gathered.
func (g *textGatherer) end() bool {
	g.fill(g.chunk)
	if g.full != nil {
		close(g.full)
		for c := range g.full {
			g.fill(c)
		}
		g.wg.Wait()
	}
	return !g.long.Load()
}

// A textTable is a column of strings that is ready to be stored.
type textTable struct {
	sizes []uint32
	bytes []byte
}

// strings returns the texts.
func (t *textTable) strings() []string {
	s := make([]string, len(t.sizes))
	at := 0
	for i, n := range t.sizes {
		s[i] = string(t.bytes[at : at+int(n)])
		at += int(n)
	}
	return s
}

// textMapScratch is memory for the maps whose keys are many texts.
type textMapScratch struct {
	texts  texts
	keys   []string // cleared after use
	values any      // a []V, of a V without pointers
	sorted any      // as values
	table  textTable
	used   bool // sorted and table are part of the value that is being stored
}

// spaceFor returns n values of V from *keep, or new ones. Values with pointers
// are not kept, because they would keep what they point to.
func spaceFor[V any](keep *any, n int) []V {
	var v V
	switch any(v).(type) {
	case uint64, uint32, uint16, uint8:
	default:
		return make([]V, n)
	}
	s, _ := (*keep).([]V)
	if cap(s) < n {
		s = make([]V, n)
		*keep = s
	}
	return s[:n]
}

// snapTexts is snapFast for many string keys. It reports false, having done
// nothing, if these keys are not for it.
func snapTexts[V any](e *encoder, m *mapping, src map[string]V) bool {
	n, s := m.n, &e.textMaps
	blocks := (n + textsPerBlock - 1) / textsPerBlock
	if cap(s.texts.blocks) < blocks {
		s.texts.blocks = append(s.texts.blocks[:cap(s.texts.blocks)], make([]textBlock, blocks-cap(s.texts.blocks))...)
	}
	s.texts.blocks = s.texts.blocks[:blocks]
	vs := spaceFor[V](&s.values, n)
	items := e.itemSpace(n)
	if !gatherTexts(e, &s.texts, items, src, vs) {
		return e.changed
	}
	items = e.sortTexts(&s.texts, items)
	var table *textTable
	var vals []V
	if s.used {
		table, vals = &textTable{}, make([]V, n)
	} else {
		s.used = true
		table, vals = &s.table, spaceFor[V](&s.sorted, n)
	}
	table.collect(&s.texts, items)
	inParallel(n, func(lo, hi int) {
		for at := lo; at < hi; at++ {
			vals[at] = vs[items[at].i]
		}
	})
	m.texts = table
	m.contiguous(nil, unsafe.Pointer(unsafe.SliceData(vals)))
	return true
}

// gatherTexts copies the entries of src.
func gatherTexts[V any](e *encoder, t *texts, items []item, src map[string]V, vs []V) bool {
	s := &e.textMaps
	g := textGatherer{t: t, items: items}
	g.start(len(vs), s.keys)
	i := 0
	for k, v := range src {
		if i == len(vs) {
			i++
			break
		}
		vs[i] = v
		i++
		g.add(k)
	}
	ok := g.end()
	s.keys = g.chunk.keys[:0]
	clear(s.keys[:cap(s.keys)])
	e.changed = e.changed || i != len(vs)
	return ok && !e.changed
}

// collect puts the texts one after the other in the order of items.
func (t *textTable) collect(src *texts, items []item) {
	n := len(items)
	t.sizes = slices.Grow(t.sizes[:0], n)[:n]
	total := 0
	for at, it := range items {
		t.sizes[at] = it.size
		total += int(it.size)
	}
	t.bytes = slices.Grow(t.bytes[:0], total)[:total]
	inParallel(n, func(lo, hi int) {
		from, to := 0, 0
		for at, size := range t.sizes[:hi] {
			if at < lo {
				from += int(size)
			}
			to += int(size)
		}
		collectPart(t.bytes[from:to:to], src, items[lo:hi])
	})
}

// collectPart fills dst with the texts of items.
func collectPart(dst []byte, src *texts, items []item) {
	var (
		ready [touchAhead][]byte
		seen  byte
	)
	for lo := 0; lo < len(items); lo += touchAhead {
		some := items[lo:min(lo+touchAhead, len(items))]
		for k, it := range some {
			if it.size > uint32(textShort) {
				ready[k] = src.long(it.i)
				seen ^= ready[k][0]
			}
		}
		for k := range some {
			it := &some[k]
			switch {
			case it.size > uint32(textShort):
				copy(dst, ready[k])
			case len(dst) >= textShort:
				binary.BigEndian.PutUint64(dst, it.digits[0])
				binary.BigEndian.PutUint64(dst[8:], it.digits[1])
			default:
				var b [textShort]byte
				binary.BigEndian.PutUint64(b[:], it.digits[0])
				binary.BigEndian.PutUint64(b[8:], it.digits[1])
				copy(dst, b[:it.size])
			}
			dst = dst[it.size:]
		}
	}
	runtime.KeepAlive(seen)
}
