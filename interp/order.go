package interp

import (
	"go/ast"
	"go/token"
	"go/types"
)

// orderFree reports whether a loop over a map gives the same result in every
// order, judged by its form: it only counts in integers, sets bits, writes
// elements that the loop's own key selects, and collects strings or integers in
// a slice that the statement behind the loop sorts.
func (p *plan) orderFree(r *ast.RangeStmt, next ast.Stmt) bool {
	if r.Tok == token.ASSIGN {
		return false
	}
	o := &orderCheck{p: p, loop: r, locals: map[types.Object]bool{}, ops: map[types.Object]token.Token{}}
	if id, ok := r.Key.(*ast.Ident); ok && id.Name != "_" {
		o.key = p.info.Defs[id]
	}
	for _, e := range []ast.Expr{r.Key, r.Value} {
		if id, ok := e.(*ast.Ident); ok {
			if obj := p.info.Defs[id]; obj != nil {
				o.locals[obj] = true
			}
		}
	}
	o.sorted = p.sortedVar(next)
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
	if !ok {
		return nil
	}
	b, ok := sl.Elem().Underlying().(*types.Basic)
	if !ok || b.Info()&(types.IsString|types.IsInteger) == 0 {
		return nil
	}
	return obj
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

// orderCheck judges the body of a loop over a map. Statements that it does not
// know make the loop depend on the order.
type orderCheck struct {
	p      *plan
	loop   *ast.RangeStmt
	key    types.Object                 // the loop's key variable
	locals map[types.Object]bool        // variables declared inside the loop
	sorted types.Object                 // the slice that is sorted behind the loop
	ops    map[types.Object]token.Token // how each variable is accumulated: += and *= do not commute
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
		return o.integer(st.X) && o.place(st.X) && o.reads(st.X) && o.commutes(st.X, token.ADD_ASSIGN)
	case *ast.IfStmt:
		if st.Init != nil && !o.stmt(st.Init) || !o.reads(st.Cond) || !o.block(st.Body.List) {
			return false
		}
		return st.Else == nil || o.stmt(st.Else)
	case *ast.AssignStmt:
		return o.assign(st)
	}
	return false
}

// commutes reports whether every change of the variable behind e is of one
// kind, so that their order does not matter.
func (o *orderCheck) commutes(e ast.Expr, op token.Token) bool {
	if op == token.SUB_ASSIGN {
		op = token.ADD_ASSIGN
	}
	root := o.root(e)
	if old, ok := o.ops[root]; ok && old != op {
		return false
	}
	o.ops[root] = op
	return true
}

// collects reports xs = append(xs, …) for the slice that is sorted behind the
// loop.
func (o *orderCheck) collects(st *ast.AssignStmt) bool {
	if o.sorted == nil || st.Tok != token.ASSIGN || len(st.Lhs) != 1 || len(st.Rhs) != 1 || o.object(st.Lhs[0]) != o.sorted {
		return false
	}
	c, ok := ast.Unparen(st.Rhs[0]).(*ast.CallExpr)
	if !ok || len(c.Args) < 2 || c.Ellipsis.IsValid() || o.object(c.Args[0]) != o.sorted || !o.commutes(st.Lhs[0], token.ASSIGN) {
		return false
	}
	if id, ok := c.Fun.(*ast.Ident); !ok || o.p.info.Uses[id] != types.Universe.Lookup("append") {
		return false
	}
	for _, a := range c.Args[1:] {
		if !o.reads(a) {
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

func (o *orderCheck) assign(st *ast.AssignStmt) bool {
	if o.collects(st) {
		return true
	}
	for _, e := range st.Rhs {
		if !o.reads(e) {
			return false
		}
	}
	switch st.Tok {
	case token.DEFINE:
		for _, l := range st.Lhs {
			if obj := o.p.info.Defs[l.(*ast.Ident)]; obj != nil {
				o.locals[obj] = true
			}
		}
		return true
	case token.ADD_ASSIGN, token.SUB_ASSIGN, token.OR_ASSIGN, token.AND_ASSIGN, token.XOR_ASSIGN, token.MUL_ASSIGN:
		return o.integer(st.Lhs[0]) && o.place(st.Lhs[0]) && o.commutes(st.Lhs[0], st.Tok)
	case token.ASSIGN:
		for _, l := range st.Lhs {
			if !o.local(l) && !(o.keyed(l) && o.commutes(l, token.ASSIGN)) {
				return false
			}
		}
		return true
	}
	return false
}

// reads reports whether an expression has no effect and does not see what
// other rounds of the loop wrote.
func (o *orderCheck) reads(e ast.Expr) bool {
	written := map[types.Object]bool{}
	var containers []types.Type // through which other rounds may write what e reads under another name
	ast.Inspect(o.loop.Body, func(n ast.Node) bool {
		var targets []ast.Expr
		switch n := n.(type) {
		case *ast.AssignStmt:
			targets = n.Lhs
		case *ast.IncDecStmt:
			targets = []ast.Expr{n.X}
		}
		for _, t := range targets {
			if obj := o.root(t); obj != nil && !o.locals[obj] {
				written[obj] = true
			}
			if c := o.container(t); c != nil {
				containers = append(containers, c)
			}
		}
		return true
	})
	ok := true
	target := o.root(e)
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			tv := o.p.info.Types[n.Fun]
			if !tv.IsType() && !(tv.IsBuiltin() && o.harmless(n.Fun)) {
				ok = false
			}
		case *ast.FuncLit:
			ok = false
		case *ast.IndexExpr, *ast.StarExpr, *ast.SelectorExpr:
			if c := o.container(n.(ast.Expr)); c != nil && o.root(n.(ast.Expr)) != o.root(o.loop.X) && o.root(n.(ast.Expr)) != target {
				for _, w := range containers {
					ok = ok && !types.Identical(c, w)
				}
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW || n.Op == token.AND {
				ok = false
			}
		case *ast.Ident:
			if obj := o.p.info.Uses[n]; obj != nil && written[obj] && obj != target {
				ok = false
			}
		}
		return ok
	})
	if target != nil && written[target] {
		// m[k]++ reads what it writes; any other expression must not.
		switch ast.Unparen(e).(type) {
		case *ast.Ident, *ast.IndexExpr, *ast.SelectorExpr:
			return ok && o.isTarget(e)
		}
		return false
	}
	return ok
}

// isTarget reports whether e is itself what an IncDecStmt changes.
func (o *orderCheck) isTarget(e ast.Expr) bool {
	found := false
	ast.Inspect(o.loop.Body, func(n ast.Node) bool {
		if s, ok := n.(*ast.IncDecStmt); ok && s.X == e {
			found = true
		}
		return !found
	})
	return found
}

// container is the type of the map, slice or pointer through which e reaches
// its memory, nil if e is a variable of its own.
func (o *orderCheck) container(e ast.Expr) types.Type {
	var x ast.Expr
	switch e := ast.Unparen(e).(type) {
	case *ast.IndexExpr:
		x = e.X
	case *ast.StarExpr:
		x = e.X
	case *ast.SelectorExpr:
		x = e.X
	default:
		return nil
	}
	t := o.p.info.Types[x].Type
	if t == nil {
		return nil
	}
	switch u := t.Underlying().(type) {
	case *types.Map, *types.Slice, *types.Pointer:
		return u
	}
	return o.container(x)
}

func (o *orderCheck) harmless(fun ast.Expr) bool {
	id, ok := ast.Unparen(fun).(*ast.Ident)
	if !ok {
		return false
	}
	switch id.Name {
	case "len", "cap", "min", "max", "real", "imag", "complex":
		return true
	}
	return false
}

// root is the variable that an assignable expression belongs to.
func (o *orderCheck) root(e ast.Expr) types.Object {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			if obj := o.p.info.Uses[x]; obj != nil {
				return obj
			}
			return o.p.info.Defs[x]
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func (o *orderCheck) integer(e ast.Expr) bool {
	t := o.p.info.Types[e].Type
	if t == nil {
		if id, ok := e.(*ast.Ident); ok {
			if obj := o.p.info.Uses[id]; obj != nil {
				t = obj.Type()
			}
		}
	}
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

// place reports whether e is a variable or an element chosen without regard to
// other rounds, and not the map that is ranged over.
func (o *orderCheck) place(e ast.Expr) bool {
	root := o.root(e)
	return root != nil && root != o.root(o.loop.X)
}

func (o *orderCheck) local(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && (id.Name == "_" || o.locals[o.p.info.Uses[id]])
}

// keyed reports m[k] for the loop's own key k: each round writes another
// element.
func (o *orderCheck) keyed(e ast.Expr) bool {
	ix, ok := ast.Unparen(e).(*ast.IndexExpr)
	if !ok || o.key == nil || !o.place(e) {
		return false
	}
	id, ok := ast.Unparen(ix.Index).(*ast.Ident)
	if !ok || o.p.info.Uses[id] != o.key {
		return false
	}
	_, isMap := o.p.info.Types[ix.X].Type.Underlying().(*types.Map)
	return isMap
}
