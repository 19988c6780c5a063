package retype

import (
	"reflect"
	"unsafe"
)

type address = unsafe.Pointer

// memory is where a variable is instead of where its plugin has room for it.
type memory struct {
	at     address
	symbol string // the variable's
}

// Same returns the description that is to be used instead of one that a plugin
// has brought: often the same.
func (t *Table) Same(own unsafe.Pointer) unsafe.Pointer {
	return pointerTo(t.same(typeAt(own)))
}

// typeAt returns the type that the runtime's description at p is of.
func typeAt(p unsafe.Pointer) reflect.Type {
	empty := [2]unsafe.Pointer{p, nil}
	return reflect.TypeOf(*(*any)(unsafe.Pointer(&empty)))
}

// pointerTo returns where the runtime's description of a type is.
func pointerTo(t reflect.Type) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1]
}
