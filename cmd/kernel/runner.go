package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gomemo/interp"
	"gomemo/kernel"
	"gomemo/notebook"
)

// Tags of cells that Jupyter's own executors honour.
const (
	tagSkip   = "skip-execution"
	tagRaises = "raises-exception"
)

// errEnd is why a run was ended before its last cell.
var errEnd = errors.New("ended")

// A runner runs the cells of one notebook.
type runner struct {
	eval        kernel.Evaluator
	screen      *screen
	signals     *signals
	allowErrors bool
	timeout     time.Duration     // per cell; 0: none
	pins        map[string]string // versions of modules that a cell pinned

	gate gate
}

// A gate stands between what cells put out, at any time and from any
// goroutine, and what the runner does with the notebook.
type gate struct {
	mu    sync.Mutex // guards the notebook and the fields below
	shut  bool       // the run is over: what still comes is dropped
	shown displays
}

// A tally is what a run did.
type tally struct {
	cells  int           // cells with code to run
	ran    int           // of these, run to their end
	failed string        // the first failure that is not allowed; "" if none
	hits   int           // calls that were remembered
	saved  time.Duration // what these would have taken
}

// run runs the code cells in order, stores their outputs in nb and shows
// them. Cells that are not reached lose the outputs of earlier runs.
func (r *runner) run(ctx context.Context, nb *notebook.Notebook) (t tally) {
	defer func() {
		r.gate.mu.Lock()
		r.gate.shut = true
		r.gate.mu.Unlock()
	}()
	cells := codeCells(nb)
	t.cells = len(cells)
	for i, c := range cells {
		r.announce(cells[i+1:])
		failure, err := r.cell(ctx, c, i+1, &t)
		if err != nil {
			t.failed = cmp.Or(t.failed, fmt.Sprintf("%v in cell %d", err, i+1))
			return t
		}
		if failure == nil || tagged(c, tagRaises) {
			t.ran++
			continue
		}
		t.failed = cmp.Or(t.failed, fmt.Sprintf("cell %d: %s: %s", i+1, failure.Name, failure.Value))
		if !r.allowErrors {
			return t
		}
	}
	return t
}

// announce lets cells be compiled while the one before them runs.
func (r *runner) announce(cells []*notebook.Cell) {
	q, ok := r.eval.(kernel.Queuer)
	if !ok {
		return
	}
	codes := make([]string, len(cells))
	for i, c := range cells {
		codes[i] = c.Source
	}
	q.Queue(codes)
}

// codeCells clears the cells that a run executes and returns those of them
// that hold anything.
func codeCells(nb *notebook.Notebook) []*notebook.Cell {
	var cells []*notebook.Cell
	for _, c := range nb.Cells {
		if c.Type != notebook.Code || tagged(c, tagSkip) {
			continue
		}
		c.Clear()
		if strings.TrimSpace(c.Source) != "" {
			cells = append(cells, c)
		}
	}
	return cells
}

// cell runs one cell. The error is non-nil when the whole run is to end.
func (r *runner) cell(ctx context.Context, c *notebook.Cell, number int, t *tally) (*kernel.Error, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if r.timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, r.timeout)
		defer cancel()
	}
	r.signals.begin(cancel)
	defer r.signals.done()

	c.Count = &number
	out := &recorder{gate: &r.gate, screen: r.screen, cell: c, tally: t, cancel: cancel}
	stop := r.showProgress(number, t.cells)
	ended := make(chan kernel.Outcome, 1)
	go func() {
		ended <- r.eval.Execute(ctx, kernel.Cell{Code: c.Source, Number: number, ID: c.ID}, out)
	}()
	var o kernel.Outcome
	var err error
	select {
	case o = <-ended:
	case <-r.signals.end:
		err = errEnd
	}
	stop()
	if pins, ok := o.Metadata["modules"].(map[string]string); ok {
		r.pins = pins
	}
	if err == nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && o.Err != nil {
		o.Err = timedOut(o.Err, r.timeout)
	}
	out.finish(o, number)
	if r.screen.failure() != nil {
		err = errors.New("standard output was closed")
	}
	return o.Err, err
}

// timedOut says why the cell was interrupted, above where it was.
func timedOut(e *kernel.Error, limit time.Duration) *kernel.Error {
	value := fmt.Sprintf("the cell took more than %v", limit)
	return &kernel.Error{
		Name:      "timeout",
		Value:     value,
		Traceback: append([]string{"timeout: " + value}, e.Traceback...),
	}
}

// showProgress draws a line until stop is called: which cell runs, for how long.
func (r *runner) showProgress(number, cells int) (stop func()) {
	if !r.screen.terminal {
		return func() {}
	}
	begun := time.Now()
	quit := make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				r.screen.draw(fmt.Sprintf("cell %d/%d  %.1f s", number, cells, time.Since(begun).Seconds()))
			}
		}
	})
	return func() {
		close(quit)
		drawing.Wait()
		r.screen.clear()
	}
}

// tagged reports whether the cell's metadata has the tag.
func tagged(c *notebook.Cell, tag string) bool {
	var tags []string
	if json.Unmarshal(c.Metadata["tags"], &tags) != nil {
		return false
	}
	return slices.Contains(tags, tag)
}

// A recorder shows the output of one cell and stores it in the cell.
type recorder struct {
	gate   *gate
	screen *screen
	cancel context.CancelFunc // interrupts the cell
	cell   *notebook.Cell
	stale  bool // the cell's outputs are to be cleared before the next one; gate.mu guards it
	tally  *tally
}

// Stream implements kernel.Output.
func (r *recorder) Stream(name, text string) {
	r.gate.mu.Lock()
	defer r.gate.mu.Unlock()
	if r.gate.shut {
		return
	}
	r.screen.print(name, text)
	r.store(notebook.Output{Type: notebook.Stream, Name: name, Text: text})
	r.check()
}

// Display implements kernel.Output.
func (r *recorder) Display(data, metadata map[string]json.RawMessage) {
	r.DisplayAs("", data, metadata)
}

// count adds a cache report to the tally.
func (r *recorder) count(report json.RawMessage) {
	var v struct {
		Totals struct {
			Hits    int     `json:"hits"`
			SavedMS float64 `json:"saved_ms"`
		} `json:"totals"`
	}
	if json.Unmarshal(report, &v) == nil {
		r.tally.hits += v.Totals.Hits
		r.tally.saved += time.Duration(v.Totals.SavedMS * float64(time.Millisecond))
	}
}

// check interrupts the cell when nobody reads its output any more.
func (r *recorder) check() {
	if r.screen.failure() != nil {
		r.cancel()
	}
}

// finish shows and stores how the cell ended.
func (r *recorder) finish(o kernel.Outcome, number int) {
	r.gate.mu.Lock()
	defer r.gate.mu.Unlock()
	if o.Result != nil {
		r.screen.println("stdout", plain(o.Result))
		r.store(notebook.Output{Type: notebook.Result, Data: o.Result, Count: &number})
	}
	if e := o.Err; e != nil {
		if r.screen.failure() == nil { // else the error is our own interrupt
			r.screen.traceback(e.Traceback)
		}
		r.store(notebook.Output{Type: notebook.Failure, EName: e.Name, EValue: e.Value, Traceback: e.Traceback})
	}
	if o.Report != nil {
		r.screen.println("stdout", plain(o.Report))
		r.store(notebook.Output{Type: notebook.Display, Data: o.Report})
		r.count(o.Report[interp.ReportMIME])
	}
	r.screen.finishLine()
}
