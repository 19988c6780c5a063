package eval

import (
	"reflect"

	"gomemo/engine/wire"
)

type signed interface {
	int | int8 | int16 | int32 | int64
}

type unsigned interface {
	uint | uint8 | uint16 | uint32 | uint64 | uintptr
}

type float interface{ float32 | float64 }

// Operators work on the widest type of a kind and give what T would.

func signedOp[T signed](op string) func(x, y int64) int64 {
	switch op {
	case "+":
		return func(x, y int64) int64 { return int64(T(x) + T(y)) }
	case "-":
		return func(x, y int64) int64 { return int64(T(x) - T(y)) }
	case "*":
		return func(x, y int64) int64 { return int64(T(x) * T(y)) }
	case "/":
		return func(x, y int64) int64 { return int64(T(x) / T(y)) }
	case "%":
		return func(x, y int64) int64 { return int64(T(x) % T(y)) }
	}
	return bitOp[int64](op)
}

func unsignedOp[T unsigned](op string) func(x, y uint64) uint64 {
	switch op {
	case "+":
		return func(x, y uint64) uint64 { return uint64(T(x) + T(y)) }
	case "-":
		return func(x, y uint64) uint64 { return uint64(T(x) - T(y)) }
	case "*":
		return func(x, y uint64) uint64 { return uint64(T(x) * T(y)) }
	case "/":
		return func(x, y uint64) uint64 { return uint64(T(x) / T(y)) }
	case "%":
		return func(x, y uint64) uint64 { return uint64(T(x) % T(y)) }
	}
	return bitOp[uint64](op)
}

func bitOp[T int64 | uint64](op string) func(x, y T) T {
	switch op {
	case "&":
		return func(x, y T) T { return x & y }
	case "|":
		return func(x, y T) T { return x | y }
	case "^":
		return func(x, y T) T { return x ^ y }
	case "&^":
		return func(x, y T) T { return x &^ y }
	}
	return nil
}

func floatOp[T float](op string) func(x, y float64) float64 {
	switch op {
	case "+":
		return func(x, y float64) float64 { return float64(T(x) + T(y)) }
	case "-":
		return func(x, y float64) float64 { return float64(T(x) - T(y)) }
	case "*":
		return func(x, y float64) float64 { return float64(T(x) * T(y)) }
	case "/":
		return func(x, y float64) float64 { return float64(T(x) / T(y)) }
	}
	return nil
}

func complexOp[T complex64 | complex128](op string) func(x, y complex128) complex128 {
	switch op {
	case "+":
		return func(x, y complex128) complex128 { return complex128(T(x) + T(y)) }
	case "-":
		return func(x, y complex128) complex128 { return complex128(T(x) - T(y)) }
	case "*":
		return func(x, y complex128) complex128 { return complex128(T(x) * T(y)) }
	case "/":
		return func(x, y complex128) complex128 { return complex128(T(x) / T(y)) }
	}
	return nil
}

var signedOps = map[reflect.Kind]func(string) func(x, y int64) int64{
	reflect.Int: signedOp[int], reflect.Int8: signedOp[int8], reflect.Int16: signedOp[int16],
	reflect.Int32: signedOp[int32], reflect.Int64: signedOp[int64],
}

var unsignedOps = map[reflect.Kind]func(string) func(x, y uint64) uint64{
	reflect.Uint: unsignedOp[uint], reflect.Uint8: unsignedOp[uint8], reflect.Uint16: unsignedOp[uint16],
	reflect.Uint32: unsignedOp[uint32], reflect.Uint64: unsignedOp[uint64], reflect.Uintptr: unsignedOp[uintptr],
}

// operator returns the operator op on two operands of type t, except for
// comparisons.
func (b *builder) operator(op string, t reflect.Type) func(x, y reflect.Value) reflect.Value {
	if op == "<<" || op == ">>" {
		return shift(op, t)
	}
	zero := reflect.New(t).Elem()
	switch {
	case zero.CanInt():
		if f := signedOps[t.Kind()](op); f != nil {
			return func(x, y reflect.Value) reflect.Value { x.SetInt(f(x.Int(), y.Int())); return x }
		}
	case zero.CanUint():
		if f := unsignedOps[t.Kind()](op); f != nil {
			return func(x, y reflect.Value) reflect.Value { x.SetUint(f(x.Uint(), y.Uint())); return x }
		}
	case zero.CanFloat():
		f := floatOp[float64](op)
		if t.Kind() == reflect.Float32 {
			f = floatOp[float32](op)
		}
		if f != nil {
			return func(x, y reflect.Value) reflect.Value { x.SetFloat(f(x.Float(), y.Float())); return x }
		}
	case zero.CanComplex():
		f := complexOp[complex128](op)
		if t.Kind() == reflect.Complex64 {
			f = complexOp[complex64](op)
		}
		if f != nil {
			return func(x, y reflect.Value) reflect.Value { x.SetComplex(f(x.Complex(), y.Complex())); return x }
		}
	case t.Kind() == reflect.String && op == "+":
		return func(x, y reflect.Value) reflect.Value { x.SetString(x.String() + y.String()); return x }
	}
	b.fail("no operator %s on %v", op, t)
	return nil
}

// shift is the only operator whose operands have two types.
func shift(op string, t reflect.Type) func(x, y reflect.Value) reflect.Value {
	left := op == "<<"
	count := func(y reflect.Value) uint64 {
		if y.CanUint() {
			return y.Uint()
		}
		n := y.Int()
		_ = 1 << n // panics if it is negative
		return uint64(n)
	}
	return func(x, y reflect.Value) reflect.Value {
		n := count(y)
		bits := uint64(t.Bits())
		switch {
		case x.CanInt() && left:
			v := x.Int() << n
			x.SetInt(v << (64 - bits) >> (64 - bits))
		case x.CanInt():
			x.SetInt(x.Int() >> n)
		case left:
			x.SetUint(x.Uint() << n << (64 - bits) >> (64 - bits))
		default:
			x.SetUint(x.Uint() >> n)
		}
		return x
	}
}

// comparison returns a comparison of two operands of type t.
func (b *builder) comparison(op string, t reflect.Type) func(x, y reflect.Value) bool {
	switch op {
	case "==":
		return equal
	case "!=":
		return func(x, y reflect.Value) bool { return !equal(x, y) }
	}
	zero := reflect.New(t).Elem()
	switch {
	case zero.CanInt():
		f := ordering[int64](op)
		return func(x, y reflect.Value) bool { return f(x.Int(), y.Int()) }
	case zero.CanUint():
		f := ordering[uint64](op)
		return func(x, y reflect.Value) bool { return f(x.Uint(), y.Uint()) }
	case zero.CanFloat():
		f := ordering[float64](op)
		return func(x, y reflect.Value) bool { return f(x.Float(), y.Float()) }
	case t.Kind() == reflect.String:
		f := ordering[string](op)
		return func(x, y reflect.Value) bool { return f(x.String(), y.String()) }
	}
	b.fail("no operator %s on %v", op, t)
	return nil
}

// equal compares as == does, also where that panics.
func equal(x, y reflect.Value) bool {
	switch x.Kind() {
	case reflect.Slice, reflect.Map, reflect.Func: // with nil only
		return x.IsNil() && y.IsNil()
	}
	return x.Interface() == y.Interface()
}

func ordering[T int64 | uint64 | float64 | string](op string) func(x, y T) bool {
	switch op {
	case "<":
		return func(x, y T) bool { return x < y }
	case "<=":
		return func(x, y T) bool { return x <= y }
	case ">":
		return func(x, y T) bool { return x > y }
	}
	return func(x, y T) bool { return x >= y }
}

var compares = map[string]bool{"==": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true}

// binary is x op y; e.Type is that of the operands, or of x if it is a shift.
func (b *builder) binary(e *wire.Expr) code {
	x, y := b.value(&e.Args[0]), b.value(&e.Args[1])
	t := b.typ(e.Type)
	if compares[e.Name] {
		f := b.comparison(e.Name, t)
		return func() reflect.Value {
			v := x()
			return boolean(f(v, y()))
		}
	}
	f := b.operator(e.Name, t)
	return func() reflect.Value {
		v := x()
		return f(v, y())
	}
}

func (b *builder) unary(e *wire.Expr) code {
	x := b.value(&e.Args[0])
	switch e.Name {
	case "!":
		return func() reflect.Value { v := x(); v.SetBool(!v.Bool()); return v }
	case "+":
		return x
	}
	t := b.typ(e.Type)
	zero := reflect.New(t).Elem()
	switch {
	case e.Name == "-" && zero.CanFloat(): // 0-x is not -x if x is 0
		return func() reflect.Value { v := x(); v.SetFloat(-v.Float()); return v }
	case e.Name == "-" && zero.CanComplex():
		return func() reflect.Value { v := x(); v.SetComplex(-v.Complex()); return v }
	case e.Name == "-":
		f := b.operator("-", t)
		return func() reflect.Value { return f(reflect.New(t).Elem(), x()) }
	}
	if zero.CanInt() {
		return func() reflect.Value { v := x(); v.SetInt(^v.Int()); return v }
	}
	bits := uint64(t.Bits())
	return func() reflect.Value { v := x(); v.SetUint(^v.Uint() << (64 - bits) >> (64 - bits)); return v }
}

// boolean is a value of type bool that may be set.
func boolean(v bool) reflect.Value { return own(reflect.ValueOf(v)) }
