package interp

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// check type-checks the cell as part of the notebook: one package whose files
// are the cell, the living declarations of every earlier cell, and the session's
// variables. Bodies of functions that cannot have changed are left out.
func (s *Session) check(ctx context.Context, src *source, out Output) (*plan, diagnostics) {
	p, errs := s.checkKeeping(ctx, src, out, nil)
	if len(errs) == 0 {
		if over := p.takesOver(); len(over) > 0 {
			return s.checkKeeping(ctx, src, out, over)
		}
	}
	return p, errs
}

// checkKeeping is check; keep are names of functions and constants that
// variables of the cell replace.
func (s *Session) checkKeeping(ctx context.Context, src *source, out Output, keep map[string]bool) (*plan, diagnostics) {
	ps, errs := s.parse(src)
	if len(errs) > 0 {
		return nil, errs
	}
	p := &plan{parsed: ps, s: s, table: s.table.clone(), imports: map[string]string{},
		named: map[string]int{}, broken: map[*decl]*Diagnostic{}, checked: map[*decl]bool{},
		scripts: map[*decl]scriptFunc{}}
	decls, stmts, errs := s.declsOf(ps)
	if len(errs) > 0 {
		return nil, errs
	}
	p.decls = decls
	change, errs := p.takeImports(ctx)
	if s.renew(ctx, change, out) {
		p.table = s.table.clone() // without the variables that were lost
	}
	if len(errs) > 0 {
		return nil, errs
	}
	if errs := p.bindImports(); len(errs) > 0 {
		return nil, errs
	}
	p.bindPackages(stmts)
	p.bindDots()
	if errs := p.unavailable(); len(errs) > 0 {
		return nil, errs
	}
	p.shadow(keep)
	p.findLast(stmts)
	specs, errs := p.lower(p.runInits(stmts, varTyping(ps)))
	if len(errs) > 0 {
		return nil, errs
	}
	changed := p.install()
	errs = p.typeCheck(p.files(specs, changed))
	for p.unshadow(p.misread) || p.lend() || p.retyped(changed) {
		p.broken, p.checked = map[*decl]*Diagnostic{}, map[*decl]bool{}
		errs = p.typeCheck(p.files(specs, changed))
	}
	errs = append(errs, p.scopeErrors()...)
	if len(errs) > 0 {
		return nil, errs.tidy()
	}
	if errs := p.settleVars(); len(errs) > 0 {
		return nil, errs
	}
	p.note()
	s.recheck = false
	return p, nil
}

// varTyping are the statements for the checker without declarations of types
// and constants.
func varTyping(ps *parsed) (typing []ast.Stmt) {
	for i, st := range ps.stmts {
		if g, ok := st.(*ast.DeclStmt); ok && g.Decl.(*ast.GenDecl).Tok != token.VAR {
			continue
		}
		typing = append(typing, ps.typing[i])
	}
	return typing
}

// findLast finds the expression whose value is the cell's result.
func (p *plan) findLast(stmts []ast.Stmt) {
	if len(stmts) == 0 {
		return
	}
	if e, ok := stmts[len(stmts)-1].(*ast.ExprStmt); ok && !p.endsWithSemicolon(e) {
		p.last = e.X
		_, p.lastOK = ast.Unparen(e.X).(*ast.CallExpr)
	}
}

// note writes down what the check has found about declarations and statements.
func (p *plan) note() {
	for d := range p.checked {
		d.refs = p.refsIn(d.node)
		d.broken = p.broken[d]
		d.impure = p.impurity(d.node)
		d.looks = p.looks(d.node)
		d.calls = calledNames(d.node)
		d.leaves = p.leaves(d.node)
		p.noteAddresses(d.node)
	}
	for _, st := range p.body {
		p.noteAddresses(st)
		p.noteLookers(st)
		p.refs = append(p.refs, p.refsIn(st)...)
	}
}

func (p *plan) endsWithSemicolon(n ast.Node) bool {
	_, end := p.s.span(n)
	rest := strings.TrimLeft(p.src.text[min(end, len(p.src.text)):], " \t")
	return strings.HasPrefix(rest, ";")
}

func declaredNames(st ast.Stmt) (names []string) {
	switch st := st.(type) {
	case *ast.AssignStmt:
		if st.Tok == token.DEFINE {
			for _, e := range st.Lhs {
				if id, ok := e.(*ast.Ident); ok {
					names = append(names, id.Name)
				}
			}
		}
	case *ast.DeclStmt:
		if g, ok := st.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, sp := range g.Specs {
				for _, id := range sp.(*ast.ValueSpec).Names {
					names = append(names, id.Name)
				}
			}
		}
	}
	return names
}

// explicit is an import of the cell.
type explicit struct {
	name, path string
	off        int
}

// takeImports reads the cell's import declarations and makes the packages
// available. Without imports too, the change says what else is different.
func (p *plan) takeImports(ctx context.Context) (change Change, errs diagnostics) {
	var outside, perhaps []string
	for _, spec := range p.imported {
		pth, err := strconv.Unquote(spec.Path.Value)
		_, off := p.s.offset(spec.Path.Pos())
		if err != nil || pth == "" {
			errs = append(errs, p.src.diag(off, "", "invalid import path %s", spec.Path.Value))
			continue
		}
		if pth == "C" {
			errs = append(errs, p.src.diag(off, "put the C code into a package of a module and import that", "cells cannot use cgo"))
			continue
		}
		e := explicit{path: pth, off: off}
		if spec.Name != nil {
			e.name = spec.Name.Name
		}
		p.explicit = append(p.explicit, e)
		if !isStandard(pth) {
			outside = append(outside, pth)
		} else if !p.s.exported(pth) {
			perhaps = append(perhaps, pth)
		}
	}
	if len(errs) > 0 {
		return change, errs
	}
	change, err := p.s.compiler.Require(ctx, outside)
	if err != nil {
		return change, diagnostics{p.importError(ctx, err)}
	}
	for _, pth := range perhaps { // a module under development may be called anything
		if more, err := p.s.compiler.Require(ctx, []string{pth}); err == nil && more.Engine != "" {
			change.Engine = more.Engine
		}
	}
	return change, nil
}

// exported reports whether a package is available as it is.
func (s *Session) exported(pth string) bool {
	r, err := s.compiler.Export(pth)
	if err != nil {
		return pth == "unsafe"
	}
	r.Close()
	return true
}

// importError puts what is wrong with a module at the import that wants it.
func (p *plan) importError(ctx context.Context, err error) Diagnostic {
	if ctx.Err() != nil {
		return p.src.diag(p.explicit[0].off, "", "interrupted while its module was looked for")
	}
	module := &ModuleError{Msg: err.Error()}
	errors.As(err, &module)
	off := 0
	for _, e := range p.explicit {
		if module.Path == e.path || module.Path == "" && strings.Contains(module.Msg, e.path) {
			off = e.off
			break
		}
		if !isStandard(e.path) && off == 0 {
			off = e.off
		}
	}
	return p.src.diag(off, module.Hint, "%s", module.Msg)
}

// bindImports gives the cell's imports their names.
func (p *plan) bindImports() (errs diagnostics) {
	for _, e := range p.explicit {
		name := path.Base(e.path)
		if e.path != "unsafe" {
			pkg, err := p.s.importer.Import(e.path)
			if module, ok := errors.AsType[*ModuleError](err); ok {
				return diagnostics{p.src.diag(e.off, module.Hint, "%s", module.Msg)}
			}
			if err != nil {
				if errors.Is(err, fs.ErrNotExist) {
					err = errors.New("there is no such package in the standard library")
				}
				errs = append(errs, p.src.diag(e.off, importHint(e.path), "cannot import %q: %v", e.path, err))
				continue
			}
			name = pkg.Name()
		}
		if e.name == "_" || p.hasEffect(e.path) {
			p.blank = append(p.blank, e.path)
		}
		switch e.name {
		case "":
			p.imports[name] = e.path
		case "_":
		case ".":
			p.dots = append(p.dots, e.path)
		default:
			p.imports[e.name] = e.path
		}
	}
	for _, pth := range p.s.effects { // after the end of an engine
		if !p.s.linked[pth] && !slices.Contains(p.blank, pth) && p.s.exported(pth) {
			p.blank = append(p.blank, pth)
		}
	}
	return errs
}

// effects are the standard packages that are imported for what their
// initialization does.
var effects = map[string]bool{
	"expvar": true, "image/gif": true, "image/jpeg": true, "image/png": true, "net/http/pprof": true, "time/tzdata": true,
	"crypto/md5": true, "crypto/sha1": true, "crypto/sha256": true, "crypto/sha512": true,
}

// hasEffect reports whether an import has to initialize its package at once, as
// in a program: it may register a driver before the notebook uses one of its
// names.
func (p *plan) hasEffect(pth string) bool {
	if isStandard(pth) {
		return effects[pth] && !p.s.linked[pth] && !p.s.uncompiled()
	}
	return !strings.HasPrefix(pth, "gomemo/") && !p.s.linked[pth] && !p.s.uncompiled() && initializes(p.s.compiler, pth)
}

// initializes is c's Initializes: true if it cannot tell.
func initializes(c Compiler, pth string) bool {
	i, ok := c.(Initializer)
	return !ok || i.Initializes(pth)
}

// isStandard reports whether a path looks like the standard library's.
func isStandard(pth string) bool {
	first, _, _ := strings.Cut(pth, "/")
	return !strings.Contains(first, ".") && first != "gomemo"
}

func importHint(pth string) string {
	if real, ok := stdPackages[path.Base(pth)]; ok && real != pth {
		return fmt.Sprintf("did you mean %q?", real)
	}
	return ""
}

// install puts the cell's declarations and variables into the plan's table and
// returns the names whose meaning changed: their users are checked again.
func (p *plan) install() map[string]bool {
	changed := map[string]bool{}
	p.nameReceivers()
	for _, d := range p.decls {
		d.imports = p.imports
		for _, n := range d.names {
			old := p.s.table.byName[n]
			if old == nil || !sameText(old, d) {
				changed[n] = true
			}
		}
		if d.kind == methodDecl {
			recv, _, _ := strings.Cut(d.key, ".")
			if old := p.s.table.methods[d.key]; old == nil || !sameText(old, d) {
				changed[recv] = true
			}
		}
	}
	for _, d := range p.decls {
		if d.kind != methodDecl {
			p.table.add(d)
		}
		for _, n := range d.names { // the name is no variable any more
			p.table.remove(n + shadowSuffix)
		}
	}
	for _, d := range p.decls {
		if d.kind == methodDecl {
			p.table.add(d)
		}
	}
	for _, v := range p.vars {
		p.table.remove(v.name)
		if v.old == nil {
			changed[v.name] = true
		}
	}
	p.typeless(changed)
	return changed
}

// typeless takes the variables out of the table whose type is one no more,
// because the cell declares something else of its name.
func (p *plan) typeless(changed map[string]bool) {
	isType := func(name string) bool {
		d := p.table.byName[name]
		return d != nil && d.kind == typeDecl
	}
	for _, name := range sortedKeys(p.table.byName) {
		d := p.table.byName[name]
		if d.kind != varDecl {
			continue
		}
		notebook, _ := d.typ.names()
		if slices.ContainsFunc(notebook, func(n string) bool { return !isType(n) }) {
			p.table.remove(name)
			changed[name] = true
			p.notices = append(p.notices, fmt.Sprintf("%s is deleted with its type %s.\n", plain(name), d.typ))
		}
	}
}

func sameText(a, b *decl) bool {
	if a.kind != b.kind || a.doc != b.doc || a.broken != nil ||
		a.src.text[a.off:a.end] != b.src.text[b.off:b.end] || len(a.gone) > 0 {
		return false
	}
	for _, r := range a.refs {
		if r.pkg != "" {
			if name := a.src.text[r.off:r.end]; a.imports[name] != b.imports[name] {
				return false
			}
		}
	}
	return true
}

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

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// typeCheck runs go/types and sorts its complaints: those about the cell are
// returned, those about older declarations mark these as broken.
func (p *plan) typeCheck(files []*ast.File) (errs diagnostics) {
	s := p.s
	// go/types wants imports listed on the file too.
	for _, f := range files {
		f.Imports = nil
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
				for _, sp := range g.Specs {
					f.Imports = append(f.Imports, sp.(*ast.ImportSpec))
				}
			}
		}
	}
	p.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Instances: map[*ast.Ident]types.Instance{},
	}
	var at []token.Pos // of errs
	p.misread = nil
	conf := types.Config{Importer: p.parts, Sizes: s.sizes, Error: func(err error) {
		e := err.(types.Error)
		src, off := s.offset(e.Pos)
		msg := userNames(e.Msg)
		switch {
		case ignorable(msg):
			return
		case src == p.src && misread(msg):
			p.misread = append(p.misread, e.Pos)
			errs = append(errs, src.diag(off, "", "%s", msg))
		case p.lastOK && strings.HasSuffix(msg, "is not used") && e.Pos >= p.last.Pos() && e.Pos < p.last.End():
			return
		case strings.HasPrefix(msg, "\t"):
			if n := len(errs) - 1; n >= 0 && src != nil { // more about the last one
				line, _ := src.position(off)
				errs[n].Msg += fmt.Sprintf("\n%s (cell %d, line %d)", strings.TrimSpace(msg), src.cell, line)
			}
			return
		case src == nil:
			errs = append(errs, p.src.diag(0, "", "%s", msg))
		case src == p.src:
			errs = append(errs, src.diag(off, "", "%s", msg))
		default:
			d := src.diag(off, "", "%s", msg)
			for _, x := range p.table.all() {
				if x.src == src && x.off <= off && off <= x.end && p.broken[x] == nil {
					p.broken[x] = &d
				}
			}
			return
		}
		at = append(at, e.Pos)
	}}
	p.pkg, _ = conf.Check("main", s.fset, files, p.info)
	for i := range errs {
		errs[i].Hint = p.hint(errs[i].Msg, at[i])
	}
	return errs
}

// ignorable reports complaints that a notebook has no use for. The order of
// evaluation of a cell is that of its statements, so a variable may be set from
// a function that reads it.
func ignorable(msg string) bool {
	return strings.HasPrefix(msg, "declared and not used") || strings.HasPrefix(msg, "extra init expr") || strings.HasSuffix(msg, "imported and not used") ||
		strings.Contains(msg, "imported as") && strings.Contains(msg, "and not used") ||
		strings.HasPrefix(msg, "initialization cycle")
}

// touch marks the variables that the cell's statements may give a value.
func (p *plan) touch() {
	for _, r := range p.refs {
		if d := p.table.byName[r.name]; d != nil && d.group != nil {
			for _, name := range p.globals(d.group) {
				p.table.byName[name].touched = true
			}
		}
	}
	if d := p.table.byName["main"]; p.callMain && d != nil {
		for _, name := range p.globals(d.group) {
			p.table.byName[name].touched = true
		}
	}
}
