package interp

import (
	"go/ast"
	"go/token"
	"go/types"

	"gomemo/engine/wire"
)

// Addresses may be taken of what stays where it is: variables of compiled
// code and of blocks, and all that a pointer or a slice leads to. A variable
// of the session that only the interpreter knows stays, too, when compiled code
// first needs it, but on systems where wire.Stays is false.

// address writes &x.
func (sc *scripter) address(x *ast.UnaryExpr) wire.Expr {
	if lit, ok := ast.Unparen(x.X).(*ast.CompositeLit); ok {
		sc.need(x, "&T{…}")
		return wire.Expr{Op: "pointer", Args: []wire.Expr{sc.literal(lit, sc.typeOf(lit))}}
	}
	sc.needFixed(x, x.X)
	sc.need(x, "&x")
	sc.typ(x, sc.typeOf(x))
	return sc.addressOf(sc.expr(x.X))
}

func (sc *scripter) addressOf(x wire.Expr) wire.Expr {
	return wire.Expr{Op: "address", Args: []wire.Expr{x}}
}

// needFixed refuses the address of what may move.
func (sc *scripter) needFixed(n ast.Node, e ast.Expr) {
	if v := sc.sessionVarOf(e); v != nil {
		if !sc.stays(v) {
			sc.need(n, "the address of a variable that may move")
		}
		if !sc.placed(v) && v.home == "" {
			sc.need(n, "the address of a variable that no compiled code has yet")
		}
	} else if !sc.fixed(e) {
		sc.need(n, "the address of a loop's variable")
	}
}

// sessionVarOf is the variable of the session that an operand is, or is a part
// of; nil if it is none.
func (sc *scripter) sessionVarOf(e ast.Expr) *decl {
	switch x := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		if s := sc.p.info.Selections[x]; s == nil || s.Indirect() || isPointer(s.Recv()) {
			return nil
		}
		return sc.sessionVarOf(x.X)
	case *ast.IndexExpr:
		if _, array := sc.typeOf(x.X).Underlying().(*types.Array); array {
			return sc.sessionVarOf(x.X)
		}
	case *ast.Ident:
		if v, ok := sc.p.info.Uses[x].(*types.Var); ok && v.Parent() == sc.p.pkg.Scope() {
			return sc.p.table.byName[x.Name]
		}
	}
	return nil
}

// fixed reports an operand, no variable of the session, that stays where it is.
func (sc *scripter) fixed(e ast.Expr) bool {
	switch x := ast.Unparen(e).(type) {
	case *ast.StarExpr:
		return true
	case *ast.SelectorExpr:
		s := sc.p.info.Selections[x]
		return s == nil || s.Indirect() || isPointer(s.Recv()) || sc.fixed(x.X) // nil: of a package
	case *ast.IndexExpr:
		if _, array := sc.typeOf(x.X).Underlying().(*types.Array); array {
			return sc.fixed(x.X)
		}
		return true
	case *ast.Ident:
		obj := sc.p.info.Uses[x]
		_, local := sc.locals[obj]
		return local && !sc.counters[obj]
	}
	return false
}

// shared reports a variable of a block that may be reached by a pointer.
func (sc *scripter) shared(v *types.Var) bool {
	if sc.pointed == nil {
		sc.pointed = map[*types.Var]bool{}
		for _, st := range sc.all {
			ast.Inspect(st, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.UnaryExpr:
					if n.Op == token.AND {
						sc.point(n.X)
					}
				case *ast.SliceExpr:
					sc.point(n.X)
				case *ast.SelectorExpr: // of a method that wants a pointer
					if s := sc.p.info.Selections[n]; s != nil && s.Kind() == types.MethodVal {
						sc.point(n.X)
					}
				}
				return true
			})
		}
	}
	return sc.pointed[v]
}

func (sc *scripter) point(e ast.Expr) {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.Ident:
			if v, ok := sc.p.info.Uses[x].(*types.Var); ok {
				sc.pointed[v] = true
			}
			return
		default:
			return
		}
	}
}

// counts notes the variables of a for statement, of which each round has its
// own.
func (sc *scripter) counts(st *ast.ForStmt) {
	if as, ok := st.Init.(*ast.AssignStmt); ok && as.Tok == token.DEFINE {
		for _, l := range as.Lhs {
			if obj := sc.p.info.Defs[l.(*ast.Ident)]; obj != nil {
				sc.counters[obj] = true
			}
		}
	}
}

// pointerTo writes &x of x.M() for a method that wants a pointer.
func (sc *scripter) pointerTo(sel *ast.SelectorExpr, x wire.Expr) wire.Expr {
	s := sc.p.info.Selections[sel]
	if x.Op != "var" {
		if !s.Indirect() {
			sc.needFixed(sel, sel.X)
		}
		sc.need(sel, "x.M() that changes a part of a variable")
		return sc.addressOf(x)
	}
	d := sc.p.table.byName[x.Name]
	if !sc.stays(d) {
		sc.need(sel, "the address of a variable that may move")
	}
	if !sc.placed(d) && d.home == "" {
		sc.need(sel, "x.M() that changes a variable that no compiled code has yet")
	}
	sc.need(sel, "x.M() that changes a variable")
	return wire.Expr{Op: "addr", Name: x.Name}
}

// sliced writes x of x[i:j]: the address of an array.
func (sc *scripter) sliced(x *ast.SliceExpr) wire.Expr {
	switch sc.typeOf(x.X).Underlying().(type) {
	case *types.Slice, *types.Basic:
		sc.need(x, "x[i:j]")
		return sc.expr(x.X)
	}
	sc.need(x, "x[i:j] of an array")
	if x.Slice3 {
		sc.need(x, "x[i:j:k] of an array")
	}
	if isPointer(sc.typeOf(x.X)) {
		return sc.expr(x.X)
	}
	sc.needFixed(x, x.X)
	return sc.addressOf(sc.expr(x.X))
}
