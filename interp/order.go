package interp

import (
	"go/ast"
	"go/token"
	"go/types"
)

// orderFree reports whether a loop over a map gives the same result in every
// order. It accepts only forms for which that can be seen:
//
//	n++  n += e  n |= e …   an integer variable, always changed by the same operation
//	dst[k] = e  dst[k] += e a map's element chosen by the loop's own key: each is touched once
//	dst[e]++  dst[e] += e   an integer element of a map of another type than the one ranged over
//	xs = append(xs, e)      strings or integers, in a slice that the next statement sorts
//	x := e  x = e           variables of the round itself
//	if e { … } else { … }   and continue
//
// where e is made of constants, the key and the value, variables that the loop
// does not change, fields of these, len, min, max, conversions and operators
// that cannot panic. Nothing in e goes through a pointer, a map or an index, so
// that it cannot see what other rounds have done.
func (p *plan) orderFree(r *ast.RangeStmt, next ast.Stmt) bool {
	if r.Tok == token.ASSIGN {
		return false
	}
	o := &orderCheck{p: p, loop: r, round: map[types.Object]bool{}, fixed: map[types.Object]bool{}, ops: map[types.Object]token.Token{}}
	for _, e := range []ast.Expr{r.Key, r.Value} {
		if id, ok := e.(*ast.Ident); ok {
			if obj := p.info.Defs[id]; obj != nil {
				o.round[obj], o.fixed[obj] = true, true
			}
		}
	}
	if id, ok := r.Key.(*ast.Ident); ok {
		o.key = p.info.Defs[id]
	}
	o.sorted = p.sortedVar(next)
	o.findWritten()
	return o.block(r.Body.List)
}

// sortedVar is the variable that a statement sorts completely, so that the
// order in which its elements came does not show; nil if it is another statement.
func (p *plan) sortedVar(st ast.Stmt) types.Object {
	es, ok := st.(*ast.ExprStmt)
	if !ok {
		return nil
	}
	c, ok := ast.Unparen(es.X).(*ast.CallExpr)
	if !ok || len(c.Args) != 1 {
		return nil
	}
	switch p.calleeName(c) {
	case "sort.Strings", "sort.Ints", "slices.Sort":
	default:
		return nil
	}
	id, ok := ast.Unparen(c.Args[0]).(*ast.Ident)
	if !ok {
		return nil
	}
	obj := p.info.Uses[id]
	if obj == nil {
		return nil
	}
	sl, ok := obj.Type().Underlying().(*types.Slice)
	if !ok || !ordered(sl.Elem()) {
		return nil
	}
	return obj
}

// ordered reports types of which equal values cannot be told apart: floats have
// two zeros.
func ordered(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsString|types.IsInteger) != 0
}

// followers maps each statement of n to the one behind it.
func followers(n ast.Node) map[ast.Stmt]ast.Stmt {
	out := map[ast.Stmt]ast.Stmt{}
	ast.Inspect(n, func(n ast.Node) bool {
		var list []ast.Stmt
		switch n := n.(type) {
		case *ast.BlockStmt:
			list = n.List
		case *ast.CaseClause:
			list = n.Body
		case *ast.CommClause:
			list = n.Body
		}
		for i := 1; i < len(list); i++ {
			out[list[i-1]] = list[i]
		}
		return true
	})
	return out
}

// orderCheck judges the body of a loop over a map. What it does not know makes
// the loop depend on the order.
type orderCheck struct {
	p       *plan
	loop    *ast.RangeStmt
	key     types.Object                 // the loop's key variable
	fixed   map[types.Object]bool        // key and value: must not be assigned
	round   map[types.Object]bool        // variables of the round: fixed, and declared in the body
	written map[types.Object]bool        // variables from outside that the body assigns
	sorted  types.Object                 // the slice that is sorted behind the loop
	ops     map[types.Object]token.Token // how each variable is accumulated: += and *= do not commute
}

// findWritten lists the variables that assignments of the body name.
func (o *orderCheck) findWritten() {
	o.written = map[types.Object]bool{}
	note := func(e ast.Expr) {
		for {
			switch x := ast.Unparen(e).(type) {
			case *ast.IndexExpr:
				e = x.X
				continue
			case *ast.Ident:
				if obj := o.p.info.Uses[x]; obj != nil {
					o.written[obj] = true
				}
			}
			return
		}
	}
	ast.Inspect(o.loop.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				note(l)
			}
		case *ast.IncDecStmt:
			note(n.X)
		}
		return true
	})
}

func (o *orderCheck) block(list []ast.Stmt) bool {
	for _, st := range list {
		if !o.stmt(st) {
			return false
		}
	}
	return true
}

func (o *orderCheck) stmt(st ast.Stmt) bool {
	switch st := st.(type) {
	case *ast.EmptyStmt:
		return true
	case *ast.BlockStmt:
		return o.block(st.List)
	case *ast.BranchStmt:
		return st.Tok == token.CONTINUE && st.Label == nil
	case *ast.IncDecStmt:
		return o.accumulates(st.X, token.ADD_ASSIGN)
	case *ast.IfStmt:
		if st.Init != nil && !o.stmt(st.Init) || !o.pure(st.Cond) || !o.block(st.Body.List) {
			return false
		}
		return st.Else == nil || o.stmt(st.Else)
	case *ast.AssignStmt:
		return o.assign(st)
	}
	return false
}

func (o *orderCheck) assign(st *ast.AssignStmt) bool {
	if o.collects(st) {
		return true
	}
	for _, e := range st.Rhs {
		if !o.pure(e) {
			return false
		}
	}
	switch st.Tok {
	case token.DEFINE:
		for _, l := range st.Lhs {
			if obj := o.p.info.Defs[l.(*ast.Ident)]; obj != nil {
				o.round[obj] = true
			} else if l.(*ast.Ident).Name != "_" {
				return false // assigns to a variable that is there already
			}
		}
		return true
	case token.ASSIGN:
		for _, l := range st.Lhs {
			if !o.ownVariable(l) && !o.ownElement(l) {
				return false
			}
		}
		return true
	case token.ADD_ASSIGN, token.SUB_ASSIGN, token.OR_ASSIGN, token.AND_ASSIGN, token.XOR_ASSIGN, token.MUL_ASSIGN:
		return o.ownElement(st.Lhs[0]) || o.accumulates(st.Lhs[0], st.Tok)
	}
	return false
}

// ownVariable reports a variable that lives for one round only.
func (o *orderCheck) ownVariable(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	obj := o.p.info.Uses[id]
	return id.Name == "_" || o.round[obj] && !o.fixed[obj]
}

// ownElement reports dst[k] for the loop's own key: every round touches another
// element, also if dst is the map that is ranged over.
func (o *orderCheck) ownElement(e ast.Expr) bool {
	ix, ok := ast.Unparen(e).(*ast.IndexExpr)
	if !ok || o.key == nil || !o.mapVariable(ix.X) {
		return false
	}
	id, ok := ast.Unparen(ix.Index).(*ast.Ident)
	return ok && o.p.info.Uses[id] == o.key
}

func (o *orderCheck) mapVariable(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	_, isMap := o.p.info.Types[id].Type.Underlying().(*types.Map)
	return isMap
}

// accumulates reports an integer variable, or an integer element of a map of
// another type than the one ranged over, that is changed by one commutative
// operation only.
func (o *orderCheck) accumulates(e ast.Expr, op token.Token) bool {
	if op == token.SUB_ASSIGN {
		op = token.ADD_ASSIGN
	}
	target := ast.Unparen(e)
	if ix, ok := target.(*ast.IndexExpr); ok {
		if !o.mapVariable(ix.X) || !o.pure(ix.Index) || op != token.ADD_ASSIGN ||
			types.Identical(o.p.info.Types[ix.X].Type.Underlying(), o.p.info.Types[o.loop.X].Type.Underlying()) {
			return false
		}
		t := o.p.info.Types[e].Type
		b, isBasic := t.Underlying().(*types.Basic)
		if !isBasic || b.Info()&types.IsInteger == 0 {
			return false
		}
		target = ast.Unparen(ix.X)
	}
	id, ok := target.(*ast.Ident)
	if !ok {
		return false
	}
	v, ok := o.p.info.Uses[id].(*types.Var)
	if !ok || o.fixed[v] {
		return false
	}
	if o.round[v] {
		return true
	}
	if _, isIndex := ast.Unparen(e).(*ast.IndexExpr); !isIndex {
		if b, isBasic := v.Type().Underlying().(*types.Basic); !isBasic || b.Info()&types.IsInteger == 0 {
			return false
		}
	}
	if old, ok := o.ops[v]; ok && old != op {
		return false
	}
	o.ops[v] = op
	return true
}

// collects reports xs = append(xs, …) for the slice that is sorted behind the
// loop.
func (o *orderCheck) collects(st *ast.AssignStmt) bool {
	if o.sorted == nil || st.Tok != token.ASSIGN || len(st.Lhs) != 1 || len(st.Rhs) != 1 || o.object(st.Lhs[0]) != o.sorted {
		return false
	}
	c, ok := ast.Unparen(st.Rhs[0]).(*ast.CallExpr)
	if !ok || len(c.Args) < 2 || c.Ellipsis.IsValid() || o.object(c.Args[0]) != o.sorted {
		return false
	}
	if id, ok := c.Fun.(*ast.Ident); !ok || o.p.info.Uses[id] != types.Universe.Lookup("append") {
		return false
	}
	for _, a := range c.Args[1:] {
		if !o.pure(a) {
			return false
		}
	}
	return true
}

func (o *orderCheck) object(e ast.Expr) types.Object {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		return o.p.info.Uses[id]
	}
	return nil
}

// pure reports an expression that has no effect, cannot panic, and cannot see
// what other rounds wrote.
func (o *orderCheck) pure(e ast.Expr) bool {
	if tv := o.p.info.Types[e]; tv.Value != nil || tv.IsNil() {
		return true
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return o.pure(e.X)
	case *ast.Ident:
		v, ok := o.p.info.Uses[e].(*types.Var)
		return ok && !(o.written[v] && !o.round[v])
	case *ast.SelectorExpr:
		s := o.p.info.Selections[e]
		return s != nil && s.Kind() == types.FieldVal && !s.Indirect() && o.pure(e.X)
	case *ast.UnaryExpr:
		return e.Op != token.AND && e.Op != token.ARROW && o.pure(e.X)
	case *ast.BinaryExpr:
		return o.basic(e.X) && o.basic(e.Y) && o.p.cannotPanic(e.Op, e.X, e.Y) && o.pure(e.X) && o.pure(e.Y)
	case *ast.CallExpr:
		if len(e.Args) == 0 {
			return false
		}
		for _, a := range e.Args {
			if !o.pure(a) {
				return false
			}
		}
		tv := o.p.info.Types[e.Fun]
		if tv.IsType() {
			return o.basic(e.Args[0])
		}
		id, ok := ast.Unparen(e.Fun).(*ast.Ident)
		return ok && tv.IsBuiltin() && (id.Name == "min" || id.Name == "max" || id.Name == "len" && o.plainLength(e.Args[0]))
	}
	return false
}

// plainLength reports what has a length that other rounds cannot change.
func (o *orderCheck) plainLength(e ast.Expr) bool {
	switch o.p.info.Types[e].Type.Underlying().(type) {
	case *types.Map, *types.Chan:
		return false
	}
	return true
}

// basic reports operands whose comparison and arithmetic cannot panic.
func (o *orderCheck) basic(e ast.Expr) bool {
	t := o.p.info.Types[e].Type
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Basic)
	return ok
}
