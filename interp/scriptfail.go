package interp

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Where two operands of one expression may fail, the one that the compiler
// evaluates first decides how. Operators of numbers, fields and elements
// are evaluated from left to right; arguments, elements of literals and the like
// are, or are not. So of two of these only one may fail, unless both would fail
// in the same way.

// failing says in which ways something may panic. Of those with a bit the
// message is always the same.
type failing int

const (
	failsNil failing = 1 << iota
	failsDivide
	failsShift
	failsElse
	unordered  // with a part that is evaluated at a time of the compiler's choice
	failsEarly // with a part that is evaluated before the operands to the left of it
)

// alike reports whether it makes no difference which of a and b fails.
func alike(a, b failing) bool {
	a, b = a&^(unordered|failsEarly), b&^(unordered|failsEarly)
	both := a | b
	return a == 0 || b == 0 || both == failsNil || both == failsDivide || both == failsShift
}

// failures refuses a statement in which the order of failures would show.
func (sc *scripter) failures(n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		right := sc.each(n, n.Rhs...)
		if op, ok := opAssignments[n.Tok]; ok && !sc.p.cannotPanic(op, n.Lhs[0], n.Rhs[0]) {
			if op == token.SHL || op == token.SHR {
				right = sc.both(n, true, right, failsShift)
			} else {
				right = sc.both(n, true, right, failsDivide)
			}
		}
		plain := len(n.Lhs) == 1 && (n.Tok == token.ASSIGN || n.Tok == token.DEFINE)
		if plain && sc.growsElement(n.Lhs[0], n.Rhs[0]) {
			sc.need(n, "two failures in one expression")
		}
		var left failing
		for _, e := range n.Lhs {
			operands, store := sc.storeFails(e)
			if !plain { // else the variable is looked for when the value is there
				operands |= store
			}
			left = sc.both(n, true, left, operands)
		}
		sc.both(n, true, left, right)
		if !plain && len(n.Rhs) > 1 && sc.each(n, n.Rhs[1:]...) != 0 { // variables to the left of it may be set already
			sc.need(n, "two failures in one expression")
		}
	case *ast.ExprStmt:
		sc.fails(n.X)
	case *ast.SendStmt:
		sc.both(n, true, sc.each(n, n.Chan, n.Value), failsElse)
	case *ast.SelectStmt:
		sc.selectFails(n)
	case *ast.IncDecStmt:
		sc.storeFails(n.X)
	case *ast.ValueSpec:
		sc.each(n, n.Values...)
	case ast.Expr:
		sc.fails(n)
	}
}

// growsElement reports m[k] = append(m[k], …) where k may be no key. The compiler
// looks for the element once, to set it, and an assignment fails in another way
// than a look.
func (sc *scripter) growsElement(left, right ast.Expr) bool {
	to, ok := ast.Unparen(left).(*ast.IndexExpr)
	if !ok {
		return false
	}
	m, isMap := sc.typeOf(to.X).Underlying().(*types.Map)
	c, isCall := ast.Unparen(right).(*ast.CallExpr)
	return isMap && isCall && holdsInterface(m.Key()) && sc.isAppend(c)
}

// selectFails allows one operand of all cases to fail.
func (sc *scripter) selectFails(n *ast.SelectStmt) {
	var f failing
	for _, cl := range n.Body.List {
		switch comm := cl.(*ast.CommClause).Comm.(type) {
		case nil:
		case *ast.SendStmt:
			f = sc.both(n, true, f, sc.each(n, comm.Chan, comm.Value))
		default:
			f = sc.both(n, true, f, sc.fails(receivedFrom(comm).X))
		}
	}
}

// storeFails returns how the operands of what is assigned to may fail, and how
// the assignment itself.
func (sc *scripter) storeFails(e ast.Expr) (operands, store failing) {
	switch x := ast.Unparen(e).(type) {
	case *ast.IndexExpr:
		return sc.each(x, x.X, x.Index), failsElse
	case *ast.StarExpr:
		return sc.fails(x.X), failsNil
	case *ast.SelectorExpr:
		f, _ := sc.storeFails(x.X)
		return f | sc.fails(x), sc.fails(x)
	}
	return 0, 0
}

// both joins the failures of two operands of n. Those that are not evaluated
// at their turn must be alike.
func (sc *scripter) both(n ast.Node, strict bool, a, b failing) failing {
	if (strict || (a|b)&unordered != 0) && !alike(a, b) {
		sc.need(n, "two failures in one expression")
	}
	return a | b
}

// each joins operands that are evaluated in an order of the compiler's choice.
func (sc *scripter) each(n ast.Node, es ...ast.Expr) (f failing) {
	for _, e := range es {
		if e != nil {
			f = sc.both(n, true, f, sc.fails(e))
		}
	}
	if f != 0 {
		f |= unordered
	}
	return f
}

// fails returns how e may fail, and refuses it if the order shows.
func (sc *scripter) fails(e ast.Expr) failing {
	if tv := sc.p.info.Types[e]; tv.Value != nil || tv.IsType() {
		return 0
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		return sc.fails(x.X)
	case *ast.UnaryExpr:
		return sc.fails(x.X)
	case *ast.StarExpr:
		return sc.fails(x.X) | failsNil
	case *ast.SelectorExpr:
		s := sc.p.info.Selections[x]
		if s == nil || s.Kind() == types.MethodExpr {
			return 0
		}
		f := sc.fails(x.X)
		if s.Indirect() || isPointer(s.Recv()) || types.IsInterface(s.Recv()) {
			f |= failsNil
		}
		return f
	case *ast.BinaryExpr:
		return sc.binaryFails(x)
	case *ast.IndexExpr:
		if _, ok := sc.typeOf(x.X).Underlying().(*types.Map); ok {
			f := sc.each(x, x.X, x.Index)
			if holdsInterface(sc.typeOf(x.X).Underlying().(*types.Map).Key()) {
				f |= failsElse | unordered
			}
			return f
		}
		return sc.both(x, false, sc.fails(x.X), sc.fails(x.Index)) | failsElse
	case *ast.SliceExpr:
		return sc.each(x, x.X, x.Low, x.High, x.Max) | failsElse | unordered | failsEarly
	case *ast.TypeAssertExpr:
		return sc.fails(x.X) | failsElse | unordered | failsEarly
	case *ast.KeyValueExpr:
		if sc.p.info.Types[x.Key].IsValue() {
			return sc.each(x, x.Key, x.Value)
		}
		return sc.fails(x.Value)
	case *ast.CompositeLit:
		return sc.each(x, x.Elts...)
	case *ast.CallExpr:
		return sc.callFails(x)
	}
	return 0
}

func (sc *scripter) binaryFails(x *ast.BinaryExpr) (f failing) {
	left, right := sc.fails(x.X), sc.fails(x.Y)
	switch x.Op {
	case token.LAND, token.LOR:
		if left|right != 0 {
			f = failsEarly
		}
		return left | right | f
	case token.QUO, token.REM:
		if sc.mayFail(x) {
			f = failsDivide
		}
	case token.SHL, token.SHR:
		if sc.mayFail(x) {
			f = failsShift
		}
	case token.EQL, token.NEQ:
		if sc.mayFail(x) {
			f = failsElse
		}
	}
	plain := true
	if b, ok := sc.typeOf(x.X).Underlying().(*types.Basic); !ok || b.Info()&types.IsString != 0 {
		plain = false // strings are joined, and structs compared, by calls
	}
	f |= sc.both(x, !plain, left, right)
	if !plain && f != 0 {
		f |= unordered
		switch sc.typeOf(x.X).Underlying().(type) {
		case *types.Struct, *types.Array:
			f |= failsEarly
		}
	}
	return f
}

func (sc *scripter) callFails(c *ast.CallExpr) failing {
	if sc.isConversion(c) {
		f := sc.fails(c.Args[0])
		if isNotNumber(sc.typeOf(c)) && f != 0 {
			f |= unordered
			if !types.IsInterface(sc.typeOf(c)) || !late(sc.typeOf(c.Args[0])) {
				f |= failsEarly
			}
		}
		return f
	}
	operands := c.Args
	last := sc.lastOperands(c)
	operands = operands[:len(operands)-len(last)]
	if sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr); ok && sc.p.info.Selections[sel] != nil {
		operands = append([]ast.Expr{sel}, operands...)
	}
	f := sc.both(c, true, sc.each(c, operands...), sc.inTurn(c, last))
	if !sc.p.info.Types[c.Fun].IsBuiltin() && sc.function(c.Fun) == nil && !sc.isInstance(c.Fun) && !isLiteral(c.Fun) {
		f = sc.both(c, true, sc.both(c, true, f, sc.fails(c.Fun)), failsNil) | unordered
	}
	if id, ok := ast.Unparen(c.Fun).(*ast.Ident); ok && sc.p.info.Types[c.Fun].IsBuiltin() && id.Name == "make" {
		f |= failsElse | unordered
	}
	if f != 0 {
		f |= failsEarly
	}
	return f
}

// lastOperands are the arguments that a variadic function of any gets as a
// slice.
func (sc *scripter) lastOperands(c *ast.CallExpr) []ast.Expr {
	sig, ok := sc.typeOf(c.Fun).(*types.Signature)
	if !ok || !sig.Variadic() || c.Ellipsis.IsValid() {
		return nil
	}
	n := sig.Params().Len() - 1
	if s, ok := sig.Params().At(n).Type().(*types.Slice); !ok || !types.IsInterface(s.Elem()) || len(c.Args) <= n {
		return nil
	}
	return c.Args[n:]
}

// inTurn joins what is put into a slice of interfaces, each by a statement of
// its own, but for what is evaluated ahead of all of them, from left to right:
// it comes before what waits for its turn, further to the left.
func (sc *scripter) inTurn(c *ast.CallExpr, es []ast.Expr) (f failing) {
	var waits failing
	for _, e := range es {
		g := sc.fails(e) &^ unordered
		if g == 0 {
			continue // also nil, whose type is none
		}
		var ahead failing
		if g&failsEarly != 0 {
			ahead = g
		}
		f |= g
		if !types.IsInterface(sc.typeOf(e)) && !late(sc.typeOf(e)) {
			ahead = g // it is copied for its address
			switch ast.Unparen(e).(type) {
			case *ast.BinaryExpr, *ast.UnaryExpr, *ast.CallExpr: // what has no address of its own
				g = 0
			}
		}
		sc.both(c, true, waits, ahead)
		waits |= g
	}
	if f != 0 {
		f |= unordered
	}
	return f
}

func isLiteral(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.FuncLit)
	return ok
}

func isNotNumber(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return !ok || b.Info()&types.IsNumeric == 0
}
