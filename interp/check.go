package interp

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sort"
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
		d.dynamic = p.callsUnknown(d.node)
		p.noteAddresses(d.node)
		p.noteValues(d.node)
	}
	for _, st := range p.body {
		p.noteAddresses(st)
		p.noteValues(st)
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
	for _, f := range files {
		listImports(f)
	}
	p.info = newInfo()
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

// listImports puts the imports of a file where go/types wants them, too.
func listImports(f *ast.File) {
	f.Imports = nil
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			for _, sp := range g.Specs {
				f.Imports = append(f.Imports, sp.(*ast.ImportSpec))
			}
		}
	}
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Instances: map[*ast.Ident]types.Instance{},
	}
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
