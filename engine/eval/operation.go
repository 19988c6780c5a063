package eval

import (
	"reflect"
	"strings"

	"gomemo/engine/wire"
)

// operation evaluates what is no variable or part of one. What it returns may
// be set.
func (b *builder) operation(e *wire.Expr) code {
	switch e.Op {
	case "const":
		return b.constant(e)
	case "zero":
		t := b.typ(e.Type)
		return func() reflect.Value { return reflect.New(t).Elem() }
	case "binary":
		return b.binary(e)
	case "unary":
		return b.unary(e)
	case "and", "or":
		return b.logical(e)
	case "let":
		first, x := b.statements(e.Args[:e.N]), b.value(&e.Args[e.N])
		return func() reflect.Value { first(); return x() }
	case "convert":
		return b.convert(e)
	case "assert":
		return b.asserted(e)
	case "is":
		return b.is(e)
	case "address", "addr":
		return b.address(e)
	case "typefor":
		return b.typeFor(e)
	case "generic":
		return b.generic(e)
	case "func":
		return b.function(e)
	case "bound":
		return b.bound(e)
	case "expression":
		return b.expression(e)
	case "log":
		return b.logFunction(e)
	case "select":
		return b.selection(e)
	case "call", "method", "receive":
		return b.first(e)
	case "struct", "list", "map", "pointer":
		return b.literal(e)
	case "slice":
		return b.slice(e)
	case "builtin":
		return b.builtin(e)
	case "next":
		return b.next(e)
	case "switch":
		return b.choose(e)
	}
	b.fail("unknown operation %s", e.Op)
	return nil
}

// logical is && or ||.
func (b *builder) logical(e *wire.Expr) code {
	x, y, stop := b.value(&e.Args[0]), b.value(&e.Args[1]), e.Op == "or"
	return func() reflect.Value {
		if v := x(); v.Bool() == stop {
			return v
		}
		return y()
	}
}

// address is the address of a session variable, or of what can be assigned to.
func (b *builder) address(e *wire.Expr) code {
	if e.Op == "addr" {
		ptr, ok := b.env.Var(e.Name)
		if !ok {
			b.fail("variable %s has no storage", e.Name)
		}
		return func() reflect.Value { return ptr }
	}
	x := b.ref(&e.Args[0])
	return func() reflect.Value { return own(x().Addr()) }
}

// typeFor is reflect.TypeFor.
func (b *builder) typeFor(e *wire.Expr) code {
	t := reflect.ValueOf(b.typ(e.Type))
	return func() reflect.Value {
		v := reflect.New(reflect.TypeFor[reflect.Type]()).Elem()
		v.Set(t)
		return v
	}
}

// generic is an instance of a generic function.
func (b *builder) generic(e *wire.Expr) code {
	f, ok := b.env.Generic(e.Name, b.typ(e.Type))
	if !ok {
		b.fail("%s has no instance of type %v", e.Name, b.typ(e.Type))
	}
	return func() reflect.Value { return f }
}

// first is the first of several results, if there are any.
func (b *builder) first(e *wire.Expr) code {
	many := b.many(e)
	return func() reflect.Value {
		if vs := many(); len(vs) > 0 {
			return own(vs[0])
		}
		return reflect.Value{}
	}
}

// many evaluates e to its results, however many these are.
func (b *builder) many(e *wire.Expr) codes {
	switch e.Op {
	case "call":
		return b.call(e)
	case "method":
		return b.method(e)
	case "tuple":
		return b.list(e.Args)
	case "receive":
		both := b.receive(e)
		if e.Name == "ok" {
			return both
		}
		return func() []reflect.Value { return both()[:1] }
	case "index2":
		x, i := b.value(&e.Args[0]), b.value(&e.Args[1])
		return func() []reflect.Value {
			m := x()
			key := i()
			return []reflect.Value{element(m, key), boolean(m.MapIndex(key).IsValid())}
		}
	case "assert2":
		f := b.assertion(e)
		return func() []reflect.Value {
			v, ok, _ := f()
			return []reflect.Value{v, boolean(ok)}
		}
	}
	x := b.value(e)
	return func() []reflect.Value { return []reflect.Value{x()} }
}

func (b *builder) is(e *wire.Expr) code {
	x := b.value(&e.Args[0])
	var t reflect.Type
	if e.Type != nil {
		t = b.typ(e.Type)
	}
	return func() reflect.Value {
		ok, _ := holds(x(), t)
		return boolean(ok)
	}
}

func (b *builder) symbol(full string) reflect.Value {
	i := strings.LastIndexByte(full, '.')
	v, ok := b.env.Symbol(full[:max(i, 0)], full[i+1:])
	if !ok {
		b.fail("%s is not among what is interpreted", full)
	}
	return v
}

// function is a registered function. A judged one is asked for at each call.
func (b *builder) function(e *wire.Expr) code {
	f, ok := b.env.Func(e.Name)
	if written := b.functions[e.Name]; written != nil {
		f, ok = written.fun, true
	}
	if !ok {
		b.fail("function %s is not loaded", e.Name)
	}
	if e.N == 0 {
		return func() reflect.Value { return f }
	}
	return func() reflect.Value { return b.env.Judge(e.N-1, f) }
}

func (b *builder) call(e *wire.Expr) codes {
	if e.Args[0].Op == "methodof" {
		return b.callMethodOf(e)
	}
	f, args := b.ref(&e.Args[0]), b.list(e.Args[1:])
	return b.manyAt(e, func() []reflect.Value {
		fun := f()
		vs := args()
		if fun.IsNil() {
			nilDereference()
		}
		return apply(fun, vs, e.Name == "...")
	})
}

// callMethodOf calls a method, as a function whose first parameter is the
// receiver.
func (b *builder) callMethodOf(e *wire.Expr) codes {
	m, args := &e.Args[0], b.list(e.Args[1:])
	return b.manyAt(e, func() []reflect.Value {
		vs := args()
		f, _ := vs[0].Type().MethodByName(m.Name)
		if m.N > 0 {
			f.Func = b.env.Judge(m.N-1, f.Func)
		}
		return apply(f.Func, vs, e.Name == "...")
	})
}

// bound is a method as a value: of a function that takes the receiver, or of
// what an interface holds.
func (b *builder) bound(e *wire.Expr) code {
	t, args := b.typ(e.Type), b.list(e.Args)
	return func() reflect.Value {
		vs := args()
		if len(vs) == 1 {
			if vs[0].IsNil() {
				nilDereference()
			}
			return own(vs[0].MethodByName(e.Name))
		}
		f, recv := vs[0], vs[1]
		return own(reflect.MakeFunc(t, func(in []reflect.Value) []reflect.Value {
			in = append([]reflect.Value{recv}, in...)
			if t.IsVariadic() {
				return f.CallSlice(in)
			}
			return f.Call(in)
		}))
	}
}

// expression is a method of the type of the first parameter, as a function.
func (b *builder) expression(e *wire.Expr) code {
	t := b.typ(e.Type)
	var f reflect.Value
	if recv := t.In(0); recv.Kind() == reflect.Interface {
		f = reflect.MakeFunc(t, func(in []reflect.Value) []reflect.Value {
			if in[0].IsNil() {
				nilDereference()
			}
			m := in[0].MethodByName(e.Name)
			if t.IsVariadic() {
				return m.CallSlice(in[1:])
			}
			return m.Call(in[1:])
		})
	} else {
		m, ok := recv.MethodByName(e.Name)
		if !ok {
			b.fail("%v has no method %s", recv, e.Name)
		}
		f = m.Func
	}
	if e.N > 0 {
		return func() reflect.Value { return b.env.Judge(e.N-1, f) }
	}
	return func() reflect.Value { return own(f) }
}

// apply calls f. Without arguments for its last parameter, a variadic
// function gets a nil slice, which reflect would not give it.
func apply(f reflect.Value, args []reflect.Value, spread bool) []reflect.Value {
	t := f.Type()
	if t.IsVariadic() && len(args) == t.NumIn()-1 {
		args, spread = append(args, reflect.Zero(t.In(len(args)))), true
	}
	if spread {
		return f.CallSlice(args)
	}
	return f.Call(args)
}

func (b *builder) method(e *wire.Expr) codes {
	x, args := b.ref(&e.Args[0]), b.list(e.Args[1:])
	name, spread := strings.CutSuffix(e.Name, "...")
	return b.manyAt(e, func() []reflect.Value {
		v := x()
		vs := args()
		f, prints := b.logMethod(v, name)
		if !prints {
			f = methodOf(v, name)
		}
		if e.N > 0 {
			f = b.env.Judge(e.N-1, f)
		}
		return apply(f, vs, spread)
	})
}

// methodOf is a method of v. That of a nil interface fails when it is called.
func methodOf(v reflect.Value, name string) reflect.Value {
	if v.Kind() != reflect.Interface || !v.IsNil() {
		return v.MethodByName(name)
	}
	m, _ := v.Type().MethodByName(name)
	return reflect.MakeFunc(m.Type, func([]reflect.Value) []reflect.Value { nilDereference(); return nil })
}

func (b *builder) manyAt(e *wire.Expr, c codes) codes {
	if e.Line == 0 {
		return c
	}
	p, line := b.p, e.Line
	return func() []reflect.Value {
		was := p.line
		p.line = line
		vs := c()
		p.line = was
		return vs
	}
}

// literal makes a value of its elements.
func (b *builder) literal(e *wire.Expr) code {
	args := b.list(e.Args)
	if e.Op == "pointer" {
		return func() reflect.Value { return own(args()[0].Addr()) }
	}
	t := b.typ(e.Type)
	return func() reflect.Value {
		vs := args()
		v := reflect.New(t).Elem()
		switch {
		case e.Op == "struct":
			for i, n := range e.Keys {
				field(v, n).Set(vs[i])
			}
			return v
		case e.Op == "map":
			v.Set(reflect.MakeMapWithSize(t, len(vs)/2))
			for i := 0; i < len(vs); i += 2 {
				v.SetMapIndex(vs[i], vs[i+1])
			}
			return v
		case t.Kind() == reflect.Slice:
			v.Set(reflect.MakeSlice(t, e.N, e.N))
		}
		for i, n := range e.Keys {
			v.Index(n).Set(vs[i])
		}
		return v
	}
}
