// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

// An addrTable maps an address and the type found there to a region's number.
// It is a plain open-addressing table: discovery and encoding ask it once for
// every reference, and Go's map costs three times as much (measured with 1e5
// nodes).
type addrTable struct {
	slots []addrSlot // a power of two, at most half full
	n     int
}

type addrSlot struct {
	addr uintptr // 0 is a free slot
	base *plan
	i    int
}

func (t *addrTable) hash(addr uintptr) int {
	return int(uint64(addr) * 0x9e3779b97f4a7c15 >> 20)
}

// find returns the number stored for addr and base, or -1.
func (t *addrTable) find(addr uintptr, base *plan) int {
	if t.n == 0 {
		return -1
	}
	mask := len(t.slots) - 1
	for k := t.hash(addr) & mask; ; k = (k + 1) & mask {
		s := &t.slots[k]
		if s.addr == addr && s.base == base {
			return s.i
		}
		if s.addr == 0 {
			return -1
		}
	}
}

// insert returns the number stored for addr and base, storing i if there is
// none, and whether that was so.
func (t *addrTable) insert(addr uintptr, base *plan, i int) (int, bool) {
	if 2*t.n >= len(t.slots) {
		t.grow()
	}
	mask := len(t.slots) - 1
	for k := t.hash(addr) & mask; ; k = (k + 1) & mask {
		s := &t.slots[k]
		if s.addr == addr && s.base == base {
			return s.i, false
		}
		if s.addr == 0 {
			*s = addrSlot{addr, base, i}
			t.n++
			return i, true
		}
	}
}

func (t *addrTable) grow() {
	old := t.slots
	t.slots = make([]addrSlot, max(64, 4*len(old)))
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

// reset empties the table, keeping a small one's memory.
func (t *addrTable) reset() {
	switch {
	case len(t.slots) > 4096:
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

const spanPage = 4096

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
