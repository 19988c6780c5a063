package yaegi

import (
	"reflect"
	"sync/atomic"
	"unsafe"

	"github.com/traefik/yaegi/interp"
)

// cancel makes the code that i runs end at its next step, as its own
// ExecuteWithContext does when the context ends. That method cannot be used:
// it runs the code on a goroutine of its own and returns before that
// goroutine has ended.
//
// The interpreter compares its run number, an atomic counter, with the one
// that the code started with.
func cancel(i *interp.Interpreter) {
	id, ok := reflect.TypeFor[interp.Interpreter]().FieldByName("id")
	if !ok || id.Type.Kind() != reflect.Uint64 {
		panic("yaegi: the interpreter has no run number")
	}
	atomic.AddUint64((*uint64)(unsafe.Add(unsafe.Pointer(i), id.Offset)), 1)
}
