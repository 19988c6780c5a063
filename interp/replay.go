package interp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"gomemo/engine/wire"
)

// Replaying is for what is quick: cells made of remembered calls and cheap
// statements. The rest is named, and the user decides.
const (
	maxReplayCell = time.Second
	maxReplayAll  = 5 * time.Second
)

// died starts a new engine after the old one ended under a cell, and says what
// happened and what is left.
func (s *Session) died(ctx context.Context, p *plan, death *wire.Death) Outcome {
	o := Outcome{Calls: death.Calls, Report: report(death.Calls)}
	o.Err = &Error{Name: "engine died", Value: death.Message}
	o.Err.Lines = append([]string{death.Message}, s.trace(death.Frames, p.src)...)
	s.proc.close()
	// The interrupt that may have ended the engine must not end the replay.
	ctx = context.WithoutCancel(ctx)
	s.rebuild(ctx) // the cache may have been trimmed
	o.Err.Lines = append(o.Err.Lines, s.revive(ctx))
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
		s.forget(s.whereAll(live, nil))
		return fmt.Sprintf("A new engine could not be started: %v", proc.err)
	}
	r := &replayed{live: live, have: map[string]bool{}, lost: map[string]int{}}
	if died := s.replayAll(ctx, proc, r); died {
		return s.revive(ctx)
	}
	gone := map[string]bool{}
	var back []string
	for _, name := range sortedKeys(live) {
		if r.have[name] {
			back = append(back, plain(name))
		} else {
			gone[name] = true
		}
	}
	where := s.whereAll(gone, r.lost)
	s.forget(where)
	msg := "A new engine is running; declarations are still there."
	if len(back) > 0 {
		msg += fmt.Sprintf(" Back after replaying %d cell%s: %s.", len(s.history), plural(len(s.history)), strings.Join(back, ", "))
	}
	if len(gone) > 0 {
		var parts []string
		for _, name := range sortedKeys(gone) {
			parts = append(parts, plain(name)+" ("+where[name]+")")
		}
		msg += " Gone: " + strings.Join(parts, ", ") + "; run their cells again."
	}
	return msg
}

// vanished reports whether files that a cell needs are gone: the cache may have
// been trimmed.
func vanished(run *wire.Run) bool {
	for _, path := range append(slices.Clone(run.Plugins), run.Entry) {
		if _, err := os.Stat(path); path != "" && errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

// replayed is what is known of the variables while cells are replayed.
type replayed struct {
	live map[string]bool // those that there were
	have map[string]bool // those that are back
	lost map[string]int  // those that are not -> cell that would have to run again
}

// can reports whether everything that a cell needs is there.
func (v *replayed) can(r *record) bool {
	for name := range r.reads {
		if !v.have[name] && v.live[name] {
			return false
		}
	}
	if r.open {
		for _, name := range r.shared {
			if !v.have[name] && v.live[name] {
				return false
			}
		}
	}
	return r.repeat && r.cost <= maxReplayCell && !(r.wild && len(v.lost) > 0)
}

// replayAll replays the history and keeps what of it was replayed. died reports
// that a cell ended the engine: it will not be tried again.
func (s *Session) replayAll(ctx context.Context, proc *process, v *replayed) (died bool) {
	var kept []*record
	deadline := time.Now().Add(maxReplayAll)
	for _, r := range s.history {
		ok := v.can(r) && time.Now().Before(deadline)
		if ok {
			if ok, died = s.replay(ctx, proc, r); died {
				r.repeat = false
				return true
			}
		}
		if ok {
			for name := range r.sets {
				v.have[name] = true
				delete(v.lost, name)
			}
			for _, path := range r.blank {
				s.linked[path] = true
			}
			kept = append(kept, r)
			continue
		}
		for name := range r.taints(v.live) {
			delete(v.have, name)
			v.lost[name] = r.src.cell
		}
	}
	s.history = kept
	return false
}

// whereAll says for each variable which cells give it a value; last holds the
// cells that changed some of them last.
func (s *Session) whereAll(names map[string]bool, last map[string]int) map[string]string {
	where := map[string]string{}
	for name := range names {
		where[name] = s.cellsOf(name, last[name])
	}
	return where
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
		if old, ok := proc.bound[v.Name]; !ok || v.Of != "" || old.Unit != v.Unit || typeKey(old.Type) != typeKey(v.Type) || old.Home != v.Home {
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
		s.gone[plain(name)] = "its value was lost with the engine; run " + where + " again"
		t.remove(name)
	}
	s.mu.Lock()
	s.table = t
	s.mu.Unlock()
	s.recheck = s.recheck || len(cells) > 0 // functions mention them
}
