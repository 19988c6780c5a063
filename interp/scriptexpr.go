package interp

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"gomemo/engine/wire"
)

// typeOf is the type of an expression; that of an untyped one is its default.
func (sc *scripter) typeOf(e ast.Expr) types.Type {
	t := sc.p.info.Types[e].Type
	if id, ok := ast.Unparen(e).(*ast.Ident); ok && t == nil {
		if obj := sc.p.info.ObjectOf(id); obj != nil {
			t = obj.Type()
		}
	}
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return types.Default(t)
	}
	return t
}

// exprAs writes e as it is assigned to something of type t.
func (sc *scripter) exprAs(e ast.Expr, t types.Type) wire.Expr {
	tv := sc.p.info.Types[e]
	if tv.IsNil() {
		sc.need(e, "nil")
		return wire.Expr{Op: "zero", Type: sc.typ(e, t)}
	}
	have := sc.typeOf(e)
	if types.Identical(have, t) || t == nil {
		return sc.expr(e)
	}
	if tv.Value != nil && !types.IsInterface(t) {
		return sc.constant(e, t, tv.Value)
	}
	return sc.converted(e, sc.expr(e), have, t)
}

// converted makes an implicit conversion explicit.
func (sc *scripter) converted(n ast.Node, e wire.Expr, have, t types.Type) wire.Expr {
	if types.Identical(have, t) {
		return e
	}
	if types.IsInterface(t) {
		sc.need(n, "a conversion to an interface")
		e = sc.boxed(n, have, e)
	} else {
		sc.need(n, "a conversion to a type of the same form")
	}
	return wire.Expr{Op: "convert", Type: sc.typ(n, t), Args: []wire.Expr{e}}
}

// expr writes an expression of one value, of the type typeOf.
func (sc *scripter) expr(e ast.Expr) wire.Expr {
	if tv := sc.p.info.Types[e]; tv.Value != nil {
		return sc.constant(e, sc.typeOf(e), tv.Value)
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		return sc.expr(x.X)
	case *ast.Ident:
		return sc.name(x)
	case *ast.BinaryExpr:
		return sc.on(x.OpPos, func() wire.Expr { return sc.binary(x) })
	case *ast.UnaryExpr:
		return sc.unary(x)
	case *ast.StarExpr:
		sc.need(x, "*p")
		return sc.on(x.Star, func() wire.Expr { return wire.Expr{Op: "deref", Args: []wire.Expr{sc.expr(x.X)}} })
	case *ast.SelectorExpr:
		return sc.selector(x)
	case *ast.IndexExpr:
		if sc.p.info.Types[x.X].IsValue() {
			e := sc.index(x)
			if e.Name == "map" && sc.ofBytes(x.Index) {
				e = sc.turn(x, sc.typeOf(x), e)
			}
			return e
		}
	case *ast.SliceExpr:
		return sc.turn(x, sc.typeOf(x), sc.slice(x))
	case *ast.TypeAssertExpr:
		sc.need(x, "x.(T)")
		if isDirect(sc.typeOf(x)) {
			return sc.assertion(x)
		}
		return sc.turn(x, sc.typeOf(x), sc.assertion(x))
	case *ast.CompositeLit:
		return sc.literal(x, sc.typeOf(x))
	case *ast.FuncLit:
		sc.need(x, "a function literal")
	case *ast.CallExpr:
		return sc.on(x.Lparen, func() wire.Expr {
			if e := sc.call(x); sc.atTurn(x) {
				return sc.turn(x, sc.typeOf(x), e)
			} else {
				return e
			}
		})
	}
	sc.need(e, "another expression")
	return wire.Expr{}
}

// name writes the use of a variable or a function.
func (sc *scripter) name(id *ast.Ident) wire.Expr {
	switch obj := sc.p.info.Uses[id].(type) {
	case *types.Var:
		if n, ok := sc.locals[obj]; ok {
			sc.need(id, "a local variable")
			return wire.Expr{Op: "local", N: n}
		}
		if obj.Parent() == sc.p.pkg.Scope() {
			sc.need(id, "a variable of the session")
			return sc.sessionVar(id, id.Name)
		}
		return sc.symbol(id, obj)
	case *types.Func:
		if obj.Pkg() != sc.p.pkg {
			return sc.symbol(id, obj)
		}
		if obj.Signature().TypeParams() != nil {
			sc.need(id, "a generic function as a value")
		}
		sc.need(id, "a function of the notebook as a value")
		return wire.Expr{Op: "func", Name: sc.registered(id, sc.p.declOf(obj))}
	}
	sc.needNamed(id, "another expression", "the use of "+id.Name)
	return wire.Expr{}
}

// sessionVar is a variable that is in place. One whose type has changed is seen
// there with its new type.
func (sc *scripter) sessionVar(n ast.Node, name string) wire.Expr {
	d := sc.p.table.byName[name]
	told := sc.p.s.hashOf[strings.TrimSuffix(name, oldSuffix)]
	if !sc.heap[d] && !sc.placed(d) && (d.heap == nil || told != d.group.hash) {
		if told == "" {
			sc.needNamed(n, "another expression", "the use of "+name)
		}
		sc.need(n, "a variable whose type has changed")
		sc.moved[d] = sc.typ(n, sc.p.pkg.Scope().Lookup(name).Type())
		sc.heap[d] = true
	}
	return wire.Expr{Op: "var", Name: name}
}

// stays reports a variable whose address stays what it is.
func (sc *scripter) stays(d *decl) bool {
	return wire.Stays || sc.p.s.uncompiled() || sc.placed(d) || d != nil && d.home != ""
}

// symbol is a function or variable of the standard library.
func (sc *scripter) symbol(n ast.Node, obj types.Object) wire.Expr {
	full := obj.Pkg().Path() + "." + obj.Name()
	if !wire.Bound(obj.Pkg().Path(), obj.Name()) || !obj.Exported() {
		sc.needNamed(n, "what engine/wire/bound.go does not list", "the use of "+full)
	}
	if _, ok := obj.(*types.Var); ok {
		sc.need(n, "a variable of the standard library")
	} else {
		sc.need(n, "a function of the standard library")
	}
	return wire.Expr{Op: "symbol", Name: full}
}

// registered is the name of a function or method under which loaded code has
// registered it.
func (sc *scripter) registered(n ast.Node, d *decl) string {
	if !sc.placed(d) {
		title := "this function"
		if d != nil {
			title = d.title()
		}
		sc.needNamed(n, "a function that is not loaded yet", "a call of "+title+", which is not loaded yet")
	}
	sc.unlooked(n, reachesLooker(d))
	return sc.p.s.placed[d.group.hash] + "." + d.key
}

// constant writes a constant by its value, as a t.
func (sc *scripter) constant(n ast.Node, t types.Type, v constant.Value) wire.Expr {
	sc.need(n, "a constant")
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return sc.converted(n, sc.constant(n, types.Default(sc.kindType(v)), v), types.Default(sc.kindType(v)), t)
	}
	e := wire.Expr{Op: "const", Type: sc.typ(n, t)}
	switch {
	case b.Info()&types.IsBoolean != 0:
		e.Name = v.String()
	case b.Info()&types.IsString != 0:
		e.Name = strconv.Quote(constant.StringVal(v))
	case b.Info()&types.IsInteger != 0:
		e.Name = constant.ToInt(v).ExactString()
	case b.Info()&types.IsFloat != 0:
		e.Name = floatText(v, b.Kind() == types.Float32)
	default:
		single := b.Kind() == types.Complex64
		e.Name = "(" + floatText(constant.Real(v), single)
		if im := floatText(constant.Imag(v), single); im[0] == '-' {
			e.Name += im + "i)"
		} else {
			e.Name += "+" + im + "i)"
		}
	}
	return e
}

func (sc *scripter) kindType(v constant.Value) types.Type {
	switch v.Kind() {
	case constant.Bool:
		return types.Typ[types.UntypedBool]
	case constant.String:
		return types.Typ[types.UntypedString]
	case constant.Float:
		return types.Typ[types.UntypedFloat]
	case constant.Complex:
		return types.Typ[types.UntypedComplex]
	}
	return types.Typ[types.UntypedInt]
}

func floatText(v constant.Value, single bool) string {
	if single {
		f, _ := constant.Float32Val(constant.ToFloat(v))
		return strconv.FormatFloat(float64(f), 'g', -1, 32)
	}
	f, _ := constant.Float64Val(constant.ToFloat(v))
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func (sc *scripter) one(n ast.Node, t types.Type) wire.Expr {
	return sc.constant(n, t, constant.MakeInt64(1))
}

// selector writes x.f, and the uses of packages.
func (sc *scripter) selector(x *ast.SelectorExpr) wire.Expr {
	s := sc.p.info.Selections[x]
	if s == nil {
		obj := sc.p.info.Uses[x.Sel]
		return sc.symbol(x, obj)
	}
	if s.Kind() != types.FieldVal {
		return sc.methodValue(x, s)
	}
	sc.need(x, "x.f")
	return sc.path(x, sc.expr(x.X), s.Recv(), s.Index())
}

// path goes from a value of type t through fields, and the pointers on the way,
// which are followed on the line of the selector's dot.
func (sc *scripter) path(n *ast.SelectorExpr, e wire.Expr, t types.Type, index []int) wire.Expr {
	for _, i := range index {
		if isPointer(t) {
			e = sc.on(n.X.End(), func() wire.Expr { e, t = sc.deref(e, t); return e })
		}
		st := t.Underlying().(*types.Struct)
		if f := st.Field(i); f.Pkg() != sc.p.pkg && !f.Exported() {
			sc.need(n, "a hidden field")
		}
		e, t = wire.Expr{Op: "field", N: i, Args: []wire.Expr{e}}, st.Field(i).Type()
	}
	return e
}

func (sc *scripter) deref(e wire.Expr, t types.Type) (wire.Expr, types.Type) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return wire.Expr{Op: "deref", Args: []wire.Expr{e}}, p.Elem()
	}
	return e, t
}

// index writes x[i].
func (sc *scripter) index(x *ast.IndexExpr) wire.Expr {
	return sc.on(x.Lbrack, func() wire.Expr {
		base, t := sc.expr(x.X), sc.typeOf(x.X)
		if p, ok := t.Underlying().(*types.Pointer); ok {
			sc.need(x, "p[i] of a pointer to an array")
			base, t = sc.deref(base, p)
		}
		e := wire.Expr{Op: "index"}
		switch u := t.Underlying().(type) {
		case *types.Map:
			sc.need(x, "m[k]")
			e.Name = "map"
			e.Args = []wire.Expr{base, sc.key(x.Index, u)}
			return e
		case *types.Array:
			sc.need(x, "x[i] of an array")
			e.Name = "array"
		case *types.Basic:
			sc.need(x, "x[i] of a string")
			e.Name = "string"
		case *types.Slice:
			sc.need(x, "x[i] of a slice")
		default:
			sc.need(x, "another expression")
		}
		e.Args = []wire.Expr{base, sc.expr(x.Index)}
		return e
	})
}

func (sc *scripter) slice(x *ast.SliceExpr) wire.Expr {
	return sc.on(x.Lbrack, func() wire.Expr {
		e := wire.Expr{Op: "slice", Args: []wire.Expr{sc.sliced(x)}}
		for _, b := range []ast.Expr{x.Low, x.High, x.Max} {
			switch {
			case b == nil:
				e.Args = append(e.Args, wire.Expr{Op: "none"})
			case sc.p.info.Types[b].Value != nil:
				e.Args = append(e.Args, sc.constant(b, types.Typ[types.Int], constant.ToInt(sc.p.info.Types[b].Value)))
			default:
				if !types.Identical(sc.typeOf(b), types.Typ[types.Int]) {
					sc.need(b, "a bound that is no int")
				}
				bound := sc.expr(b)
				if _, name := b.(*ast.Ident); !name {
					bound = sc.turn(b, types.Typ[types.Int], bound)
				}
				e.Args = append(e.Args, bound)
			}
		}
		return e
	})
}

// assertion writes x.(T).
func (sc *scripter) assertion(x *ast.TypeAssertExpr) wire.Expr {
	return sc.on(x.X.End(), func() wire.Expr { // of the dot
		return wire.Expr{Op: "assert", Type: sc.asserted(x.Type), Args: []wire.Expr{sc.expr(x.X)}}
	})
}

// asserted is a type that an interface is asked for.
func (sc *scripter) asserted(e ast.Expr) *wire.Type {
	if types.IsInterface(sc.typeOf(e)) {
		if hiddenMethods(sc.typeOf(e)) {
			sc.need(e, "an assertion to an interface with hidden methods")
		}
		sc.need(e, "an assertion to an interface")
	}
	return sc.typ(e, sc.typeOf(e))
}

// literal writes a composite literal of type t.
func (sc *scripter) literal(x *ast.CompositeLit, t types.Type) wire.Expr {
	if p, ok := t.Underlying().(*types.Pointer); ok { // elided &
		sc.need(x, "&T{…}")
		return wire.Expr{Op: "pointer", Args: []wire.Expr{sc.literal(x, p.Elem())}}
	}
	e := wire.Expr{Type: sc.typ(x, t)}
	element := func(v ast.Expr, t types.Type) wire.Expr {
		if lit, ok := v.(*ast.CompositeLit); ok && lit.Type == nil {
			return sc.literal(lit, t)
		}
		return sc.exprAs(v, t)
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		sc.need(x, "T{…} of a struct")
		e.Op = "struct"
		for i, el := range x.Elts {
			if kv, ok := el.(*ast.KeyValueExpr); ok {
				i = fieldNumber(u, kv.Key.(*ast.Ident).Name)
				el = kv.Value
			}
			e.Keys = append(e.Keys, i)
			e.Args = append(e.Args, element(el, u.Field(i).Type()))
		}
	case *types.Map:
		sc.need(x, "T{…} of a map")
		e.Op = "map"
		return sc.entries(&e, x, u, element)
	case *types.Slice:
		sc.need(x, "T{…} of a slice")
		sc.list(&e, x, func(v ast.Expr) wire.Expr { return element(v, u.Elem()) })
	case *types.Array:
		sc.need(x, "T{…} of an array")
		sc.list(&e, x, func(v ast.Expr) wire.Expr { return element(v, u.Elem()) })
	}
	return e
}

func fieldNumber(st *types.Struct, name string) int {
	for i := range st.NumFields() {
		if st.Field(i).Name() == name {
			return i
		}
	}
	return -1
}

// list writes the elements of a slice or array, whose keys are constants.
func (sc *scripter) list(e *wire.Expr, x *ast.CompositeLit, element func(ast.Expr) wire.Expr) {
	e.Op = "list"
	at := 0
	for _, el := range x.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			n, _ := constant.Int64Val(constant.ToInt(sc.p.info.Types[kv.Key].Value)) // the checker knows that it fits
			at, el = int(n), kv.Value
		}
		if at >= 1<<16 {
			sc.need(x, "a long literal")
		}
		e.Keys = append(e.Keys, at)
		e.Args = append(e.Args, element(el))
		at++
		e.N = max(e.N, at)
	}
}

// unary writes -x, !x and the like.
func (sc *scripter) unary(x *ast.UnaryExpr) wire.Expr {
	switch x.Op {
	case token.AND:
		return sc.address(x)
	case token.ARROW:
		return sc.receive(x)
	case token.NOT:
		sc.need(x, "&& || !")
	case token.XOR:
		sc.need(x, "& | ^ &^ of integers")
	default:
		sc.needArithmetic(x, sc.typeOf(x.X), token.SUB)
	}
	return wire.Expr{Op: "unary", Name: x.Op.String(), Type: sc.typ(x, sc.typeOf(x)), Args: []wire.Expr{sc.expr(x.X)}}
}
