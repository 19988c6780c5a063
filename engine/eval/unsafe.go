package eval

import (
	"reflect"
	"runtime"
	"unsafe"
)

// field returns field i of an addressable struct, exported or not, as a
// variable that can be read and set.
func field(v reflect.Value, i int) reflect.Value {
	f := v.Field(i)
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

// typePointer returns the runtime's description of a type.
func typePointer(t reflect.Type) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1]
}

// conversionError is the runtime's error for a type assertion that fails.
// have and iface may be nil.
func conversionError(iface, have, want reflect.Type, missing string) error {
	e := new(runtime.TypeAssertionError)
	f := (*struct {
		iface, concrete, asserted unsafe.Pointer
		missing                   string
	})(unsafe.Pointer(e))
	if iface != nil {
		f.iface = typePointer(iface)
	}
	if have != nil {
		f.concrete = typePointer(have)
	}
	f.asserted = typePointer(want)
	f.missing = missing
	return e
}
