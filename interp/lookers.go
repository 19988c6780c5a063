package interp

import (
	"go/ast"
	"go/types"
)

// lookers are functions that can look at who called their caller. They find the
// cell there only if it calls the notebook's function by itself: nothing may
// stand between.
var lookers = map[string]bool{
	"runtime.Caller": true, "runtime.Callers": true, "runtime.Stack": true,
	"runtime/debug.Stack": true, "runtime/debug.PrintStack": true,
	"log.Output": true, "(*log.Logger).Output": true,
}

// looks reports whether a text mentions a looker.
func (p *plan) looks(n ast.Node) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			fn, isFunc := p.info.Uses[id].(*types.Func)
			found = found || isFunc && lookers[fn.FullName()]
		}
		return !found
	})
	return found
}

// noteLookers marks the variables of a statement that mentions a looker.
func (p *plan) noteLookers(st ast.Stmt) {
	if !p.looks(st) {
		return
	}
	ast.Inspect(st, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if d := p.table.byName[id.Name]; d != nil && d.kind == varDecl {
				d.looks = true
			}
		}
		return true
	})
}

// looks reports whether anything in the notebook may run a looker.
func (t *table) looks() bool {
	for _, m := range [...]map[string]*decl{t.byName, t.methods} {
		for _, d := range m {
			if d.looks {
				return true
			}
		}
	}
	return false
}

// reachesLooker reports whether a call of d may run a looker.
func reachesLooker(d *decl) bool {
	for _, g := range closure(d.group) {
		for _, e := range g.decls {
			if e.looks {
				return true
			}
		}
	}
	return false
}

// unlooked refuses a call or a function value that may run a looker.
func (sc *scripter) unlooked(n ast.Node, looks bool) {
	if looks {
		sc.need(n, "a call of what can look at who called it")
	}
}
