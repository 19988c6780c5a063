package host

import (
	"fmt"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"gomemo/engine/internal/trace"
	"gomemo/persist"
)

// panicText returns what the runtime prints after "panic: " for a panic with
// the value v that nobody recovers (runtime.printpanicval).
func panicText(v any) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("%T (and a panic while printing it: %v)", v, r)
		}
	}()
	if f, ok := persist.AsFault(v); ok {
		v = f
	}
	switch x := v.(type) {
	case nil:
		return "nil"
	case interface {
		runtime.Error
		Addr() uintptr
	}: // of memory that is not there, under debug.SetPanicOnFault
		return trace.Fault(fmt.Sprintf("%#x", x.Addr()))
	case error:
		return indented(x.Error())
	case interface{ String() string }:
		return indented(x.String())
	}
	r := reflect.ValueOf(v)
	basic, ok := basicText(r)
	switch {
	case !ok:
		return fmt.Sprintf("(%s) %#x", r.Type(), dataWord(v))
	case r.Type().PkgPath() == "": // the basic type itself
		return basic
	case r.Kind() == reflect.String:
		return fmt.Sprintf(`%s("%s")`, r.Type(), basic)
	case r.Kind() == reflect.Complex64 || r.Kind() == reflect.Complex128:
		return r.Type().String() + basic // it has parentheses of its own
	}
	return fmt.Sprintf("%s(%s)", r.Type(), basic)
}

// basicText formats a value of a basic kind as the runtime's print does.
func basicText(r reflect.Value) (string, bool) {
	switch {
	case r.Kind() == reflect.String:
		return indented(r.String()), true
	case r.Kind() == reflect.Bool:
		return strconv.FormatBool(r.Bool()), true
	case r.CanInt():
		return strconv.FormatInt(r.Int(), 10), true
	case r.CanUint():
		return strconv.FormatUint(r.Uint(), 10), true
	case r.CanFloat():
		return strconv.FormatFloat(r.Float(), 'g', -1, r.Type().Bits()), true
	case r.CanComplex():
		return strconv.FormatComplex(r.Complex(), 'g', -1, r.Type().Bits()), true
	}
	return "", false
}

func indented(s string) string { return strings.ReplaceAll(s, "\n", "\n\t") }

// dataWord returns the second word of an interface value, the address that
// the runtime prints for a value of a type that it does not format.
func dataWord(v any) uintptr { return (*[2]uintptr)(unsafe.Pointer(&v))[1] }
