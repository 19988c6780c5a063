package interp

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"gomemo/engine/wire"
)

// condition writes a leaf that decides something.
func (sc *scripter) condition(e ast.Expr) int {
	sc.ordered(e)
	return sc.leaf(e, func() wire.Expr { return sc.expr(e) })
}

func (sc *scripter) ifStmt(st *ast.IfStmt) {
	sc.need(st, "if")
	if st.Init != nil {
		sc.need(st.Init, "if with a statement")
		sc.stmt(st.Init)
	}
	sc.write("if o.B(%d) {\n", sc.condition(st.Cond))
	sc.block(st.Body.List)
	if st.Else != nil {
		sc.write("} else {\n")
		sc.stmt(st.Else)
	}
	sc.write("}\n")
}

// switchStmt selects a clause by comparing a copy of the tag.
func (sc *scripter) switchStmt(st *ast.SwitchStmt) {
	sc.need(st, "switch")
	label := sc.takeLabel()
	if st.Init != nil {
		sc.stmt(st.Init)
	}
	tag, tagType := -1, types.Type(nil)
	if st.Tag != nil {
		sc.need(st.Tag, "switch x")
		tagType = sc.typeOf(st.Tag)
		sc.ordered(st.Tag)
		sc.do(st.Tag, func() wire.Expr {
			x := sc.expr(st.Tag)
			tag = sc.local(st.Tag, nil, tagType)
			return wire.Expr{Op: "assign", N: 1, Args: []wire.Expr{{Op: "fresh", N: tag}, x}}
		})
	}
	choose := wire.Expr{Op: "switch", N: -1}
	at := sc.leaf(st, func() wire.Expr {
		for i, cl := range st.Body.List {
			cc := cl.(*ast.CaseClause)
			if cc.List == nil {
				choose.N = i
			}
			for _, e := range cc.List {
				sc.failures(e)
				if sc.depends(e) {
					sc.need(e, "a case that depends on its order")
				}
				choose.Keys = append(choose.Keys, i)
				choose.Args = append(choose.Args, sc.on(e.Pos(), func() wire.Expr {
					if tag < 0 {
						if types.IsInterface(sc.typeOf(e)) {
							sc.need(e, "a condition that is an interface")
						}
						return sc.expr(e)
					}
					return sc.compare(e, token.EQL, tagType, wire.Expr{Op: "local", N: tag}, e)
				}))
			}
		}
		return choose
	})
	sc.clauses(label, at, st.Body.List, func(*ast.CaseClause) {})
}

func (sc *scripter) clauses(label string, at int, list []ast.Stmt, enter func(cc *ast.CaseClause)) {
	sc.writeNamed(label, "switch o.I(%d) {\n", at)
	for i, cl := range list {
		cc := cl.(*ast.CaseClause)
		sc.write("case %d:\n", i)
		enter(cc)
		sc.noTarget(cc.Body)
		sc.block(cc.Body)
	}
	sc.write("}\n")
}

func (sc *scripter) typeSwitch(st *ast.TypeSwitchStmt) {
	sc.need(st, "a type switch")
	label := sc.takeLabel()
	if st.Init != nil {
		sc.stmt(st.Init)
	}
	var x ast.Expr
	switch a := st.Assign.(type) {
	case *ast.ExprStmt:
		x = a.X
	case *ast.AssignStmt:
		x = a.Rhs[0]
	}
	x = ast.Unparen(x).(*ast.TypeAssertExpr).X
	t := sc.typeOf(x)
	sc.ordered(x)
	value := -1
	sc.do(x, func() wire.Expr {
		v := sc.expr(x)
		value = sc.local(x, nil, t)
		return wire.Expr{Op: "assign", N: 1, Args: []wire.Expr{{Op: "fresh", N: value}, v}}
	})
	at := sc.leaf(st, func() wire.Expr {
		choose := wire.Expr{Op: "switch", N: -1}
		for i, cl := range st.Body.List {
			cc := cl.(*ast.CaseClause)
			if cc.List == nil {
				choose.N = i
			}
			for _, e := range cc.List {
				is := wire.Expr{Op: "is", Args: []wire.Expr{{Op: "local", N: value}}}
				if !sc.p.info.Types[e].IsNil() {
					is.Type = sc.asserted(e)
				}
				choose.Keys = append(choose.Keys, i)
				choose.Args = append(choose.Args, is)
			}
		}
		return choose
	})
	sc.clauses(label, at, st.Body.List, func(cc *ast.CaseClause) {
		obj := sc.p.info.Implicits[cc]
		if obj == nil {
			return
		}
		sc.do(cc, func() wire.Expr {
			from := wire.Expr{Op: "local", N: value}
			if !types.Identical(obj.Type(), t) {
				from = wire.Expr{Op: "assert", Type: sc.typ(cc, obj.Type()), Args: []wire.Expr{from}}
			}
			return wire.Expr{Op: "assign", N: 1, Args: []wire.Expr{{Op: "fresh", N: sc.local(cc, obj, obj.Type())}, from}}
		})
	})
}

func (sc *scripter) forStmt(st *ast.ForStmt) {
	label := sc.takeLabel()
	leave := sc.enterLoop(st, sc.forRounds(st))
	defer leave()
	sc.need(st, "for")
	sc.counts(st)
	if st.Init != nil {
		sc.stmt(st.Init)
	}
	cond := "true"
	if st.Cond != nil {
		cond = fmt.Sprintf("o.B(%d)", sc.condition(st.Cond))
	}
	post := -1
	if st.Post != nil {
		sc.ordered(st.Post)
		post = sc.leaf(st.Post, func() wire.Expr {
			switch post := st.Post.(type) {
			case *ast.AssignStmt:
				return sc.assign(post)
			case *ast.IncDecStmt:
				return sc.incDec(post)
			}
			sc.need(st.Post, "another statement")
			return wire.Expr{}
		})
	}
	if post < 0 {
		sc.writeNamed(label, "for %s {\n", cond)
	} else {
		sc.writeNamed(label, "for ; %s; o.L(%d) {\n", cond, post)
	}
	sc.block(st.Body.List)
	sc.write("}\n")
}

func (sc *scripter) rangeStmt(st *ast.RangeStmt) {
	label, t := sc.takeLabel(), sc.typeOf(st.X)
	sc.need(st, rangeRow(t))
	leave := sc.enterLoop(st, sc.rangeRounds(st))
	defer leave()
	loop := sc.nloops
	sc.nloops++
	over := func() wire.Expr { return sc.expr(st.X) }
	if a, ok := t.Underlying().(*types.Array); ok && st.Value == nil && !sc.callsOrReceives(st.X) { // the array is not looked at
		over = func() wire.Expr { return sc.constant(st.X, types.Typ[types.Int], constant.MakeInt64(a.Len())) }
	} else {
		sc.ordered(st.X)
	}
	sc.do(st.X, func() wire.Expr {
		e := wire.Expr{Op: "range", N: loop, Args: []wire.Expr{over()}}
		if st.Value == nil || isBlank(st.Value) {
			e.Name = "key"
		}
		return e
	})
	next := sc.leaf(st, func() wire.Expr {
		e := wire.Expr{Op: "next", N: loop}
		for _, v := range []ast.Expr{st.Key, st.Value} {
			switch {
			case v == nil || isBlank(v):
				e.Args = append(e.Args, wire.Expr{Op: "blank"})
			case st.Tok == token.DEFINE:
				e.Args = append(e.Args, sc.fresh(v.(*ast.Ident)))
			default:
				if !types.Identical(sc.typeOf(v), rangeType(t, v == st.Key)) {
					sc.need(v, "a range that converts")
				}
				e.Args = append(e.Args, sc.place(v))
			}
		}
		return e
	})
	sc.writeNamed(label, "for o.B(%d) {\n", next)
	sc.block(st.Body.List)
	sc.write("}\n")
}

// callsOrReceives reports an expression with a call or a receive, in the sense of
// the language: the length of an array without them is a constant.
func (sc *scripter) callsOrReceives(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if sc.p.info.Types[n].Value != nil {
				return false
			}
			found = found || !sc.isConversion(n)
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

func rangeRow(t types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if u.Info()&types.IsString != 0 {
			return "range over a string"
		}
		return "range over an integer"
	case *types.Slice:
		return "range over a slice"
	case *types.Array:
		return "range over an array"
	case *types.Map:
		return "range over a map"
	}
	return "another range"
}

// rangeType is the type of the keys or values that a range goes through.
func rangeType(t types.Type, key bool) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Map:
		if key {
			return u.Key()
		}
		return u.Elem()
	case *types.Slice:
		if !key {
			return u.Elem()
		}
	case *types.Array:
		if !key {
			return u.Elem()
		}
	case *types.Basic:
		if u.Info()&types.IsString == 0 {
			return t
		}
		if !key {
			return types.Typ[types.Int32]
		}
	}
	return types.Typ[types.Int]
}
