package yaegi

import (
	"cmp"
	"reflect"
	"slices"
)

type function = func(args []reflect.Value) []reflect.Value

// sliceFunction is the instance of a function of package slices that has type t,
// nil if there is none. What the order of elements takes is done by compiled
// code for the kind of the elements.
func sliceFunction(name string, t reflect.Type) function {
	elem := t.In(0).Elem()
	if of, ok := ordered[elem.Kind()]; ok {
		if f := of(name, elem); f != nil {
			return f
		}
	}
	switch name {
	case "slices.Reverse":
		return func(args []reflect.Value) []reflect.Value {
			swap := reflect.Swapper(args[0].Interface())
			for i, j := 0, args[0].Len()-1; i < j; i, j = i+1, j-1 {
				swap(i, j)
			}
			return nil
		}
	case "slices.Contains":
		return func(args []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(index(args[0], args[1]) >= 0)}
		}
	case "slices.Index":
		return func(args []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(index(args[0], args[1]))}
		}
	case "slices.Equal":
		return func(args []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(equal(args[0], args[1]))}
		}
	}
	return nil
}

// index compares values in interfaces, as the runtime does.
func index(s, v reflect.Value) int {
	want := v.Interface()
	for i := range s.Len() {
		if want == s.Index(i).Interface() {
			return i
		}
	}
	return -1
}

func equal(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i := range a.Len() {
		if a.Index(i).Interface() != b.Index(i).Interface() {
			return false
		}
	}
	return true
}

var ordered = map[reflect.Kind]func(name string, elem reflect.Type) function{
	reflect.Int: orderedFunction[int], reflect.Int8: orderedFunction[int8], reflect.Int16: orderedFunction[int16],
	reflect.Int32: orderedFunction[int32], reflect.Int64: orderedFunction[int64],
	reflect.Uint: orderedFunction[uint], reflect.Uint8: orderedFunction[uint8], reflect.Uint16: orderedFunction[uint16],
	reflect.Uint32: orderedFunction[uint32], reflect.Uint64: orderedFunction[uint64], reflect.Uintptr: orderedFunction[uintptr],
	reflect.Float32: orderedFunction[float32], reflect.Float64: orderedFunction[float64], reflect.String: orderedFunction[string],
}

// orderedFunction is a function of slices of elem, the kind of which is that of E.
func orderedFunction[E cmp.Ordered](name string, elem reflect.Type) function {
	list, one := as[[]E], as[E]
	result := func(v E) reflect.Value { return reflect.ValueOf(v).Convert(elem) }
	switch name {
	case "slices.Sort":
		return func(args []reflect.Value) []reflect.Value { slices.Sort(list(args[0])); return nil }
	case "slices.IsSorted":
		return func(args []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(slices.IsSorted(list(args[0])))}
		}
	case "slices.Max":
		return func(args []reflect.Value) []reflect.Value { return []reflect.Value{result(slices.Max(list(args[0])))} }
	case "slices.Min":
		return func(args []reflect.Value) []reflect.Value { return []reflect.Value{result(slices.Min(list(args[0])))} }
	case "slices.BinarySearch":
		return func(args []reflect.Value) []reflect.Value {
			i, ok := slices.BinarySearch(list(args[0]), one(args[1]))
			return []reflect.Value{reflect.ValueOf(i), reflect.ValueOf(ok)}
		}
	case "slices.Contains":
		return func(args []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(slices.Contains(list(args[0]), one(args[1])))}
		}
	case "slices.Index":
		return func(args []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(slices.Index(list(args[0]), one(args[1])))}
		}
	case "slices.Equal":
		return func(args []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(slices.Equal(list(args[0]), list(args[1])))}
		}
	}
	return nil
}

// as is v, of a type that looks like T in memory, as a T.
func as[T any](v reflect.Value) T {
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return *reflect.NewAt(reflect.TypeFor[T](), p.UnsafePointer()).Interface().(*T)
}
