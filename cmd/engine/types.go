//go:build gomemo_runtime

package main

import (
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

// oneType makes types that package reflect has made those of plugins.
func oneType() {
	if wire.AnyType {
		t := retype.New()
		hooks.same, hooks.loaded = t.Same, t.Loaded
	}
}
