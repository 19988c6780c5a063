package yaegi

import (
	"fmt"
	"reflect"
	"strings"

	"gomemo/engine/session"
	"gomemo/engine/wire"
)

// Type makes the type that w describes. Named types are those that plugins
// have registered and those of the interpreted packages.
func Type(r *session.Registry, w *wire.Type) (reflect.Type, error) {
	if w == nil {
		return nil, fmt.Errorf("a type is missing")
	}
	if t, ok := basic[w.Kind]; ok {
		return t, nil
	}
	if w.Kind == "named" {
		if t := named(r, w.Name); t != nil {
			return t, nil
		}
		return nil, fmt.Errorf("type %s is not loaded", w.Name)
	}
	if w.Kind == "struct" {
		return structure(r, w)
	}
	if w.Kind == "func" {
		return funcType(r, w)
	}
	elem, err := Type(r, w.Elem)
	if err != nil {
		return nil, err
	}
	switch w.Kind {
	case "slice":
		return reflect.SliceOf(elem), nil
	case "chan":
		return reflect.ChanOf(directions[w.Name], elem), nil
	case "pointer":
		return reflect.PointerTo(elem), nil
	case "array":
		if w.Len < 0 {
			return nil, fmt.Errorf("an array of %d elements", w.Len)
		}
		return reflect.ArrayOf(w.Len, elem), nil
	case "map":
		key, err := Type(r, w.Key)
		if err != nil {
			return nil, err
		}
		if !key.Comparable() {
			return nil, fmt.Errorf("%v cannot be a map key", key)
		}
		return reflect.MapOf(key, elem), nil
	}
	return nil, fmt.Errorf("a type of unknown kind %q", w.Kind)
}

// structure makes the type of a struct that has no name.
func structure(r *session.Registry, w *wire.Type) (t reflect.Type, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("a struct: %v", v)
		}
	}()
	var fields []reflect.StructField
	for _, f := range w.Fields {
		typ, err := Type(r, f.Type)
		if err != nil {
			return nil, err
		}
		fields = append(fields, reflect.StructField{Name: f.Name, PkgPath: f.Path, Type: typ, Tag: reflect.StructTag(f.Tag)})
	}
	return reflect.StructOf(fields), nil
}

func funcType(r *session.Registry, w *wire.Type) (reflect.Type, error) {
	var in, out []reflect.Type
	for _, list := range []struct {
		from []*wire.Type
		to   *[]reflect.Type
	}{{w.In, &in}, {w.Out, &out}} {
		for _, t := range list.from {
			typ, err := Type(r, t)
			if err != nil {
				return nil, err
			}
			*list.to = append(*list.to, typ)
		}
	}
	if w.Variadic && (len(in) == 0 || in[len(in)-1].Kind() != reflect.Slice) {
		return nil, fmt.Errorf("a variadic function without a slice")
	}
	return reflect.FuncOf(in, out, w.Variadic), nil
}

// directions of channels, by wire.Type.Name.
var directions = map[string]reflect.ChanDir{"": reflect.BothDir, "send": reflect.SendDir, "receive": reflect.RecvDir}

var basic = map[string]reflect.Type{
	"bool": reflect.TypeFor[bool](), "string": reflect.TypeFor[string](),
	"int": reflect.TypeFor[int](), "int8": reflect.TypeFor[int8](), "int16": reflect.TypeFor[int16](),
	"int32": reflect.TypeFor[int32](), "int64": reflect.TypeFor[int64](),
	"uint": reflect.TypeFor[uint](), "uint8": reflect.TypeFor[uint8](), "uint16": reflect.TypeFor[uint16](),
	"uint32": reflect.TypeFor[uint32](), "uint64": reflect.TypeFor[uint64](), "uintptr": reflect.TypeFor[uintptr](),
	"byte": reflect.TypeFor[byte](), "rune": reflect.TypeFor[rune](),
	"float32": reflect.TypeFor[float32](), "float64": reflect.TypeFor[float64](),
	"complex64": reflect.TypeFor[complex64](), "complex128": reflect.TypeFor[complex128](),
	"any": reflect.TypeFor[any](), "error": reflect.TypeFor[error](),
}

// named finds a type by "path.Name"; nil if there is none.
func named(r *session.Registry, full string) reflect.Type {
	if t := r.TypeNamed(full); t != nil {
		return t
	}
	if t := mapped(full); t != nil {
		return t
	}
	i := strings.LastIndexByte(full, '.')
	if i < 0 {
		return nil
	}
	s, ok := packages[full[:i]][full[i+1:]]
	// A type is bound as a nil pointer to it.
	if !ok || s.Kind() != reflect.Pointer || !s.IsNil() {
		return nil
	}
	return s.Type().Elem()
}
