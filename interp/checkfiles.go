package interp

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"strconv"
	"strings"
)

// files builds the package for the checker.
func (p *plan) files(specs []ast.Spec, changed map[string]bool) []*ast.File {
	mine := map[*decl]bool{}
	for _, d := range p.decls {
		mine[d] = true
	}
	recheck := p.dependents(changed)
	bySource := map[*source][]*decl{}
	var order []*source
	vars := &ast.File{Name: ast.NewIdent("main")}
	varPkgs := map[string]bool{}
	for _, d := range p.table.all() {
		if mine[d] {
			continue
		}
		if d.kind == varDecl {
			vars.Decls = append(vars.Decls, p.varNode(d, d.names[0], varPkgs))
			continue
		}
		if bySource[d.src] == nil {
			order = append(order, d.src)
		}
		bySource[d.src] = append(bySource[d.src], d)
	}
	for _, v := range p.vars {
		if v.self || v.lent {
			vars.Decls = append(vars.Decls, p.varNode(v.old, v.name+oldSuffix, varPkgs))
		}
	}
	for _, pth := range sortedKeys(varPkgs) {
		vars.Decls = append([]ast.Decl{importNode(alias(pth), pth)}, vars.Decls...)
	}
	files := []*ast.File{p.cellFile(specs), vars}
	for _, src := range order {
		f := &ast.File{Name: ast.NewIdent("main")}
		imps := map[string]string{}
		dots := map[string][]string{}
		for _, d := range bySource[src] {
			full := recheck[d] || d.broken != nil || p.s.recheck
			f.Decls = append(f.Decls, declNode(d, full))
			if full {
				p.checked[d] = true
			}
			maps.Copy(imps, d.imports)
			for _, r := range d.refs {
				if r.dot != "" {
					dots[r.dot] = append(dots[r.dot], d.src.text[r.off:r.end])
				}
			}
		}
		f.Decls = append(p.importNodes(imps, dots), f.Decls...)
		files = append(files, f)
	}
	return files
}

// cellFile is the file of the cell itself.
func (p *plan) cellFile(specs []ast.Spec) *ast.File {
	f := &ast.File{Name: ast.NewIdent("main"), Decls: p.importNodes(p.imports, p.dotted)}
	for _, d := range p.decls {
		f.Decls = append(f.Decls, declNode(d, true))
		p.checked[d] = true
	}
	for _, sp := range specs {
		f.Decls = append(f.Decls, &ast.GenDecl{TokPos: sp.Pos(), Tok: token.VAR, Specs: []ast.Spec{sp}})
	}
	body := append([]ast.Stmt(nil), p.body...)
	if p.last != nil && !p.lastOK {
		body[len(body)-1] = &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: p.last.Pos(), Name: "_"}},
			TokPos: p.last.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{p.last}}
	}
	at := p.file.FileStart
	f.Decls = append(f.Decls, &ast.FuncDecl{Name: &ast.Ident{NamePos: at, Name: "_"},
		Type: &ast.FuncType{Func: at, Params: &ast.FieldList{}}, Body: &ast.BlockStmt{Lbrace: at, List: body, Rbrace: p.file.FileEnd}})
	return f
}

// dependents finds the declarations outside the cell that reach a changed name.
func (p *plan) dependents(changed map[string]bool) map[*decl]bool {
	out := map[*decl]bool{}
	all := p.table.all()
	names := map[string]bool{}
	for n := range changed {
		names[n] = true
	}
	for again := true; again; {
		again = false
		for _, d := range all {
			if out[d] || d.kind == varDecl {
				continue
			}
			hit := false
			for _, r := range d.refs {
				hit = hit || names[r.name]
			}
			if d.kind == methodDecl {
				recv, _, _ := strings.Cut(d.key, ".")
				hit = hit || names[recv]
			}
			if hit {
				out[d], again = true, true
				for _, n := range d.names {
					names[n] = true
				}
				if d.kind == methodDecl {
					recv, _, _ := strings.Cut(d.key, ".")
					names[recv] = true
				}
			}
		}
	}
	return out
}

// declNode is the syntax of d for the checker; without its body unless full.
func declNode(d *decl, full bool) ast.Decl {
	switch n := d.node.(type) {
	case *ast.FuncDecl:
		if full {
			return n
		}
		c := *n
		forever := &ast.ForStmt{For: n.Body.Lbrace, Body: &ast.BlockStmt{Lbrace: n.Body.Lbrace, Rbrace: n.Body.Lbrace}}
		c.Body = &ast.BlockStmt{Lbrace: n.Body.Lbrace, List: []ast.Stmt{forever}, Rbrace: n.Body.Rbrace}
		return &c
	case *ast.TypeSpec:
		return &ast.GenDecl{TokPos: n.Pos(), Tok: token.TYPE, Specs: []ast.Spec{n}}
	case *ast.GenDecl:
		if len(d.gone) == 0 {
			return n
		}
		c := *n
		c.Specs = nil
		for _, sp := range n.Specs {
			vs := *sp.(*ast.ValueSpec)
			vs.Names = append([]*ast.Ident(nil), vs.Names...)
			for i, id := range vs.Names {
				if d.gone[id.Name] {
					vs.Names[i] = &ast.Ident{NamePos: id.NamePos, Name: "_"}
				}
			}
			c.Specs = append(c.Specs, &vs)
		}
		return &c
	}
	panic(fmt.Sprintf("interp: declaration %s has no syntax", d.key))
}

// varNode declares a session variable for the checker.
func (p *plan) varNode(d *decl, name string, pkgs map[string]bool) ast.Decl {
	text := d.typ.render(func(pth string) string { pkgs[pth] = true; return alias(pth) }, func(n string) string { return n },
		func(n string) string {
			if p.table.byName[n] == nil {
				return n
			}
			pkgs[rtPath] = true
			return alias(rtPath) + "." + aliasOf(n)
		})
	typ, ok := p.s.typeExprs[text]
	if !ok {
		var err error
		typ, err = parser.ParseExprFrom(p.s.fset, "", text, 0)
		if err != nil {
			panic(fmt.Sprintf("interp: type %q of variable %s does not parse: %v", text, name, err))
		}
		p.s.typeExprs[text] = typ
	}
	return &ast.GenDecl{TokPos: typ.Pos(), Tok: token.VAR, Specs: []ast.Spec{
		&ast.ValueSpec{Names: []*ast.Ident{{NamePos: typ.Pos(), Name: name}}, Type: typ}}}
}

// alias is the name that generated code imports a package by.
func alias(pth string) string {
	b := []byte("_p_" + pth)
	for i, c := range b {
		if !isIdentByte(c) || c >= 0x80 {
			b[i] = '_'
		}
	}
	return string(b)
}

func importNode(name, pth string) ast.Decl {
	return &ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{&ast.ImportSpec{
		Name: ast.NewIdent(name), Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(pth)}}}}
}

func (p *plan) importNodes(imps map[string]string, dots map[string][]string) []ast.Decl {
	var out []ast.Decl
	for _, name := range sortedKeys(imps) {
		out = append(out, importNode(name+pkgSuffix, imps[name]))
	}
	for _, pth := range sortedKeys(dots) {
		out = append(out, importNode(".", p.partOf(pth, dots[pth])))
	}
	return out
}
