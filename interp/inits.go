package interp

import (
	"go/ast"
	"slices"
)

// A cell may be a whole program, package clause and all: then its init
// functions and main run, as they would. Other cells may have init functions too.

// runInits puts calls of the cell's init functions behind the variables that it
// begins with.
func (p *plan) runInits(stmts, typing []ast.Stmt) ([]ast.Stmt, []ast.Stmt) {
	isVar := func(st ast.Stmt) bool { _, ok := st.(*ast.DeclStmt); return ok }
	n := 0
	for n < len(stmts) && isVar(stmts[n]) {
		n++
	}
	p.program = p.clause && n == len(stmts)
	p.initOf = map[ast.Stmt]*ast.FuncDecl{}
	var calls []ast.Stmt
	for _, fn := range p.inits {
		end := fn.Body.Rbrace
		st := &ast.ExprStmt{X: &ast.CallExpr{Fun: &ast.FuncLit{Type: fn.Type, Body: fn.Body}, Lparen: end, Rparen: end}}
		p.initOf[st] = fn
		calls = append(calls, st)
	}
	return slices.Insert(stmts, n, calls...), slices.Insert(typing, n, calls...)
}

// initEdits makes the text of an init function a call of it.
func (p *plan) initEdits(st ast.Stmt) []edit {
	fn := p.initOf[st]
	if fn == nil {
		return nil
	}
	from, to := p.s.span(fn.Name)
	_, end := p.s.span(fn)
	return []edit{{from, to, "", 0}, {end, end, "()", -1}}
}

// runMain calls func main of a cell that holds a whole program.
func (p *plan) runMain() {
	for _, d := range p.decls {
		if p.program && d.key == "main" && d.kind == funcDecl {
			p.callMain = true
		}
	}
}
