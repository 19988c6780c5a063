// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"
)

var errUnexported = errors.New("persist: a reflect.Value obtained from an unexported field cannot be read")

// A finder searches the roots again for a value that cannot be stored, this
// time keeping the way to each value. It's used only when there is one.
type finder struct {
	steps []step
	seen  map[visited]bool
	named []string
	e     encoder // for its dynamic
}

// A step is one value on the way.
type step struct {
	p     *plan
	ptr   unsafe.Pointer
	from  int
	label string
}

type visited struct {
	ptr unsafe.Pointer
	p   *plan
}

// explain returns the UnsupportedError for the first value, in breadth-first
// order, that cannot be stored.
func (e *encoder) explain() error {
	f := finder{seen: map[visited]bool{}, named: e.opt.names, e: encoder{opt: e.opt}}
	for i, r := range e.roots {
		label := ""
		if i < len(f.named) {
			label = f.named[i]
		} else if len(e.roots) > 1 {
			label = "value " + strconv.Itoa(i)
		}
		f.steps = append(f.steps, step{r.plan, r.ptr, -1, label})
	}
	for i := 0; i < len(f.steps); i++ {
		if kind := f.expand(i, f.steps[i].p, f.steps[i].ptr); kind != "" {
			return &UnsupportedError{Path: f.path(i), Kind: kind}
		}
	}
	return &UnsupportedError{Kind: "a value that changed while it was being read"}
}

func (f *finder) path(i int) string {
	var labels []string
	for ; i >= 0; i = f.steps[i].from {
		labels = append(labels, f.steps[i].label)
	}
	var b strings.Builder
	for k := len(labels) - 1; k >= 0; k-- {
		b.WriteString(labels[k])
	}
	return strings.TrimPrefix(b.String(), ".")
}

func (f *finder) add(from int, p *plan, ptr unsafe.Pointer, label string) {
	if p.flat && p.refuse == "" || p.size == 0 {
		return
	}
	if f.seen[visited{ptr, p}] {
		return
	}
	f.seen[visited{ptr, p}] = true
	f.steps = append(f.steps, step{p, ptr, from, label})
}

// expand adds the parts of the value at ptr, or says why it cannot be stored.
func (f *finder) expand(i int, p *plan, ptr unsafe.Pointer) string {
	switch p.op {
	case opPtr:
		if q := *(*unsafe.Pointer)(ptr); q != nil {
			f.add(i, p.elem, q, "")
		}
	case opSlice:
		h := (*sliceHeader)(ptr)
		f.elements(i, p.elem, h.data, h.len)
	case opArray:
		f.elements(i, p.elem, ptr, p.t.Len())
	case opMap:
		for it := reflect.NewAt(p.t, ptr).Elem().MapRange(); it.Next(); {
			k, v := reflect.New(p.t.Key()), reflect.New(p.t.Elem())
			k.Elem().SetIterKey(it)
			v.Elem().SetIterValue(it)
			label := "[" + keyText(k.Elem()) + "]"
			f.add(i, p.key, k.UnsafePointer(), label)
			f.add(i, p.val, v.UnsafePointer(), label)
		}
	case opIface:
		if q, data := f.e.dynamic(p, ptr); q != nil {
			f.add(i, q, data, "")
		}
	case opStruct:
		before := len(f.steps)
		for k := range p.fields {
			g := &p.fields[k]
			f.add(i, g.plan, unsafe.Add(ptr, g.off), "."+g.name)
		}
		if p.refuse != "" && (len(f.steps) == before || refusal(p.t) != "") {
			return p.refuse
		}
	case opNil:
		if *(*unsafe.Pointer)(ptr) != nil {
			return p.kind.String()
		}
	case opFiller:
		return p.refuse
	}
	return ""
}

func (f *finder) elements(i int, p *plan, ptr unsafe.Pointer, n int) {
	if p.flat && p.refuse == "" {
		return
	}
	for k := range n {
		f.add(i, p, unsafe.Add(ptr, uintptr(k)*p.size), "["+strconv.Itoa(k)+"]")
	}
}

func keyText(k reflect.Value) string {
	switch k.Kind() {
	case reflect.String:
		return strconv.Quote(k.String())
	case reflect.Interface, reflect.Pointer, reflect.Struct, reflect.Array:
		return k.Type().String()
	}
	return fmt.Sprint(k)
}
