package conformance

import (
	"go/ast"
	"go/types"
	"slices"
)

// connect finds out which declarations need which.
//
// A cell is checked when it runs, so what a declaration mentions must be there,
// and methods where a type has to implement an interface. What the initial
// value of a variable may call at run time must be there too, with all methods
// of the types that it may meet, as must be the variables that are set before it.
func (p *Program) connect() {
	c := connection{Program: p, declOf: map[types.Object]*decl{}, methods: map[string][]*decl{}, types: map[string]*decl{}}
	for _, d := range p.decls {
		for _, id := range declared(d.node) {
			if obj := p.info.Defs[id]; obj != nil {
				c.declOf[obj] = d
			}
		}
		if d.recv != "" {
			c.methods[d.recv] = append(c.methods[d.recv], d)
		} else if d.kind == typeKind && d.name != "" {
			c.types[d.name] = d
		}
	}
	for _, d := range p.decls {
		c.mentioned(d)
	}
	c.inOrder()
	for c.called() {
	}
}

// connection is what connect knows.
type connection struct {
	*Program
	declOf  map[types.Object]*decl
	methods map[string][]*decl // by type
	types   map[string]*decl
}

// mentioned connects a declaration with what it mentions and the methods by
// which that has to implement interfaces.
func (c *connection) mentioned(d *decl) {
	instances := false
	ast.Inspect(d.node, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj := c.info.Uses[id]
		if f, ok := obj.(*types.Func); ok {
			obj = f.Origin()
		}
		if to := c.declOf[obj]; to != nil {
			d.deps[to] = true
		}
		_, inst := c.info.Instances[id]
		instances = instances || inst
		return true
	})
	if d.kind == typeKind && !instances {
		return
	}
	names, wanted := c.met(d.node)
	for name := range names {
		for _, m := range c.methods[name] {
			if wanted[m.name] {
				d.deps[m] = true
			}
		}
	}
}

// inOrder connects each variable with the one that is set before it.
func (c *connection) inOrder() {
	var last *decl
	for _, in := range c.info.InitOrder {
		d := c.declOf[in.Lhs[0]]
		if d == nil { // only blank variables
			d = c.holding(in.Rhs)
		}
		if last != nil && last != d {
			d.deps[last] = true
		}
		last = d
	}
}

// called connects variables with the methods of the types that their initial
// values may meet. It reports whether there were any.
func (c *connection) called() (more bool) {
	for _, v := range c.decls {
		if !v.value {
			continue
		}
		for d := range reach(v) {
			if d.kind != typeKind || d.name == "" || c.types[d.name] != d {
				continue
			}
			for _, m := range c.methods[d.name] {
				if !v.deps[m] {
					v.deps[m], more = true, true
				}
			}
		}
	}
	return more
}

// holding is the declaration of a variable that an expression stands in.
func (p *Program) holding(e ast.Expr) *decl {
	for _, d := range p.decls {
		if d.node.Pos() <= e.Pos() && e.End() <= d.node.End() {
			return d
		}
	}
	panic("conformance: an initial value outside any declaration")
}

func reach(from *decl) map[*decl]bool {
	seen := map[*decl]bool{}
	todo := []*decl{from}
	for len(todo) > 0 {
		d := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[d] {
			continue
		}
		seen[d] = true
		for to := range d.deps {
			todo = append(todo, to)
		}
	}
	return seen
}

// declared lists the identifiers that a declaration declares.
func declared(n ast.Node) (ids []*ast.Ident) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return []*ast.Ident{n.Name}
	case *ast.TypeSpec:
		return []*ast.Ident{n.Name}
	case *ast.ValueSpec:
		return n.Names
	case *ast.GenDecl:
		for _, s := range n.Specs {
			ids = append(ids, declared(s)...)
		}
	}
	return ids
}

// met returns the program's types that the expressions of a node have to do
// with, and the names of the methods of interfaces among them.
func (p *Program) met(n ast.Node) (named, methods map[string]bool) {
	named, methods = map[string]bool{}, map[string]bool{}
	seen := map[types.Type]bool{}
	var visit func(t types.Type)
	params := func(l *types.TypeParamList) {
		for t := range l.TypeParams() {
			visit(t.Constraint())
		}
	}
	visit = func(t types.Type) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		switch t := t.(type) {
		case *types.Alias:
			visit(t.Rhs())
		case *types.Named:
			for a := range t.TypeArgs().Types() {
				visit(a)
			}
			params(t.TypeParams())
			if t.Obj().Pkg() == p.pkg {
				named[t.Obj().Name()] = true
				visit(t.Underlying())
			} else if types.IsInterface(t) {
				visit(t.Underlying())
			}
		case *types.TypeParam:
			visit(t.Constraint())
		case *types.Interface:
			for m := range t.Methods() {
				methods[m.Name()] = true
				visit(m.Type())
			}
			for e := range t.EmbeddedTypes() {
				visit(e)
			}
		case *types.Struct:
			for f := range t.Fields() {
				visit(f.Type())
			}
		case *types.Signature:
			params(t.TypeParams())
			visit(t.Params())
			visit(t.Results())
		case *types.Tuple:
			for v := range t.Variables() {
				visit(v.Type())
			}
		case *types.Map:
			visit(t.Key())
			visit(t.Elem())
		case *types.Union:
			for term := range t.Terms() {
				visit(term.Type())
			}
		case interface{ Elem() types.Type }:
			visit(t.Elem())
		}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok {
			visit(p.info.Types[e].Type)
		}
		if id, ok := n.(*ast.Ident); ok {
			if obj := p.info.ObjectOf(id); obj != nil {
				visit(obj.Type())
			}
		}
		return true
	})
	return named, methods
}

// A knot is a set of declarations that need each other: they share a cell.
type knot struct {
	kind  kind
	decls []*decl // in the order of the file
	deps  map[*knot]bool
}

// knots returns the strongly connected components of the declarations, each
// behind those that it needs and otherwise in the order of the file.
func (p *Program) knots() []*knot {
	of := map[*decl]*knot{}
	down := map[*decl]map[*decl]bool{}
	for _, d := range p.decls {
		down[d] = reach(d)
	}
	var todo []*knot
	for _, d := range p.decls {
		if of[d] != nil {
			continue
		}
		k := &knot{deps: map[*knot]bool{}}
		for _, e := range p.decls {
			if down[d][e] && down[e][d] {
				of[e] = k
				k.decls = append(k.decls, e)
				k.kind = max(k.kind, e.kind)
			}
		}
		todo = append(todo, k)
	}
	for _, d := range p.decls {
		for e := range d.deps {
			if of[d] != of[e] {
				of[d].deps[of[e]] = true
			}
		}
	}
	var out []*knot
	done := map[*knot]bool{}
	for len(todo) > 0 {
		i := slices.IndexFunc(todo, func(k *knot) bool { return k.ready(done) })
		out = append(out, todo[i])
		done[todo[i]] = true
		todo = slices.Delete(todo, i, i+1)
	}
	return out
}

// ready reports whether everything that k needs is done.
func (k *knot) ready(done map[*knot]bool) bool {
	for d := range k.deps {
		if !done[d] {
			return false
		}
	}
	return true
}
