package interp

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"gomemo/engine/wire"
)

// maxRounds is how many rounds of its innermost loop a cell may make to be
// interpreted. A round costs a few microseconds, a thousand times as much as
// compiled; compiling costs a tenth of a second.
const maxRounds = 4096

// enterLoop refuses a loop that is not known to be short. rounds is the number
// of its rounds, or less than zero.
func (sc *scripter) enterLoop(st ast.Stmt, rounds int) (leave func()) {
	was := sc.rounds
	if sc.p.s.mode == Interpreted { // a slow answer is better than none
		return func() {}
	}
	if rounds < 0 || rounds > maxRounds || was*max(rounds, 1) > maxRounds {
		sc.need(st, "a loop that may be long")
	}
	sc.rounds = was * max(rounds, 1)
	return func() { sc.rounds = was }
}

// upTo is the number of rounds of a loop over e, or up to e: known now, or
// settled by a limit before the cell runs.
func (sc *scripter) upTo(e ast.Expr) int {
	e = ast.Unparen(e)
	if tv := sc.p.info.Types[e]; tv.Value != nil {
		if tv.Value.Kind() == constant.String {
			return len(constant.StringVal(tv.Value))
		}
		if n, ok := constant.Int64Val(constant.ToInt(tv.Value)); ok {
			return int(min(max(n, 0), maxRounds+1))
		}
		return -1
	}
	switch t := sc.typeOf(e).Underlying().(type) {
	case *types.Array:
		return int(min(t.Len(), maxRounds+1))
	case *types.Pointer:
		return -1
	}
	switch x := e.(type) {
	case *ast.CompositeLit:
		return len(x.Elts)
	case *ast.CallExpr:
		if id, ok := x.Fun.(*ast.Ident); ok && id.Name == "len" && sc.p.info.Types[x.Fun].IsBuiltin() {
			return sc.upTo(x.Args[0])
		}
	case *ast.Ident:
		v, ok := sc.p.info.Uses[x].(*types.Var)
		if !ok || v.Parent() != sc.p.pkg.Scope() {
			return -1
		}
		if value, times := sc.assigned(v); times > 0 {
			if _, literal := value.(*ast.CompositeLit); times == 1 && value != nil && (literal || sc.p.info.Types[value].Value != nil) {
				return sc.upTo(value)
			}
			return -1
		}
		if sc.p.s.mode == Interpreted {
			return 0
		}
		n := maxRounds / sc.rounds
		if sc.rounds > 1 {
			n = min(n, 64) // there may be another loop inside
		}
		sc.script.Limits = append(sc.script.Limits, wire.Limit{Var: v.Name(), Max: n})
		return n
	}
	return -1
}

// assigned counts the assignments to a session variable in the cell. value is
// what is assigned to it, if that is an expression of its own.
func (sc *scripter) assigned(v *types.Var) (value ast.Expr, times int) {
	is := func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && sc.p.info.Uses[id] == v
	}
	for _, st := range sc.p.body {
		if vs := sc.p.varSet[st]; vs != nil && len(vs.Values) == 0 {
			for _, id := range vs.Names {
				if id.Name == v.Name() {
					times++
				}
			}
		}
		ast.Inspect(st, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, l := range n.Lhs {
					if !is(l) && !(sc.p.varSet[st] != nil && l.(*ast.Ident).Name == v.Name()) {
						continue
					}
					times++
					if value = nil; n.Tok == token.ASSIGN && len(n.Rhs) == len(n.Lhs) {
						value = n.Rhs[i]
					}
				}
			case *ast.IncDecStmt:
				if is(n.X) {
					times, value = times+1, nil
				}
			case *ast.RangeStmt:
				if n.Key != nil && is(n.Key) || n.Value != nil && is(n.Value) {
					times, value = times+1, nil
				}
			}
			return true
		})
	}
	return value, times
}

func (sc *scripter) rangeRounds(st *ast.RangeStmt) int { return sc.upTo(st.X) }

// forRounds judges loops that count: i goes up from a constant to a bound, or
// down to one, by steps of at least one, and nothing in the body assigns it.
func (sc *scripter) forRounds(st *ast.ForStmt) int {
	if !jumps(st.Body, token.CONTINUE) && leaves(st.Body.List) {
		return 1
	}
	cond, ok := st.Cond.(*ast.BinaryExpr)
	if !ok {
		return -1
	}
	i, ok := ast.Unparen(cond.X).(*ast.Ident)
	if !ok {
		return -1
	}
	obj := sc.p.info.Uses[i]
	init, ok := st.Init.(*ast.AssignStmt)
	if !ok || len(init.Lhs) != 1 || len(init.Rhs) != 1 || obj == nil || !sc.names(init.Lhs[0], obj) {
		return -1
	}
	start := sc.p.info.Types[init.Rhs[0]].Value
	up, counts := sc.step(st.Post, obj)
	if start == nil || !counts || sc.assigns(st.Body, obj) {
		return -1
	}
	from, ok := constant.Int64Val(constant.ToInt(start))
	if !ok {
		return -1
	}
	switch {
	case up && (cond.Op == token.LSS || cond.Op == token.LEQ):
		to := sc.upTo(cond.Y)
		if to < 0 || from < -maxRounds {
			return -1
		}
		return to - int(min(from, 0)) + 1
	case !up && (cond.Op == token.GTR || cond.Op == token.GEQ):
		v := sc.p.info.Types[cond.Y].Value
		if v == nil || constant.Sign(v) < 0 {
			return -1
		}
		return int(min(from, maxRounds+1)) + 1
	}
	return -1
}

// leaves reports statements the last of which jumps out of the loop that they
// are the body of.
func leaves(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	switch st := list[len(list)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return st.Tok == token.BREAK || st.Tok == token.GOTO
	case *ast.BlockStmt:
		return leaves(st.List)
	case *ast.ForStmt: // without an end, unless it jumps further
		n := len(st.Body.List)
		if st.Cond != nil || n == 0 || jumps(st.Body, token.CONTINUE) {
			return false
		}
		out, ok := st.Body.List[n-1].(*ast.BranchStmt)
		return ok && out.Label != nil && !jumps(&ast.BlockStmt{List: st.Body.List[:n-1]}, token.BREAK)
	}
	return false
}

// jumps reports a node with a break or continue, to whatever.
func jumps(n ast.Node, tok token.Token) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		b, ok := n.(*ast.BranchStmt)
		found = found || ok && b.Tok == tok
		return !found
	})
	return found
}

// names reports whether e is the variable obj.
func (sc *scripter) names(e ast.Expr, obj types.Object) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && sc.p.info.ObjectOf(id) == obj
}

// step reports a statement that takes obj on by a constant, and whether up.
func (sc *scripter) step(st ast.Stmt, obj types.Object) (up, ok bool) {
	switch st := st.(type) {
	case *ast.IncDecStmt:
		return st.Tok == token.INC, sc.names(st.X, obj)
	case *ast.AssignStmt:
		if len(st.Rhs) != 1 {
			return false, false
		}
		v := sc.p.info.Types[st.Rhs[0]].Value
		ok := (st.Tok == token.ADD_ASSIGN || st.Tok == token.SUB_ASSIGN) && sc.names(st.Lhs[0], obj) && v != nil &&
			v.Kind() == constant.Int && constant.Sign(v) > 0
		return st.Tok == token.ADD_ASSIGN, ok
	}
	return false, false
}

// assigns reports whether a node assigns to obj.
func (sc *scripter) assigns(n ast.Node, obj types.Object) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				found = found || sc.names(l, obj)
			}
		case *ast.IncDecStmt:
			found = found || sc.names(n.X, obj)
		case *ast.RangeStmt:
			found = found || n.Key != nil && sc.names(n.Key, obj) || n.Value != nil && sc.names(n.Value, obj)
		}
		return !found
	})
	return found
}
