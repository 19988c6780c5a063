// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"maps"
	"reflect"
	"strings"
	"sync"
)

// An op says how the values of a type are laid out in columns.
type op uint8

const (
	opFixed  op = iota // plan.width bytes: numbers
	opBool             // one byte, 0 or 1
	opWord             // int, uint, uintptr: 8 bytes stored, a word in memory
	opString           // lengths, then bytes
	opPtr              // a reference
	opSlice            // a reference and a length
	opMap              // a reference
	opIface            // a type number; the values follow as batches of their own
	opStruct           // the columns of the fields
	opArray            // the columns of the elements
	opNil              // func, chan, unsafe.Pointer: stored only when nil
	opFiller           // memory without content, such as struct{ _ int }
	opLeaf             // bytes made by a leaf codec
)

// A plan is what the package knows about a Go type: compiled once, shared by
// everything that reads or writes values of that type, immutable afterwards.
type plan struct {
	t      reflect.Type
	op     op
	kind   reflect.Kind
	size   uintptr
	width  int  // stored bytes of opFixed, opBool, opWord
	lane   int  // bytes that are one number: half of width for complex kinds
	flat   bool // the value refers to no other memory, strings apart
	direct bool // an interface holds the value itself, not a pointer to it
	depth  int  // nesting of structs and arrays inside the value

	elem *plan // of pointers, slices, arrays
	base *plan // elem with its arrays flattened: elem is [per]base
	per  int
	key  *plan // of maps
	val  *plan

	fields  []planField
	name    []byte // what describes the type in a container: see describe
	text    []byte
	links   []uintptr // see linksOf
	leaf    *leaf
	parts   *plan   // of a type in its binary form: the plan that calls no methods
	named   bool    // there are well-known variables of the type
	refuse  string  // why no value of the type can be stored
	ordered bool    // compare orders the values
	access  mapType // of maps
}

type planField struct {
	name string
	off  uintptr
	plan *plan
	head []byte // see describe
}

// plans is a cache of a pure function of the type, and of whether methods may be
// called, so it may be shared by all users of the package.
var plans struct {
	sync.RWMutex
	m [2]map[reflect.Type]*plan
}

// planOf returns the plan that calls no methods.
func planOf(t reflect.Type) *plan { return planWith(t, false) }

// planWith returns the plan of t, with types in their binary forms if methods.
func planWith(t reflect.Type, methods bool) *plan {
	which := 0
	if methods {
		which = 1
	}
	plans.RLock()
	p := plans.m[which][t]
	plans.RUnlock()
	if p != nil {
		return p
	}
	plans.Lock()
	defer plans.Unlock()
	return compile(t, which)
}

// compile makes the plan of t and of what it refers to. It runs under the lock
// of plans.
func compile(t reflect.Type, which int) *plan {
	b := planner{known: plans.m[which], methods: which == 1, fresh: map[reflect.Type]*plan{}}
	p := b.plan(t)
	b.references()
	for _, q := range b.fresh {
		if q.elem != nil {
			q.base, q.per = q.elem, 1
			for q.base.op == opArray {
				q.per *= q.base.t.Len()
				q.base = q.base.elem
			}
		}
	}
	if plans.m[which] == nil {
		plans.m[which] = map[reflect.Type]*plan{}
	}
	maps.Copy(plans.m[which], b.fresh)
	return p
}

// A planner compiles one type and what it refers to. It runs under the lock of
// plans.
type planner struct {
	known   map[reflect.Type]*plan
	methods bool // types are stored in their binary forms
	fresh   map[reflect.Type]*plan
	later   []*plan // whose referred types are yet to be compiled
}

// references compiles what pointers, slices and maps refer to. It comes after
// the types that contain each other, so that a plan whose parts are looked at
// is always complete, however recursive the types are.
func (b *planner) references() {
	for len(b.later) > 0 {
		p := b.later[0]
		b.later = b.later[1:]
		if p.op == opMap {
			p.key, p.val = b.plan(p.t.Key()), b.plan(p.t.Elem())
			p.access = mapTypeOf(p)
		} else {
			p.elem = b.plan(p.t.Elem())
		}
	}
}

func (b *planner) plan(t reflect.Type) *plan {
	if p := b.known[t]; p != nil {
		return p
	}
	if p := b.fresh[t]; p != nil {
		return p
	}
	p := &plan{t: t, kind: t.Kind(), size: t.Size(), direct: isDirect(t)}
	b.fresh[t] = p
	if b.methods && hasBinaryForm(t) {
		p.op, p.flat, p.leaf = opLeaf, true, binaryLeaf(t)
		if p.parts = plans.m[0][t]; p.parts == nil {
			p.parts = compile(t, 0)
		}
		p.describe()
		return p
	}
	p.refuse = refusal(t)
	p.named = t == errorString || t == location
	if l := leafOf(t); l != nil {
		p.op, p.leaf, p.flat = opLeaf, l, true
		p.describe()
		return p
	}
	switch t.Kind() {
	case reflect.Bool:
		p.op, p.width, p.flat = opBool, 1, true
	case reflect.Int, reflect.Uint, reflect.Uintptr:
		p.op, p.width, p.flat = opWord, 8, true
	case reflect.Complex64, reflect.Complex128:
		p.op, p.width, p.lane, p.flat = opFixed, int(p.size), int(p.size)/2, true
	case reflect.String:
		p.op, p.flat = opString, true
	case reflect.Pointer:
		p.op = opPtr
		b.later = append(b.later, p)
	case reflect.Slice:
		p.op = opSlice
		b.later = append(b.later, p)
	case reflect.Map:
		p.op = opMap
		b.later = append(b.later, p)
	case reflect.Interface:
		p.op = opIface
	case reflect.Struct:
		b.structPlan(p)
	case reflect.Array:
		p.op, p.elem = opArray, b.plan(t.Elem())
		p.flat, p.depth = p.elem.flat, p.elem.depth
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		p.op = opNil
	default:
		p.op, p.width, p.flat = opFixed, int(p.size), true
	}
	if p.lane == 0 {
		p.lane = p.width
	}
	p.ordered = ordered(p)
	p.links = linksOf(nil, p, 0)
	p.describe()
	return p
}

func (b *planner) structPlan(p *plan) {
	p.op, p.flat = opStruct, true
	content := false
	for f := range p.t.Fields() {
		if f.Name == "_" {
			continue
		}
		q := b.plan(f.Type)
		p.fields = append(p.fields, planField{f.Name, f.Offset, q, describeField(f)})
		p.flat = p.flat && q.flat
		p.depth = max(p.depth, q.depth+1)
		content = content || q.size > 0
		if p.refuse == "" && q.refuse != "" && q.op == opStruct {
			p.refuse = q.refuse
		}
	}
	if !content && p.size > 0 {
		p.op = opFiller
	}
}

// ordered reports whether compare gives the values of p an order that does not
// depend on addresses.
func ordered(p *plan) bool {
	switch p.op {
	case opFixed, opBool, opWord, opString:
		return true
	case opArray:
		return p.elem.ordered
	case opStruct:
		for _, f := range p.fields {
			if !f.plan.ordered {
				return false
			}
		}
		return true
	}
	return false
}

// refusal says why values of t mean nothing outside this process although
// their memory could be copied.
func refusal(t reflect.Type) string {
	switch t.PkgPath() {
	case "unique", "weak", "reflect", "plugin", "internal/poll", "internal/abi":
	case "os":
		if t.Name() != "File" && t.Name() != "Process" && t.Name() != "Root" {
			return ""
		}
	case "sync":
		if t.Name() != "Pool" {
			return ""
		}
	default:
		return ""
	}
	if t.Kind() != reflect.Struct {
		return ""
	}
	return fullName(t)
}

// fullName names t as containers do: by package path and name.
func fullName(t reflect.Type) string {
	if t.Name() == "" {
		return ""
	}
	if t.PkgPath() == "" {
		return t.Name()
	}
	var b strings.Builder
	b.WriteString(t.PkgPath())
	b.WriteByte('.')
	b.WriteString(t.Name())
	return b.String()
}
