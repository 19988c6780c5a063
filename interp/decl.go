package interp

import (
	"go/ast"
	"go/token"
	"maps"
	"sort"
	"strings"

	"gomemo/engine/wire"
)

type declKind int

const (
	funcDecl declKind = iota
	methodDecl
	typeDecl
	constDecl
	varDecl
)

// decl is one declaration of the notebook: what one name, or for a group of
// constants several names, stands for. The text of a decl never changes; a
// cell that declares the name again makes a new decl.
type decl struct {
	kind  declKind
	key   string   // "f", "T", "T.M"; for constants "const " and the first name
	names []string // package-level names; none for a method
	src   *source
	off   int // the text is src.text[off:end]
	end   int
	node  ast.Node // *ast.FuncDecl, *ast.TypeSpec or *ast.GenDecl
	doc   string   // compiler directives above a function, with newlines

	imports map[string]string // package names the text uses -> import path
	gone    map[string]bool   // names of a constant group that were declared again

	// What the last check of the text found.
	refs      []ref
	broken    *Diagnostic     // why the text does not type-check any more
	calls     map[string]bool // last names of what it calls
	leaves    bool            // its time may be spent outside the notebook without a call
	impure    string          // what in the text is not known to be pure
	looks     bool            // it mentions a looker; varDecl: so may what it holds
	typ       typeText        // varDecl: its type
	shape     string          // varDecl: what its type looks like in memory
	script    scriptFunc      // funcDecl, where nothing can be compiled
	heap      *wire.Type      // varDecl: non-nil while the variable lives on the engine's heap
	addressed bool            // varDecl: something may hold its address
	value     bool            // funcDecl: something may hold it as a value
	dynamic   bool            // it calls functions that are only known at run time
	home      string          // varDecl: linker symbol of the memory it is in; "" for that of its own package

	touched bool   // varDecl: statements that mention it have run; until then it is zero
	lost    string // varDecl: why it has no value, "" if it has one

	// What hashing found.
	group *group
}

// ref is one identifier in the text of a decl or a cell that another package
// will have to provide.
type ref struct {
	off, end int
	name     string // package-level name of the notebook, or
	pkg      string // import path, when the identifier is a package name, or
	dot      string // import path, when a dot-import brought the name
}

// deps lists the keys of the declarations that the text needs, itself included
// if it is recursive.
func (d *decl) deps(t *table) []*decl {
	seen := map[*decl]bool{}
	var out []*decl
	add := func(x *decl) {
		if x != nil && !seen[x] {
			seen[x] = true
			out = append(out, x)
		}
	}
	for _, r := range d.refs {
		if r.name != "" {
			add(t.byName[r.name])
		}
	}
	switch d.kind {
	case typeDecl:
		for _, m := range t.methodsOf(d.key) {
			add(m)
		}
	case methodDecl:
		recv, _, _ := strings.Cut(d.key, ".")
		add(t.byName[recv])
	}
	return out
}

// table is the notebook as one program: the newest declaration of each name.
type table struct {
	byName  map[string]*decl // package-level names
	methods map[string]*decl // "T.M"
}

func newTable() *table {
	return &table{byName: map[string]*decl{}, methods: map[string]*decl{}}
}

// clone copies the table, so that a cell that fails leaves no trace.
func (t *table) clone() *table {
	n := newTable()
	maps.Copy(n.byName, t.byName)
	maps.Copy(n.methods, t.methods)
	return n
}

func (t *table) methodsOf(typ string) []*decl {
	var out []*decl
	for k, m := range t.methods {
		if strings.HasPrefix(k, typ+".") {
			out = append(out, m)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].key < out[j].key })
	return out
}

// meant is what a name stands for in the statements of the next cell.
func (t *table) meant(name string) *decl {
	if d := t.byName[name+shadowSuffix]; d != nil {
		return d
	}
	return t.byName[name]
}

// add puts d in the table in place of what had its names.
func (t *table) add(d *decl) {
	if d.kind == methodDecl {
		t.methods[d.key] = d
		return
	}
	for _, name := range d.names {
		t.remove(name)
		t.byName[name] = d
	}
}

// remove forgets a name. A type takes the methods of its own cell with it, and
// those of other cells wait for the type to be declared again; a group of
// constants keeps its other names.
func (t *table) remove(name string) {
	old := t.byName[name]
	if old == nil {
		return
	}
	delete(t.byName, name)
	switch old.kind {
	case typeDecl:
		for _, m := range t.methodsOf(name) {
			if m.src == old.src {
				delete(t.methods, m.key)
			}
		}
	case constDecl:
		n := *old
		n.gone = map[string]bool{name: true}
		for k := range old.gone {
			n.gone[k] = true
		}
		n.group = nil
		for _, other := range old.names {
			if t.byName[other] == old {
				t.byName[other] = &n
			}
		}
	}
}

// all lists every declaration once, in an order that does not depend on maps.
func (t *table) all() []*decl {
	seen := map[*decl]bool{}
	var out []*decl
	for _, d := range t.byName {
		if !seen[d] {
			seen[d] = true
			out = append(out, d)
		}
	}
	for _, d := range t.methods {
		out = append(out, d)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.src != b.src && a.src != nil && b.src != nil && a.src.seq != b.src.seq {
			return a.src.seq < b.src.seq
		}
		if a.off != b.off {
			return a.off < b.off
		}
		return a.key < b.key
	})
	return out
}

// declsOf makes the declarations of a parsed cell: functions and methods of its
// file part, types and constants of its statement part. It returns the
// statements that are left.
func (s *Session) declsOf(p *parsed) (ds []*decl, stmts []ast.Stmt, errs diagnostics) {
	for _, d := range p.file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		d, bad := s.funcDecl(p, fn)
		if bad != nil {
			errs = append(errs, *bad)
		} else if d != nil {
			ds = append(ds, d)
		}
	}
	for _, st := range p.stmts {
		g, ok := st.(*ast.DeclStmt)
		if !ok {
			stmts = append(stmts, st)
			continue
		}
		gd := g.Decl.(*ast.GenDecl)
		switch gd.Tok {
		case token.TYPE:
			for _, sp := range gd.Specs {
				ts := sp.(*ast.TypeSpec)
				off, end := s.span(ts)
				ds = append(ds, &decl{kind: typeDecl, key: ts.Name.Name, names: []string{ts.Name.Name},
					src: p.src, off: off, end: end, node: ts})
			}
		case token.CONST:
			if d := s.constDecl(p, gd); len(d.names) > 0 {
				ds = append(ds, d)
			}
		default:
			stmts = append(stmts, st)
		}
	}
	return ds, stmts, errs
}

// funcDecl makes the declaration of a function or method; nil for an init
// function, and if the receiver is malformed, of which the type checker says
// what is wrong.
func (s *Session) funcDecl(p *parsed, fn *ast.FuncDecl) (*decl, *Diagnostic) {
	off, end := s.span(fn)
	d := &decl{kind: funcDecl, key: fn.Name.Name, src: p.src, off: off, end: end, node: fn}
	if fn.Recv != nil {
		base := receiverBase(fn)
		if base == "" {
			return nil, nil
		}
		d.kind, d.key = methodDecl, base+"."+fn.Name.Name
	} else {
		d.names = []string{fn.Name.Name}
	}
	if fn.Body == nil {
		bad := p.src.diag(off, "", "missing function body")
		return nil, &bad
	}
	if fn.Name.Name == "init" && fn.Recv == nil {
		p.inits = append(p.inits, fn)
		return nil, nil
	}
	if fn.Doc != nil {
		for _, c := range fn.Doc.List {
			if strings.HasPrefix(c.Text, "//go:") {
				d.doc += c.Text + "\n"
			}
		}
	}
	fn.Doc = nil
	return d, nil
}

// constDecl makes one declaration of a group of constants.
func (s *Session) constDecl(p *parsed, gd *ast.GenDecl) *decl {
	off, end := s.span(gd)
	d := &decl{kind: constDecl, src: p.src, off: off, end: end, node: gd}
	for _, sp := range gd.Specs {
		for _, id := range sp.(*ast.ValueSpec).Names {
			if id.Name != "_" {
				d.names = append(d.names, id.Name)
			}
		}
	}
	if len(d.names) > 0 {
		d.key = "const " + d.names[0]
	}
	return d
}

// receiverBase is the name of the type a method belongs to, "" if the receiver
// is malformed.
func receiverBase(fn *ast.FuncDecl) string {
	if len(fn.Recv.List) != 1 {
		return ""
	}
	e := fn.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// nameReceivers gives methods whose receiver is written by an alias the name of
// the type that they belong to.
func (p *plan) nameReceivers() {
	types := map[string]*ast.TypeSpec{}
	for _, d := range p.decls {
		if ts, ok := d.node.(*ast.TypeSpec); ok {
			types[d.key] = ts
		}
	}
	for _, d := range p.decls {
		if d.kind != methodDecl {
			continue
		}
		base, name, _ := strings.Cut(d.key, ".")
		for seen := map[string]bool{}; !seen[base]; {
			seen[base] = true
			ts := types[base]
			if old := p.s.table.byName[base]; ts == nil && old != nil {
				ts, _ = old.node.(*ast.TypeSpec)
			}
			if ts == nil || !ts.Assign.IsValid() {
				break
			}
			to := ast.Unparen(ts.Type)
			if ptr, ok := to.(*ast.StarExpr); ok {
				to = ast.Unparen(ptr.X)
			}
			if id, ok := to.(*ast.Ident); ok {
				base = id.Name
			}
		}
		d.key = base + "." + name
	}
}

// fieldNames lists the fields of a struct type's declaration.
func fieldNames(d *decl) (names []string) {
	if d == nil {
		return nil
	}
	ts, ok := d.node.(*ast.TypeSpec)
	if !ok {
		return nil
	}
	st, ok := ts.Type.(*ast.StructType)
	if !ok {
		return nil
	}
	for _, f := range st.Fields.List {
		for _, id := range f.Names {
			names = append(names, id.Name)
		}
	}
	return names
}
