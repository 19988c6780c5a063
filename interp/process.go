package interp

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"gomemo/engine/wire"
)

// process is one engine and what it has been told.
type process struct {
	cancel context.CancelFunc // ends the start of the engine, not the engine
	ready  chan struct{}      // closed when engine and err are set
	engine Engine
	err    error
	bound  map[string]wire.Var // where its variables live
	// Variables that something may point to. What they held stays there when
	// the name gets another place, as a new variable of that name in a program.
	pointed map[string]bool
	renewed map[wire.Renewed]bool // what it was told of types that were declared again
}

func (s *Session) restart() {
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{ready: make(chan struct{}), cancel: cancel, bound: map[string]wire.Var{}, pointed: map[string]bool{}, renewed: map[wire.Renewed]bool{}}
	s.ending.Lock()
	defer s.ending.Unlock()
	s.proc = p
	s.linked = map[string]bool{}
	if s.ended {
		p.err = errClosed
		close(p.ready)
		return
	}
	go func() {
		defer close(p.ready)
		p.engine, p.err = s.start(ctx)
	}()
}

var errClosed = errors.New("the session is closed")

// Close ends the engine, and with it a cell that runs.
func (s *Session) Close() error {
	s.ahead.drop()
	s.ending.Lock()
	s.ended = true
	proc := s.proc
	s.ending.Unlock()
	err := proc.close()
	s.warming.Wait()
	s.running.Lock() // a cell that ran has lost its engine
	defer s.running.Unlock()
	return err
}

func (proc *process) close() error {
	proc.cancel()
	<-proc.ready
	if proc.engine == nil {
		return nil
	}
	return proc.engine.Close()
}

// bindings lists the variables whose place the engine does not know yet.
func (proc *process) bindings(p *plan) []wire.Var {
	out := proc.lent(p)
	for _, name := range sortedKeys(p.table.byName) {
		d := p.table.byName[name]
		if d.kind != varDecl || d.lost != "" || strings.HasSuffix(name, oldSuffix) {
			continue
		}
		v := wire.Var{Name: name, Move: p.move[name]}
		if v.Unit = p.loadedUnit(d); v.Unit != "" {
		} else if d.heap != nil {
			v.Type, v.Home = d.heap, d.home
		} else {
			continue
		}
		if old, ok := proc.bound[name]; !ok || old.Unit != v.Unit || v.Unit == "" && (typeKey(old.Type) != typeKey(v.Type) || old.Home != v.Home) {
			out = append(out, v)
		}
	}
	return out
}

// lent gives the memory of variables that change their type from their own value
// a second name, so that it stays until the cell has run.
func (proc *process) lent(p *plan) (out []wire.Var) {
	for _, v := range p.vars {
		if !v.lent {
			continue
		}
		old := p.table.byName[v.name+oldSuffix]
		unit := p.loadedUnit(old)
		if unit == "" { // the cell is interpreted, and no compiled code has the variable
			out = append(out, wire.Var{Name: v.name + oldSuffix, Type: old.heap, Home: old.home, Of: v.name})
			continue
		}
		if proc.bound[v.name].Unit != unit {
			out = append(out, wire.Var{Name: v.name, Unit: unit}) // it was on the heap
		}
		out = append(out, wire.Var{Name: v.name + oldSuffix, Unit: unit})
	}
	return out
}

// loadedUnit is the generated package that has a declaration, if it is loaded.
func (p *plan) loadedUnit(d *decl) string {
	path := p.s.placed[d.group.hash]
	if u := p.s.units[path]; u == nil || u.plugin == "" {
		return ""
	}
	return path
}

func typeKey(t *wire.Type) string {
	b, _ := json.Marshal(t)
	return string(b)
}

// dropped lists variables that the engine holds and the notebook no longer has,
// or has no value of.
func (proc *process) dropped(p *plan) []string {
	var out []string
	for _, name := range sortedKeys(proc.bound) {
		if d := p.table.byName[name]; d == nil || d.kind != varDecl || d.lost != "" {
			out = append(out, name)
		}
	}
	return out
}

// leaving lists the variables that something may point to and that get another
// place, or none, with a cell.
func (proc *process) leaving(run *wire.Run) (names []string) {
	for _, v := range run.Vars {
		if proc.pointed[v.Name] {
			names = append(names, v.Name)
		}
	}
	for _, name := range run.Drop {
		if proc.pointed[name] {
			names = append(names, name)
		}
	}
	return names
}

// told notes what the engine knows of the variables now.
func (s *Session) told(p *plan, run *wire.Run) {
	proc := s.proc
	was := maps.Clone(proc.pointed)
	for i, v := range run.Vars {
		// Of this change only, not of a replay, unless it leaves the engine's heap:
		// a new package's variable is the memory of the old one's.
		old, had := proc.bound[v.Name]
		run.Vars[i].Move = v.Move && had && old.Unit == ""
		proc.bound[v.Name] = run.Vars[i]
		if !p.move[v.Name] {
			delete(proc.pointed, v.Name)
		}
		if old, ok := strings.CutSuffix(v.Name, oldSuffix); ok && was[old] {
			proc.pointed[v.Name] = true
		}
		s.hashOf[v.Name] = p.table.byName[v.Name].group.hash
	}
	if run.Renew != nil {
		for _, r := range run.Renew.Types {
			proc.renewed[r] = true
		}
	}
	for _, name := range run.Drop {
		delete(proc.bound, name)
		delete(proc.pointed, name)
	}
	for _, path := range p.blank {
		s.linked[path] = true
		if !slices.Contains(s.effects, path) {
			s.effects = append(s.effects, path)
		}
	}
	for _, d := range p.addressed {
		proc.pointed[d.names[0]] = true
	}
}
