package interp

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"time"

	"gomemo/engine/wire"
)

// record is a cell that ran: enough to run it again in a new engine.
type record struct {
	src    *source
	run    *wire.Run
	vars   []wire.Var      // where the variables it mentions lived
	sets   map[string]bool // variables it declares or may change
	reads  map[string]bool // variables it mentions
	blank  []string        // packages that it initializes
	folded bool            // it is interpreted, with constants of packages of modules
	repeat bool            // running it again gives the same values
	wild   bool            // it starts goroutines, which may change any variable at any time
	open   bool            // it calls functions that are only known at run time, which may read and change shared
	shared []string        // variables that it may have changed without naming them
	cost   time.Duration   // of running it again, remembered calls left out
}

// mentionsModules reports whether the cell's own text uses something of a
// package of a module.
func (p *plan) mentionsModules() bool {
	for id, obj := range p.info.Uses {
		if pkg := obj.Pkg(); pkg != nil && pkg != p.pkg && !isStandard(pkg.Path()) {
			if src, _ := p.s.offset(id.Pos()); src == p.src {
				return true
			}
		}
	}
	return false
}

// remember adds a cell to the history.
func (s *Session) remember(p *plan, run *wire.Run, done *wire.Done, took time.Duration) {
	r := &record{src: p.src, run: run, sets: map[string]bool{}, reads: map[string]bool{}, blank: p.blank, repeat: done.Error == nil}
	r.folded = run.Script != nil && p.mentionsModules()
	roots := p.rootsOf(r)
	for _, st := range p.body {
		r.repeat = r.repeat && p.impurity(st) == ""
	}
	for g := range roots {
		r.repeat = r.repeat && p.refusal(g) == ""
	}
	p.mutated(r, roots)
	r.cost = took
	for _, c := range done.Calls {
		switch c.Verdict {
		case "miss":
			r.cost -= time.Duration(c.TookMS * 1e6)
		case "refused":
			r.repeat = r.repeat && c.TookMS < ms(maxReplayCell)
		}
	}
	mentioned := maps.Clone(r.reads)
	maps.Copy(mentioned, r.sets)
	for _, name := range sortedKeys(mentioned) {
		if strings.HasSuffix(name, oldSuffix) { // comes with the variable that took its place
			continue
		}
		if old, ok := s.proc.bound[name+oldSuffix]; ok {
			r.vars = append(r.vars, wire.Var{Name: name, Unit: old.Unit, Type: old.Type, Home: old.Home}, old)
		}
		if v, ok := s.proc.bound[name]; ok {
			r.vars = append(r.vars, v)
		}
	}
	if len(r.sets) == 0 && !r.wild && !r.open && len(p.blank) == 0 {
		return
	}
	// The same cell run again at once, if it depends on nothing it sets, need
	// not run twice.
	if n := len(s.history); n > 0 && s.history[n-1].src.text == r.src.text && !r.wild && !r.open && !overlap(r.sets, r.reads) {
		s.history = s.history[:n-1]
	}
	s.history = append(s.history, r)
}

// rootsOf finds the groups that the cell's statements mention, and notes the
// variables that the cell sets and reads. One that the cell itself gave a value
// before is not read.
func (p *plan) rootsOf(r *record) map[*group]bool {
	own := map[string]*newVar{} // variables that the cell itself gives a value
	for _, v := range p.vars {
		r.sets[v.name] = true
		if !v.self {
			own[v.name] = v
		}
	}
	roots := map[*group]bool{}
	for _, ref := range p.refs {
		d := p.table.byName[ref.name]
		if d != nil && d.group != nil && (own[ref.name] == nil || ref.off < own[ref.name].off) {
			roots[d.group] = true
		}
	}
	for g := range roots {
		for _, h := range closure(g) {
			for _, d := range h.decls {
				if d.kind == varDecl && (own[d.key] == nil || own[d.key].old != nil && g == h) {
					r.reads[d.key] = true
				}
			}
		}
	}
	return roots
}

// taints lists the variables whose values are unknown if the record is not
// replayed. live are all variables.
func (r *record) taints(live map[string]bool) map[string]bool {
	if r.wild {
		return live
	}
	out := maps.Clone(r.sets)
	for _, name := range r.shared {
		out[name] = true
	}
	return out
}

func overlap(a, b map[string]bool) bool {
	for k := range a {
		if b[k] {
			return true
		}
	}
	return false
}

// mutated adds the variables that statements may change without declaring
// them: assigned, incremented, with their address taken, or passed to anything
// while they hold references.
func (p *plan) mutated(r *record, roots map[*group]bool) {
	m := &mutations{plan: p, record: r, own: map[string]bool{}}
	for _, v := range p.vars {
		m.own[v.name] = true
	}
	for g := range roots {
		for _, h := range closure(g) {
			r.open = r.open || slices.ContainsFunc(h.decls, func(d *decl) bool { return d.dynamic })
		}
	}
	// What a called function changes is among the variables it mentions.
	for name := range r.reads {
		if p.table.byName[name] != nil && !p.mentions(name) {
			r.sets[name] = true
			m.share = true
		}
	}
	for _, st := range p.body {
		ast.Inspect(st, m.node)
	}
	m.spread()
}

// mutations is the work of mutated.
type mutations struct {
	*plan
	*record
	own      map[string]bool // variables that the cell declares
	share    bool            // memory that older variables share may change through one of them
	shareOwn bool            // memory that a variable of the cell shares may change
}

// node looks at one node of a statement.
func (m *mutations) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, l := range n.Lhs {
			m.assigned(l)
		}
	case *ast.IncDecStmt:
		m.assigned(n.X)
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			m.assigned(n.Key)
			if n.Value != nil {
				m.assigned(n.Value)
			}
		}
		if t := m.info.Types[n.X].Type; t != nil {
			if _, ok := t.Underlying().(*types.Chan); ok {
				m.note(n.X)
			}
		}
		m.open = m.open || m.unknown(n)
	case *ast.SendStmt:
		m.note(n.Chan)
	case *ast.UnaryExpr:
		if n.Op == token.AND || n.Op == token.ARROW {
			m.note(n.X)
		}
	case *ast.GoStmt:
		m.wild = true
	case *ast.CallExpr:
		m.call(n)
	}
	return true
}

// call notes what a call may change through its arguments and its receiver.
func (m *mutations) call(c *ast.CallExpr) {
	m.open = m.open || m.unknown(c)
	args := c.Args
	switch name, ok := strings.CutPrefix(m.calleeName(c), "fmt."); {
	case !ok:
	case strings.HasPrefix(name, "Fprint"):
		args = args[:1]
	case !strings.Contains(name, "can"): // what they format stays as it is
		return
	}
	for _, a := range args {
		if t := m.info.Types[a].Type; t != nil && holdsReferences(t, map[types.Type]bool{}) {
			m.note(a)
		}
	}
	if sel, ok := c.Fun.(*ast.SelectorExpr); ok && m.info.Selections[sel] != nil {
		m.note(sel.X)
	}
}

// note adds the variables of an expression.
func (m *mutations) note(e ast.Expr) {
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		v, ok := m.info.Uses[id].(*types.Var)
		if !ok || v.Parent() != m.pkg.Scope() {
			return true
		}
		m.sets[v.Name()] = true
		if m.holds(v.Name()) && !m.isOwnTarget(id) {
			m.share = m.share || !m.own[v.Name()]
			m.shareOwn = true
		}
		return true
	})
}

// assigned adds the variable that an assignment changes, or those that it may
// change through it.
func (m *mutations) assigned(e ast.Expr) {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		m.note(e)
		return
	}
	if v, ok := m.info.Uses[id].(*types.Var); ok && v.Parent() == m.pkg.Scope() {
		m.sets[v.Name()] = true
		m.share = m.share || m.pointed(v.Name())
	}
}

// holds reports a variable through which memory that others share may change.
func (m *mutations) holds(name string) bool {
	obj := m.pkg.Scope().Lookup(name)
	return obj != nil && holdsReferences(obj.Type(), map[types.Type]bool{}) || m.pointed(name)
}

// pointed reports a variable that something may point to.
func (m *mutations) pointed(name string) bool {
	d := m.table.byName[name]
	return d != nil && (d.addressed || slices.Contains(m.addressed, d))
}

// spread adds the variables that may share the memory that changes: through
// themselves, through a variable that the cell made from them, through a pointer
// to them, or because of a function that other code may call.
func (m *mutations) spread() {
	for name := range m.reads {
		m.share = m.share || m.shareOwn && !m.own[name] && m.holds(name)
	}
	if !m.share && !m.open {
		return
	}
	add := func(name string) {
		if !m.own[name] {
			m.shared = append(m.shared, name)
		}
	}
	var functions []*group // that other code may call
	for name, d := range m.table.byName {
		switch {
		case d.kind == varDecl && m.holds(name):
			add(name)
		case d.kind == funcDecl && d.group != nil && (d.value || slices.Contains(m.values, d)):
			functions = append(functions, d.group)
		}
	}
	for _, d := range m.table.methods {
		if d.group != nil {
			functions = append(functions, d.group)
		}
	}
	for _, g := range closure(functions...) {
		for _, d := range g.decls {
			if d.kind == varDecl {
				add(d.key)
			}
		}
	}
}

// isOwnTarget reports the identifier with which the cell declares a variable.
func (p *plan) isOwnTarget(id *ast.Ident) bool {
	_, off := p.s.offset(id.Pos())
	for _, v := range p.vars {
		if v.name == id.Name && v.off == off {
			return true
		}
	}
	return false
}

// callsUnknown reports a node that calls functions that are only known at run
// time.
func (p *plan) callsUnknown(n ast.Node) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		found = found || p.unknown(n)
		return !found
	})
	return found
}

// unknown reports a call, or a loop that calls a function, of something that is
// only known at run time.
func (p *plan) unknown(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		return !p.knownCallee(n) || slices.ContainsFunc(n.Args, p.functionValue)
	case *ast.RangeStmt:
		_, called := ast.Unparen(n.X).(*ast.CallExpr)
		return !called && p.functionValue(n.X)
	}
	return false
}

// noteValues finds the functions of the notebook that a node mentions without
// calling them, and those that function literals mention.
func (p *plan) noteValues(n ast.Node) {
	note := func(id *ast.Ident) {
		if fn, ok := p.info.Uses[id].(*types.Func); ok && fn.Pkg() == p.pkg {
			if d := p.declOf(fn); d != nil {
				p.values = append(p.values, d)
			}
		}
	}
	called := map[*ast.Ident]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called[calledName(n)] = true
		case *ast.FuncLit:
			ast.Inspect(n.Body, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					note(id)
				}
				return true
			})
		case *ast.Ident:
			if !called[n] {
				note(n)
			}
		}
		return true
	})
}

// knownCallee reports calls of declared functions and methods, conversions and
// builtins: what they may change can be seen from the names they mention. A
// function literal that is called in place counts by what it holds, and a
// parameter by what is passed.
func (p *plan) knownCallee(c *ast.CallExpr) bool {
	if tv := p.info.Types[c.Fun]; tv.IsType() || tv.IsBuiltin() {
		return true
	}
	fun := ast.Unparen(c.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	case *ast.FuncLit:
		return true
	}
	var id *ast.Ident
	switch x := fun.(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
		if s := p.info.Selections[x]; s != nil && types.IsInterface(s.Recv()) {
			return false
		}
	default:
		return false
	}
	switch obj := p.info.Uses[id].(type) {
	case *types.Func:
		return true
	case *types.Var:
		return obj.Kind() == types.ParamVar // where it is called with a function counts
	}
	return false
}

// functionValue reports an argument that is a function known only at run time.
func (p *plan) functionValue(e ast.Expr) bool {
	t := p.info.Types[e].Type
	if t == nil {
		return false
	}
	if _, ok := t.Underlying().(*types.Signature); !ok {
		return false
	}
	switch x := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return false
	case *ast.Ident:
		_, declared := p.info.Uses[x].(*types.Func)
		return !declared
	}
	return true
}

// mentions reports whether the cell's own statements name the variable.
func (p *plan) mentions(name string) bool {
	for _, r := range p.refs {
		if r.name == name {
			return true
		}
	}
	return false
}

func holdsReferences(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return false
	case *types.Array:
		return holdsReferences(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if holdsReferences(f.Type(), seen) {
				return true
			}
		}
		return false
	}
	return true
}
