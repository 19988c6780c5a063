package main

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"gomemo/interp"
	"gomemo/kernel"
)

const (
	// A preparation that is over before this is not worth a word.
	quietFor = 300 * time.Millisecond
	// How often its progress is shown.
	showEvery = 500 * time.Millisecond
	// How long completion, which blocks the kernel's queue, waits for it.
	completeWait = 2 * time.Second
	// How long an interrupted preparation may take to end.
	abandonAfter = time.Second
)

// preparing is an Evaluator that is being made, which takes minutes when a Go
// version is used for the first time. The first cells wait for it and show how
// far it is, in a display that is cleared before the cell runs.
type preparing struct {
	cancel context.CancelFunc
	ready  chan struct{}    // closed when the two below are set
	eval   kernel.Evaluator // nil if err is not
	err    error

	mu       sync.Mutex // guards the fields below
	step     string
	fraction float64
	queue    []string // what Queue was told and nobody knows yet
}

// prepareFirst calls make in the background.
func prepareFirst(ctx context.Context, make func(context.Context, progress) (kernel.Evaluator, error)) *preparing {
	ctx, cancel := context.WithCancel(ctx)
	p := newPreparing(cancel)
	go func() {
		defer close(p.ready)
		p.eval, p.err = make(ctx, p.report)
	}()
	return p
}

func newPreparing(cancel context.CancelFunc) *preparing {
	return &preparing{cancel: cancel, ready: make(chan struct{})}
}

func (p *preparing) report(step string, fraction float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step, p.fraction = step, fraction
}

// Execute implements kernel.Evaluator.
func (p *preparing) Execute(ctx context.Context, c kernel.Cell, out kernel.Output) kernel.Outcome {
	p.wait(ctx, out)
	select {
	case <-p.ready:
	default:
		const value = "interrupted while gomemo was being prepared, which goes on"
		return kernel.Outcome{Err: &kernel.Error{Name: "interrupted", Value: value, Traceback: []string{value}}}
	}
	if p.err != nil {
		value := p.err.Error()
		return kernel.Outcome{Err: &kernel.Error{Name: "kernel not ready", Value: value, Traceback: []string{"kernel not ready: " + value}}}
	}
	p.mu.Lock()
	p.tell()
	p.mu.Unlock()
	return p.eval.Execute(ctx, c, out)
}

// Queue implements kernel.Queuer.
func (p *preparing) Queue(cells []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue = cells
	select {
	case <-p.ready:
		p.tell()
	default:
	}
}

// tell passes on what Queue was told. The caller holds the lock.
func (p *preparing) tell() {
	if q, ok := p.eval.(kernel.Queuer); ok && p.queue != nil {
		q.Queue(p.queue)
	}
	p.queue = nil
}

// wait returns when the evaluator is there or ctx is done.
func (p *preparing) wait(ctx context.Context, out kernel.Output) {
	select {
	case <-p.ready:
		return
	case <-ctx.Done():
		return
	case <-time.After(quietFor):
	}
	shown, last := newNote(out), ""
	defer shown.clear()
	tick := time.NewTicker(showEvery)
	defer tick.Stop()
	for {
		p.mu.Lock()
		step, fraction := p.step, p.fraction
		p.mu.Unlock()
		if text := preparingText(step, fraction); step != "" && text != last {
			shown.show(text)
			last = text
		}
		select {
		case <-p.ready:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// soon waits a little for the evaluator, for requests that nobody waits for.
func (p *preparing) soon(ctx context.Context) (kernel.Evaluator, bool) {
	select {
	case <-p.ready:
	case <-ctx.Done():
	case <-time.After(completeWait):
	}
	select {
	case <-p.ready:
		return p.eval, p.err == nil
	default:
		return nil, false
	}
}

// Complete implements kernel.Evaluator.
func (p *preparing) Complete(ctx context.Context, code string, cursor int) ([]kernel.Completion, int, int) {
	if e, ok := p.soon(ctx); ok {
		return e.Complete(ctx, code, cursor)
	}
	return nil, cursor, cursor
}

// Inspect implements kernel.Evaluator.
func (p *preparing) Inspect(ctx context.Context, code string, cursor, detail int) map[string]json.RawMessage {
	if e, ok := p.soon(ctx); ok {
		return e.Inspect(ctx, code, cursor, detail)
	}
	return nil
}

// IsComplete implements kernel.Evaluator. No session is needed for that.
func (p *preparing) IsComplete(code string) (status, indent string) {
	return new(interp.Session).IsComplete(code)
}

// Close implements kernel.Evaluator. A preparation is given up.
func (p *preparing) Close() error {
	p.cancel()
	select {
	case <-p.ready:
	case <-time.After(abandonAfter):
		return nil
	}
	if p.eval == nil {
		return nil
	}
	return p.eval.Close()
}

// A note is a line in the output of a cell that is replaced, and removed in
// the end.
type note struct {
	out   kernel.Output
	shown bool
}

// noteID is the id that a note is displayed under.
const noteID = "gomemo-preparing"

func newNote(out kernel.Output) *note { return &note{out: out} }

func (n *note) show(text string) {
	raw, err := json.Marshal(text)
	if err != nil {
		return // a string always has a JSON form
	}
	data := map[string]json.RawMessage{"text/plain": raw}
	u, ok := n.out.(kernel.Updater)
	switch {
	case !ok && !n.shown:
		n.out.Stream("stderr", text+"\n")
	case ok && n.shown:
		u.UpdateDisplay(noteID, data, nil)
	case ok:
		u.DisplayAs(noteID, data, nil)
	}
	n.shown = true
}

func (n *note) clear() {
	if c, ok := n.out.(kernel.Clearer); ok && n.shown {
		c.ClearOutput(false)
	}
}
