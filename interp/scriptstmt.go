package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"gomemo/engine/wire"
)

// stmt writes a statement. At the top level of the cell := and var have become
// assignments to session variables.
func (sc *scripter) stmt(st ast.Stmt) {
	switch st := st.(type) {
	case *ast.EmptyStmt:
		if vs := sc.p.varSet[st]; vs != nil {
			sc.zero(vs)
		}
	case *ast.ExprStmt:
		if c, lit := calledLiteral(st.X); lit != nil {
			sc.callLiteral(c, lit)
			return
		}
		sc.ordered(st)
		sc.do(st, func() wire.Expr {
			if c, ok := ast.Unparen(st.X).(*ast.CallExpr); ok {
				return sc.on(c.Lparen, func() wire.Expr { return sc.call(c) })
			}
			return sc.expr(st.X)
		})
	case *ast.AssignStmt:
		sc.ordered(st)
		sc.do(st, func() wire.Expr { return sc.assign(st) })
	case *ast.IncDecStmt:
		sc.ordered(st)
		sc.do(st, func() wire.Expr { return sc.incDec(st) })
	case *ast.DeclStmt:
		sc.localDecl(st)
	case *ast.BlockStmt:
		sc.need(st, "a block")
		sc.block(st.List)
	case *ast.IfStmt:
		sc.ifStmt(st)
	case *ast.SwitchStmt:
		sc.switchStmt(st)
	case *ast.TypeSwitchStmt:
		sc.typeSwitch(st)
	case *ast.ForStmt:
		sc.forStmt(st)
	case *ast.RangeStmt:
		sc.rangeStmt(st)
	case *ast.BranchStmt:
		sc.branch(st)
	case *ast.LabeledStmt:
		sc.labeled(st)
	case *ast.SendStmt:
		sc.send(st)
	case *ast.SelectStmt:
		sc.selectStmt(st)
	case *ast.ReturnStmt:
		sc.returnStmt(st)
	default:
		sc.need(st, statementRow(st))
	}
}

// statementRow names the rows of statements that need no more looking at.
func statementRow(st ast.Stmt) string {
	switch st.(type) {
	case *ast.GoStmt:
		return "a go statement"
	case *ast.DeferStmt:
		return "a defer statement"
	}
	return "another statement"
}

func (sc *scripter) block(list []ast.Stmt) {
	for _, st := range list {
		sc.stmt(st)
	}
}

// write writes text that has to do with the order of leaves.
func (sc *scripter) write(format string, args ...any) {
	sc.text = true
	fmt.Fprintf(&sc.out, format, args...)
}

func (sc *scripter) zero(vs *ast.ValueSpec) {
	for _, id := range vs.Names {
		if id.Name != "_" {
			t := sc.p.pkg.Scope().Lookup(id.Name).Type()
			sc.need(vs, "var x T")
			sc.do(vs, func() wire.Expr {
				return wire.Expr{Op: "assign", N: 1, Args: []wire.Expr{sc.sessionVar(id, id.Name), {Op: "zero", Type: sc.typ(id, t)}}}
			})
		}
	}
}

// localDecl is a declaration inside a block.
func (sc *scripter) localDecl(st *ast.DeclStmt) {
	gd := st.Decl.(*ast.GenDecl)
	if gd.Tok == token.TYPE {
		sc.need(st, "a local type")
	}
	if gd.Tok != token.VAR {
		return // constants are written by value
	}
	for _, sp := range gd.Specs {
		vs := sp.(*ast.ValueSpec)
		sc.need(vs, "a local variable")
		sc.ordered(vs)
		sc.do(vs, func() wire.Expr {
			e := wire.Expr{Op: "assign", N: len(vs.Names)}
			values := sc.valuesFor(vs.Values, len(vs.Names), func(i int, t types.Type) types.Type {
				if obj := sc.p.info.Defs[vs.Names[i]]; obj != nil && vs.Names[i].Name != "_" {
					t = obj.Type()
				} else if vs.Type != nil {
					t = sc.typeOf(vs.Type)
				}
				return t
			})
			if len(vs.Values) == 0 {
				for _, id := range vs.Names {
					values = append(values, wire.Expr{Op: "zero", Type: sc.typ(id, sc.typeOf(vs.Type))})
				}
			}
			for _, id := range vs.Names {
				e.Args = append(e.Args, sc.fresh(id))
			}
			e.Args = append(e.Args, values...)
			return e
		})
	}
}

// fresh is a new local variable.
func (sc *scripter) fresh(id *ast.Ident) wire.Expr {
	obj := sc.p.info.Defs[id]
	if id.Name == "_" || obj == nil {
		return wire.Expr{Op: "blank"}
	}
	return wire.Expr{Op: "fresh", N: sc.local(id, obj, obj.Type())}
}

// local gives a variable of a block its number.
func (sc *scripter) local(n ast.Node, obj types.Object, t types.Type) int {
	sc.script.Locals = append(sc.script.Locals, sc.typ(n, t))
	if obj != nil {
		sc.locals[obj] = len(sc.script.Locals) - 1
	}
	return len(sc.script.Locals) - 1
}

func (sc *scripter) assign(st *ast.AssignStmt) wire.Expr {
	if st.Tok != token.ASSIGN && st.Tok != token.DEFINE {
		return sc.opAssign(st)
	}
	switch {
	case st.Tok == token.DEFINE:
		sc.need(st, "a local variable")
	case len(st.Lhs) > 1 && len(st.Rhs) > 1:
		sc.need(st, "x, y = e, f")
	case len(st.Lhs) > 1:
		sc.need(st, "x, y = f(…)")
	default:
		sc.need(st, "x = e")
	}
	if id, ok := st.Lhs[0].(*ast.Ident); ok && len(st.Lhs) == 1 {
		sc.grown = sc.p.info.Uses[id]
		defer func() { sc.grown = nil }()
	}
	if sc.turns {
		return sc.assignInTurn(st)
	}
	values := sc.valuesFor(st.Rhs, len(st.Lhs), sc.wanted(st))
	e := wire.Expr{Op: "assign", N: len(st.Lhs), Args: sc.places(st)}
	e.Args = append(e.Args, values...)
	return e
}

// wanted returns the types of what is assigned to.
func (sc *scripter) wanted(st *ast.AssignStmt) func(i int, t types.Type) types.Type {
	return func(i int, t types.Type) types.Type {
		l := st.Lhs[i]
		if id, ok := ast.Unparen(l).(*ast.Ident); ok && id.Name == "_" {
			return t
		}
		if id, ok := l.(*ast.Ident); ok && sc.p.info.Defs[id] != nil && st.Tok == token.DEFINE {
			return sc.p.info.Defs[id].Type()
		}
		return sc.typeOf(l)
	}
}

// places writes the left side of an assignment.
func (sc *scripter) places(st *ast.AssignStmt) (out []wire.Expr) {
	for _, l := range st.Lhs {
		if id, ok := l.(*ast.Ident); ok && st.Tok == token.DEFINE && sc.p.info.Defs[id] != nil {
			out = append(out, sc.fresh(id))
			continue
		}
		out = append(out, sc.place(l))
	}
	return out
}

// assignInTurn writes an assignment whose left side has its turn before the
// right one.
func (sc *scripter) assignInTurn(st *ast.AssignStmt) wire.Expr {
	e := wire.Expr{Op: "assign", N: len(st.Lhs), Args: sc.places(st)}
	values := sc.valuesFor(st.Rhs, len(st.Lhs), sc.wanted(st))
	if tuple, ok := sc.p.info.Types[st.Rhs[0]].Type.(*types.Tuple); ok {
		var ts []types.Type
		for v := range tuple.Variables() {
			ts = append(ts, v.Type())
		}
		values = sc.ahead(st, ts, values[0])
	}
	e.Args = append(e.Args, values...)
	return e
}

// valuesFor writes the right side of an assignment to n variables; want gives
// the type that the i-th of them takes, t being that of its value.
func (sc *scripter) valuesFor(rhs []ast.Expr, n int, want func(i int, t types.Type) types.Type) (out []wire.Expr) {
	if len(rhs) == 1 && n > 1 {
		e := sc.several(rhs[0])
		_, call := ast.Unparen(rhs[0]).(*ast.CallExpr)
		tuple := sc.p.info.Types[rhs[0]].Type.(*types.Tuple)
		for i := range n {
			t := tuple.At(i).Type()
			if !call && i > 0 { // whether there is a value
				t = types.Typ[types.Bool]
			}
			if !types.Identical(want(i, t), t) {
				sc.need(rhs[0], "x, y = f(…) that converts")
			}
		}
		return []wire.Expr{e}
	}
	for i, r := range rhs {
		out = append(out, sc.exprAs(r, want(i, sc.typeOf(r))))
	}
	return out
}

// several writes an expression with several values.
func (sc *scripter) several(e ast.Expr) wire.Expr {
	switch x := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return sc.call(x)
	case *ast.IndexExpr:
		sc.need(x, "v, ok = m[k]")
		w := sc.index(x)
		w.Op = "index2"
		return w
	case *ast.TypeAssertExpr:
		sc.need(x, "v, ok = x.(T)")
		w := sc.assertion(x)
		w.Op = "assert2"
		return w
	}
	x, ok := isReceive(e)
	if !ok {
		sc.need(e, "another expression")
	}
	sc.need(x, "v, ok = <-ch")
	return sc.on(x.OpPos, func() wire.Expr { return wire.Expr{Op: "receive", Name: "ok", Args: []wire.Expr{sc.expr(x.X)}} })
}

// operators of op-assignments.
var opAssignments = map[token.Token]token.Token{
	token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL, token.QUO_ASSIGN: token.QUO,
	token.REM_ASSIGN: token.REM, token.AND_ASSIGN: token.AND, token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR,
	token.SHL_ASSIGN: token.SHL, token.SHR_ASSIGN: token.SHR, token.AND_NOT_ASSIGN: token.AND_NOT,
}

func (sc *scripter) opAssign(st *ast.AssignStmt) wire.Expr {
	sc.need(st, "x op= e")
	x, y, op := st.Lhs[0], st.Rhs[0], opAssignments[st.Tok]
	t := sc.typeOf(x)
	sc.needOperator(st, op, x, y)
	to := sc.place(x)
	var right wire.Expr
	if op == token.SHL || op == token.SHR {
		right = sc.count(y)
	} else {
		right = sc.exprAs(y, t)
	}
	return wire.Expr{Op: "update", Name: op.String(), Type: sc.typ(x, t), Args: []wire.Expr{to, right}}
}

func (sc *scripter) incDec(st *ast.IncDecStmt) wire.Expr {
	sc.need(st, "x++")
	t := sc.typeOf(st.X)
	op := "+"
	if st.Tok == token.DEC {
		op = "-"
	}
	return wire.Expr{Op: "update", Name: op, Type: sc.typ(st.X, t),
		Args: []wire.Expr{sc.place(st.X), sc.one(st, t)}}
}

// place is what an assignment assigns to.
func (sc *scripter) place(e ast.Expr) wire.Expr {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		if x.Name == "_" {
			return wire.Expr{Op: "blank"}
		}
		return sc.expr(x)
	case *ast.StarExpr:
		sc.need(x, "*p = e")
		return sc.expr(x)
	case *ast.IndexExpr:
		sc.need(x, "x[i] = e")
		return sc.index(x)
	case *ast.SelectorExpr:
		sc.need(x, "x.f = e")
		return sc.expr(x)
	}
	sc.need(e, "another expression")
	return wire.Expr{}
}
