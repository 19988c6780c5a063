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
	named    map[string]int      // package name -> where the cell first uses it
	explicit []explicit          // the cell's import declarations
	dots     []string            // dot-imported paths, those of earlier cells included
	dotted   map[string][]string // names that the cell takes from them, by path
	blank    []string            // paths imported for their effect
	parts    *partImporter

	pkg          *types.Package
	info         *types.Info
	last         ast.Expr                    // the last expression, nil if the cell ends otherwise
	lastOK       bool                        // last is a call, which may have no value
	program      bool                        // the cell is a file of declarations
	callMain     bool                        // which has a func main
	initOf       map[ast.Stmt]*ast.FuncDecl  // the init function that a statement of body calls
	refs         []ref                       // of the statements
	base         map[string]bool             // names that the statements use in the meaning which a variable of the cell takes from them
	misread      []token.Pos                 // where the checker found a variable out of place
	seg          map[ast.Stmt]int            // numbers the runs of var declarations, from 1
	varSet       map[ast.Stmt]*ast.ValueSpec // the var declaration an assignment of body came from
	move         map[string]bool             // older variables that keep their value under a new type
	dropped      []string                    // older variables that lose it
	notices      []string                    // what else the user is told before the cell runs
	addressed    []*decl                     // variables whose address the cell may take
	values       []*decl                     // functions that the cell may use as values
	methodGroups []*group                    // of all types with methods; for globals
	broken       map[*decl]*Diagnostic
	scripts      map[*decl]scriptFunc // functions that were checked; where nothing can be compiled
	checked      map[*decl]bool       // decls whose bodies were checked
	constructs   map[string]bool      // rows of the subset's table that the script uses
	refused      string               // the row that sent the cell to the compiler
	long         bool                 // the engine has found a loop too long to be interpreted
}

// newVar is a variable that a statement of the cell declares.
type newVar struct {
	name string
	off  int        // of its identifier
	end  int        // of its statement: it is in scope behind it
	old  *decl      // what the session's variable of that name was
	self bool       // the initial value mentions the old variable
	lent bool       // the old variable, of another type, is there until the cell has run
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
// typing has the same statements, for the checker to annotate.
func (p *plan) lower(stmts, typing []ast.Stmt) ([]ast.Spec, diagnostics) {
	l := &lowering{plan: p, declared: map[string]bool{}}
	p.seg, p.varSet = map[ast.Stmt]int{}, map[ast.Stmt]*ast.ValueSpec{}
	seg, inSeg := 0, false
	for i, st := range stmts {
		decl, isVar := st.(*ast.DeclStmt) // types and constants were taken out before
		if isVar && !inSeg {
			seg++
		}
		inSeg = isVar
		if isVar {
			specs, typing := decl.Decl.(*ast.GenDecl).Specs, typing[i].(*ast.DeclStmt).Decl.(*ast.GenDecl).Specs
			for j := range specs {
				l.varSpec(specs[j].(*ast.ValueSpec), typing[j].(*ast.ValueSpec), seg)
			}
		} else if as, ok := st.(*ast.AssignStmt); ok && as.Tok == token.DEFINE {
			l.define(as, typing[i].(*ast.AssignStmt))
		} else {
			p.body = append(p.body, st)
		}
	}
	return l.specs, l.errs
}

// lowering is the work of lower: it fills in the plan's body and variables.
type lowering struct {
	*plan
	declared map[string]bool // by the cell
	specs    []ast.Spec
	errs     diagnostics
}

// declare notes a variable. self says that its initial value mentions the
// variable that it replaces, and end where its statement ends.
func (l *lowering) declare(id *ast.Ident, end int, self bool) {
	_, off := l.s.offset(id.Pos())
	v := &newVar{name: id.Name, off: off, end: end, id: id}
	if d := l.s.table.byName[id.Name]; d != nil && d.kind == varDecl {
		v.old, v.self = d, self
	}
	l.declared[id.Name] = true
	l.vars = append(l.vars, v)
}

// define lowers name, name := value, value. Names that the cell has declared
// before are assigned to.
func (l *lowering) define(st, typing *ast.AssignStmt) {
	spec := &ast.ValueSpec{Values: typing.Rhs}
	fresh := map[string]bool{}
	for _, lhs := range typing.Lhs {
		id, ok := lhs.(*ast.Ident)
		if !ok {
			_, off := l.s.offset(lhs.Pos())
			l.errs = append(l.errs, l.src.diag(off, "", "non-name %s on left side of :=", l.text(lhs)))
			continue
		}
		if id.Name == "_" || l.declared[id.Name] || fresh[id.Name] {
			spec.Names = append(spec.Names, &ast.Ident{NamePos: id.Pos(), Name: "_"})
			continue
		}
		fresh[id.Name] = true
		spec.Names = append(spec.Names, id)
	}
	if len(fresh) == 0 {
		_, off := l.s.offset(st.TokPos)
		l.errs = append(l.errs, l.src.diag(off, "", "no new variables on left side of :="))
	}
	olds := l.useOld(typing.Rhs, fresh)
	_, end := l.s.span(typing)
	first := len(l.vars)
	for _, id := range spec.Names {
		if fresh[id.Name] {
			l.declare(id, end, olds[id.Name])
		}
	}
	l.specs = append(l.specs, spec)
	asg := *st
	asg.Tok = token.ASSIGN
	l.body = append(l.body, &asg)
	for _, v := range l.vars[first:] {
		v.stmt = &asg
	}
}

// varSpec lowers one line of a var declaration of the run seg. Its variables
// get their values one by one where each has its own.
func (l *lowering) varSpec(spec, typing *ast.ValueSpec, seg int) {
	fresh := map[string]bool{}
	for _, id := range typing.Names {
		fresh[id.Name] = id.Name != "_"
	}
	olds := l.useOld(typing.Values, fresh)
	_, end := l.s.span(spec)
	first := len(l.vars)
	for _, id := range typing.Names {
		if id.Name != "_" {
			l.declare(id, end, olds[id.Name])
		}
	}
	l.specs = append(l.specs, typing)
	parts := []*ast.ValueSpec{spec}
	if len(spec.Values) == len(spec.Names) && len(olds) == 0 {
		parts = parts[:0]
		for k := range spec.Names {
			parts = append(parts, &ast.ValueSpec{Names: spec.Names[k : k+1], Type: spec.Type, Values: spec.Values[k : k+1]})
		}
	}
	for _, part := range parts {
		as := setter(part)
		l.body = append(l.body, as)
		l.varSet[as], l.seg[as] = part, seg
		for _, v := range l.vars[first:] {
			if slices.ContainsFunc(part.Names, func(id *ast.Ident) bool { return id.Name == v.name }) {
				v.stmt = as
			}
		}
	}
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
	src, _ := p.s.offset(n.Pos())
	if src == nil {
		src = p.src
	}
	from, to := p.s.span(n)
	return src.text[max(from, 0):min(to, len(src.text))]
}

// bindPackages finds the identifiers that name packages, marks them and
// collects the imports that the cell needs. An explicit import wins over the
// session's, a declaration over a standard package's default name.
//
// In functions every name counts that the cell declares, in statements only
// its functions: the parser has told apart statements before and after a
// variable's declaration, so path := path.Join("a") works.
func (p *plan) bindPackages(stmts []ast.Stmt) {
	inFile, inBody := map[string]bool{}, map[string]bool{}
	for _, d := range p.decls {
		for _, n := range d.names {
			inFile[n] = true
			inBody[n] = inBody[n] || d.kind == funcDecl
		}
	}
	for _, st := range stmts {
		for _, n := range declaredNames(st) {
			inFile[n] = true
		}
	}
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
				_, off := p.s.offset(id.Pos())
				if at, ok := p.named[id.Name]; !ok || off < at {
					p.named[id.Name] = off
				}
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
	msg = strings.NewReplacer(oldSuffix, "", shadowSuffix, "").Replace(msg)
	msg = strings.TrimSuffix(msg, " in assignment to _ identifier") // the assignment is ours
	return strings.ReplaceAll(msg, pkgSuffix, "")
}
