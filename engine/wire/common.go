package wire

import "runtime"

// AnyType says that the engine may make every composite type: the runtime takes
// it for the same type when a plugin brings it (engine/retype).
const AnyType = runtime.GOOS == "linux" && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64")

// Stays says that variables of the engine's heap stay where they are: compiled
// code that comes to use them is made to refer to their memory (engine/retype).
const Stays = AnyType

// Basic lists the basic types.
var Basic = []string{"bool", "string", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr",
	"float32", "float64", "complex64", "complex128"}

// Common reports a composite type that the engine's own code has, so that the
// runtime takes it for the same type when a plugin brings it, whether AnyType is
// true or not: those of engine/yaegi/common.go.
func (t *Type) Common() bool {
	switch t.Kind {
	case "func":
		return t.commonFunc()
	case "slice":
		if t.Elem.Kind == "map" {
			return t.Elem.Key.Kind == "string" && t.Elem.Elem.simple()
		}
		return t.Elem.simple() || (t.Elem.Kind == "slice" || t.Elem.Kind == "pointer") && t.Elem.Elem.simple()
	case "pointer":
		return t.Elem.simple()
	case "array":
		return t.Elem.simple() && t.Len <= 4
	case "map":
		k := t.Key.Kind
		if k == "string" && (t.Elem.Kind == "pointer" || t.Elem.Kind == "map" && t.Elem.Key.Kind == "string") && t.Elem.Elem.simple() {
			return true
		}
		if k == "string" || k == "int" {
			return t.Elem.simple() || t.Elem.Kind == "slice" && t.Elem.Elem.simple()
		}
		switch t.Elem.Kind {
		case "int", "bool", "string", "float64", "any":
			return t.Key.simple()
		}
	}
	return false
}

// commonFunc reports func(), and with one simple type T func(), func(T),
// func() T, func(T) T, func(T, T) T, func(T) bool, func(T, T) bool and func(...T).
func (t *Type) commonFunc() bool {
	all := append(append([]*Type{}, t.In...), t.Out...)
	if len(all) == 0 {
		return true
	}
	if t.Variadic {
		return len(t.In) == 1 && len(t.Out) == 0 && t.In[0].Elem.simple()
	}
	first := all[0]
	if !first.simple() || len(t.In) > 2 || len(t.Out) > 1 {
		return false
	}
	for _, in := range t.In {
		if in.Kind != first.Kind {
			return false
		}
	}
	if len(t.Out) == 0 {
		return len(t.In) < 2
	}
	return t.Out[0].Kind == first.Kind || t.Out[0].Kind == "bool"
}

// simple reports the basic types, any and error.
func (t *Type) simple() bool { return t.Elem == nil && t.Kind != "named" && t.Kind != "struct" }
