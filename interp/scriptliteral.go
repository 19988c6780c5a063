package interp

import (
	"go/ast"
	"go/types"

	"gomemo/engine/wire"
)

// A function literal that is called where it stands is a part of the cell's
// text. One that is a value would be called by compiled code, too, which may do
// so a million times; that code should be compiled.

// calledLiteral reports func(…) {…}(…).
func calledLiteral(e ast.Expr) (*ast.CallExpr, *ast.FuncLit) {
	c, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return nil, nil
	}
	lit, _ := ast.Unparen(c.Fun).(*ast.FuncLit)
	return c, lit
}

// callLiteral writes the call of a literal and returns the variables that have
// its results.
func (sc *scripter) callLiteral(c *ast.CallExpr, lit *ast.FuncLit) (results []wire.Expr) {
	sc.need(c, "a call of a function literal")
	if sc.inside {
		sc.need(c, "a literal that is called in another one")
	}
	sig := sc.typeOf(lit).Underlying().(*types.Signature)
	if sig.Variadic() {
		sc.need(c, "a function literal")
	}
	sc.ordered(c)
	sc.do(c, func() wire.Expr {
		return sc.on(c.Lparen, func() wire.Expr { return sc.bind(c, sig) })
	})
	line := sc.lineOf(c.Lparen)
	sc.script.Leaves = append(sc.script.Leaves, wire.Leaf{Line: line, Expr: wire.Expr{Op: "enter"}}, wire.Leaf{Line: line, Expr: wire.Expr{Op: "leave"}})
	enter := len(sc.script.Leaves) - 2
	sc.write("o.L(%d)\nfunc() {\n", enter)
	was := *sc
	sc.sig, sc.results, sc.inside, sc.label = sig, nil, true, ""
	for v := range sig.Results().Variables() {
		n := sc.local(c, v, v.Type())
		sc.results = append(sc.results, n)
		results = append(results, wire.Expr{Op: "local", N: n})
		sc.script.Leaves = append(sc.script.Leaves, wire.Leaf{Line: line, Expr: wire.Expr{Op: "assign", N: 1,
			Args: []wire.Expr{{Op: "fresh", N: n}, {Op: "zero", Type: sc.script.Locals[n]}}}})
		sc.write("o.L(%d)\n", len(sc.script.Leaves)-1)
	}
	sc.block(lit.Body.List)
	sc.sig, sc.results, sc.inside = was.sig, was.results, was.inside
	sc.write("}()\no.L(%d)\n", enter+1)
	return results
}

// bind gives the parameters of a literal their values.
func (sc *scripter) bind(c *ast.CallExpr, sig *types.Signature) wire.Expr {
	e := wire.Expr{Op: "assign", N: sig.Params().Len()}
	values := sc.args(c)
	for v := range sig.Params().Variables() {
		if v.Name() == "" || v.Name() == "_" {
			e.Args = append(e.Args, wire.Expr{Op: "blank"})
			continue
		}
		e.Args = append(e.Args, wire.Expr{Op: "fresh", N: sc.local(c, v, v.Type())})
	}
	e.Args = append(e.Args, values...)
	return e
}
