package host

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"time"

	"gomemo/engine/internal/trace"
	"gomemo/engine/rt"
	"gomemo/engine/session"
	"gomemo/engine/wire"
	"gomemo/engine/yaegi"
)

// maxFrames is how deep a stack is read. Of a deeper recursion the innermost
// calls are shown.
const maxFrames = 4096

// run evaluates one cell on the goroutine that called rt.Enter and answers
// how it ended.
func (h *host) run(r *wire.Run) {
	cell := h.session.NewCell(r)
	answer := &wire.Done{Seq: r.Seq}
	var started time.Time
	var body body
	var err error
	finished := false
	debug.SetPanicOnFault(true) // a wild pointer is an error of this cell
	defer func() {
		// The stack of a panic, and of runtime.Goexit, is still there.
		all := h.thrown()
		if body.thrown != nil {
			all = body.thrown
		}
		v := recover()
		var pcs []uintptr
		if !finished {
			pcs = callers()
		}
		if !started.IsZero() {
			answer.Took = time.Since(started)
		}
		asked, obeyed, where := rt.Leave()
		switch {
		case err != nil:
			answer.Error = failure(err, asked, body)
		case finished && !obeyed: // or it waited for what was ended
			answer.Result = cell.Result()
		case asked:
			answer.Error = &wire.Error{Kind: "interrupt", Message: "interrupted", Frames: append(trace.Callers(where), body.at()...)}
		case v != nil:
			answer.Error = &wire.Error{Kind: "panic", Message: panicsText(v, all), Frames: append(trace.Callers(pcs), body.at()...)}
		default:
			answer.Error = &wire.Error{Kind: "panic", Message: "the cell ended its own goroutine by runtime.Goexit", Frames: append(trace.Callers(pcs), body.at()...)}
		}
		if !h.streams.intact() {
			sever(h.out)
		}
		if closed := h.streams.reopen(); closed != "" && answer.Error == nil {
			answer.Error = &wire.Error{Kind: "closed", Message: closed}
		}
		answer.Calls = cell.Calls()
		h.done(answer, asked)
	}()
	body, err = h.prepare(r, cell)
	if err != nil {
		finished = true
		return
	}
	if body.script != nil {
		body.script.OnPanic(func() {
			if body.thrown == nil {
				body.thrown = h.thrown()
			}
		})
	}
	started = time.Now()
	err = body.run()
	finished = true
}

// A body is what a cell runs. Of a script, at returns its current place,
// which is on no stack.
type body struct {
	run    func() error
	script *yaegi.Program
	thrown []inFlight // panics of a script, before the interpreter has thrown them again
}

func (b body) at() []wire.Frame {
	if b.script == nil {
		return nil
	}
	return b.script.At()
}

// prepare opens the plugins, settles the variables and returns what runs the
// cell.
func (h *host) prepare(r *wire.Run, cell *session.Cell) (b body, err error) {
	for _, path := range r.Plugins {
		if _, err := h.loader.load(path, &h.session.Registry); err != nil {
			return b, err
		}
	}
	h.session.SetPointed(r.Keep)
	h.session.Drop(r.Drop...)
	h.session.SetStale(r.Stale)
	for _, v := range r.Vars {
		var t reflect.Type
		if v.Unit == "" {
			if t, err = yaegi.Type(&h.session.Registry, v.Type); err != nil {
				return b, fmt.Errorf("variable %s: %w", v.Name, err)
			}
		}
		switch {
		case v.Of != "":
			err = h.session.BindTo(v.Name, v.Of, t)
		case v.Home != "":
			err = h.session.BindAt(v.Name, v.Home, t)
		default:
			err = h.session.Bind(v.Name, v.Unit, t, v.Move)
		}
		if err != nil {
			return b, err
		}
	}
	if notice := h.session.Renew(r.Renew, alone); notice != "" {
		fmt.Fprintln(os.Stderr, notice)
	}
	if r.Script != nil {
		b.script, err = yaegi.Compile(cell, r.Script)
		b.run = b.script.Run
		return b, err
	}
	p, err := h.loader.load(r.Entry, &h.session.Registry)
	b.run = func() error { p.Run(&rt.Cell{Evaluation: cell}); return nil }
	return b, err
}

// failure translates an error that preparing or running a cell returned, as
// opposed to a panic that unwound it. asked says that it was interrupted.
func failure(err error, asked bool, b body) *wire.Error {
	var p *yaegi.Panic
	switch {
	case asked:
		return &wire.Error{Kind: "interrupt", Message: "interrupted", Frames: b.at()}
	case errors.As(err, &p):
		return &wire.Error{Kind: "panic", Message: panicsText(p.Value, b.thrown), Frames: p.Frames}
	case errors.Is(err, yaegi.ErrLong):
		return &wire.Error{Kind: "long", Message: err.Error()}
	}
	return &wire.Error{Kind: "load", Message: err.Error()}
}

func callers() []uintptr {
	pcs := make([]uintptr, maxFrames)
	return pcs[:runtime.Callers(2, pcs)]
}
