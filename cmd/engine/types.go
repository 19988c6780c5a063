//go:build gomemo_runtime

package main

import (
	"reflect"
	"unsafe"

	"gomemo/engine/retype"
	"gomemo/engine/wire"
)

// hooks is the variable that gomemo/native adds to the runtime.
//
//go:linkname hooks runtime.retype
var hooks struct {
	same   func(t unsafe.Pointer) unsafe.Pointer
	loaded func(addr unsafe.Pointer) (problem string)
}

// oneType makes types that package reflect has made those of plugins. adopt makes
// memory of the heap be a variable of a plugin.
func oneType() (adopt func(own, at reflect.Value, symbol string) error) {
	if !wire.AnyType {
		return nil
	}
	t := retype.New()
	hooks.same, hooks.loaded = t.Same, t.Loaded
	return func(own, at reflect.Value, symbol string) error {
		return t.Adopt(own.UnsafePointer(), at.UnsafePointer(), symbol)
	}
}
