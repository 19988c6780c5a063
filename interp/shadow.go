package interp

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// In a function len := len(xs) reads the old len and declares another one. At
// cell level both may have to live on: what older cells declare goes on calling
// the old one. So a variable that takes the name of something else, predeclared
// or of the notebook, has a name of its own, the user's with shadowSuffix, which
// is a letter. The parser tells which identifiers mean it, as in a function.
//
// A variable may also be declared from its own old value with another type, as
// in s := strings.Split(s, ","). Then the old variable is there until the cell
// has run, under its name with oldSuffix, which only the checker and the engine see.
const shadowSuffix = "ˑ"

// plain is the name as the user knows it.
func plain(name string) string {
	name, _, _ = strings.Cut(name, oldSuffix)
	return strings.TrimSuffix(name, shadowSuffix)
}

// shadow gives the cell's variables that take the names of something else names
// of their own. keep are names that stay: their functions and constants are replaced.
func (p *plan) shadow(keep map[string]bool) {
	p.base = map[string]bool{}
	names := map[string]bool{} // that the cell's statements declare
	for _, st := range p.stmts {
		for _, n := range declaredNames(st) {
			names[n] = n != "_" && !keep[n] && p.taken(n)
		}
	}
	declares := map[string]bool{} // otherwise
	for _, d := range p.decls {
		for _, n := range d.names {
			declares[n] = true
		}
	}
	for _, list := range [][]ast.Stmt{p.stmts, p.typing} {
		//lint:ignore SA1019 the parser's scopes are enough for variables; a field's name that it takes for one is put right by unshadow
		vars := map[*ast.Object]bool{}
		for _, id := range declaredIdents(list) {
			vars[id.Obj] = names[id.Name]
		}
		for _, st := range list {
			if decl, ok := st.(*ast.DeclStmt); ok && decl.Decl.(*ast.GenDecl).Tok != token.VAR {
				continue // types and constants are not inside the function that the statements make
			}
			ast.Inspect(st, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				switch {
				case !ok:
				case id.Obj != nil && vars[id.Obj]:
					id.Name += shadowSuffix
				case p.unresolved[id] && p.shadowed(id.Name) && !declares[id.Name]:
					id.Name += shadowSuffix
				case p.unresolved[id] && names[id.Name]:
					p.base[id.Name] = true
				}
				return true
			})
		}
	}
	for _, d := range p.file.Decls {
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && p.unresolved[id] && !declares[id.Name] && (names[id.Name] || p.shadowed(id.Name)) {
				id.Name += shadowSuffix
			}
			return true
		})
	}
}

// taken reports a name that stands for something other than a variable.
func (p *plan) taken(name string) bool {
	for _, d := range p.decls {
		if slices.Contains(d.names, name) {
			return true
		}
	}
	if d := p.s.table.byName[name]; d != nil {
		return d.kind != varDecl
	}
	return types.Universe.Lookup(name) != nil || name == "main" || name == "init" // which are functions only
}

// shadowed reports whether a variable has taken a name from something else.
func (p *plan) shadowed(name string) bool { return p.s.table.byName[name+shadowSuffix] != nil }

// declaredIdents lists the identifiers that statements declare as variables.
func declaredIdents(list []ast.Stmt) (ids []*ast.Ident) {
	for _, st := range list {
		switch st := st.(type) {
		case *ast.AssignStmt:
			for _, e := range st.Lhs {
				if id, ok := e.(*ast.Ident); ok && st.Tok == token.DEFINE {
					ids = append(ids, id)
				}
			}
		case *ast.DeclStmt:
			if g, ok := st.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, sp := range g.Specs {
					ids = append(ids, sp.(*ast.ValueSpec).Names...)
				}
			}
		}
	}
	return ids
}

// misread are complaints about a variable that stands where only what it took
// the name of makes sense.
func misread(msg string) bool {
	return strings.HasPrefix(msg, "invalid operation: cannot call ") || strings.HasSuffix(msg, " is not a type") ||
		strings.HasPrefix(msg, "unknown field ")
}

// unshadow gives identifiers at these positions, where the checker found a
// variable out of place, the meaning back that the variable took the name of: a
// cell that runs again, len := len(xs), means what it meant. It reports whether
// there are any.
func (p *plan) unshadow(at []token.Pos) (any bool) {
	wanted := map[int]bool{}
	for _, pos := range at {
		if src, off := p.s.offset(pos); src == p.src {
			wanted[off] = true
		}
	}
	if len(wanted) == 0 {
		return false
	}
	p.idents(func(id *ast.Ident) {
		if _, off := p.s.offset(id.Pos()); wanted[off] && strings.Contains(id.Name, shadowSuffix) {
			id.Name = plain(id.Name)
			any = true
		}
	})
	return any
}

// idents visits all identifiers of the cell.
func (p *plan) idents(f func(id *ast.Ident)) {
	visit := func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			f(id)
		}
		return true
	}
	for _, list := range [][]ast.Stmt{p.stmts, p.typing} {
		for _, st := range list {
			ast.Inspect(st, visit)
		}
	}
	for _, d := range p.file.Decls {
		ast.Inspect(d, visit)
	}
}

// lend keeps the old variables that the cell reads before it declares them
// anew with another type. It reports whether there are any.
func (p *plan) lend() (any bool) {
	for _, v := range p.vars {
		if v.old == nil || p.sameType(v) || v.lent {
			continue
		}
		old := map[int]bool{}
		for _, st := range p.body {
			if p.initOf[st] != nil || st != v.stmt && p.seg[st] != 0 && p.seg[st] == p.seg[v.stmt] {
				continue
			}
			ast.Inspect(st, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && id.Name == v.name && p.unresolved[id] {
					_, off := p.s.offset(id.Pos())
					old[off] = true
				}
				return true
			})
		}
		if len(old) == 0 {
			continue
		}
		v.lent, any = true, true
		p.idents(func(id *ast.Ident) {
			if _, off := p.s.offset(id.Pos()); old[off] && id.Name == v.name {
				id.Name += oldSuffix
			}
		})
	}
	return any
}

// endOf is n.End() for a node whose last identifier may have got another name
// than the text has.
func endOf(n ast.Node) token.Pos {
	switch n := n.(type) {
	case *ast.Ident:
		return n.Pos() + token.Pos(len(plain(n.Name)))
	case *ast.ExprStmt:
		return endOf(n.X)
	case *ast.AssignStmt:
		return endOf(n.Rhs[len(n.Rhs)-1])
	case *ast.SendStmt:
		return endOf(n.Value)
	case *ast.LabeledStmt:
		return endOf(n.Stmt)
	case *ast.ReturnStmt:
		if len(n.Results) > 0 {
			return endOf(n.Results[len(n.Results)-1])
		}
	case *ast.DeclStmt:
		if g := n.Decl.(*ast.GenDecl); !g.Rparen.IsValid() && len(g.Specs) > 0 {
			return endOf(g.Specs[0])
		}
	case *ast.ValueSpec:
		switch {
		case len(n.Values) > 0:
			return endOf(n.Values[len(n.Values)-1])
		case n.Type == nil:
			return endOf(n.Names[len(n.Names)-1])
		}
	case *ast.BinaryExpr:
		return endOf(n.Y)
	case *ast.UnaryExpr:
		return endOf(n.X)
	case *ast.StarExpr:
		return endOf(n.X)
	case *ast.KeyValueExpr:
		return endOf(n.Value)
	}
	return n.End()
}

// isLent reports the group of a variable that lend keeps.
func (p *plan) isLent(g *group) bool {
	for _, v := range p.vars {
		if v.lent && p.table.byName[v.name+oldSuffix].group == g {
			return true
		}
	}
	return false
}

// takesOver lists the functions and constants of older cells that the cell's
// variables replace, also for those who use them: their types are the same, and
// the cell does not use them itself.
func (p *plan) takesOver() map[string]bool {
	over := map[string]bool{}
	for _, v := range p.vars {
		name, ok := strings.CutSuffix(v.name, shadowSuffix)
		if old := p.s.table.byName[name]; !ok || old == nil || p.base[name] || p.table.byName[name] != old || p.shadowed(name) {
			continue
		}
		was, now := p.pkg.Scope().Lookup(name), p.pkg.Scope().Lookup(v.name)
		if was == nil || now == nil {
			continue
		}
		switch was.(type) {
		case *types.Func, *types.Const:
			over[name] = types.Identical(types.Default(was.Type()), now.Type())
		}
	}
	for name, is := range over {
		if !is {
			delete(over, name)
		}
	}
	return over
}
