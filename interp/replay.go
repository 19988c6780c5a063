package interp

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"sort"
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
	repeat bool            // running it again gives the same values
	wild   bool            // it calls functions that are only known at run time, which may change any variable
	shared []string        // variables that held references when it ran, if it may have changed memory that they share
	cost   time.Duration   // of running it again, remembered calls left out
}

// Replaying is for what is quick: cells made of remembered calls and cheap
// statements. The rest is named, and the user decides.
const (
	maxReplayCell = time.Second
	maxReplayAll  = 5 * time.Second
)

// remember adds a cell to the history.
func (s *Session) remember(p *plan, run *wire.Run, done *wire.Done, took time.Duration) {
	r := &record{src: p.src, run: run, sets: map[string]bool{}, reads: map[string]bool{}, repeat: done.Error == nil}
	own := map[string]*newVar{} // variables that the cell itself gives a value
	for _, v := range p.vars {
		if !v.self {
			own[v.name] = v
		}
	}
	roots := map[*group]bool{}
	for _, ref := range p.refs {
		d := p.table.byName[ref.name]
		if d == nil || d.group == nil || own[ref.name] != nil && ref.off >= own[ref.name].off {
			continue
		}
		roots[d.group] = true
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
	for _, v := range p.vars {
		r.sets[v.name] = true
	}
	for _, st := range p.body {
		if p.impurity(st) != "" {
			r.repeat = false
		}
	}
	for g := range roots {
		if p.refusal(g) != "" {
			r.repeat = false
		}
	}
	p.mutated(r)
	r.cost = took
	for _, c := range done.Calls {
		switch c.Verdict {
		case "miss":
			r.cost -= time.Duration(c.TookMS * 1e6)
		case "refused":
			r.repeat = r.repeat && c.TookMS < ms(maxReplayCell)
		}
	}
	for name := range r.reads {
		if v, ok := s.proc.bound[name]; ok {
			r.vars = append(r.vars, v)
		}
	}
	for name := range r.sets {
		if v, ok := s.proc.bound[name]; ok && !r.reads[name] {
			r.vars = append(r.vars, v)
		}
	}
	sort.Slice(r.vars, func(i, j int) bool { return r.vars[i].Name < r.vars[j].Name })
	if len(r.sets) == 0 && !r.wild && len(p.blank) == 0 {
		return
	}
	// The same cell run again at once, if it depends on nothing it sets, need
	// not run twice.
	if n := len(s.history); n > 0 && s.history[n-1].src.text == r.src.text && !r.wild && !overlap(r.sets, r.reads) {
		s.history = s.history[:n-1]
	}
	s.history = append(s.history, r)
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
func (p *plan) mutated(r *record) {
	// Memory that older variables share may change through them, or through a
	// variable that the cell made from them.
	share, shareOwn := false, false
	own := map[string]bool{}
	for _, v := range p.vars {
		own[v.name] = true
	}
	note := func(e ast.Expr) {
		ast.Inspect(e, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if v, ok := p.info.Uses[id].(*types.Var); ok && v.Parent() == p.pkg.Scope() {
					r.sets[v.Name()] = true
					if holdsReferences(v.Type(), map[types.Type]bool{}) && !p.isOwnTarget(id) {
						share = share || !own[v.Name()]
						shareOwn = true
					}
				}
			}
			return true
		})
	}
	// What a called function changes is among the variables it mentions.
	for name := range r.reads {
		if d := p.table.byName[name]; d != nil && !p.mentions(name) {
			r.sets[name] = true
			share = true
		}
	}
	defer func() {
		for name := range r.reads {
			obj := p.pkg.Scope().Lookup(name)
			share = share || shareOwn && !own[name] && obj != nil && holdsReferences(obj.Type(), map[types.Type]bool{})
		}
		if !share {
			return
		}
		for name, d := range p.table.byName {
			if obj := p.pkg.Scope().Lookup(name); d.kind == varDecl && obj != nil && holdsReferences(obj.Type(), map[types.Type]bool{}) {
				r.shared = append(r.shared, name)
			}
		}
	}()
	for _, st := range p.body {
		ast.Inspect(st, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, l := range n.Lhs {
					note(l)
				}
			case *ast.IncDecStmt:
				note(n.X)
			case *ast.RangeStmt:
				if n.Tok.String() == "=" {
					note(n.Key)
				}
			case *ast.UnaryExpr:
				if n.Op.String() == "&" {
					note(n.X)
				}
			case *ast.GoStmt:
				r.wild = true
			case *ast.CallExpr:
				r.wild = r.wild || !p.knownCallee(n)
				if strings.HasPrefix(p.calleeName(n), "fmt.") {
					return true
				}
				for _, a := range n.Args {
					r.wild = r.wild || p.functionValue(a)
					if t := p.info.Types[a].Type; t != nil && holdsReferences(t, map[types.Type]bool{}) {
						note(a)
					}
				}
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && p.info.Selections[sel] != nil {
					note(sel.X)
				}
			}
			return true
		})
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

// knownCallee reports calls of declared functions and methods, conversions and
// builtins: what they may change can be seen from the names they mention. A
// function literal that is called in place counts by what it holds.
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
	_, ok := p.info.Uses[id].(*types.Func)
	return ok
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

// died starts a new engine after the old one ended under a cell, and says what
// happened and what is left.
func (s *Session) died(ctx context.Context, p *plan, death *wire.Death) Outcome {
	o := Outcome{Calls: death.Calls, Report: report(death.Calls)}
	o.Err = &Error{Name: "engine died", Value: death.Message}
	o.Err.Lines = append([]string{death.Message}, s.trace(death.Frames, p.src)...)
	s.proc.close()
	// The interrupt that may have ended the engine must not end the replay.
	o.Err.Lines = append(o.Err.Lines, s.revive(context.WithoutCancel(ctx)))
	return o
}

// revive starts an engine and brings back the variables whose cells can be
// replayed. It returns a sentence for the user.
func (s *Session) revive(ctx context.Context) string {
	s.restart()
	proc := s.proc
	<-proc.ready
	live := map[string]bool{}
	for name, d := range s.table.byName {
		if d.kind == varDecl && d.lost == "" {
			live[name] = true
		}
	}
	if proc.err != nil {
		where := map[string]string{}
		for name := range live {
			where[name] = s.cellsOf(name, 0)
		}
		s.forget(where)
		return fmt.Sprintf("A new engine could not be started: %v", proc.err)
	}
	have := map[string]bool{}
	lost := map[string]int{} // variable -> cell that would have to run again
	ran := 0
	var kept []*record
	deadline := time.Now().Add(maxReplayAll)
	for _, r := range s.history {
		ok := r.repeat && r.cost <= maxReplayCell && time.Now().Before(deadline)
		for name := range r.reads {
			ok = ok && (have[name] || !live[name])
		}
		ok = ok && !(r.wild && len(lost) > 0)
		if ok {
			var died bool
			if ok, died = s.replay(ctx, proc, r); died {
				r.repeat = false // try again without it
				return s.revive(ctx)
			}
		}
		if ok {
			for name := range r.sets {
				have[name] = true
				delete(lost, name)
			}
		} else {
			for name := range r.taints(live) {
				delete(have, name)
				lost[name] = r.src.cell
			}
		}
		if ok {
			ran++
			kept = append(kept, r)
		}
	}
	s.history = kept
	gone := map[string]bool{}
	var back []string
	for name := range live {
		if have[name] {
			back = append(back, name)
		} else {
			gone[name] = true
		}
	}
	sort.Strings(back)
	where := map[string]string{}
	for name := range gone {
		where[name] = s.cellsOf(name, lost[name])
	}
	s.forget(where)
	msg := "A new engine is running; declarations are still there."
	if len(back) > 0 {
		msg += fmt.Sprintf(" Back after replaying %d cell%s: %s.", ran, plural(ran), strings.Join(back, ", "))
	}
	if len(gone) > 0 {
		var parts []string
		for _, name := range sortedKeys(gone) {
			parts = append(parts, name+" ("+where[name]+")")
		}
		msg += " Gone: " + strings.Join(parts, ", ") + "; run their cells again."
	}
	return msg
}

// cellsOf names the cells that give a variable its value: the one that declares
// it and, if it is another, the one that changed it last.
func (s *Session) cellsOf(name string, last int) string {
	declared := 0
	if d := s.table.byName[name]; d != nil {
		declared = d.src.cell
	}
	switch {
	case last == 0 || last == declared:
		return fmt.Sprintf("cell %d", declared)
	case declared == 0:
		return fmt.Sprintf("cell %d", last)
	}
	return fmt.Sprintf("cells %d and %d", declared, last)
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// replay runs a cell of the history again, silently. died reports that it ended
// the new engine.
func (s *Session) replay(ctx context.Context, proc *process, r *record) (ok, died bool) {
	ctx, cancel := context.WithTimeout(ctx, 2*maxReplayCell)
	defer cancel()
	run := *r.run
	run.Vars, run.Drop = nil, nil
	for _, v := range r.vars {
		if old, ok := proc.bound[v.Name]; !ok || old.Unit != v.Unit || typeKey(old.Type) != typeKey(v.Type) {
			run.Vars = append(run.Vars, v)
		}
	}
	done, err := proc.engine.Run(ctx, &run, discard{})
	for _, v := range run.Vars {
		proc.bound[v.Name] = v
	}
	if err != nil {
		proc.close()
		return false, true
	}
	return done.Error == nil, false
}

type discard struct{}

func (discard) Stream(name, text string)                          {}
func (discard) Display(data, metadata map[string]json.RawMessage) {}

// forget drops variables that have no value any more. cells says for each
// which cells give it one.
func (s *Session) forget(cells map[string]string) {
	t := s.table.clone()
	for name, where := range cells {
		s.gone[name] = "its value was lost with the engine; run " + where + " again"
		t.remove(name)
	}
	s.mu.Lock()
	s.table = t
	s.mu.Unlock()
}
