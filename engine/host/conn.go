package host

import (
	"errors"
	"io"
	"sync"

	"gomemo/display"
	"gomemo/engine/internal/frame"
	"gomemo/engine/session"
	"gomemo/engine/wire"
)

// conn writes frames to the kernel process and waits for its replies. It is
// the session's session.Kernel.
type conn struct {
	wmu sync.Mutex // serialises writes to out
	out io.Writer
	buf []byte

	mu     sync.Mutex // guards the fields below
	lastID int
	waits  map[int]chan wire.Reply
	lost   bool // the kernel is gone: no reply will come
}

var errLost = errors.New("the kernel process is gone")

func newConn(out io.Writer) *conn {
	return &conn{out: out, waits: make(map[int]chan wire.Reply)}
}

func (c *conn) send(f wire.FromEngine) error {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	buf, err := frame.Append(c.buf[:0], f)
	if err != nil {
		return err
	}
	if len(buf) <= 1<<20 { // a large picture is not worth keeping the room for
		c.buf = buf
	}
	_, err = c.out.Write(buf)
	return err
}

// ask sends the frame that fill makes for a fresh ID and waits for the reply.
func (c *conn) ask(fill func(id int) wire.FromEngine) (wire.Reply, error) {
	wait := make(chan wire.Reply, 1)
	c.mu.Lock()
	if c.lost {
		c.mu.Unlock()
		return wire.Reply{}, errLost
	}
	c.lastID++
	id := c.lastID
	c.waits[id] = wait
	c.mu.Unlock()
	if err := c.send(fill(id)); err != nil {
		c.mu.Lock()
		delete(c.waits, id)
		c.mu.Unlock()
		return wire.Reply{}, err
	}
	r, ok := <-wait
	if !ok {
		return wire.Reply{}, errLost
	}
	return r, nil
}

// asking reports whether anybody waits for a reply.
func (c *conn) asking() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waits) > 0
}

// reply hands a reply to whoever waits for it.
func (c *conn) reply(r wire.Reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if wait, ok := c.waits[r.ID]; ok {
		delete(c.waits, r.ID)
		wait <- r
	}
}

// close ends all waits, those to come too.
func (c *conn) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost = true
	for _, wait := range c.waits {
		close(wait)
	}
	clear(c.waits)
}

// Show implements session.Kernel.
func (c *conn) Show(d display.Command) error {
	e := wire.Event{Data: d.Bundle.Data, Metadata: d.Bundle.Metadata, Op: string(d.Op), As: d.ID}
	_, err := c.ask(func(id int) wire.FromEngine {
		return wire.FromEngine{Show: &wire.Show{ID: id, Event: e}}
	})
	return err
}

// BeginCapture implements session.Kernel.
func (c *conn) BeginCapture() (int, error) {
	r, err := c.ask(func(id int) wire.FromEngine {
		return wire.FromEngine{Capture: &wire.Capture{ID: id}}
	})
	return r.ID, err
}

// EndCapture implements session.Kernel.
func (c *conn) EndCapture(id int) ([]wire.Event, error) {
	r, err := c.ask(func(end int) wire.FromEngine {
		return wire.FromEngine{Capture: &wire.Capture{ID: end, End: true, Of: id}}
	})
	if err == nil && r.TooLarge {
		err = session.ErrTooLarge
	}
	return r.Events, err
}

// Judged implements session.Kernel. A verdict that cannot be sent ahead still
// comes with the end of the cell.
func (c *conn) Judged(call wire.Call) {
	_ = c.send(wire.FromEngine{Call: &call})
}
