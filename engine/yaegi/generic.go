package yaegi

import (
	"errors"
	"iter"
	"reflect"

	"gomemo/cells"
	"gomemo/persist"
)

// generic makes the instance of a generic function of a library that has type t.
// wire.Generic lists these functions: they are thin over others that are given a
// reflect.Type, or do the same for all types of a kind.
func generic(name string, t reflect.Type) (f reflect.Value, ok bool) {
	for _, f := range instances[name] {
		if reflect.TypeOf(f) == t {
			return reflect.ValueOf(f), true
		}
	}
	var call func(args []reflect.Value) []reflect.Value
	switch name {
	case "gomemo/cells.Load":
		call = func(args []reflect.Value) []reflect.Value {
			return []reflect.Value{cells.LoadAs(t.Out(0), args[0].String(), options(args[1])...)}
		}
	case "gomemo/persist.Load":
		call = func(args []reflect.Value) []reflect.Value {
			v, err := persist.LoadAs(args[0].String(), t.Out(0), options(args[1])...)
			if err != nil {
				v = reflect.Zero(t.Out(0))
			}
			return []reflect.Value{v, reflect.ValueOf(&err).Elem()}
		}
	case "errors.AsType":
		call = func(args []reflect.Value) []reflect.Value {
			err, _ := args[0].Interface().(error)
			found := reflect.New(t.Out(0))
			ok := errors.As(err, found.Interface())
			if !ok {
				found.Elem().SetZero() // an As method may have set it
			}
			return []reflect.Value{found.Elem(), reflect.ValueOf(ok)}
		}
	default:
		if call = sliceFunction(name, t); call == nil {
			return reflect.Value{}, false
		}
	}
	return reflect.MakeFunc(t, call), true
}

func options(v reflect.Value) []persist.Option { return v.Interface().([]persist.Option) }

// instances are those of functions whose results are made for one type: of the
// basic types, and of slices of numbers.
var instances = map[string][]any{
	"iter.Pull": {iter.Pull[bool], iter.Pull[string], iter.Pull[int], iter.Pull[int8], iter.Pull[int16], iter.Pull[int32], iter.Pull[int64],
		iter.Pull[uint], iter.Pull[uint8], iter.Pull[uint16], iter.Pull[uint32], iter.Pull[uint64], iter.Pull[uintptr],
		iter.Pull[float32], iter.Pull[float64], iter.Pull[complex64], iter.Pull[complex128]},
	"gomemo/persist.Open": {persist.Open[[]int], persist.Open[[]int8], persist.Open[[]int16], persist.Open[[]int32], persist.Open[[]int64],
		persist.Open[[]uint8], persist.Open[[]uint16], persist.Open[[]uint32], persist.Open[[]uint64], persist.Open[[]float32], persist.Open[[]float64]},
}

// mapped finds a type that an instance of persist.Open returns a pointer to.
func mapped(full string) reflect.Type {
	for _, f := range instances["gomemo/persist.Open"] {
		if t := reflect.TypeOf(f).Out(0).Elem(); t.PkgPath()+"."+t.Name() == full {
			return t
		}
	}
	return nil
}
