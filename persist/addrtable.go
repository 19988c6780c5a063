// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import "runtime"

// An addrTable finds the region that starts at an address and is in a pool. It
// is a plain open-addressing table of numbers: discovery and encoding ask it
// once for every reference, Go's map takes three times as long (measured with
// 1e5 nodes), and the garbage collector need not look at it.
type addrTable struct {
	slots []addrSlot // a power of two, at most two thirds full
	n     int
}

type addrSlot struct {
	addr uintptr // 0 is a free slot
	pool int32
	i    int32 // the region's number
}

func (t *addrTable) hash(addr uintptr) int {
	return int(uint64(addr) * 0x9e3779b97f4a7c15 >> 24)
}

// find returns the number stored for addr and pool, or -1.
func (t *addrTable) find(addr uintptr, pool int) int {
	if t.n == 0 {
		return -1
	}
	mask := len(t.slots) - 1
	for k := t.hash(addr) & mask; ; k = (k + 1) & mask {
		s := &t.slots[k]
		if s.addr == addr && s.pool == int32(pool) {
			return int(s.i)
		}
		if s.addr == 0 {
			return -1
		}
	}
}

// touch has the processor fetch the slots of some addresses together.
func (t *addrTable) touch(addrs []uint64) {
	if t.n == 0 {
		return
	}
	mask := len(t.slots) - 1
	var seen uintptr
	for _, x := range addrs {
		seen ^= t.slots[t.hash(uintptr(x))&mask].addr
	}
	runtime.KeepAlive(seen)
}

// insert returns the number stored for addr and pool, storing i if there is
// none, and whether that was so.
func (t *addrTable) insert(addr uintptr, pool, i int) (int, bool) {
	if 3*t.n >= 2*len(t.slots) {
		t.grow()
	}
	mask := len(t.slots) - 1
	for k := t.hash(addr) & mask; ; k = (k + 1) & mask {
		s := &t.slots[k]
		if s.addr == addr && s.pool == int32(pool) {
			return int(s.i), false
		}
		if s.addr == 0 {
			*s = addrSlot{addr, int32(pool), int32(i)}
			t.n++
			return i, true
		}
	}
}

func (t *addrTable) grow() {
	old := t.slots
	// Small tables are cheap to fill again, large ones should stay in cache.
	factor := 2
	if len(old) < 4096 {
		factor = 4
	}
	t.slots = make([]addrSlot, max(64, factor*len(old)))
	mask := len(t.slots) - 1
	for _, s := range old {
		if s.addr == 0 {
			continue
		}
		k := t.hash(s.addr) & mask
		for t.slots[k].addr != 0 {
			k = (k + 1) & mask
		}
		t.slots[k] = s
	}
}

// reset empties the table. It keeps a large one's memory only if it was in
// use: clearing it takes time.
func (t *addrTable) reset() {
	switch {
	case t.n < len(t.slots)/16 && len(t.slots) > 4096:
		t.slots = nil
	case t.n > 0:
		clear(t.slots)
	}
	t.n = 0
}

// A spanSet remembers which runs of several values are being searched, so that
// slices of one array that start at different elements are not searched again
// and again.
type spanSet struct {
	pages map[uintptr][]span
}

type span struct {
	base   *plan
	lo, hi uintptr
}

const (
	spanPage = 4096
	spanMin  = 32 // shorter runs are searched again faster than looked up
)

func (s *spanSet) covers(base *plan, lo, hi uintptr) bool {
	for _, x := range s.pages[lo/spanPage] {
		if x.base == base && x.lo <= lo && hi <= x.hi {
			return true
		}
	}
	return false
}

func (s *spanSet) add(base *plan, lo, hi uintptr) {
	if s.pages == nil {
		s.pages = map[uintptr][]span{}
	}
	for page := lo / spanPage; page <= (hi-1)/spanPage; page++ {
		s.pages[page] = append(s.pages[page], span{base, lo, hi})
	}
}

func (s *spanSet) reset() {
	if len(s.pages) > 64 {
		s.pages = nil
	} else {
		clear(s.pages)
	}
}
