// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"bytes"
	"cmp"
	"math"
	"reflect"
	"slices"
	"strings"
	"unsafe"
)

// A snapper fills in the entries of m in canonical order.
type snapper func(e *encoder, m *mapping)

// snapMap is the snapper for all types of maps: it reads the entries by
// reflection.
func snapMap(e *encoder, m *mapping) {
	v := reflect.NewAt(m.plan.t, m.slot).Elem()
	n := v.Len()
	m.n = n
	if n == 0 {
		return
	}
	keys := reflect.MakeSlice(reflect.SliceOf(m.plan.key.t), n, n)
	vals := reflect.MakeSlice(reflect.SliceOf(m.plan.val.t), n, n)
	i := 0
	for it := v.MapRange(); it.Next(); i++ {
		if i == n {
			e.changed = true
			return
		}
		keys.Index(i).SetIterKey(it)
		vals.Index(i).SetIterValue(it)
	}
	if i < n {
		e.changed = true
		return
	}
	s := entrySorter{
		e: e, m: m,
		keys: keys.UnsafePointer(), vals: vals.UnsafePointer(),
		perm: make([]int, n),
	}
	for i := range s.perm {
		s.perm[i] = i
	}
	s.sort()
	m.keys, m.vals = make([]seg, n), make([]seg, n)
	for k, i := range s.perm {
		m.keys[k] = seg{s.key(i), 1}
		m.vals[k] = seg{s.val(i), 1}
	}
}

// keySegs returns where the keys are.
func (m *mapping) keySegs() []seg {
	if m.texts == nil {
		return m.keys
	}
	keys := m.texts.strings()
	return []seg{{unsafe.Pointer(unsafe.SliceData(keys)), len(keys)}}
}

// An entrySorter orders the entries of a map: by key where keys have an order that
// means something, else by a digest of what the key holds.
type entrySorter struct {
	e          *encoder
	m          *mapping
	keys, vals unsafe.Pointer
	perm       []int
}

func (s *entrySorter) key(i int) unsafe.Pointer {
	return unsafe.Add(s.keys, uintptr(i)*s.m.plan.key.size)
}

func (s *entrySorter) val(i int) unsafe.Pointer {
	return unsafe.Add(s.vals, uintptr(i)*s.m.plan.val.size)
}

func (s *entrySorter) sort() {
	if !s.m.plan.key.ordered {
		s.sortByDigest(s.perm, s.keyRank, true)
		return
	}
	k := s.m.plan.key
	slices.SortFunc(s.perm, func(i, j int) int { return k.compare(s.key(i), s.key(j)) })
	// Equal keys are NaNs of equal bits: the values decide.
	for lo := 0; lo < len(s.perm); {
		hi := lo + 1
		for hi < len(s.perm) && k.compare(s.key(s.perm[lo]), s.key(s.perm[hi])) == 0 {
			hi++
		}
		if hi > lo+1 {
			s.sortByDigest(s.perm[lo:hi], func(int) int { return 0 }, false)
		}
		lo = hi
	}
}

// keyRank is the place where the target of a pointer key was found.
func (s *entrySorter) keyRank(i int) int {
	if s.m.plan.key.op == opPtr {
		if q := *(*unsafe.Pointer)(s.key(i)); q != nil {
			if r := s.e.index.find(uintptr(q), s.e.poolNumber(s.m.plan.key.base)); r >= 0 {
				return r
			}
		}
	}
	return math.MaxInt
}

// sortByDigest orders entries by rank, then by the digests of key and value.
// Entries that are equal in all of these hold equal values, as far as the
// bounded search of a nested encoder goes.
func (s *entrySorter) sortByDigest(perm []int, rank func(int) int, withKey bool) {
	type ranked struct {
		rank int
		sum  [2]Digest
		i    int
	}
	rs := make([]ranked, len(perm))
	for k, i := range perm {
		rs[k] = ranked{rank: rank(i), i: i}
		if rs[k].rank < math.MaxInt && withKey {
			continue
		}
		if withKey {
			rs[k].sum[0] = s.e.nestedDigest(s.m.plan.key, s.key(i))
		}
		rs[k].sum[1] = s.e.nestedDigest(s.m.plan.val, s.val(i))
	}
	slices.SortFunc(rs, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank),
			bytes.Compare(a.sum[0][:], b.sum[0][:]), bytes.Compare(a.sum[1][:], b.sum[1][:]))
	})
	for k := range rs {
		perm[k] = rs[k].i
	}
}

// nestedLimit bounds what nestedDigest looks at, because it's called for each
// key of a map and each may lead to the whole graph.
const nestedLimit = 64

// nestedDigest returns a digest of a value by itself, for ordering.
func (e *encoder) nestedDigest(p *plan, ptr unsafe.Pointer) Digest {
	n := newEncoder()
	defer n.release()
	n.nested, n.limit = e.nested+1, nestedLimit
	n.opt.capacity, n.opt.noMethods = e.opt.capacity, e.opt.noMethods
	n.roots = append(n.roots, root{plan: p, ptr: ptr})
	if err := n.encode(); err != nil {
		// What cannot be stored is found again, and reported, when the
		// entries themselves are searched.
		return Digest{}
	}
	return digestOf(n.val)
}

// compare orders two values of an ordered type: numbers by size, floats by
// their bits as sign and magnitude (so that NaNs have a place), false before
// true, strings by bytes, arrays and structs by their parts.
func (p *plan) compare(a, b unsafe.Pointer) int {
	switch p.op {
	case opString:
		return strings.Compare(*(*string)(a), *(*string)(b))
	case opArray:
		for i := range p.t.Len() {
			off := uintptr(i) * p.elem.size
			if c := p.elem.compare(unsafe.Add(a, off), unsafe.Add(b, off)); c != 0 {
				return c
			}
		}
		return 0
	case opStruct:
		for i := range p.fields {
			f := &p.fields[i]
			if c := f.plan.compare(unsafe.Add(a, f.off), unsafe.Add(b, f.off)); c != 0 {
				return c
			}
		}
		return 0
	case opBool, opFixed, opWord:
		return p.compareNumbers(a, b)
	}
	return 0
}

func (p *plan) compareNumbers(a, b unsafe.Pointer) int {
	switch p.kind {
	case reflect.Int:
		return compareAt[int](a, b)
	case reflect.Int8:
		return compareAt[int8](a, b)
	case reflect.Int16:
		return compareAt[int16](a, b)
	case reflect.Int32:
		return compareAt[int32](a, b)
	case reflect.Int64:
		return compareAt[int64](a, b)
	case reflect.Uint, reflect.Uintptr:
		return compareAt[uint](a, b)
	case reflect.Bool, reflect.Uint8:
		return compareAt[uint8](a, b)
	case reflect.Uint16:
		return compareAt[uint16](a, b)
	case reflect.Uint32:
		return compareAt[uint32](a, b)
	case reflect.Uint64:
		return compareAt[uint64](a, b)
	case reflect.Float32:
		return cmp.Compare(floatOrder32(a), floatOrder32(b))
	case reflect.Float64:
		return cmp.Compare(floatOrder64(a), floatOrder64(b))
	case reflect.Complex64:
		return cmp.Or(cmp.Compare(floatOrder32(a), floatOrder32(b)),
			cmp.Compare(floatOrder32(unsafe.Add(a, 4)), floatOrder32(unsafe.Add(b, 4))))
	case reflect.Complex128:
		return cmp.Or(cmp.Compare(floatOrder64(a), floatOrder64(b)),
			cmp.Compare(floatOrder64(unsafe.Add(a, 8)), floatOrder64(unsafe.Add(b, 8))))
	}
	return 0
}

func compareAt[T cmp.Ordered](a, b unsafe.Pointer) int {
	return cmp.Compare(*(*T)(a), *(*T)(b))
}

func floatOrder64(p unsafe.Pointer) int64 {
	b := *(*int64)(p)
	if b < 0 {
		b = math.MinInt64 - b - 1 // negative: the larger the magnitude, the smaller
	}
	return b
}

func floatOrder32(p unsafe.Pointer) int32 {
	b := *(*int32)(p)
	if b < 0 {
		b = math.MinInt32 - b - 1
	}
	return b
}
