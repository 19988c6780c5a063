// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"cmp"
	"math"
	"reflect"
	"slices"
	"unsafe"
)

// Maps whose keys are strings or integers are read as maps of a few types that
// have the same layout in memory: the code that the compiler makes for ranging
// over and assigning to a map depends on the sizes of its keys and values and
// on how keys are hashed, which is the same for all integers of one size. It's
// six times as fast as reflection (793,000 entries: 30 ms against 190 ms).

// A mapType reads and fills maps of one type.
type mapType struct {
	snap snapper
	fill func(m, keys, vals unsafe.Pointer, n int)
}

// snapperOf returns how to read maps of type p, and how to fill them; fill is
// nil if that takes reflection.
func mapTypeOf(p *plan) mapType {
	switch {
	case p.key.op == opString:
		return mapTypeWith[string](p)
	case p.key.op != opFixed && p.key.op != opWord:
	case p.key.kind == reflect.Float32, p.key.kind == reflect.Float64, p.key.lane != p.key.width:
	case p.key.size == 8 && numberClass(p.key.kind).class == 'i':
		return mapTypeWith[int64](p)
	case p.key.size == 8:
		return mapTypeWith[uint64](p)
	case p.key.size == 4 && numberClass(p.key.kind).class == 'i':
		return mapTypeWith[int32](p)
	case p.key.size == 4:
		return mapTypeWith[uint32](p)
	}
	return mapType{snap: snapMap}
}

func mapTypeWith[K cmp.Ordered](p *plan) mapType {
	switch v := p.val; {
	case v.op == opString:
		return fastMap[K, string]()
	case v.op == opPtr, v.op == opMap:
		return fastMap[K, unsafe.Pointer]()
	case v.op == opSlice:
		return fastMap[K, []byte]()
	case v.op == opIface:
		return fastMap[K, any]()
	case v.op != opFixed && v.op != opWord && v.op != opBool || v.lane != v.width:
	case v.size == 8:
		return fastMap[K, uint64]()
	case v.size == 4:
		return fastMap[K, uint32]()
	case v.size == 2:
		return fastMap[K, uint16]()
	case v.size == 1:
		return fastMap[K, uint8]()
	}
	return mapType{snap: snapMap}
}

func fastMap[K cmp.Ordered, V any]() mapType { return mapType{snapFast[K, V], fillFast[K, V]} }

func snapFast[K cmp.Ordered, V any](e *encoder, m *mapping) {
	src := *(*map[K]V)(m.slot)
	n := len(src)
	m.n = n
	if n == 0 || uint64(n) > math.MaxUint32 {
		e.changed = n > 0
		return
	}
	if texts, ok := any(src).(map[string]V); ok && n >= radixMin && snapTexts(e, m, texts) {
		return
	}
	ks, vs := make([]K, 0, n), make([]V, 0, n)
	for k, v := range src {
		if len(ks) == n {
			e.changed = true
			return
		}
		ks, vs = append(ks, k), append(vs, v)
	}
	if len(ks) < n {
		e.changed = true
		return
	}
	order := sortKeys(&e.scratch, ks)
	if n < 1<<14 {
		reorder(order, ks, vs)
		m.contiguous(unsafe.Pointer(unsafe.SliceData(ks)), unsafe.Pointer(unsafe.SliceData(vs)))
		return
	}
	keys, vals := make([]K, n), make([]V, n)
	inParallel(n, func(lo, hi int) {
		for at := lo; at < hi; at++ {
			i := order[at].i
			keys[at], vals[at] = ks[i], vs[i]
		}
	})
	m.contiguous(unsafe.Pointer(unsafe.SliceData(keys)), unsafe.Pointer(unsafe.SliceData(vals)))
}

// reorder puts ks and vs in the order of items, which it spoils.
func reorder[K, V any](order []item, ks []K, vs []V) {
	for start := range order {
		k, v, at := ks[start], vs[start], start
		for {
			from := int(order[at].i)
			order[at].i = uint32(at)
			if from == start || from == at {
				break
			}
			ks[at], vs[at] = ks[from], vs[from]
			at = from
		}
		ks[at], vs[at] = k, v
	}
}

// sortKeys returns the order of the keys.
func sortKeys[K cmp.Ordered](s *scratch, ks []K) []item {
	items := s.itemSpace(len(ks))
	if _, ok := any(ks).([]string); ok {
		for i := range items {
			items[i].i = uint32(i)
		}
		slices.SortFunc(items, func(a, b item) int { return cmp.Compare(ks[a.i], ks[b.i]) })
		return items
	}
	for i, k := range ks {
		items[i] = item{digits: [2]uint64{integerDigits(k)}, i: uint32(i)}
	}
	return s.sortItems(items, nil)
}

// integerDigits maps integers to unsigned ones of the same order.
func integerDigits[K cmp.Ordered](k K) uint64 {
	switch k := any(k).(type) {
	case int64:
		return uint64(k) ^ 1<<63
	case int32:
		return uint64(int64(k)) ^ 1<<63
	case uint64:
		return k
	case uint32:
		return uint64(k)
	}
	panic("persist: no integer")
}

func fillFast[K cmp.Ordered, V any](m, keys, vals unsafe.Pointer, n int) {
	dst := *(*map[K]V)(m)
	ks, vs := unsafe.Slice((*K)(keys), n), unsafe.Slice((*V)(vals), n)
	for i, k := range ks {
		dst[k] = vs[i]
	}
}
