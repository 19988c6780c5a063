package interp

import (
	"go/ast"
	"go/types"

	"gomemo/engine/wire"
)

func (sc *scripter) isConversion(c *ast.CallExpr) bool { return sc.p.info.Types[c.Fun].IsType() }

// call writes a call, a conversion or the use of a builtin.
func (sc *scripter) call(c *ast.CallExpr) wire.Expr {
	if sc.isConversion(c) {
		return sc.conversion(c)
	}
	if sc.p.info.Types[c.Fun].IsBuiltin() {
		return sc.builtin(c)
	}
	sc.calleeFirst(c)
	if e, ok := sc.logCall(c); ok {
		return e
	}
	if t := sc.typeFor(c); t != nil {
		sc.need(c, "reflect.TypeFor")
		return wire.Expr{Op: "typefor", Type: sc.typ(c, t)}
	}
	if j := sc.p.judge(c); j != nil {
		return sc.judgedCall(c, j)
	}
	if sc.isInstance(c.Fun) {
		if e, ok := sc.libraryInstance(c); ok {
			return sc.apply(c, e)
		}
		sc.needNamed(c, "a generic function of a library", "a call of the generic "+sc.p.text(c.Fun))
	}
	if sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr); ok {
		if s := sc.p.info.Selections[sel]; s != nil && s.Kind() == types.MethodVal {
			return sc.foreignMethod(c, sel, s)
		}
	}
	if fn := sc.function(c.Fun); fn == nil {
		sc.need(c, "a call of a function value")
		sc.unlooked(c, sc.p.table.looks())
	}
	return sc.apply(c, sc.expr(c.Fun))
}

// function is the declared function that an expression names, nil if it is
// something else.
func (sc *scripter) function(e ast.Expr) *types.Func {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		fn, _ := sc.p.info.Uses[x].(*types.Func)
		return fn
	case *ast.SelectorExpr:
		fn, _ := sc.p.info.Uses[x.Sel].(*types.Func)
		return fn
	}
	return nil
}

// isInstance reports an instance of a generic function.
func (sc *scripter) isInstance(e ast.Expr) bool {
	e = ast.Unparen(e)
	switch x := e.(type) {
	case *ast.IndexExpr:
		e = x.X
	case *ast.IndexListExpr:
		e = x.X
	}
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		_, ok := sc.p.info.Instances[x]
		return ok
	case *ast.SelectorExpr:
		_, ok := sc.p.info.Instances[x.Sel]
		return ok
	}
	return false
}

// apply writes the call of a function that is written already.
func (sc *scripter) apply(c *ast.CallExpr, fun wire.Expr, first ...wire.Expr) wire.Expr {
	e := wire.Expr{Op: "call", Args: append([]wire.Expr{fun}, first...)}
	if c.Ellipsis.IsValid() {
		e.Name = "..."
	}
	e.Args = append(e.Args, sc.args(c)...)
	return e
}

// args writes the arguments of a call, converted to what the parameters are.
func (sc *scripter) args(c *ast.CallExpr) (out []wire.Expr) {
	sig := sc.typeOf(c.Fun).Underlying().(*types.Signature)
	last := sig.Params().Len() - 1
	tuple, several := sc.severalArgs(c)
	if several {
		values, ts := sc.spread(c, tuple)
		for i, v := range values {
			t := sig.Params().At(min(i, last)).Type()
			if sig.Variadic() && i >= last {
				t = t.(*types.Slice).Elem()
			}
			out = append(out, sc.converted(c, v, ts[i], t))
		}
	}
	for i, a := range c.Args {
		switch {
		case several:
		case !sig.Variadic() || i < last:
			out = append(out, sc.exprAs(a, sig.Params().At(i).Type()))
		case c.Ellipsis.IsValid():
			sc.need(c, "f(xs...)")
			out = append(out, sc.exprAs(a, sig.Params().At(last).Type()))
		default:
			out = append(out, sc.exprAs(a, sig.Params().At(last).Type().(*types.Slice).Elem()))
		}
	}
	if sig.Variadic() && !c.Ellipsis.IsValid() {
		sc.need(c, "a variadic call")
	}
	return out
}

// judgedCall writes a call that is looked up before it runs.
func (sc *scripter) judgedCall(c *ast.CallExpr, j *judged) wire.Expr {
	if sig := j.fn.Signature(); sig.RecvTypeParams() != nil && j.root != nil && j.sel != nil && j.fn.Exported() && !sc.p.s.uncompiled() {
		return sc.genericMethod(c, j)
	} else if sig.RecvTypeParams() != nil {
		sc.needNamed(c, "a function that is not loaded yet", "a call of the generic "+sc.p.text(c.Fun))
	} else if sig.TypeParams() != nil || j.root != nil && j.root.kind == funcDecl && !sc.placed(j.root) && !sc.p.s.uncompiled() {
		f := sc.calledInstance(c, j.root)
		f.N = sc.site(j)
		return sc.apply(c, f)
	}
	if j.root == nil {
		return sc.interfaceCall(c, j)
	}
	if sc.p.s.uncompiled() {
		return sc.scriptCall(c, j.root)
	}
	if j.root.kind == methodDecl && j.sel == nil {
		return sc.callExpression(c, j)
	}
	registered := sc.registered(c, j.root)
	var recv []wire.Expr
	if j.root.kind == methodDecl {
		recv = append(recv, sc.receiver(j))
	} else {
		sc.need(c, "a call of a function of the notebook")
	}
	return sc.apply(c, wire.Expr{Op: "func", Name: registered, N: sc.site(j)}, recv...)
}

// genericMethod writes the call of a method of an instance of a generic type.
// Where there is a value, the code of its methods is.
func (sc *scripter) genericMethod(c *ast.CallExpr, j *judged) wire.Expr {
	sc.need(c, "a call of a method of a generic type")
	sc.registered(c, j.root)
	return sc.apply(c, wire.Expr{Op: "methodof", Name: j.fn.Name(), N: sc.site(j)}, sc.receiver(j))
}

// typeFor is the type argument of a call of reflect.TypeFor, nil if it is none.
func (sc *scripter) typeFor(c *ast.CallExpr) types.Type {
	x, ok := ast.Unparen(c.Fun).(*ast.IndexExpr)
	if !ok {
		return nil
	}
	fn := sc.function(x.X)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != "reflect" || fn.Name() != "TypeFor" {
		return nil
	}
	return sc.typeOf(x.Index)
}

// site registers a judged call and returns its number plus one, 0 in a literal.
func (sc *scripter) site(j *judged) int {
	if sc.inside {
		return 0
	}
	sc.run.Sites = append(sc.run.Sites, j.site)
	return len(sc.run.Sites)
}

// interfaceCall writes a call through an interface of the notebook.
func (sc *scripter) interfaceCall(c *ast.CallExpr, j *judged) wire.Expr {
	if j.sel == nil {
		return sc.callExpression(c, j)
	}
	if !j.fn.Exported() {
		sc.need(c, "a call of a hidden method of an interface")
	}
	sc.need(c, "a call through an interface")
	sc.unlooked(c, sc.p.table.looks())
	s := sc.p.info.Selections[j.sel]
	x := sc.path(j.sel, sc.expr(j.sel.X), s.Recv(), s.Index()[:len(s.Index())-1])
	return sc.methodCall(c, j.fn.Name(), x, sc.site(j))
}

func (sc *scripter) methodCall(c *ast.CallExpr, name string, x wire.Expr, site int) wire.Expr {
	if c.Ellipsis.IsValid() {
		name += "..."
	}
	return wire.Expr{Op: "method", Name: name, N: site, Args: append([]wire.Expr{x}, sc.args(c)...)}
}

// receiver writes x of x.M(…) as the method wants it: a pointer or a value.
func (sc *scripter) receiver(j *judged) wire.Expr {
	s := sc.p.info.Selections[j.sel]
	path := s.Index()[:len(s.Index())-1]
	_, wantPtr := types.Unalias(j.fn.Signature().Recv().Type()).(*types.Pointer)
	x, t := sc.embedded(j.sel, s.Recv(), path)
	_, isPtr := t.Underlying().(*types.Pointer)
	switch {
	case wantPtr && isPtr:
		sc.need(j.sel, "p.M() of a pointer")
		return x
	case wantPtr:
		return sc.pointerTo(j.sel, x)
	case isPtr:
		sc.need(j.sel, "p.M() of what a pointer points to")
		return sc.on(j.sel.X.Pos(), func() wire.Expr { return wire.Expr{Op: "deref", Args: []wire.Expr{x}} })
	}
	sc.need(j.sel, "x.M() of a value")
	return x
}

// embedded writes the field, or x itself, that a promoted method belongs to.
func (sc *scripter) embedded(sel *ast.SelectorExpr, t types.Type, path []int) (wire.Expr, types.Type) {
	x := sc.expr(sel.X)
	for _, i := range path {
		x = sc.path(sel, x, t, []int{i})
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		t = t.Underlying().(*types.Struct).Field(i).Type()
	}
	return x, t
}

// foreignMethod writes the call of a method that the notebook does not
// declare.
func (sc *scripter) foreignMethod(c *ast.CallExpr, sel *ast.SelectorExpr, s *types.Selection) wire.Expr {
	fn := s.Obj().(*types.Func)
	if !fn.Exported() {
		sc.need(c, "a call of a hidden method of an interface")
	}
	x, t := sc.embedded(sel, s.Recv(), s.Index()[:len(s.Index())-1])
	_, isPtr := t.Underlying().(*types.Pointer)
	if types.IsInterface(t) {
		sc.need(c, "a call through an interface")
		sc.unlooked(c, sc.p.table.looks())
		return sc.methodCall(c, fn.Name(), x, 0)
	}
	sc.need(c, "a method of the standard library")
	sc.unlooked(c, lookers[fn.FullName()])
	if !sc.standard(t) {
		sc.need(c, "a method of a module's type")
	}
	_, wantPtr := types.Unalias(fn.Signature().Recv().Type()).(*types.Pointer)
	switch {
	case wantPtr && !isPtr:
		x = sc.pointerTo(sel, x)
	case !wantPtr && isPtr:
		x, _ = sc.deref(x, t)
	}
	return sc.methodCall(c, fn.Name(), x, 0)
}

// severalArgs reports f(g()) with several results, and which.
func (sc *scripter) severalArgs(c *ast.CallExpr) (*types.Tuple, bool) {
	if len(c.Args) != 1 {
		return nil, false
	}
	tuple, ok := sc.p.info.Types[c.Args[0]].Type.(*types.Tuple)
	return tuple, ok
}

// builtin writes the use of a builtin function.
func (sc *scripter) builtin(c *ast.CallExpr) wire.Expr {
	id, ok := ast.Unparen(c.Fun).(*ast.Ident)
	if !ok {
		sc.need(c, "package unsafe")
	}
	if _, several := sc.severalArgs(c); several {
		sc.needNamed(c, "another builtin", "several results as arguments of "+id.Name)
	}
	e := wire.Expr{Op: "builtin", Name: id.Name}
	all := func(t types.Type) {
		for _, a := range c.Args {
			e.Args = append(e.Args, sc.exprAs(a, t))
		}
	}
	switch id.Name {
	case "len", "cap":
		if id.Name == "cap" && sc.mayBeOnStack(c.Args[0]) {
			sc.need(c, "the room behind a slice that may be on the stack")
		}
		sc.need(c, "len and cap")
		e.Args = []wire.Expr{sc.expr(c.Args[0])} // of a pointer to an array too, which may be nil
	case "min", "max":
		sc.need(c, "min and max")
		all(sc.typeOf(c))
	case "append":
		return sc.appendCall(c, e)
	case "copy":
		sc.need(c, "copy")
		e.Args = []wire.Expr{sc.expr(c.Args[0]), sc.expr(c.Args[1])}
	case "delete":
		sc.need(c, "delete")
		e.Args = []wire.Expr{sc.expr(c.Args[0]), sc.exprAs(c.Args[1], sc.typeOf(c.Args[0]).Underlying().(*types.Map).Key())}
	case "clear":
		sc.need(c, "clear")
		e.Args = []wire.Expr{sc.expr(c.Args[0])}
	case "panic":
		sc.need(c, "panic")
		all(types.NewInterfaceType(nil, nil))
	case "new":
		if !sc.p.info.Types[c.Args[0]].IsType() {
			sc.need(c, "new(x)")
		}
		sc.need(c, "new(T)")
		e.Type = sc.typ(c, sc.typeOf(c.Args[0]))
		sc.typ(c, sc.typeOf(c))
	case "make":
		sc.makeCall(c, &e)
	case "close":
		sc.need(c, "close")
		e.Args = []wire.Expr{sc.expr(c.Args[0])}
	default:
		sc.needNamed(c, "another builtin", "the builtin "+id.Name)
	}
	return e
}

// isAppend reports a call of the builtin.
func (sc *scripter) isAppend(c *ast.CallExpr) bool {
	id, ok := ast.Unparen(c.Fun).(*ast.Ident)
	return ok && id.Name == "append" && sc.p.info.Types[c.Fun].IsBuiltin()
}

// mayBeOnStack reports a slice that compiled code may keep on the stack, where
// it has other room to grow than on the heap: that of a variable of a block, or
// one that is made where it stands.
func (sc *scripter) mayBeOnStack(e ast.Expr) bool {
	if _, slice := sc.typeOf(e).Underlying().(*types.Slice); !slice || sc.p.s.mode == Interpreted {
		return false
	}
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		_, local := sc.locals[sc.p.info.Uses[x]]
		return local
	case *ast.SliceExpr:
		return sc.mayBeOnStack(x.X)
	case *ast.CallExpr:
		return sc.isAppend(x) || sc.isConversion(x)
	}
	return false
}

// appendCall writes append.
func (sc *scripter) appendCall(c *ast.CallExpr, e wire.Expr) wire.Expr {
	sc.need(c, "append")
	if id, ok := ast.Unparen(c.Args[0]).(*ast.Ident); ok && sc.mayBeOnStack(id) && sc.p.info.Uses[id] != sc.grown {
		sc.need(c, "the room behind a slice that may be on the stack")
	}
	t := sc.typeOf(c)
	e.Args = append(e.Args, sc.exprAs(c.Args[0], t))
	for _, a := range c.Args[1:] {
		if c.Ellipsis.IsValid() {
			e.Name = "append..."
			if sc.p.info.Types[a].IsNil() {
				return e.Args[0]
			}
			e.Args = append(e.Args, sc.expr(a))
			continue
		}
		e.Args = append(e.Args, sc.exprAs(a, t.Underlying().(*types.Slice).Elem()))
	}
	return e
}

func (sc *scripter) makeCall(c *ast.CallExpr, e *wire.Expr) {
	t := sc.typeOf(c)
	sc.need(c, "make")
	e.Type = sc.typ(c, t)
	if len(c.Args) == 3 && sc.p.info.Types[c.Args[1]].Value == nil {
		sc.need(c, "make with a length and a capacity")
	}
	for _, a := range c.Args[1:] {
		if v := sc.p.info.Types[a].Value; v != nil {
			e.Args = append(e.Args, sc.constant(a, types.Typ[types.Int], v))
			continue
		}
		e.Args = append(e.Args, sc.expr(a))
	}
}
