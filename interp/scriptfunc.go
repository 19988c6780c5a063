package interp

import (
	"fmt"
	"go/ast"
	"go/types"

	"gomemo/engine/wire"
)

// Where nothing can be compiled the functions of a notebook are interpreted
// too, if all of their code is what the table has: a function is written when
// it is declared, and when something that it depends on has changed, and goes
// to the engine with every cell that may call it. Its calls are not
// remembered.

// scriptFunc is the interpreted form of a function.
type scriptFunc struct {
	form *wire.Func
	why  *notInterpreted // it has none
}

// uncompiled reports a session in which nothing will ever be compiled.
func (s *Session) uncompiled() bool {
	_, ok := s.compiler.(Uncompiled)
	return ok
}

// scriptDecls writes what the cell declares, and the older functions that were
// checked with it. What cannot be interpreted ends the script if the cell
// declares it, and is remembered otherwise.
func (sc *scripter) scriptDecls() {
	for _, d := range sc.p.decls {
		switch d.kind {
		case constDecl: // constants are written by value
		case funcDecl:
			f := sc.scriptFunc(d)
			if f.why != nil {
				panic(*f.why)
			}
			sc.p.scripts[d] = f
		default:
			sc.needAt(d.off, "a declaration", "the declaration of "+d.title())
		}
	}
	for d := range sc.p.checked {
		// What does not compile any more cannot be called.
		if _, done := sc.p.scripts[d]; !done && d.kind == funcDecl && d.broken == nil {
			sc.p.scripts[d] = sc.scriptFunc(d)
		}
	}
}

// scriptOf is the interpreted form of a function of the notebook as it is with
// the cell.
func (p *plan) scriptOf(name string) scriptFunc {
	d := p.table.byName[name]
	if d == nil {
		return scriptFunc{}
	}
	if f, ok := p.scripts[d]; ok {
		return f
	}
	return d.script
}

// scriptFunc writes the interpreted form of a function, or says why it has
// none.
func (sc *scripter) scriptFunc(d *decl) (out scriptFunc) {
	p, heap := sc.p, sc.heap
	sc = newScripter(p) // its leaves and variables are its own
	sc.made = nil       // instances belong to a cell
	sc.src, sc.text, sc.heap, sc.all = d.src, true, heap, d.node.(*ast.FuncDecl).Body.List
	defer func() {
		if v := recover(); v != nil {
			n, ok := v.(notInterpreted)
			if !ok {
				panic(v)
			}
			out = scriptFunc{why: &n}
		}
	}()
	node := d.node.(*ast.FuncDecl)
	fn, ok := p.info.Defs[node.Name].(*types.Func)
	if !ok || node.Body == nil || d.doc != "" {
		sc.needAt(d.off, "a declaration", "the declaration of "+d.title())
	}
	if fn.Signature().TypeParams() != nil {
		return scriptFunc{} // its instances are written where they are called
	}
	f := sc.writeFunc(d, node, fn.Signature(), node.Body.List)
	f.Name, f.Title, f.Calls = d.key, d.key, sortedKeys(sc.called)
	return scriptFunc{form: f}
}

// writeFunc writes what a function does.
func (sc *scripter) writeFunc(d *decl, n ast.Node, sig *types.Signature, body []ast.Stmt) *wire.Func {
	f := &wire.Func{File: fmt.Sprintf("script %d", d.src.seq), Variadic: sig.Variadic()}
	sc.p.s.layouts[f.File] = layout{d.src, 0}
	for v := range sig.Params().Variables() {
		f.Params = append(f.Params, sc.local(n, v, v.Type()))
	}
	for v := range sig.Results().Variables() {
		f.Results = append(f.Results, sc.local(n, v, v.Type()))
	}
	sc.sig, sc.results = sig, f.Results
	sc.block(body)
	f.Code = sc.script.File
	f.Source, f.Leaves, f.Locals = straight(sc.out.String(), len(sc.script.Leaves)), sc.script.Leaves, sc.script.Locals
	return f
}

// returnStmt sets the results of a function and leaves it.
func (sc *scripter) returnStmt(st *ast.ReturnStmt) {
	if sc.sig == nil {
		sc.returnFromCell(st)
		return
	}
	if len(st.Results) > 0 {
		sc.ordered(st)
		results := sc.sig.Results()
		sc.do(st, func() wire.Expr {
			e := wire.Expr{Op: "assign", N: results.Len()}
			for _, n := range sc.results {
				e.Args = append(e.Args, wire.Expr{Op: "local", N: n})
			}
			e.Args = append(e.Args, sc.valuesFor(st.Results, results.Len(), func(i int, _ types.Type) types.Type { return results.At(i).Type() })...)
			return e
		})
	}
	sc.write("return\n")
}

// scriptCall writes the call of a function that is interpreted.
func (sc *scripter) scriptCall(c *ast.CallExpr, d *decl) wire.Expr {
	if d == nil || d.kind != funcDecl {
		sc.needNamed(c, "a function that is not loaded yet", "a call of "+sc.p.text(c.Fun))
	}
	sc.need(c, "a call of a function of the notebook")
	if _, ok := sc.called[d.key]; !ok {
		_, sc.called[d.key] = sc.p.s.offset(c.Pos())
	}
	return sc.apply(c, wire.Expr{Op: "func", Name: "main." + d.key})
}

// functions collects what the script calls, directly or not.
func (sc *scripter) functions() {
	seen := map[string]bool{}
	var collect func(name string, off int)
	collect = func(name string, off int) {
		if seen[name] {
			return
		}
		seen[name] = true
		f := sc.p.scriptOf(name)
		if f.form == nil {
			what := name
			if d := sc.p.table.byName[name]; d != nil && f.why != nil {
				line, _ := d.src.position(f.why.off)
				what = fmt.Sprintf("%s in %s (cell %d, line %d)", f.why.what, name, d.src.cell, line)
			}
			sc.needAt(off, "a function that is not loaded yet", what)
		}
		sc.script.Funcs = append(sc.script.Funcs, f.form)
		for _, callee := range f.form.Calls {
			collect(callee, off)
		}
	}
	for _, name := range sortedKeys(sc.called) {
		collect(name, sc.called[name])
	}
}
