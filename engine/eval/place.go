package eval

import (
	"reflect"

	"gomemo/engine/wire"
)

// ref evaluates e to the variable itself where e is one or a part of one, and
// to a value otherwise. Structs and arrays are always addressable.
func (b *builder) ref(e *wire.Expr) code {
	switch e.Op {
	case "var":
		ptr, ok := b.env.Var(e.Name)
		if !ok {
			b.fail("variable %s has no storage", e.Name)
		}
		v := ptr.Elem()
		return func() reflect.Value { return v }
	case "local":
		return func() reflect.Value { return b.locals[e.N] }
	case "symbol":
		v := b.symbol(e.Name)
		return func() reflect.Value { return v }
	case "field", "deref", "index":
		late := b.late(e)
		return func() reflect.Value { return late()() }
	}
	return b.value(e)
}

// A place is what can be assigned to, as it is once its operands have been
// evaluated: what may panic still does so at the assignment.
type place struct {
	variable func() reflect.Value
	m, key   reflect.Value // an element of a map
}

func (p place) set(v reflect.Value) {
	switch {
	case p.m.IsValid():
		p.m.SetMapIndex(p.key, v)
	case p.variable != nil:
		p.variable().Set(v)
	}
}

func (p place) get() reflect.Value {
	if p.m.IsValid() {
		return element(p.m, p.key)
	}
	return own(p.variable())
}

// found fails if the place is of a map that cannot have it, as the assignment
// does.
func (p place) found() {
	if p.m.IsValid() && !p.key.Comparable() {
		p.m.SetMapIndex(p.key, reflect.Zero(p.m.Type().Elem()))
	}
}

// place evaluates the operands of something that is assigned to.
func (b *builder) place(e *wire.Expr) func() place {
	switch e.Op {
	case "blank":
		return func() place { return place{} }
	case "fresh":
		return func() place {
			return place{variable: func() reflect.Value {
				b.locals[e.N] = reflect.New(b.types[e.N]).Elem()
				return b.locals[e.N]
			}}
		}
	case "index":
		if e.Name == "map" {
			x, i := b.value(&e.Args[0]), b.value(&e.Args[1])
			return func() place {
				m := x()
				return place{m: m, key: i()}
			}
		}
	}
	late := b.late(e)
	return func() place { return place{variable: late()} }
}

// late evaluates the operands of e and returns what finishes the work.
func (b *builder) late(e *wire.Expr) func() func() reflect.Value {
	switch e.Op {
	case "field":
		x, n := b.late(&e.Args[0]), e.N
		return func() func() reflect.Value {
			v := x()
			return func() reflect.Value { return field(v(), n) }
		}
	case "deref":
		x := b.value(&e.Args[0])
		return b.lateAt(e, func() func() reflect.Value {
			p := x()
			return func() reflect.Value {
				if p.IsNil() {
					nilDereference()
				}
				return p.Elem()
			}
		})
	case "index":
		return b.lateAt(e, b.lateIndex(e))
	}
	x := b.ref(e)
	return func() func() reflect.Value {
		v := x()
		return func() reflect.Value { return v }
	}
}

func (b *builder) lateAt(e *wire.Expr, f func() func() reflect.Value) func() func() reflect.Value {
	if e.Line == 0 {
		return f
	}
	return func() func() reflect.Value {
		late := f()
		return b.at(e, func() reflect.Value { return late() })
	}
}

func (b *builder) lateIndex(e *wire.Expr) func() func() reflect.Value {
	i := b.value(&e.Args[1])
	switch e.Name {
	case "map":
		x := b.value(&e.Args[0])
		return func() func() reflect.Value {
			m := x()
			key := i()
			return func() reflect.Value { return element(m, key) }
		}
	case "array":
		x := b.late(&e.Args[0])
		return func() func() reflect.Value {
			v := x()
			n := i()
			return func() reflect.Value {
				a := v()
				return a.Index(checked(n, a.Len()))
			}
		}
	case "string":
		x := b.value(&e.Args[0])
		return func() func() reflect.Value {
			s := x()
			n := i()
			return func() reflect.Value { return reflect.ValueOf(s.String()[checked(n, s.Len())]) }
		}
	}
	x := b.value(&e.Args[0])
	return func() func() reflect.Value {
		s := x()
		n := i()
		return func() reflect.Value { return s.Index(checked(n, s.Len())) }
	}
}

// element is what a map has under a key, or zero.
func element(m, key reflect.Value) reflect.Value {
	if v := m.MapIndex(key); v.IsValid() {
		return own(v)
	}
	return reflect.New(m.Type().Elem()).Elem()
}

// assign evaluates the operands of the left side, then the right side, and
// sets the variables in order. A single variable is looked for last, as the
// compiler does.
func (b *builder) assign(e *wire.Expr) func() {
	left, right := e.Args[:e.N], e.Args[e.N:]
	if len(left) == 1 && len(right) == 1 {
		to, from := b.place(&left[0]), b.value(&right[0])
		return func() {
			v := from()
			to().set(v)
		}
	}
	var to []func() place
	for i := range left {
		to = append(to, b.place(&left[i]))
	}
	var from codes
	if len(right) == 1 && len(left) != 1 {
		from = b.many(&right[0])
	} else {
		from = b.list(right)
	}
	return func() {
		places := make([]place, len(to))
		for i, t := range to {
			places[i] = t()
		}
		vs := from()
		for i, p := range places {
			p.set(vs[i])
		}
	}
}

// update is x op= y and x++. An element of a map is looked for once, to be
// set, unless the operator may fail.
func (b *builder) update(e *wire.Expr) func() {
	to, from := b.place(&e.Args[0]), b.value(&e.Args[1])
	op := b.operator(e.Name, b.typ(e.Type))
	once := e.Name != "/" && e.Name != "%"
	return func() {
		p := to()
		if once {
			p.found()
		}
		x := p.get()
		p.set(op(x, from()))
	}
}
