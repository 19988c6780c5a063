package interp

import (
	"go/ast"
	"go/types"
	"regexp"

	"gomemo/engine/wire"
)

// lookers are functions that can look at who called their caller. They find the
// cell there only if it calls the notebook's function by itself: nothing may
// stand between.
var lookers = map[string]bool{
	"runtime.Caller": true, "runtime.Callers": true, "runtime.Stack": true,
	"runtime/debug.Stack": true, "runtime/debug.PrintStack": true,
	"log.Output": true, "(*log.Logger).Output": true,
}

// logs reports a function of package log, or a method of a logger, that prints,
// with the place of its call if so asked.
func logs(fn *types.Func) bool {
	return fn.Pkg() != nil && fn.Pkg().Path() == "log" && logNames.MatchString(fn.Name())
}

var logNames = regexp.MustCompile("^(Print|Panic|Fatal)(f|ln)?$")

// logCall writes a call of such a function; ok is false for others. A function
// that is interpreted may stand elsewhere than where the call is.
func (sc *scripter) logCall(c *ast.CallExpr) (e wire.Expr, ok bool) {
	fn := sc.function(c.Fun)
	if fn == nil || !logs(fn) {
		return e, false
	}
	if sc.sig != nil && !sc.inside && !sc.p.s.uncompiled() {
		sc.unlooked(c, true)
	}
	sc.need(c, "a call of a function of package log that prints")
	sc.script.File = sc.p.s.cellFile(sc.src)
	if fn.Signature().Recv() == nil {
		return sc.apply(c, wire.Expr{Op: "log", Name: fn.Name()}), true
	}
	sel := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	if s := sc.p.info.Selections[sel]; s.Kind() == types.MethodVal {
		return sc.foreignMethod(c, sel, s), true
	}
	return e, false
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
