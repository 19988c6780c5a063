package interp

import (
	"go/ast"
	"go/token"
	"go/types"

	"gomemo/engine/wire"
)

// What waits for a channel waits for an interrupt, too (engine/eval/channel.go).

// chanType describes the type of a channel.
func (sc *scripter) chanType(n ast.Node, t *types.Chan) *wire.Type {
	w := &wire.Type{Kind: "chan", Elem: sc.typ(n, t.Elem())}
	switch t.Dir() {
	case types.SendOnly:
		w.Name = "send"
	case types.RecvOnly:
		w.Name = "receive"
	}
	sc.need(n, "a channel")
	return sc.composite(n, t, w)
}

// send writes ch <- x.
func (sc *scripter) send(st *ast.SendStmt) {
	sc.need(st, "a send")
	sc.ordered(st)
	sc.do(st, func() wire.Expr { return sc.sendExpr(st) })
}

func (sc *scripter) sendExpr(st *ast.SendStmt) wire.Expr {
	t := sc.typeOf(st.Chan).Underlying().(*types.Chan).Elem()
	ch := sc.expr(st.Chan)
	return wire.Expr{Op: "send", Args: []wire.Expr{ch, sc.addressable(st.Value, t, sc.exprAs(st.Value, t))}}
}

// receive writes <-ch.
func (sc *scripter) receive(x *ast.UnaryExpr) wire.Expr {
	sc.need(x, "a receive")
	return sc.on(x.OpPos, func() wire.Expr {
		return sc.turn(x, sc.typeOf(x), wire.Expr{Op: "receive", Args: []wire.Expr{sc.expr(x.X)}})
	})
}

// selectStmt evaluates all operands, waits for one of the cases and keeps what
// it receives in variables of its own, from which the clause takes it.
func (sc *scripter) selectStmt(st *ast.SelectStmt) {
	sc.need(st, "a select statement")
	label := sc.takeLabel()
	type received struct{ value, ok int }
	got := map[*ast.CommClause]received{}
	sc.failures(st)
	sc.casesInOrder(st)
	at := sc.leaf(st, func() wire.Expr {
		choose := wire.Expr{Op: "select", N: -1}
		for i, cl := range st.Body.List {
			cc := cl.(*ast.CommClause)
			choose.Keys = append(choose.Keys, i)
			switch comm := cc.Comm.(type) {
			case nil:
				choose.N = i
				choose.Keys = choose.Keys[:len(choose.Keys)-1]
			case *ast.SendStmt:
				choose.Args = append(choose.Args, sc.on(comm.Pos(), func() wire.Expr { return sc.sendExpr(comm) }))
			default:
				x := receivedFrom(comm)
				elem := sc.typeOf(x.X).Underlying().(*types.Chan).Elem()
				r := received{sc.local(x, nil, elem), sc.local(x, nil, types.Typ[types.Bool])}
				got[cc] = r
				choose.Args = append(choose.Args, wire.Expr{Op: "receive", Args: []wire.Expr{sc.expr(x.X), {Op: "fresh", N: r.value}, {Op: "fresh", N: r.ok}}})
			}
		}
		return choose
	})
	if len(st.Body.List) == 0 { // yaegi does not look at the tag of an empty switch
		sc.write("o.I(%d)\n", at)
		return
	}
	sc.writeNamed(label, "switch o.I(%d) {\n", at)
	for i, cl := range st.Body.List {
		cc := cl.(*ast.CommClause)
		sc.write("case %d:\n", i)
		if as, ok := cc.Comm.(*ast.AssignStmt); ok {
			r := got[cc]
			sc.takeReceived(as, r.value, r.ok)
		}
		sc.noTarget(cc.Body)
		sc.block(cc.Body)
	}
	sc.write("}\n")
}

// casesInOrder refuses a case with an operand that is not evaluated from left to
// right.
func (sc *scripter) casesInOrder(st *ast.SelectStmt) {
	for _, cl := range st.Body.List {
		var operands []ast.Expr
		switch comm := cl.(*ast.CommClause).Comm.(type) {
		case nil:
		case *ast.SendStmt:
			operands = []ast.Expr{comm.Chan, comm.Value}
		default:
			operands = []ast.Expr{receivedFrom(comm).X}
		}
		for _, e := range operands {
			if sc.depends(e) {
				sc.need(e, "a case that depends on its order")
			}
		}
	}
}

func receivedFrom(comm ast.Stmt) *ast.UnaryExpr {
	var e ast.Expr
	switch comm := comm.(type) {
	case *ast.ExprStmt:
		e = comm.X
	case *ast.AssignStmt:
		e = comm.Rhs[0]
	}
	return ast.Unparen(e).(*ast.UnaryExpr)
}

// takeReceived assigns what a case has received.
func (sc *scripter) takeReceived(as *ast.AssignStmt, value, ok int) {
	elem := sc.typeOf(receivedFrom(as).X).Underlying().(*types.Chan).Elem()
	sc.do(as, func() wire.Expr {
		want := sc.wanted(as)
		e := wire.Expr{Op: "assign", N: len(as.Lhs), Args: sc.places(as)}
		e.Args = append(e.Args, sc.converted(as, wire.Expr{Op: "local", N: value}, elem, want(0, elem)))
		if len(as.Lhs) > 1 {
			t := types.Typ[types.Bool]
			e.Args = append(e.Args, sc.converted(as, wire.Expr{Op: "local", N: ok}, t, want(1, t)))
		}
		return e
	})
}

// isReceive reports <-ch.
func isReceive(e ast.Expr) (*ast.UnaryExpr, bool) {
	x, ok := ast.Unparen(e).(*ast.UnaryExpr)
	return x, ok && x.Op == token.ARROW
}
