package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// edit replaces src[off:end] by text. Edits at one offset are applied in the
// order of rank: what closes before what opens, an outer node's text before an
// inner one's.
type edit struct {
	off, end int
	text     string
	rank     int
}

// applyEdits returns src[from:to] with the edits made.
func applyEdits(src string, from, to int, edits []edit) string {
	sort.SliceStable(edits, func(i, j int) bool {
		if edits[i].off != edits[j].off {
			return edits[i].off < edits[j].off
		}
		return edits[i].rank < edits[j].rank
	})
	var b strings.Builder
	at := from
	for _, e := range edits {
		if e.off < from || e.end > to {
			continue
		}
		if e.off > at {
			b.WriteString(src[at:e.off])
			at = e.off
		}
		b.WriteString(e.text)
		at = max(at, e.end)
	}
	b.WriteString(src[at:to])
	return b.String()
}

// emitter writes one generated package.
type emitter struct {
	p       *plan
	s       *Session
	t       *table
	own     map[*group]bool // groups whose declarations are in this package
	imports map[string]bool // import paths used, by alias; generated packages included
	blank   []string        // import paths that are linked for their effect
	consts  map[*decl]bool  // constants copied into this package
	order   []*decl         // of consts
	lent    bool            // functions of fmt are the engine's
}

func (p *plan) newEmitter() *emitter {
	return &emitter{p: p, s: p.s, t: p.table, own: map[*group]bool{}, imports: map[string]bool{}, consts: map[*decl]bool{}}
}

const (
	rtPath    = "gomemo/engine/rt"
	clockPath = rtPath + "/clock"
)

// qualify returns what to write before a name of the notebook.
func (e *emitter) qualify(name string) string {
	d := e.t.byName[name]
	if d == nil || d.group == nil || e.own[d.group] {
		return ""
	}
	if d.group.copied() {
		e.copyConst(d)
		return ""
	}
	path := e.s.placed[d.group.hash]
	if path == "" {
		panic(fmt.Sprintf("interp: %s has no package", name))
	}
	e.imports[path] = true
	return unitAlias(path) + "."
}

// spelled is a name of the notebook as its package declares it.
func (e *emitter) spelled(name string) string {
	if d := e.t.byName[name]; d != nil && d.kind == varDecl {
		return d.key
	}
	return name
}

// copied reports groups of constants, which have no identity: every package
// that uses them has a copy.
func (g *group) copied() bool {
	for _, d := range g.decls {
		if d.kind != constDecl {
			return false
		}
	}
	return true
}

func (e *emitter) copyConst(d *decl) {
	if e.consts[d] {
		return
	}
	e.consts[d] = true
	for _, r := range d.refs {
		if r.name != "" {
			e.qualify(r.name)
		}
	}
	e.order = append(e.order, d)
}

func unitAlias(path string) string {
	return "_u_" + strings.TrimPrefix(path, "nb/")
}

// refRank puts a qualifier behind whatever opens at the same place.
const refRank = 1 << 20

// lentCall matches what stands behind fmt in a call of one of rt.Functions.
var lentCall = regexp.MustCompile(`^\.(Print|Println|Printf|Sprint|Sprintln|Sprintf|Errorf)\(`)

// refEdits points the identifiers of a text to the packages they come from.
func (e *emitter) refEdits(src string, refs []ref) []edit {
	var out []edit
	for _, r := range refs {
		switch {
		case r.pkg == "time" && strings.HasPrefix(src[r.end:], ".Sleep") && !strings.HasPrefix(src[r.end:], ".Sleeper"):
			e.imports[clockPath] = true
			out = append(out, edit{r.off, r.end, alias(clockPath), refRank})
		case r.dot == "time" && src[r.off:r.end] == "Sleep":
			e.imports[clockPath] = true
			out = append(out, edit{r.off, r.off, alias(clockPath) + ".", refRank})
		case r.pkg == "fmt" && e.lent && lentCall.MatchString(src[r.end:]):
			e.imports[rtPath] = true
			out = append(out, edit{r.off, r.end, "_rt.Fmt", refRank})
		case r.dot == "fmt" && e.lent && lentCall.MatchString("."+src[r.off:]):
			e.imports[rtPath] = true
			out = append(out, edit{r.off, r.off, "_rt.Fmt.", refRank})
		case r.dot != "":
			e.imports[r.dot] = true
			out = append(out, edit{r.off, r.off, alias(r.dot) + ".", refRank})
		case r.pkg != "":
			e.imports[r.pkg] = true
			out = append(out, edit{r.off, r.end, alias(r.pkg), refRank})
		default:
			q, name := e.qualify(r.name), e.spelled(r.name)
			if name != src[r.off:r.end] {
				out = append(out, edit{r.off, r.end, q + name, refRank})
			} else if q != "" {
				out = append(out, edit{r.off, r.off, q, refRank})
			}
		}
	}
	return out
}

// pollEdits makes loops, and functions that may call themselves, look whether
// the cell is to be interrupted, unless they only compute: those the engine may
// end wherever they are, and only those. Other functions are left alone so that
// they can still be inlined. leaves tells of a loop that it does more; place
// what compiled code calls an offset.
func (e *emitter) pollEdits(n ast.Node, recursive bool, leaves func(ast.Node) bool, place func(off int) position) []edit {
	var out []edit
	at := func(lbrace token.Pos) {
		_, off := e.s.offset(lbrace)
		e.imports[rtPath] = true
		out = append(out, edit{off + 1, off + 1, " if _rt.Shared.Stop != 0 { _rt.Poll() };", 0})
	}
	literals := e.recursiveLiterals(n)
	loop := func(n ast.Node, lbrace token.Pos) (inside bool) {
		if leaves(n) || !e.computes(n, map[*decl]bool{}) {
			at(lbrace)
			return true
		}
		_, from := e.s.offset(n.Pos())
		_, to := e.s.offset(n.End())
		out = append(out, edit{from, from, place(from).computing().inline(), refRank - 1}, edit{to, to, place(to).inline(), 0})
		return false // and so do those inside
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt:
			return loop(n, n.Body.Lbrace)
		case *ast.RangeStmt:
			return loop(n, n.Body.Lbrace)
		case *ast.GoStmt:
			_, off := e.s.offset(n.Pos())
			e.imports[rtPath] = true
			out = append(out, edit{off, off, "_rt.Go(); ", 0})
		case *ast.FuncDecl:
			if recursive {
				at(n.Body.Lbrace)
			}
		case *ast.FuncLit:
			if literals[n] {
				at(n.Body.Lbrace)
			}
		}
		return true
	})
	return append(out, e.gotoEdits(n)...)
}

// gotoEdits polls before every goto, which may jump back.
func (e *emitter) gotoEdits(n ast.Node) []edit {
	var out []edit
	ast.Inspect(n, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok == token.GOTO {
			_, off := e.s.offset(b.Pos())
			e.imports[rtPath] = true
			out = append(out, edit{off, off, "if _rt.Shared.Stop != 0 { _rt.Poll() }; ", 0})
		}
		return true
	})
	return out
}

// decl writes one declaration with its //line directive.
func (e *emitter) decl(d *decl) string {
	if d.kind == varDecl {
		return e.varDecl(d)
	}
	src := d.src.text
	edits := e.refEdits(src, d.refs)
	at := position{e.s.declFile(d), 1, 1}
	keyword := ""
	switch d.kind {
	case funcDecl, methodDecl:
		if e.computesDecl(d, map[*decl]bool{}) {
			at = at.computing()
			edits = append(edits, e.gotoEdits(d.node)...)
		} else {
			leaves := func(n ast.Node) bool { return d.leaves && (!e.p.checked[d] || e.p.leaves(n)) }
			edits = append(edits, e.pollEdits(d.node, d.recursive(), leaves, func(off int) position {
				first, _ := d.src.position(d.off)
				line, col := d.src.position(off)
				if line == first {
					_, from := d.src.position(d.off)
					col += 1 - from
				}
				return position{at.file, line - first + 1, col}
			})...)
		}
	case typeDecl:
		keyword = "type "
	case constDecl:
		for _, sp := range d.node.(*ast.GenDecl).Specs {
			for _, id := range sp.(*ast.ValueSpec).Names {
				if d.gone[id.Name] {
					_, off := e.s.offset(id.Pos())
					edits = append(edits, edit{off, off + len(id.Name), "_", 0})
				}
			}
		}
	}
	return fmt.Sprintf("%s//line %s\n%s%s\n", d.doc, at, keyword, applyEdits(src, d.off, d.end, edits))
}

// varDecl declares a variable. One that has moved to a new type is the memory
// that it was: to old code, and to what points there, nothing has changed.
func (e *emitter) varDecl(d *decl) string {
	text := fmt.Sprintf("var %s %s\n", d.key, e.typeText(d.typ))
	if d.home == "" {
		return text
	}
	if !slices.Contains(e.blank, "unsafe") {
		e.blank = append(e.blank, "unsafe") // for linkname
	}
	return fmt.Sprintf("//go:linkname %s %s\n%s", d.key, d.home, text)
}

func (e *emitter) typeText(t typeText) string {
	return t.render(func(p string) string { e.imports[p] = true; return alias(p) },
		func(n string) string { return e.qualify(n) + n },
		func(n string) string {
			if e.t.byName[n] == nil {
				return n
			}
			e.imports[rtPath] = true
			return "_rt." + aliasOf(n)
		})
}

// file puts a package together. body is everything behind the imports but the
// copied constants. Only a plugin's main package is named main: of every
// package of that name the plugin would export what starts with a capital.
func (e *emitter) file(name, body string) (source string, imports []string) {
	var consts strings.Builder
	for i := 0; i < len(e.order); i++ { // decl may add more
		consts.WriteString(e.decl(e.order[i]))
	}
	var b strings.Builder
	b.WriteString("package " + name + "\n")
	for _, p := range sortedKeys(e.imports) {
		switch {
		case p == rtPath:
			fmt.Fprintf(&b, "import _rt %q\n", p)
		case strings.HasPrefix(p, "nb/"):
			fmt.Fprintf(&b, "import %s %q\n", unitAlias(p), p)
		default:
			fmt.Fprintf(&b, "import %s %q\n", alias(p), p)
		}
		imports = append(imports, p)
	}
	for _, p := range e.blank {
		fmt.Fprintf(&b, "import _ %q\n", p)
		if !e.imports[p] {
			imports = append(imports, p)
		}
	}
	b.WriteString(consts.String())
	b.WriteString(body)
	return b.String(), imports
}

// calledNames lists the last names of what a node calls: f for f(x), M for
// x.M(), whatever x is.
func calledNames(n ast.Node) map[string]bool {
	out := map[string]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch x := calledFunc(c).(type) {
		case *ast.Ident:
			out[x.Name] = true
		case *ast.SelectorExpr:
			out[x.Sel.Name] = true
		}
		return true
	})
	return out
}
