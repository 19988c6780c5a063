package yaegi

import "reflect"

// Types that are made at run time are others to the runtime than those that a
// plugin brings later, except for those that the engine has from the start.
// These are the ones that wire.Type.Common reports.
var common = commonTypes()

func commonTypes() map[reflect.Type]bool {
	m := make(map[reflect.Type]bool)
	for _, ts := range [][]reflect.Type{
		of[bool](), of[string](), of[int](), of[int8](), of[int16](), of[int32](), of[int64](),
		of[uint](), of[uint8](), of[uint16](), of[uint32](), of[uint64](), of[uintptr](),
		of[float32](), of[float64](), of[complex64](), of[complex128](), of[any](), of[error](),
	} {
		for _, t := range ts {
			m[t] = true
		}
	}
	return m
}

func of[T comparable]() []reflect.Type {
	return []reflect.Type{
		reflect.TypeFor[func(T)](), reflect.TypeFor[func() T](), reflect.TypeFor[func(T) T](), reflect.TypeFor[func(T, T) T](),
		reflect.TypeFor[func(T) bool](), reflect.TypeFor[func(T, T) bool](), reflect.TypeFor[func(...T)](), reflect.TypeFor[func()](),
		reflect.TypeFor[[]T](), reflect.TypeFor[[][]T](), reflect.TypeFor[*T](), reflect.TypeFor[[]map[string]T](),
		reflect.TypeFor[[0]T](), reflect.TypeFor[[1]T](), reflect.TypeFor[[2]T](), reflect.TypeFor[[3]T](), reflect.TypeFor[[4]T](),
		reflect.TypeFor[map[string]T](), reflect.TypeFor[map[string][]T](), reflect.TypeFor[map[int]T](), reflect.TypeFor[map[int][]T](),
		reflect.TypeFor[map[string]*T](), reflect.TypeFor[map[string]map[string]T](), reflect.TypeFor[[]*T](),
		reflect.TypeFor[map[T]int](), reflect.TypeFor[map[T]bool](), reflect.TypeFor[map[T]string](), reflect.TypeFor[map[T]float64](), reflect.TypeFor[map[T]any](),
	}
}
