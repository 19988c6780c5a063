package conformance

import (
	"go/ast"
	"go/token"
	"go/types"
	"sort"
	"strings"
)

// Layout says how a program is divided into cells.
type Layout string

// The layouts.
const (
	// Grouped makes few cells: the imports, then types and constants, then
	// functions and methods, then variables, as often as uses before
	// declarations require, then init functions, then the body of main.
	Grouped Layout = "grouped"
	// Single gives every declaration and, where no jump, defer or return ties
	// them together, every statement of main a cell of its own.
	Single Layout = "single"
	// Called is Grouped for declarations; an example is a cell with its function
	// and one that calls it.
	Called Layout = "called"
)

// Cells divides a program into cells.
func (p *Program) Cells(l Layout) []string {
	return append(p.Declarations(l), p.mainBody(l)...)
}

func (p *Program) mainBody(l Layout) []string {
	if p.mainUse {
		return []string{"main();\n"}
	}
	return p.body(p.main, l)
}

// Declarations are the cells of everything but main and the examples.
func (p *Program) Declarations(l Layout) (cells []string) {
	if text := p.imports(); text != "" {
		cells = append(cells, text)
	}
	if l == Single {
		for _, k := range p.knots() {
			cells = append(cells, texts(k.decls))
		}
	} else {
		cells = append(cells, p.grouped()...)
	}
	for _, fn := range p.inits {
		cells = append(cells, p.initBody(fn))
	}
	return cells
}

// grouped places all that can be placed of a kind at a time.
func (p *Program) grouped() (cells []string) {
	todo := p.knots()
	done := map[*knot]bool{}
	for len(todo) > 0 {
		for k := typeKind; k <= varKind; k++ {
			var cell []*decl
			var rest []*knot
			for _, n := range todo { // dependencies come first
				if n.kind == k && n.ready(done) {
					done[n] = true
					cell = append(cell, n.decls...)
				} else {
					rest = append(rest, n)
				}
			}
			todo = rest
			if len(cell) > 0 {
				sort.Slice(cell, func(i, j int) bool { return cell[i].index < cell[j].index })
				cells = append(cells, texts(cell))
			}
		}
	}
	return cells
}

func texts(ds []*decl) string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.text + "\n")
	}
	return b.String()
}

// initBody is a cell that does what an init function does. Its names are its
// own: a block keeps them apart, and a call what belongs to a function.
func (p *Program) initBody(fn *ast.FuncDecl) string {
	if leaves(fn.Body) || defers(fn.Body) {
		return "func() " + p.text(fn.Body) + "();\n"
	}
	return p.text(fn.Body) + "\n"
}

// body is the body of a function as cells.
func (p *Program) body(fn *ast.FuncDecl, l Layout) []string {
	body := fn.Body
	if len(body.List) == 0 {
		return nil
	}
	names, ok := p.renames(fn)
	if !ok {
		return []string{p.text(body) + "\n"}
	}
	if l == Single && !leaves(body) && !defers(body) && !jumps(body) {
		var cells []string
		for _, st := range body.List {
			cells = append(cells, p.renamed(st.Pos(), st.End(), names)+";\n")
		}
		return cells
	}
	text := p.renamed(body.Lbrace+1, body.Rbrace, names)
	if _, ok := body.List[len(body.List)-1].(*ast.ExprStmt); ok {
		end := body.List[len(body.List)-1].End()
		text = p.renamed(body.Lbrace+1, end, names) + ";" + p.renamed(end, body.Rbrace, nil)
	}
	return []string{text}
}

// renames gives new names to the variables of a function that would take the
// place of a variable at package level, which is where those of cells are, or of
// a package that is imported. ok is false if a type takes the place of anything,
// whose name may be printed, or a constant, which may stand for others by iota.
func (p *Program) renames(fn *ast.FuncDecl) (names map[types.Object]string, ok bool) {
	used := map[string]bool{}
	for id := range p.info.Uses {
		used[id.Name] = true
	}
	for id := range p.info.Defs {
		used[id.Name] = true
	}
	taken := map[string]bool{}
	for _, s := range p.file.Imports {
		if name, ok := p.info.Implicits[s].(*types.PkgName); ok {
			taken[name.Name()] = true
		} else if s.Name != nil {
			taken[s.Name.Name] = true
		}
	}
	names = map[types.Object]string{}
	scope := p.info.Scopes[fn.Type]
	for _, n := range scope.Names() {
		obj, outer := scope.Lookup(n), p.pkg.Scope().Lookup(n)
		_, isVar := obj.(*types.Var)
		_, ofVar := outer.(*types.Var)
		if !isVar && (outer != nil || types.Universe.Lookup(n) != nil || taken[n] || n == "main") {
			return nil, false
		}
		if !ofVar && !taken[n] {
			continue
		}
		fresh := n + "_main"
		for used[fresh] {
			fresh += "_"
		}
		used[fresh] = true
		names[obj] = fresh
	}
	return names, true
}

// renamed is the source between two positions with some objects renamed.
func (p *Program) renamed(from, to token.Pos, names map[types.Object]string) string {
	type place struct {
		off, end int
		name     string
	}
	var places []place
	add := func(id *ast.Ident, obj types.Object) {
		if name, ok := names[obj]; ok && from <= id.Pos() && id.End() <= to {
			places = append(places, place{p.offset(id.Pos()), p.offset(id.End()), name})
		}
	}
	for id, obj := range p.info.Uses {
		add(id, obj)
	}
	for id, obj := range p.info.Defs {
		add(id, obj)
	}
	sort.Slice(places, func(i, j int) bool { return places[i].off < places[j].off })
	var b strings.Builder
	at := p.offset(from)
	for _, pl := range places {
		b.WriteString(p.src[at:pl.off] + pl.name)
		at = pl.end
	}
	b.WriteString(p.src[at:p.offset(to)])
	return b.String()
}

// inFunction visits the statements of a function, not those of function
// literals in it, until f returns false.
func inFunction(body *ast.BlockStmt, f func(ast.Node) bool) bool {
	ok := true
	ast.Inspect(body, func(n ast.Node) bool {
		if _, lit := n.(*ast.FuncLit); lit || !ok {
			return false
		}
		ok = n == nil || f(n)
		return ok
	})
	return ok
}

// leaves reports whether a function returns before its end.
func leaves(body *ast.BlockStmt) bool {
	return !inFunction(body, func(n ast.Node) bool { _, ok := n.(*ast.ReturnStmt); return !ok })
}

// defers reports whether a function defers calls.
func defers(body *ast.BlockStmt) bool {
	return !inFunction(body, func(n ast.Node) bool { _, ok := n.(*ast.DeferStmt); return !ok })
}

// jumps reports whether a function has a goto.
func jumps(body *ast.BlockStmt) bool {
	return !inFunction(body, func(n ast.Node) bool { b, ok := n.(*ast.BranchStmt); return !ok || b.Tok != token.GOTO })
}
