// Package cells holds the functions that are predeclared in the cells of a
// notebook: what a cell calls Dump is cells.Dump, unless the notebook declares
// a Dump of its own. They differ from the functions of the libraries in that an
// error stops the cell.
package cells

import (
	"reflect"
	"sync/atomic"

	"gomemo/persist"
)

// types finds the types of the notebook for values that a file holds in
// interfaces. There is one engine in a process, so there is one.
var types atomic.Pointer[func(name string) reflect.Type]

// SetTypes tells Load how to find a type by its full name, import path and all.
// The engine calls it.
func SetTypes(find func(name string) reflect.Type) { types.Store(&find) }

// Dump writes v to the file path, as persist.Dump does, and panics with its
// error.
func Dump(v any, path string, opts ...persist.Option) {
	if err := persist.Dump(v, path, opts...); err != nil {
		panic(err)
	}
}

// Load reads a value of type T from the file path, as persist.Load does, and
// panics with its error. Values in interfaces may be of types that the notebook
// declares.
func Load[T any](path string, opts ...persist.Option) T {
	return *(LoadAs(reflect.TypeFor[T](), path, opts...).Addr().Interface().(*T))
}

// LoadAs is Load for a type that is only known when it runs, as in interpreted
// cells. The result can be set.
func LoadAs(t reflect.Type, path string, opts ...persist.Option) reflect.Value {
	if find := types.Load(); find != nil {
		opts = append([]persist.Option{persist.Types(*find)}, opts...)
	}
	v, err := persist.LoadAs(path, t, opts...)
	if err != nil {
		panic(err)
	}
	return v
}
