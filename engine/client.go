package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"gomemo/engine/internal/frame"
	"gomemo/engine/wire"
)

// patience is how long a cell may take to obey an interrupt.
const patience = 2500 * time.Millisecond

// goodbye is how long an engine may take to end when it is closed.
const goodbye = 100 * time.Millisecond

// Options say which engine to start.
type Options struct {
	Path  string   // the engine's executable
	Name  string   // the program's name for itself; "" means Path
	Args  []string // its arguments, usually none
	Env   []string // its environment; nil means this process's
	Dir   string   // its working directory; "" means this process's
	Hello wire.Hello
}

// Output receives what a cell prints and shows while it runs, in order. It may
// be a [Clearer] and an [Updater] too.
type Output interface {
	Stream(name, text string) // "stdout" or "stderr"
	Display(data, metadata map[string]json.RawMessage)
}

// A Clearer can remove what a cell has put out so far; wait delays that until
// there is something new.
type Clearer interface {
	ClearOutput(wait bool)
}

// An Updater can display something under an id, and replace all that is
// displayed under an id later.
type Updater interface {
	DisplayAs(id string, data, metadata map[string]json.RawMessage)
	UpdateDisplay(id string, data, metadata map[string]json.RawMessage)
}

// A Client runs cells in one engine process.
type Client struct {
	process *process
	relay   *relay

	wmu  sync.Mutex // serialises frames to the engine, guards wbuf
	wbuf []byte

	runs      sync.Mutex // one cell at a time
	closeOnce sync.Once
}

// Start starts an engine. It does not wait for it: the first cell does.
// Cancelling ctx later does not end the engine.
func Start(ctx context.Context, o Options) (*Client, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := spawn(o)
	if err != nil {
		return nil, fmt.Errorf("engine: start %s: %w", o.Path, err)
	}
	c := &Client{process: p}
	c.relay = newRelay(p, c.send)
	go c.relay.loop()
	if o.Hello.Memory > 0 {
		go c.watch(o.Hello.Memory)
	}
	// If this fails the program has ended already, which the first cell is told.
	_ = c.send(wire.ToEngine{Hello: &o.Hello})
	return c, nil
}

// PID returns the process number of the engine.
func (c *Client) PID() int { return c.process.pid }

// Run evaluates one cell and blocks until it is over or the engine is gone;
// everything the cell printed has then been given to out. Cancelling ctx
// interrupts the cell. The error is a *wire.Death, or the context's if the
// cell was never begun.
func (c *Client) Run(ctx context.Context, r *wire.Run, out Output) (*wire.Done, error) {
	c.runs.Lock()
	defer c.runs.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.relay.closing.Load() {
		return nil, &wire.Death{Message: "the engine was closed", ExitCode: -1}
	}
	buf, err := frame.Append(nil, wire.ToEngine{Run: r})
	if err != nil {
		return nil, fmt.Errorf("engine: cell %d: %w", r.Seq, err)
	}
	cell := &call{seq: r.Seq, out: out, end: make(chan outcome, 1), deadlock: make(chan struct{}, 1)}
	c.relay.begin(cell)
	written := make(chan struct{})
	go func() { // an engine that does not read must not keep us from interrupting
		defer close(written)
		c.write(buf)
	}()
	select {
	case o := <-cell.end:
		return o.done, o.err
	case <-ctx.Done():
	}
	return c.interrupt(cell, written)
}

// interrupt asks a cell to end and waits for its end, whichever it is.
// begun is closed when the engine has been told to begin it.
func (c *Client) interrupt(cell *call, begun <-chan struct{}) (*wire.Done, error) {
	c.process.setStop()
	defer c.process.clearStop() // the engine may have done so before
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		<-begun
		_ = c.send(wire.ToEngine{Interrupt: &wire.Interrupt{Seq: cell.seq}})
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case o := <-cell.end:
		<-sent
		return o.done, o.err
	case <-cell.deadlock:
	case <-timer.C:
	}
	c.process.kill()
	o := <-cell.end
	<-sent
	if o.err == nil {
		return o.done, nil
	}
	return nil, unanswered(cell, o.err)
}

// unanswered explains the end of an engine that was killed because its cell
// did not end.
func unanswered(cell *call, err error) error {
	var death *wire.Death
	if !errors.As(err, &death) || death.Signal == "" {
		return err // it ended by itself in the last moment
	}
	d := *death
	doing := "blocked in a system call or in foreign code"
	if cell.stuck != nil {
		doing = "in state " + strconv.Quote(cell.stuck.State)
		d.Frames = whereabouts(cell.stuck)
	}
	d.Message = fmt.Sprintf("interrupted: the cell was %s and did not end within %v, so its process was ended", doing, patience)
	if cell.stuck != nil && cell.stuck.Deadlock {
		d.Message = "interrupted: all goroutines of the cell were blocked, which nothing could end, so its process was ended"
	}
	return &d
}

// whereabouts lists where goroutines were, each place under a line that says
// in which state. Where only the cell's own is known the message has said that.
func whereabouts(s *wire.Stuck) []wire.Frame {
	if len(s.Others) == 0 && !s.Deadlock {
		return s.Frames
	}
	frames := append([]wire.Frame{{Func: "the cell: " + s.State}}, s.Frames...)
	for _, w := range s.Others {
		head := "a goroutine: "
		if w.Count > 1 {
			head = strconv.Itoa(w.Count) + " goroutines: "
		}
		frames = append(append(frames, wire.Frame{Func: head + w.State}), w.Frames...)
	}
	return frames
}

// Interrupt asks cell seq to end, without ending the process if it does not.
// For a cell that does not run it does nothing.
func (c *Client) Interrupt(seq int) error {
	return c.send(wire.ToEngine{Interrupt: &wire.Interrupt{Seq: seq}})
}

// Close ends the engine process and everything that it started.
func (c *Client) Close() error {
	c.closeOnce.Do(func() {
		c.relay.closing.Store(true)
		c.process.in.Close() // the engine ends when it reads this
		select {
		case <-c.relay.over:
		case <-time.After(goodbye):
			c.process.kill()
		}
	})
	<-c.relay.over
	return nil
}

func (c *Client) send(f wire.ToEngine) error {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	buf, err := frame.Append(c.wbuf[:0], f)
	if err != nil {
		return err
	}
	if len(buf) <= 1<<20 {
		c.wbuf = buf
	}
	_, err = c.process.in.Write(buf)
	return err
}

// write sends an encoded frame. A failure means that the engine is ending,
// which the relay sees too and explains better.
func (c *Client) write(buf []byte) {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	_, _ = c.process.in.Write(buf)
}
