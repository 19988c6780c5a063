package interp

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"gomemo/engine/wire"
)

// binary writes x op y.
func (sc *scripter) binary(x *ast.BinaryExpr) wire.Expr {
	switch x.Op {
	case token.LAND, token.LOR:
		sc.need(x, "&& || !")
		op := "and"
		if x.Op == token.LOR {
			op = "or"
		}
		t := sc.typeOf(x)
		left := sc.exprAs(x.X, t)
		right := sc.withFirst(func() wire.Expr { return sc.exprAs(x.Y, t) })
		return sc.turn(x, t, wire.Expr{Op: op, Args: []wire.Expr{left, right}})
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		var e wire.Expr
		if sc.p.info.Types[x.X].IsNil() {
			e = sc.compare(x, x.Op, sc.typeOf(x.Y), sc.expr(x.Y), x.X)
		} else {
			e = sc.compareExprs(x)
		}
		return sc.converted(x, e, types.Typ[types.Bool], sc.typeOf(x))
	case token.SHL, token.SHR:
		t := sc.typeOf(x)
		sc.needOperator(x, x.Op, x.X, x.Y)
		return wire.Expr{Op: "binary", Name: x.Op.String(), Type: sc.typ(x, t), Args: []wire.Expr{sc.exprAs(x.X, t), sc.count(x.Y)}}
	}
	t := sc.typeOf(x)
	sc.needOperator(x, x.Op, x.X, x.Y)
	return wire.Expr{Op: "binary", Name: x.Op.String(), Type: sc.typ(x, t), Args: []wire.Expr{sc.exprAs(x.X, t), sc.exprAs(x.Y, t)}}
}

// count is the right operand of a shift; a constant is any number.
func (sc *scripter) count(e ast.Expr) wire.Expr {
	if v := sc.p.info.Types[e].Value; v != nil {
		return sc.constant(e, types.Typ[types.Uint], constant.ToInt(v))
	}
	return sc.expr(e)
}

// compareExprs compares two expressions; one that is no interface is
// converted to the other's interface type.
func (sc *scripter) compareExprs(x *ast.BinaryExpr) wire.Expr {
	tx, ty := sc.typeOf(x.X), sc.typeOf(x.Y)
	left := sc.expr
	t := tx
	if types.IsInterface(ty) && !types.IsInterface(tx) {
		t = ty
		left = func(e ast.Expr) wire.Expr { return sc.exprAs(e, t) }
	} else if sc.p.info.Types[x.X].Value != nil || !sc.p.info.Types[x.Y].IsNil() && !types.AssignableTo(ty, tx) {
		t = ty
		left = func(e ast.Expr) wire.Expr { return sc.exprAs(e, t) }
	}
	return sc.compare(x, x.Op, t, left(x.X), x.Y)
}

// compare compares something of type t, already written, with y.
func (sc *scripter) compare(n ast.Node, op token.Token, t types.Type, x wire.Expr, y ast.Expr) wire.Expr {
	isNil := sc.p.info.Types[y].IsNil()
	switch {
	case isNil:
		sc.need(n, "x == nil")
	case op != token.EQL && op != token.NEQ:
		sc.need(n, "x < y")
	case types.IsInterface(t) || types.IsInterface(sc.typeOf(y)):
		sc.need(n, "x == y of interfaces")
	default:
		sc.need(n, "x == y")
	}
	if !isNil && !types.AssignableTo(sc.typeOf(y), t) { // of a case: an interface, or a channel's direction
		x = sc.converted(n, x, t, sc.typeOf(y))
		t = sc.typeOf(y)
	}
	right := sc.exprAs(y, t)
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		x, right = sc.addressable(n, t, x), sc.addressable(n, t, right)
	}
	return wire.Expr{Op: "binary", Name: op.String(), Type: sc.typ(n, t), Args: []wire.Expr{x, right}}
}

// needOperator consults the table for an operator that is no comparison.
func (sc *scripter) needOperator(n ast.Node, op token.Token, x, y ast.Expr) {
	t := sc.typeOf(x)
	switch op {
	case token.SHL, token.SHR:
		sc.need(n, "x << y")
		return
	case token.AND, token.OR, token.XOR, token.AND_NOT:
		sc.need(n, "& | ^ &^ of integers")
		return
	case token.ADD, token.SUB:
		if sc.mayFuse() && (sc.isProduct(x) || sc.isProduct(y)) {
			sc.need(n, "x*y + z of floats")
		}
	case token.MUL:
		if sc.mayFuse() && sc.isFloat(t) && sc.p.info.Types[x].Value == nil {
			// The product may become part of a sum in the statements below.
			if e, ok := n.(ast.Expr); !ok || e != sc.p.last {
				sc.need(n, "x*y + z of floats")
			}
		}
	}
	sc.needArithmetic(n, t, op)
}

// mayFuse reports a compiler that may round x*y + z once.
func (sc *scripter) mayFuse() bool { return sc.p.s.fused }

func (sc *scripter) isFloat(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsFloat|types.IsComplex) != 0
}

// isProduct reports a product of floats that is rounded by nothing else.
func (sc *scripter) isProduct(e ast.Expr) bool {
	x, ok := ast.Unparen(e).(*ast.BinaryExpr)
	return ok && x.Op == token.MUL && sc.isFloat(sc.typeOf(x)) && sc.p.info.Types[x].Value == nil
}

func (sc *scripter) needArithmetic(n ast.Node, t types.Type, op token.Token) {
	b, ok := t.Underlying().(*types.Basic)
	switch {
	case !ok:
		sc.need(n, "another expression")
	case b.Info()&types.IsString != 0:
		sc.need(n, "+ of strings")
	case b.Info()&types.IsFloat != 0:
		sc.need(n, "+ - * / of floats")
	case b.Info()&types.IsComplex != 0:
		sc.need(n, "+ - * / of complex numbers")
	case op == token.QUO || op == token.REM:
		sc.need(n, "/ % of integers")
	default:
		sc.need(n, "+ - * of integers")
	}
}

// conversion writes T(x).
func (sc *scripter) conversion(c *ast.CallExpr) wire.Expr {
	to, from := sc.typeOf(c), sc.typeOf(c.Args[0])
	if sc.p.info.Types[c.Args[0]].IsNil() {
		return sc.exprAs(c.Args[0], to)
	}
	if types.Identical(to, from) {
		return sc.expr(c.Args[0])
	}
	row := conversionRow(to, from)
	if _, slice := to.Underlying().(*types.Slice); slice && sc.p.info.Types[c.Args[0]].Value != nil {
		row = "a conversion of a constant string to a slice"
	}
	sc.need(c, row)
	x := sc.expr(c.Args[0])
	if types.IsInterface(to) {
		x = sc.boxed(c.Args[0], from, x)
	}
	return wire.Expr{Op: "convert", Type: sc.typ(c, to), Args: []wire.Expr{x}}
}

func conversionRow(to, from types.Type) string {
	if types.IsInterface(to) {
		return "a conversion to an interface"
	}
	info := func(t types.Type) types.BasicInfo {
		if b, ok := t.Underlying().(*types.Basic); ok {
			return b.Info()
		}
		return 0
	}
	if b, ok := from.Underlying().(*types.Basic); ok && b.Kind() == types.UnsafePointer {
		return "package unsafe"
	}
	if b, ok := to.Underlying().(*types.Basic); ok && b.Kind() == types.UnsafePointer {
		return "package unsafe"
	}
	_, slice := from.Underlying().(*types.Slice)
	_, toSlice := to.Underlying().(*types.Slice)
	switch f, t := info(from), info(to); {
	case f&types.IsNumeric != 0 && t&types.IsNumeric != 0:
		return "a conversion between numbers"
	case f&types.IsInteger != 0 && t&types.IsString != 0:
		return "string(x) of an integer"
	case f&types.IsString != 0 && toSlice && namedElem(to), slice && t&types.IsString != 0 && namedElem(from):
		return "a conversion between strings and slices of a named type"
	case f&types.IsString != 0 && toSlice || slice && t&types.IsString != 0:
		return "a conversion between strings and slices"
	case slice && !toSlice:
		return "a conversion of a slice to an array"
	}
	return "a conversion to a type of the same form"
}

// namedElem reports a slice whose elements are of a type other than byte and
// rune.
func namedElem(t types.Type) bool {
	_, basic := types.Unalias(t.Underlying().(*types.Slice).Elem()).(*types.Basic)
	return !basic
}
