package interp

import (
	"go/ast"
	"go/types"

	"gomemo/engine/wire"
)

// Values of functions are compiled code, which the engine calls by reflection.

// funcType describes the type of a function.
func (sc *scripter) funcType(n ast.Node, t *types.Signature) *wire.Type {
	w := &wire.Type{Kind: "func", Variadic: t.Variadic()}
	for v := range t.Params().Variables() {
		w.In = append(w.In, sc.typ(n, v.Type()))
	}
	for v := range t.Results().Variables() {
		w.Out = append(w.Out, sc.typ(n, v.Type()))
	}
	sc.need(n, "a function value")
	return sc.composite(n, t, w)
}

// methodValue writes x.M that is not called: a function that is bound to a copy
// of x.
func (sc *scripter) methodValue(sel *ast.SelectorExpr, s *types.Selection) wire.Expr {
	if s.Kind() == types.MethodExpr {
		return sc.methodExpression(sel, s, 0)
	}
	sc.need(sel, "a method as a value")
	fn := s.Obj().(*types.Func)
	e := wire.Expr{Op: "bound", Name: fn.Name(), Type: sc.typ(sel, sc.typeOf(sel))}
	d := sc.p.declOf(fn)
	if fn.Signature().RecvTypeParams() != nil {
		sc.needNamed(sel, "an instance of a generic type", "a method value of an instance of a generic type")
	}
	if d != nil {
		if sc.p.s.uncompiled() || d.group == nil {
			sc.needNamed(sel, "a function that is not loaded yet", "the method value "+sc.p.text(sel))
		}
		e.Args = []wire.Expr{{Op: "func", Name: sc.registered(sel, d)}, sc.receiver(&judged{fn: fn, sel: sel})}
		return e
	}
	x, t := sc.embedded(sel, s.Recv(), s.Index()[:len(s.Index())-1])
	if !types.IsInterface(t) {
		sc.need(sel, "a method of the standard library as a value")
	}
	if !fn.Exported() {
		sc.need(sel, "a call of a hidden method of an interface")
	}
	e.Args = []wire.Expr{x}
	return e
}

// callExpression writes the call of a method expression, T.M(x).
func (sc *scripter) callExpression(c *ast.CallExpr, j *judged) wire.Expr {
	sel := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	fun := sc.methodExpression(sel, sc.p.info.Selections[sel], sc.site(j))
	return sc.apply(c, fun)
}

// methodExpression writes T.M: a method as a function whose first parameter is
// the receiver. site is that of a call of it, 0 if there is none.
func (sc *scripter) methodExpression(sel *ast.SelectorExpr, s *types.Selection, site int) wire.Expr {
	sc.need(sel, "a method expression")
	fn := s.Obj().(*types.Func)
	if fn.Signature().RecvTypeParams() != nil {
		sc.needNamed(sel, "an instance of a generic type", "a method expression of an instance of a generic type")
	}
	e := wire.Expr{Op: "expression", Name: fn.Name(), N: site, Type: sc.typ(sel, sc.typeOf(sel))}
	d := sc.p.declOf(fn)
	switch {
	case d == nil && types.IsInterface(s.Recv()):
		sc.unlooked(sel, sc.p.table.looks())
	case d == nil && (lookers[fn.FullName()] || logs(fn)):
		sc.unlooked(sel, true)
	case d != nil && (sc.p.s.uncompiled() || d.group == nil):
		sc.needNamed(sel, "a function that is not loaded yet", "the method expression "+sc.p.text(sel))
	case d != nil:
		sc.registered(sel, d)
	}
	if !fn.Exported() {
		sc.need(sel, "a call of a hidden method of an interface")
	}
	return e
}

// spread returns the arguments of f(g()), g having several results, which are
// there before the call.
func (sc *scripter) spread(c *ast.CallExpr, tuple *types.Tuple) (out []wire.Expr, ts []types.Type) {
	sc.need(c, "f(g()) with several results")
	for v := range tuple.Variables() {
		ts = append(ts, v.Type())
	}
	call := ast.Unparen(c.Args[0]).(*ast.CallExpr)
	sc.on(call.Lparen, func() wire.Expr {
		out = sc.ahead(c, ts, sc.call(call))
		return wire.Expr{}
	})
	return out, ts
}

// calleeFirst refuses a call whose function, or receiver, has a call in it and
// is evaluated before arguments that have one, too.
func (sc *scripter) calleeFirst(c *ast.CallExpr) {
	if !sc.turns {
		return
	}
	calls := func(e ast.Expr) bool {
		found, _ := sc.inOrder(e)
		return len(found) > 0
	}
	if !calls(c.Fun) {
		return
	}
	for _, a := range c.Args {
		if calls(a) {
			sc.need(c, "a call of what a call returned, with another one in its arguments")
		}
	}
}
