package interp

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// The language leaves open whether a variable is read before or after a call
// in the same expression, and whether something fails before it. The compiler
// makes the calls first, mostly; the interpreter goes from left to right. Where
// that could make a difference, because something stands before a call, is no
// argument of it, and may be changed by it, or may fail, the script says the
// compiler's order (scriptturn.go).

// An early is a call, or something else that the compiler does ahead of its
// turn.
type early struct {
	from, to token.Pos
	writes   func(v *types.Var) bool // may change a variable of the session
	noisy    bool                    // may do more than return a value
}

// A hazard is something that has to come at its turn.
type hazard struct {
	at     ast.Node
	read   *types.Var // the variable of the session that is read, if it is one
	memory bool       // other memory is read
	fails  bool       // it may panic

	several bool // a call with several results has its turn
}

// ordered looks at a node before its leaf is written: it refuses one in which
// the order of failures would show, and finds out whether that of the rest would.
func (sc *scripter) ordered(n ast.Node) {
	sc.failures(n)
	sc.turns = sc.depends(n)
	if sc.turns && sc.alike && asserts(n) {
		sc.need(n, "a function that is not loaded yet") // x.(T) of a type parameter has no turn
	}
}

// asserts reports a node with a type assertion.
func asserts(n ast.Node) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		_, ok := n.(*ast.TypeAssertExpr)
		found = found || ok
		return !found
	})
	return found
}

// depends reports a node whose parts depend on their order.
func (sc *scripter) depends(n ast.Node) bool {
	calls, hazards := sc.inOrder(n)
	// Calls on the left side of an assignment come first, and those on the
	// right side second, before anything is assigned.
	if as, ok := n.(*ast.AssignStmt); ok {
		for _, s := range calls {
			if s.noisy && s.from < as.TokPos {
				sc.need(n, "a call on the left side")
				return true
			}
		}
	}
	for _, h := range hazards {
		if h.several {
			return true
		}
		for _, s := range calls {
			if h.at.Pos() >= s.from || s.to <= h.at.End() || sc.consumed(h.at, s, calls) {
				continue
			}
			if h.fails || h.memory && s.noisy || h.read != nil && s.writes(h.read) {
				sc.need(h.at, "what a call behind it may change or forestall")
				return true
			}
		}
	}
	return false
}

// consumed reports whether what stands at a node is an argument of a call
// that is over before s begins, or of s itself.
func (sc *scripter) consumed(at ast.Node, s early, calls []early) bool {
	in := func(c early) bool { return c.from <= at.Pos() && at.End() <= c.to } // f(x)[i] is in no f(x)
	return in(s) || slices.ContainsFunc(calls, func(c early) bool { return c.noisy && in(c) && c.to <= s.from })
}

// inOrder finds the calls in a statement and what depends on their order.
func (sc *scripter) inOrder(n ast.Node) (calls []early, hazards []hazard) {
	fails := func(n ast.Node) { hazards = append(hazards, hazard{at: n, fails: true}) }
	ast.Inspect(n, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if ok && sc.p.info.Types[e].Value != nil {
			return false
		}
		switch n := n.(type) {
		case *ast.BlockStmt:
			return false
		case *ast.Ident:
			if v, ok := sc.p.info.Uses[n].(*types.Var); ok && v.Parent() == sc.p.pkg.Scope() {
				hazards = append(hazards, hazard{at: n, read: v})
			} else if ok && sc.shared(v) {
				hazards = append(hazards, hazard{at: n, memory: true})
			}
		case *ast.CallExpr:
			if s, ok := sc.early(n); ok {
				calls = append(calls, s)
			}
			if _, several := sc.severalArgs(n); several {
				hazards = append(hazards, hazard{at: n, several: true})
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW { // others run meanwhile
				calls = append(calls, early{from: n.Pos(), to: n.End(), noisy: true, writes: func(*types.Var) bool { return true }})
			}
		case *ast.StarExpr:
			fails(n)
		case *ast.IndexExpr:
			m, ok := sc.typeOf(n.X).Underlying().(*types.Map)
			switch {
			case !ok:
				fails(n)
			case holdsInterface(m.Key()):
				fails(n)
			default:
				hazards = append(hazards, hazard{at: n, memory: true})
			}
		case *ast.SelectorExpr:
			if s := sc.p.info.Selections[n]; s != nil && s.Kind() != types.MethodExpr && (s.Indirect() || isPointer(s.Recv())) {
				fails(n)
			}
		case *ast.BinaryExpr:
			if sc.mayFail(n) {
				fails(n)
			}
		}
		return true
	})
	return calls, hazards
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// mayFail reports operators that may panic.
func (sc *scripter) mayFail(x *ast.BinaryExpr) bool {
	switch x.Op {
	case token.EQL, token.NEQ:
		return holdsInterface(sc.typeOf(x.X)) && holdsInterface(sc.typeOf(x.Y))
	}
	return !sc.p.cannotPanic(x.Op, x.X, x.Y)
}

// holdsInterface reports types whose values cannot always be compared.
func holdsInterface(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return true
	case *types.Array:
		return holdsInterface(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if holdsInterface(f.Type()) {
				return true
			}
		}
	}
	return false
}

// early judges a call; ok is false if it is as good as an operator.
func (sc *scripter) early(c *ast.CallExpr) (s early, ok bool) {
	s = early{from: c.Pos(), to: c.End(), noisy: true, writes: func(*types.Var) bool { return true }}
	if sc.isConversion(c) {
		return s, false
	}
	if sc.p.info.Types[c.Fun].IsBuiltin() {
		s.noisy = false
		s.writes = func(*types.Var) bool { return false }
		id, ok := ast.Unparen(c.Fun).(*ast.Ident)
		if !ok {
			return s, false
		}
		switch id.Name {
		case "copy", "clear", "delete", "append", "close":
			return s, true
		case "make", "panic":
			return s, true
		}
		return s, false
	}
	var gs []*group
	if j := sc.p.judge(c); j != nil {
		if j.root == nil || j.root.group == nil {
			return s, true
		}
		gs = append(gs, j.root.group)
	} else if name := sc.p.calleeName(c); name == "" {
		return s, true
	} else if quiet(name) {
		return s, false
	}
	globals := sc.p.globals(gs...)
	s.writes = func(v *types.Var) bool {
		d := sc.p.table.byName[v.Name()]
		return slices.Contains(globals, v.Name()) || d == nil || d.addressed || slices.Contains(sc.p.addressed, d)
	}
	return s, true
}

// quiet reports functions of the standard library that only compute, and do
// not fail.
func quiet(name string) bool {
	pkg := name[:strings.LastIndexByte(name, '.')]
	switch pkg {
	case "math", "strconv", "unicode", "unicode/utf8", "math/bits", "path":
		return true
	case "strings":
		return name != "strings.Repeat" && !strings.HasSuffix(name, "Func") && name != "strings.Map"
	}
	return name == "errors.New"
}
