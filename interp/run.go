package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strings"

	"gomemo/engine/wire"
)

// program is a compiled cell: the plugin's main package and what the engine
// needs to run it.
type program struct {
	build  Build
	key    string  // of the statements
	loaded string  // a loaded plugin that runs the same statements: nothing need be built
	fresh  []*unit // packages that no loaded plugin holds
	sites  []wire.Site

	instances []string // what it registers of those
}

// compile generates the packages of a cell.
func (p *plan) compile() (*program, diagnostics) {
	if errs := p.brokenErrors(); len(errs) > 0 {
		return nil, errs
	}
	// Declarations of this cell are compiled even when nothing calls them yet.
	var roots []*group
	for _, d := range p.decls {
		if d.group != nil {
			roots = append(roots, d.group)
		}
	}
	for _, v := range p.vars {
		roots = append(roots, p.table.byName[v.name].group)
	}
	for _, r := range p.refs {
		if r.name != "" {
			roots = append(roots, p.table.byName[r.name].group)
		}
	}
	prog := &program{}
	p.place(roots)
	for _, g := range closure(roots...) {
		if u := p.s.units[p.s.placed[g.hash]]; u != nil && u.plugin == "" && !slices.Contains(prog.fresh, u) {
			prog.fresh = append(prog.fresh, u)
		}
	}
	p.runFile(prog)
	return prog, nil
}

// brokenErrors refuses a cell that reaches a declaration which no longer
// compiles.
func (p *plan) brokenErrors() (errs diagnostics) {
	said := map[*decl]bool{}
	complain := func(off int, d *decl) {
		for _, g := range closure(d.group) {
			for _, x := range g.decls {
				if x.broken != nil && !said[x] {
					said[x] = true
					msg, more := x.broken.Msg, ""
					if i := strings.IndexByte(msg, '\n'); i >= 0 {
						msg, more = msg[:i], msg[i:]
					}
					hint := "run its cell again with the correction"
					if name, ok := strings.CutPrefix(msg, "undefined: "); ok && p.s.gone[name] != "" {
						hint = name + ": " + p.s.gone[name]
					}
					errs = append(errs, p.src.diag(off, hint,
						"%s does not compile any more: %s (cell %d, line %d)%s", x.title(), msg, x.broken.Cell, x.broken.Line, more))
				}
			}
		}
	}
	for _, r := range p.refs {
		if r.name != "" && p.table.byName[r.name] != nil {
			complain(r.off, p.table.byName[r.name])
		}
	}
	for _, d := range p.decls {
		if d.group != nil {
			complain(d.off, d)
		}
	}
	return errs
}

// runFile writes the main package: Register for the new packages, Run for the
// statements.
func (p *plan) runFile(prog *program) {
	e := p.newEmitter()
	e.blank = p.blank
	e.lent = true
	file := p.s.cellFile(p.src)
	var run strings.Builder
	e.imports[rtPath] = true
	run.WriteString("func Run(_c *_rt.Cell) {\n")
	for _, st := range p.ordered() {
		run.WriteString(p.statement(e, prog, st, file))
	}
	if p.callMain {
		run.WriteString(e.qualify("main") + "main()\n")
	}
	run.WriteString("}\n")
	// The cell may have run before, in a plugin that had packages to register
	// too: then its Run function is this one.
	alone, _ := e.file("main", run.String())
	prog.key = shortHash(alone)
	if len(prog.fresh) == 0 {
		prog.loaded = p.s.ran[prog.key]
	}
	instances := p.registerInstances(e, prog)
	if prog.loaded != "" {
		prog.instances = nil // it has registered what it mentions
	}
	body := p.register(e, prog.fresh) + instances + "}\n" + run.String()
	source, imports := e.file("main", body)
	prog.build.Main = Unit{Source: source, Imports: imports}
	prog.build.Main.Path = "nb/" + shortHash("main", source)
	var paths []string
	for _, imp := range imports {
		if strings.HasPrefix(imp, "nb/") {
			paths = append(paths, imp)
		}
	}
	prog.build.Units = p.s.reach(paths)
}

// cellFile is the name that positions in a cell's statements have in compiled code.
func (s *Session) cellFile(src *source) string {
	file := "cell-" + shortHash(src.text)[:12] + ".go"
	s.layouts[file] = layout{src: src}
	return file
}

// ordered is the body with each run of var declarations in the order in which
// the variables need each other, as for package-level variables.
func (p *plan) ordered() []ast.Stmt {
	rank := map[int]int{} // by the offset of the initial value
	for i, in := range p.info.InitOrder {
		if src, off := p.s.offset(in.Rhs.Pos()); src == p.src {
			rank[off] = i + 1
		}
	}
	rankOf := func(st ast.Stmt) (last int) {
		for _, v := range p.varSet[st].Values {
			_, off := p.s.offset(v.Pos())
			last = max(last, rank[off])
		}
		return last
	}
	out := append([]ast.Stmt(nil), p.body...)
	for i := 0; i < len(out); {
		j := i + 1
		for p.seg[out[i]] != 0 && j < len(out) && p.seg[out[j]] == p.seg[out[i]] {
			j++
		}
		run := out[i:j]
		sort.SliceStable(run, func(a, b int) bool {
			return rankOf(run[a]) < rankOf(run[b])
		})
		i = j
	}
	return out
}

// statement writes one top-level statement of the cell.
func (p *plan) statement(e *emitter, prog *program, st ast.Stmt, file string) string {
	if names := p.hoisted(st); len(names) > 0 {
		return p.hoistText(e, st, names, file)
	}
	src := p.src.text
	edits := e.refEdits(src, p.refsIn(st))
	calls := p.judgedCalls(st)
	leaves := func(n ast.Node) bool {
		judged := func(j *judged) bool { return n.Pos() <= j.call.Pos() && j.call.End() <= n.End() }
		return slices.ContainsFunc(calls, judged) || p.leaves(n)
	}
	place := func(off int) position {
		line, col := p.src.position(off)
		return position{file, line, col}
	}
	edits = append(edits, e.pollEdits(st, false, leaves, place)...)
	outer := 0
	from, to := p.s.span(st)
	edits = append(edits, p.initEdits(st)...)
	if p.last != nil && st == p.body[len(p.body)-1] && p.hasValue() {
		e.imports[rtPath] = true
		open := "_rt.Result(_c, "
		if p.endsInError() {
			open = "_rt.Checked(_c)("
		} else if _, several := p.info.Types[p.last].Type.(*types.Tuple); several {
			open = "_rt.Results(_c)("
		}
		edits = append(edits, edit{from, from, open, 9}, edit{to, to, ")", -1})
	}
	for _, j := range calls {
		outer++
		index := len(prog.sites)
		prog.sites = append(prog.sites, wire.Site{})
		edits = append(edits, e.memoEdits(p, j, index, outer, place)...)
		prog.sites[index] = j.site
	}
	if vs := p.varSet[st]; vs != nil {
		return p.varText(e, vs, edits, file)
	}
	if as, ok := st.(*ast.AssignStmt); ok && as.Tok == token.ASSIGN {
		if _, off := p.s.offset(as.TokPos); strings.HasPrefix(src[off:], ":=") {
			edits = append(edits, edit{off, off + 2, " =", 0})
		}
	}
	line, _ := p.src.position(from)
	return fmt.Sprintf("//line %s:%d:1\n%s\n", file, line, applyEdits(src, from, to, edits))
}

// varText writes a var declaration as the assignment it is in a cell; without
// a value it sets the variable to zero, also when the cell runs again.
func (p *plan) varText(e *emitter, vs *ast.ValueSpec, edits []edit, file string) string {
	src := p.src.text
	from, to := p.s.span(vs)
	line, _ := p.src.position(from)
	at := fmt.Sprintf("//line %s:%d:1\n", file, line)
	if len(vs.Values) > 0 {
		_, namesEnd := p.s.span(vs.Names[len(vs.Names)-1])
		valFrom, _ := p.s.span(vs.Values[0])
		vline, _ := p.src.position(valFrom)
		return fmt.Sprintf("%s%s = /*line %s:%d:1*/%s\n", at, applyEdits(src, from, namesEnd, edits), file, vline,
			applyEdits(src, valFrom, to, edits))
	}
	var lhs, rhs []string
	for _, id := range vs.Names {
		if id.Name == "_" {
			continue
		}
		lhs = append(lhs, e.qualify(id.Name)+id.Name)
		rhs = append(rhs, "*new("+e.typeText(p.table.byName[id.Name].typ)+")")
	}
	if len(lhs) == 0 {
		return ""
	}
	return fmt.Sprintf("%s%s = %s\n", at, strings.Join(lhs, ", "), strings.Join(rhs, ", "))
}

// endsInError reports whether the last expression is a call whose last result
// is an error: a nil one is not shown.
func (p *plan) endsInError() bool {
	if _, ok := ast.Unparen(p.last).(*ast.CallExpr); !ok {
		return false
	}
	t := p.info.Types[p.last].Type
	if tuple, ok := t.(*types.Tuple); ok {
		t = tuple.At(tuple.Len() - 1).Type()
	}
	return t == types.Universe.Lookup("error").Type()
}

// hasValue reports whether the last expression has a value to show. What
// fmt.Print and its like return is not worth showing.
func (p *plan) hasValue() bool {
	if c, ok := ast.Unparen(p.last).(*ast.CallExpr); ok {
		switch p.calleeName(c) {
		case "fmt.Print", "fmt.Printf", "fmt.Println", "fmt.Fprint", "fmt.Fprintf", "fmt.Fprintln":
			return false
		}
	}
	tv, ok := p.info.Types[p.last]
	if !ok || tv.IsVoid() || tv.IsType() || tv.IsBuiltin() {
		return false
	}
	if t, ok := tv.Type.(*types.Tuple); ok {
		return t.Len() > 0
	}
	return true
}
