package interp

import (
	"go/ast"
	"go/token"
)

// Jumps are text of the script, in a function of its own, which return leaves.
// A label is written twice if need be: where goto goes, and right before the
// loop or switch that break and continue name, because what comes between is
// done once.

// branch writes break, continue, goto and fallthrough.
func (sc *scripter) branch(st *ast.BranchStmt) {
	switch {
	case st.Tok == token.FALLTHROUGH:
		sc.need(st, "fallthrough")
	case st.Tok == token.GOTO:
		sc.need(st, "goto")
		if sc.behind[st.Label.Name] && !sc.p.s.uncompiled() {
			sc.needNamed(st, "a loop that may be long", "a goto that goes back")
		}
		sc.jumps = true
		sc.write("goto %s\n", st.Label.Name)
		return
	case st.Label != nil:
		sc.need(st, "a label")
		sc.write("%s %s\n", st.Tok, loopLabel(st.Label.Name))
		return
	default:
		sc.need(st, "break and continue")
	}
	sc.write("%s\n", st.Tok)
}

func loopLabel(name string) string { return name + "_" }

// labeled writes a statement with a label.
func (sc *scripter) labeled(st *ast.LabeledStmt) {
	sc.need(st, "a label")
	name := st.Label.Name
	if sc.uses(st.Label, sc.all, token.GOTO) {
		sc.jumps = true
		sc.behind[name] = true
		sc.write("%s:\n{}\n", name)
	}
	if sc.uses(st.Label, []ast.Stmt{st}, token.BREAK, token.CONTINUE) {
		sc.jumps = true
		sc.label = loopLabel(name)
		sc.write("{\n") // yaegi finds no label right in a clause
		defer sc.write("}\n")
	}
	sc.stmt(st.Stmt)
}

// noTarget refuses a clause with a label that a goto goes to.
func (sc *scripter) noTarget(list []ast.Stmt) {
	for _, st := range list {
		if l, ok := st.(*ast.LabeledStmt); ok && sc.uses(l.Label, sc.all, token.GOTO) {
			sc.need(l, "goto into a clause")
		}
	}
}

// uses reports whether one of these statements jumps to a label.
func (sc *scripter) uses(label *ast.Ident, in []ast.Stmt, toks ...token.Token) (found bool) {
	for _, st := range in {
		ast.Inspect(st, func(n ast.Node) bool {
			if b, ok := n.(*ast.BranchStmt); ok && b.Label != nil && b.Label.Name == label.Name {
				for _, tok := range toks {
					found = found || b.Tok == tok
				}
			}
			return !found
		})
	}
	return found
}

// writeNamed writes the head of the loop or switch that a label is for.
func (sc *scripter) writeNamed(label, format string, args ...any) {
	if label != "" {
		sc.write("%s:\n", label)
	}
	sc.write(format, args...)
}

// takeLabel returns the label of the loop or switch that is to be written.
func (sc *scripter) takeLabel() string {
	label := sc.label
	sc.label = ""
	return label
}

// returnFromCell ends the cell.
func (sc *scripter) returnFromCell(st *ast.ReturnStmt) {
	sc.need(st, "a return")
	sc.jumps = true
	sc.write("return\n")
}
