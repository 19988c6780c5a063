package interp

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// plan is one cell on its way from text to code. It works on a copy of the
// notebook's table, which becomes the session's only when the cell compiles.
type plan struct {
	*parsed
	s        *Session
	table    *table
	decls    []*decl             // declared by this cell, variables not included
	body     []ast.Stmt          // what runs, with := and var turned into assignments
	vars     []*newVar           // variables the cell declares, in order
	imports  map[string]string   // package name -> path, in force in this cell
	explicit []explicit          // the cell's import declarations
	dots     []string            // dot-imported paths, those of earlier cells included
	dotted   map[string][]string // names that the cell takes from them, by path
	blank    []string            // paths imported for their effect
	parts    *partImporter

	pkg          *types.Package
	info         *types.Info
	last         ast.Expr                    // the last expression, nil if the cell ends otherwise
	lastOK       bool                        // last is a call, which may have no value
	callMain     bool                        // the cell is a whole program
	refs         []ref                       // of the statements
	seg          map[ast.Stmt]int            // numbers the runs of var declarations, from 1
	varSet       map[ast.Stmt]*ast.ValueSpec // the var declaration an assignment of body came from
	move         map[string]bool             // older variables that keep their value under a new type
	dropped      []string                    // older variables that lose it
	addressed    []*decl                     // variables whose address the cell may take
	methodGroups []*group                    // of all types with methods; for globals
	broken       map[*decl]*Diagnostic
	checked      map[*decl]bool // decls whose bodies were checked
}

// newVar is a variable that a statement of the cell declares.
type newVar struct {
	name string
	off  int        // of its identifier
	end  int        // of its statement: it is in scope behind it
	old  *decl      // what the session's variable of that name was
	self bool       // the initial value mentions the old variable
	stmt ast.Stmt   // the statement in body that sets it
	id   *ast.Ident // as the type checker sees it
}

// oldSuffix marks, in the expressions that only the type checker sees, the
// variable that a redeclaration replaces; pkgSuffix marks package names, so
// that a variable may have the name of a package that an older cell uses.
const (
	oldSuffix = "·old"
	pkgSuffix = "·"
)

// lower turns the top-level statements of the cell into a body that assigns to
// package-level variables, and into the declarations of these for the checker.
func (p *plan) lower(stmts, typing []ast.Stmt) (specs []ast.Spec, errs diagnostics) {
	declared := map[string]*newVar{}
	declare := func(id *ast.Ident, st ast.Stmt, old bool) {
		_, off := p.s.offset(id.Pos())
		_, end := p.s.offset(st.End())
		v := &newVar{name: id.Name, off: off, end: end, id: id}
		if d := p.s.table.byName[id.Name]; d != nil && d.kind == varDecl {
			v.old, v.self = d, old
		}
		declared[id.Name] = v
		p.vars = append(p.vars, v)
	}
	p.seg, p.varSet = map[ast.Stmt]int{}, map[ast.Stmt]*ast.ValueSpec{}
	seg, inSeg := 0, false
	for i, st := range stmts {
		_, isVar := st.(*ast.DeclStmt)
		if isVar && !inSeg {
			seg++
		}
		inSeg = isVar
		switch st := st.(type) {
		case *ast.AssignStmt:
			if st.Tok != token.DEFINE {
				p.body = append(p.body, st)
				continue
			}
			tp := typing[i].(*ast.AssignStmt)
			spec := &ast.ValueSpec{Values: tp.Rhs}
			fresh := map[string]bool{}
			first := len(p.vars)
			for _, lhs := range tp.Lhs {
				id, ok := lhs.(*ast.Ident)
				if !ok {
					_, off := p.s.offset(lhs.Pos())
					errs = append(errs, p.src.diag(off, "", "non-name %s on left side of :=", p.text(lhs)))
					continue
				}
				if id.Name == "_" || declared[id.Name] != nil || fresh[id.Name] {
					spec.Names = append(spec.Names, ast.NewIdent("_"))
					spec.Names[len(spec.Names)-1].NamePos = id.Pos()
					continue
				}
				fresh[id.Name] = true
				spec.Names = append(spec.Names, id)
			}
			if len(fresh) == 0 {
				_, off := p.s.offset(st.TokPos)
				errs = append(errs, p.src.diag(off, "", "no new variables on left side of :="))
			}
			olds := p.useOld(tp.Rhs, fresh)
			for _, id := range spec.Names {
				if fresh[id.Name] {
					declare(id, tp, olds[id.Name])
				}
			}
			specs = append(specs, spec)
			asg := *st
			asg.Tok = token.ASSIGN
			p.body = append(p.body, &asg)
			for _, v := range p.vars[first:] {
				v.stmt = &asg
			}
		case *ast.DeclStmt: // var; types and constants were taken out before
			gd, tgd := st.Decl.(*ast.GenDecl), typing[i].(*ast.DeclStmt).Decl.(*ast.GenDecl)
			for j, sp := range gd.Specs {
				vs, tvs := sp.(*ast.ValueSpec), tgd.Specs[j].(*ast.ValueSpec)
				fresh := map[string]bool{}
				for _, id := range tvs.Names {
					fresh[id.Name] = id.Name != "_"
				}
				olds := p.useOld(tvs.Values, fresh)
				first := len(p.vars)
				for _, id := range tvs.Names {
					if id.Name != "_" {
						declare(id, &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: gd.Pos(), Specs: []ast.Spec{vs}}}, olds[id.Name])
					}
				}
				specs = append(specs, tvs)
				parts := []*ast.ValueSpec{vs}
				if len(vs.Values) == len(vs.Names) && len(olds) == 0 {
					parts = parts[:0]
					for k := range vs.Names {
						parts = append(parts, &ast.ValueSpec{Names: vs.Names[k : k+1], Type: vs.Type, Values: vs.Values[k : k+1]})
					}
				}
				for _, part := range parts {
					as := setter(part)
					p.body = append(p.body, as)
					p.varSet[as] = part
					p.seg[as] = seg
					for _, v := range p.vars[first:] {
						if slices.ContainsFunc(part.Names, func(id *ast.Ident) bool { return id.Name == v.name }) {
							v.stmt = as
						}
					}
				}
			}
		default:
			p.body = append(p.body, st)
		}
	}
	return specs, errs
}

// setter is the statement that gives the variables of a declaration their
// values.
func setter(vs *ast.ValueSpec) ast.Stmt {
	if len(vs.Values) == 0 {
		return &ast.EmptyStmt{Semicolon: vs.Pos(), Implicit: true}
	}
	lhs := make([]ast.Expr, len(vs.Names))
	for k, id := range vs.Names {
		lhs[k] = id
	}
	return &ast.AssignStmt{Lhs: lhs, TokPos: vs.Pos(), Tok: token.ASSIGN, Rhs: vs.Values}
}

// useOld lets the initial value of a redeclared variable mention the variable
// it replaces: in the checker's copy the name gets oldSuffix. It reports which
// names were mentioned.
func (p *plan) useOld(exprs []ast.Expr, fresh map[string]bool) map[string]bool {
	used := map[string]bool{}
	for _, e := range exprs {
		ast.Inspect(e, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if ok && fresh[id.Name] && p.unresolved[id] {
				if d := p.s.table.byName[id.Name]; d != nil && d.kind == varDecl {
					used[id.Name] = true
					id.Name += oldSuffix
				}
			}
			return true
		})
	}
	return used
}

// text is the user's text of a node.
func (p *plan) text(n ast.Node) string {
	from, to := p.s.span(n)
	return p.src.text[max(from, 0):min(to, len(p.src.text))]
}

// bindPackages finds the identifiers that name packages, marks them and
// collects the imports that the cell needs. An explicit import wins over the
// session's, a declaration over a standard package's default name.
//
// inFile holds every name that the cell declares; inBody only its functions:
// the parser has told apart statements before and after a variable's
// declaration, so path := path.Join("a") works.
func (p *plan) bindPackages(inFile, inBody map[string]bool) {
	bind := func(n ast.Node, declared map[string]bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			id, ok := sel.X.(*ast.Ident)
			if !ok || !p.unresolved[id] {
				return true
			}
			if path := p.packageFor(id.Name, declared); path != "" {
				p.imports[id.Name] = path
				id.Name += pkgSuffix
			}
			return true
		})
	}
	for _, d := range p.file.Decls {
		if _, ok := d.(*ast.FuncDecl); ok {
			bind(d, inFile)
		}
	}
	for _, st := range p.stmts {
		bind(st, inBody)
	}
	for _, st := range p.typing {
		bind(st, inBody)
	}
}

func (p *plan) packageFor(name string, declaredHere map[string]bool) string {
	if path, ok := p.imports[name]; ok {
		return path
	}
	if declaredHere[name] || p.s.table.byName[name] != nil {
		return ""
	}
	if path, ok := p.s.imports[name]; ok {
		return path
	}
	return stdPackages[name]
}

// userNames removes the marks of this package from a message.
func userNames(msg string) string {
	msg = strings.ReplaceAll(msg, oldSuffix, "")
	msg = strings.TrimSuffix(msg, " in assignment to _ identifier") // the assignment is ours
	return strings.ReplaceAll(msg, pkgSuffix, "")
}
