// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"reflect"
	"unsafe"
)

// The layouts that the compiler gives to slices and interfaces.
type (
	sliceHeader struct {
		data     unsafe.Pointer
		len, cap int
	}
	ifaceHeader struct {
		tab  unsafe.Pointer // of any: the type; of others: a table for the type
		data unsafe.Pointer
	}
)

// isDirect reports whether an interface holds the values of t themselves in
// its data word. It asks the implementation: the zero value of such a type
// leaves the word nil, any other value lives behind a pointer.
func isDirect(t reflect.Type) bool {
	if t.Kind() == reflect.Interface || t.Size() != unsafe.Sizeof(uintptr(0)) {
		return false
	}
	v := reflect.Zero(t).Interface()
	return (*ifaceHeader)(unsafe.Pointer(&v)).data == nil
}

// dynamic returns the plan of the value in the interface at p, of the static
// type that i describes, and a pointer to the value; nil if there is none.
// The value must not be written to.
func (e *encoder) dynamic(i *plan, p unsafe.Pointer) (*plan, unsafe.Pointer) {
	h := (*ifaceHeader)(p)
	if h.tab == nil {
		return nil, nil
	}
	var q *plan
	if h.tab == e.lastTab && i == e.lastIface {
		q = e.lastDynamic
	} else {
		q = planWith(dynamicType(i, p), !e.opt.noMethods)
		e.lastTab, e.lastIface, e.lastDynamic = h.tab, i, q
	}
	if q.direct {
		return q, unsafe.Pointer(&h.data)
	}
	return q, h.data
}

func dynamicType(i *plan, p unsafe.Pointer) reflect.Type {
	if i.t.NumMethod() == 0 {
		return reflect.TypeOf(*(*any)(p))
	}
	// What reflect itself does: the layout does not depend on the methods.
	return reflect.TypeOf((any)(*(*interface{ M() })(p)))
}

// interfaceWord returns the first word of an interface of type i that holds a
// value of type t, which must implement i.
func interfaceWord(i, t reflect.Type) unsafe.Pointer {
	v := reflect.New(i)
	v.Elem().Set(reflect.Zero(t))
	return (*ifaceHeader)(v.UnsafePointer()).tab
}

// bytesAt returns the n bytes of memory at p.
func bytesAt(p unsafe.Pointer, n int) []byte { return unsafe.Slice((*byte)(p), n) }

// newArray allocates n elements of t.
func newArray(t reflect.Type, n int) unsafe.Pointer {
	return reflect.MakeSlice(reflect.SliceOf(t), n, n).UnsafePointer()
}
