package yaegi

import (
	"reflect"

	"gomemo/cells"
	"gomemo/persist"
)

// generic makes the instance of a generic function of a library that has type t.
// wire.Generic lists these functions: they are thin over others that are given a
// reflect.Type.
func generic(name string, t reflect.Type) (f reflect.Value, ok bool) {
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
	default:
		return reflect.Value{}, false
	}
	return reflect.MakeFunc(t, call), true
}

func options(v reflect.Value) []persist.Option { return v.Interface().([]persist.Option) }
