package interp

import (
	"go/ast"
	"go/token"
	"go/types"
	"sort"
	"strings"
)

// refsIn lists the identifiers of a node that name declarations of the
// notebook or packages.
func (p *plan) refsIn(n ast.Node) (refs []ref) {
	selected := map[*ast.Ident]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			selected[sel.Sel] = true
		}
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj := p.info.Uses[id]
		if obj == nil || obj.Pkg() == nil {
			return true
		}
		_, off := p.s.offset(id.Pos())
		r := ref{off: off, end: off + len(plain(id.Name))}
		if pkg, ok := obj.(*types.PkgName); ok {
			r.pkg = pkg.Imported().Path()
			r.end = off + len(strings.TrimSuffix(id.Name, pkgSuffix))
		} else if obj.Parent() != obj.Pkg().Scope() || selected[id] {
			return true
		} else if obj.Pkg() == p.pkg {
			r.name = obj.Name()
		} else {
			r.dot = obj.Pkg().Path()
		}
		refs = append(refs, r)
		return true
	})
	refs = append(refs, p.repeatedRefs(n)...)
	sort.SliceStable(refs, func(i, j int) bool { return refs[i].off < refs[j].off })
	return refs
}

// repeatedRefs lists constants of the notebook that a group of constants in a
// block names and then shadows, as in const ( X = X + X; Y ): of an expression
// that is repeated the checker keeps the last meaning. All packages have copies
// of the constants they name, so the text stays as it is.
func (p *plan) repeatedRefs(n ast.Node) (refs []ref) {
	ast.Inspect(n, func(n ast.Node) bool {
		g, ok := n.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			return true
		}
		for _, sp := range g.Specs {
			for _, v := range sp.(*ast.ValueSpec).Values {
				ast.Inspect(v, func(n ast.Node) bool {
					id, ok := n.(*ast.Ident)
					if !ok {
						return true
					}
					obj := p.info.Uses[id]
					if c, ok := obj.(*types.Const); ok && c.Parent() != nil && c.Parent() != p.pkg.Scope() && sp.Pos() <= c.Pos() && c.Pos() < g.End() {
						if _, outer := c.Parent().LookupParent(id.Name, sp.Pos()); outer != nil && outer.Parent() == p.pkg.Scope() {
							_, off := p.s.offset(id.Pos())
							refs = append(refs, ref{off: off, end: off + len(id.Name), name: id.Name})
						}
					}
					return true
				})
			}
		}
		return true
	})
	return refs
}
