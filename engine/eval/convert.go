package eval

import (
	"reflect"
	"strconv"

	"gomemo/engine/wire"
)

// constant makes the value of a constant. Integers and floats are written in
// decimal, complex numbers as strconv writes them.
func (b *builder) constant(e *wire.Expr) code {
	t := b.typ(e.Type)
	v := reflect.New(t).Elem()
	var err error
	switch {
	case v.Kind() == reflect.Bool:
		v.SetBool(e.Name == "true")
	case v.Kind() == reflect.String:
		var s string
		if s, err = strconv.Unquote(e.Name); s != "" { // of "" it returns the end of something
			v.SetString(s)
		}
	case v.CanInt():
		var n int64
		n, err = strconv.ParseInt(e.Name, 10, 64)
		v.SetInt(n)
	case v.CanUint():
		var n uint64
		n, err = strconv.ParseUint(e.Name, 10, 64)
		v.SetUint(n)
	case v.CanFloat():
		var f float64
		f, err = strconv.ParseFloat(e.Name, t.Bits())
		v.SetFloat(f)
	case v.CanComplex():
		var c complex128
		c, err = strconv.ParseComplex(e.Name, t.Bits())
		v.SetComplex(c)
	default:
		b.fail("a constant of type %v", t)
	}
	if err != nil {
		b.fail("constant %s: %w", e.Name, err)
	}
	return func() reflect.Value { return own(v) }
}

func fromFloat[F float, T signed | unsigned](x float64) uint64 { return uint64(T(F(x))) }

func fromFloatTo[F float](k reflect.Kind) func(x float64) uint64 {
	switch k {
	case reflect.Int:
		return fromFloat[F, int]
	case reflect.Int8:
		return fromFloat[F, int8]
	case reflect.Int16:
		return fromFloat[F, int16]
	case reflect.Int32:
		return fromFloat[F, int32]
	case reflect.Int64:
		return fromFloat[F, int64]
	case reflect.Uint:
		return fromFloat[F, uint]
	case reflect.Uint8:
		return fromFloat[F, uint8]
	case reflect.Uint16:
		return fromFloat[F, uint16]
	case reflect.Uint32:
		return fromFloat[F, uint32]
	case reflect.Uint64:
		return fromFloat[F, uint64]
	}
	return fromFloat[F, uintptr]
}

// conversion converts to t. What depends on the processor, floats that an
// integer cannot hold, is left to compiled conversions between the same types.
func conversion(t reflect.Type) func(v reflect.Value) reflect.Value {
	zero := reflect.New(t).Elem()
	integer := zero.CanInt() || zero.CanUint()
	var single, double func(x float64) uint64
	if integer {
		single, double = fromFloatTo[float32](t.Kind()), fromFloatTo[float64](t.Kind())
	}
	return func(v reflect.Value) reflect.Value {
		n := reflect.New(t).Elem()
		switch {
		case t.Kind() == reflect.Interface:
			n.Set(v)
			return n
		case integer && v.CanFloat():
			bits := double
			if v.Kind() == reflect.Float32 {
				bits = single
			}
			setBits(n, bits(v.Float()))
		case integer && v.CanInt():
			setBits(n, uint64(v.Int()))
		case integer && v.CanUint():
			setBits(n, v.Uint())
		case t.Kind() == reflect.Float32 && v.CanInt():
			n.SetFloat(float64(float32(v.Int())))
		case t.Kind() == reflect.Float32 && v.CanUint():
			n.SetFloat(float64(float32(v.Uint())))
		default:
			n.Set(v.Convert(t))
		}
		return n
	}
}

// setBits sets an integer to as many of the low bits as it has.
func setBits(n reflect.Value, bits uint64) {
	if n.CanInt() {
		shift := 64 - n.Type().Bits()
		n.SetInt(int64(bits) << shift >> shift)
		return
	}
	shift := 64 - n.Type().Bits()
	n.SetUint(bits << shift >> shift)
}

func (b *builder) convert(e *wire.Expr) code {
	x, f := b.value(&e.Args[0]), conversion(b.typ(e.Type))
	return func() reflect.Value { return f(x()) }
}

// holds reports whether an interface has the dynamic type t, or one that
// implements t; t is nil if it is to have none. missing is a method that the
// type lacks.
func holds(v reflect.Value, t reflect.Type) (ok bool, missing string) {
	if v.IsNil() || t == nil {
		return v.IsNil() && t == nil, ""
	}
	have := v.Elem().Type()
	if t.Kind() != reflect.Interface {
		return have == t, ""
	}
	for m := range t.Methods() {
		if h, ok := have.MethodByName(m.Name); !ok || !sameMethod(h.Type, m.Type) {
			return false, m.Name
		}
	}
	return true, ""
}

// sameMethod compares a method with its receiver to one without.
func sameMethod(with, without reflect.Type) bool {
	if with.NumIn()-1 != without.NumIn() || with.NumOut() != without.NumOut() || with.IsVariadic() != without.IsVariadic() {
		return false
	}
	for i := range without.NumIn() {
		if with.In(i+1) != without.In(i) {
			return false
		}
	}
	for i := range without.NumOut() {
		if with.Out(i) != without.Out(i) {
			return false
		}
	}
	return true
}

// assertion returns what x.(T) does: the value and whether it has the type.
func (b *builder) assertion(e *wire.Expr) func() (v reflect.Value, ok bool, fail error) {
	x, t := b.value(&e.Args[0]), b.typ(e.Type)
	return func() (reflect.Value, bool, error) {
		v := x()
		n := reflect.New(t).Elem()
		ok, missing := holds(v, t)
		if ok {
			n.Set(v.Elem())
			return n, true, nil
		}
		var have, iface reflect.Type
		if !v.IsNil() {
			have = v.Elem().Type()
		}
		if t.Kind() != reflect.Interface {
			iface = v.Type()
		}
		return n, false, conversionError(iface, have, t, missing)
	}
}

// asserted is x.(T), which panics if x has another type.
func (b *builder) asserted(e *wire.Expr) code {
	f := b.assertion(e)
	return func() reflect.Value {
		v, ok, err := f()
		if !ok {
			panic(err)
		}
		return v
	}
}
