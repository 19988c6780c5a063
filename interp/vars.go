package interp

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gomemo/engine/wire"
)

// scopeErrors finds uses of a variable before the statement that declares it:
// for the checker all variables of the cell exist from its start.
func (p *plan) scopeErrors() (errs diagnostics) {
	byName := map[string]*newVar{}
	for _, v := range p.vars {
		byName[v.name] = v
	}
	for i, st := range p.body {
		ast.Inspect(st, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			v := byName[id.Name]
			obj := p.info.Uses[id]
			if v == nil || obj == nil || obj.Parent() != p.pkg.Scope() {
				return true
			}
			_, off := p.s.offset(id.Pos())
			if p.seg[st] != 0 && p.seg[st] == p.seg[v.stmt] {
				return true // package-level variables are set in the order they need each other
			}
			if p.initOf[st] != nil && slices.Contains(p.body[:i], v.stmt) {
				return true // it may stand above them
			}
			if off >= v.end || st == v.stmt && off == v.off || p.isTarget(st, id) {
				return true
			}
			line, _ := p.src.position(v.off)
			switch {
			case v.old == nil:
				errs = append(errs, p.src.diag(off, fmt.Sprintf("line %d of this cell declares it, after this use", line), "undefined: %s", plain(v.name)))
			case !p.sameType(v):
				errs = append(errs, p.src.diag(off, "use another name, or two cells",
					"%s is still the %s of an earlier cell here, and line %d declares it anew as %s", plain(v.name), v.old.typ, line, obj.Type()))
			}
			return true
		})
	}
	return errs
}

// isTarget reports whether id stands on the left side of the assignment st.
func (p *plan) isTarget(st ast.Stmt, id *ast.Ident) bool {
	as, ok := st.(*ast.AssignStmt)
	if !ok {
		return false
	}
	for _, l := range as.Lhs {
		if l == id {
			return true
		}
	}
	return false
}

// noteAddresses finds the session variables whose address a node takes: by &, by
// slicing an array, by calling a pointer method, or by a function literal,
// which refers to the variable where it is.
func (p *plan) noteAddresses(n ast.Node) {
	mark := func(e ast.Expr) {
		for {
			switch x := ast.Unparen(e).(type) {
			case *ast.SelectorExpr:
				e = x.X
				continue
			case *ast.IndexExpr:
				e = x.X
				continue
			case *ast.Ident:
				if v, ok := p.info.Uses[x].(*types.Var); ok && v.Parent() == p.pkg.Scope() {
					if d := p.table.byName[v.Name()]; d != nil && d.kind == varDecl {
						p.addressed = append(p.addressed, d)
					}
				}
			}
			return
		}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				mark(n.X)
			}
		case *ast.SliceExpr:
			if t := p.info.Types[n.X].Type; t != nil {
				if _, ok := t.Underlying().(*types.Array); ok {
					mark(n.X)
				}
			}
		case *ast.SelectorExpr:
			if s := p.info.Selections[n]; s != nil && s.Kind() == types.MethodVal {
				if fn, ok := s.Obj().(*types.Func); ok && fn.Signature().Recv() != nil {
					if _, ptr := types.Unalias(fn.Signature().Recv().Type()).(*types.Pointer); ptr {
						if _, isPtr := p.info.Types[n.X].Type.Underlying().(*types.Pointer); !isPtr {
							mark(n.X)
						}
					}
				}
			}
		case *ast.FuncLit:
			ast.Inspect(n.Body, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					mark(id)
				}
				return true
			})
		}
		return true
	})
}

// retyped adds the variables that change their type to changed: their users
// have to be checked again. It reports whether there are any.
func (p *plan) retyped(changed map[string]bool) bool {
	any := false
	for _, v := range p.vars {
		if v.old != nil && !changed[v.name] && !p.sameType(v) {
			changed[v.name], any = true, true
		}
	}
	return any
}

// sameType reports whether a redeclared variable keeps its type.
func (p *plan) sameType(v *newVar) bool {
	obj := p.pkg.Scope().Lookup(v.name)
	if obj == nil || v.old == nil {
		return false
	}
	t, err := textOf(p.pkg, obj.Type())
	if err != nil || t != v.old.typ {
		return false
	}
	named, _ := t.names()
	for _, n := range named {
		if a, b := p.s.table.byName[n], p.table.byName[n]; a == nil || b == nil || a != b && !sameText(a, b) {
			return false
		}
	}
	return true
}

// settleVars writes down the types of the cell's variables. A variable that
// keeps its type keeps its place in memory.
func (p *plan) settleVars() (errs diagnostics) {
	for _, v := range p.vars {
		obj := p.pkg.Scope().Lookup(v.name)
		t, err := textOf(p.pkg, obj.Type())
		if err != nil {
			errs = append(errs, p.src.diag(v.off, "declare it inside a function, or with an interface type: var "+plain(v.name)+" any = …",
				"a notebook variable cannot have the type %s: %v", userNames(types.TypeString(obj.Type(), types.RelativeTo(p.pkg))), err))
			continue
		}
		d := &decl{kind: varDecl, key: v.name, names: []string{v.name}, src: p.src, off: v.off, end: v.off + len(v.name), typ: t}
		if v.old != nil && p.sameType(v) {
			d.heap, d.addressed, d.home = v.old.heap, v.old.addressed, v.old.home
		}
		notebook, _ := t.names()
		for _, n := range notebook {
			d.refs = append(d.refs, ref{name: n})
		}
		d.shape = p.shape(obj.Type())
		p.table.add(d)
		if v.lent {
			old := *v.old
			old.names = []string{v.name + oldSuffix}
			p.table.byName[v.name+oldSuffix] = &old
		}
	}
	return errs
}

// settleMoves judges the older variables whose types changed under them,
// because a type or something that its methods reach was declared again. One
// that no statement has mentioned is zero, and will be under the new type. One
// that looks the same in memory keeps its value. The others lose it, and
// a cell that uses one is refused until it is declared again.
func (p *plan) settleMoves() (errs diagnostics) {
	p.move = map[string]bool{}
	mine := map[string]bool{}
	for _, v := range p.vars {
		mine[v.name] = true
	}
	for _, name := range sortedKeys(p.table.byName) {
		d := p.table.byName[name]
		was, known := p.s.hashOf[name]
		if strings.HasSuffix(name, oldSuffix) {
			if d.group.hash != p.s.hashOf[d.key] {
				errs = append(errs, p.src.diag(0, "declare the type in a cell of its own", "%s is used with its old type %s, which the cell changes", plain(name), d.typ))
			}
			continue
		}
		if d.kind != varDecl || mine[name] || !known || was == d.group.hash || !d.touched || d.lost != "" {
			continue
		}
		obj := p.pkg.Scope().Lookup(name)
		home := p.homeOf(d, was)
		if obj != nil && p.shape(obj.Type()) == d.shape && (home != "" || wire.Stays || !d.addressed) {
			moved := *d
			moved.home = home
			if home != "" {
				moved.heap = nil
			}
			p.table.byName[name] = &moved
			p.move[name] = true
			continue
		}
		lost := *d
		lost.home, lost.heap = "", nil // too small, perhaps, for what is declared next
		lost.lost = fmt.Sprintf("%s has no value any more: cell %d changed its type %s; run cell %d again", plain(name), p.src.cell, d.typ, d.src.cell)
		p.table.byName[name] = &lost
		p.dropped = append(p.dropped, name)
	}
	if len(p.dropped)+len(p.move) > 0 {
		groups(p.table)
	}
	for _, name := range sortedKeys(p.table.byName) {
		d := p.table.byName[name]
		if d.lost == "" {
			continue
		}
		for _, r := range p.refs {
			if dep := p.table.byName[r.name]; dep != nil && dep.group.reaches(d) {
				errs = append(errs, p.src.diag(r.off, "", "%s", d.lost))
			}
		}
	}
	return errs
}

// homeOf is the linker symbol of the memory that variable d is in, whose group
// had the hash was when the engine learned of it; "" if that is on the heap.
func (p *plan) homeOf(d *decl, was string) string {
	path := p.s.placed[was]
	if path == "" || p.s.units[path].plugin == "" {
		return d.home // if an interpreted cell has seen it there with its new type
	}
	return cmp.Or(d.home, path+"."+d.key)
}

// shape describes a type by its memory alone: methods do not count, names of
// fields do, and of interfaces the methods, by whose order they are found.
func (p *plan) shape(t types.Type) string {
	w := shapeWriter{pkg: p.pkg, seen: map[*types.Named]int{}}
	w.write(t)
	return w.String()
}

// shapeWriter is the work of shape.
type shapeWriter struct {
	strings.Builder
	pkg  *types.Package
	seen map[*types.Named]int
}

func (w *shapeWriter) write(t types.Type) {
	t = types.Unalias(t)
	if n, ok := t.(*types.Named); ok {
		if i, ok := w.seen[n]; ok {
			fmt.Fprintf(w, "#%d", i)
			return
		}
		w.seen[n] = len(w.seen)
		if n.Obj().Pkg() != w.pkg {
			w.WriteString(types.TypeString(n.Origin(), nil))
			w.all("", slices.Collect(n.TypeArgs().Types())...)
			return
		}
		w.WriteString(n.Obj().Name())
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		w.WriteString(u.Name())
	case *types.Pointer:
		w.all("*", u.Elem())
	case *types.Slice:
		w.all("[]", u.Elem())
	case *types.Array:
		w.all(fmt.Sprintf("[%d]", u.Len()), u.Elem())
	case *types.Map:
		w.all("map", u.Key(), u.Elem())
	case *types.Chan:
		w.all("chan ", u.Elem())
	case *types.Struct:
		w.WriteString("{")
		for f := range u.Fields() {
			w.all(f.Name()+" ", f.Type())
		}
		w.WriteString("}")
	case *types.Interface:
		w.WriteString("interface{")
		for m := range u.Methods() {
			w.all(m.Name()+" ", m.Type())
		}
		w.WriteString("}")
	case *types.Signature:
		fmt.Fprintf(w, "func %t", u.Variadic())
		w.all("", u.Params(), u.Results())
	case *types.Tuple:
		for v := range u.Variables() {
			w.all(",", v.Type())
		}
	}
}

// all writes parts of a type.
func (w *shapeWriter) all(before string, parts ...types.Type) {
	w.WriteString(before + "(")
	for _, t := range parts {
		w.write(t)
		w.WriteString(";")
	}
	w.WriteString(")")
}
