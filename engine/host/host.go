package host

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime/debug"
	"sync"
	"time"

	"gomemo/cells"
	"gomemo/display"
	"gomemo/engine/internal/frame"
	"gomemo/engine/rt"
	"gomemo/engine/session"
	"gomemo/engine/wire"
)

// stuckAfter is how long after an interrupt a cell that still runs is looked
// up on its stack: well before the client ends the process.
const stuckAfter = 500 * time.Millisecond

// Options say how an engine is connected.
type Options struct {
	In   io.Reader                         // frames from the kernel process
	Out  io.Writer                         // frames to it
	Open func(path string) (Plugin, error) // nil means OpenFile

	// Force ends code of a cell that does not poll wherever it can be preempted;
	// Force(0) stops that. nil means that it cannot be done.
	Force func(cell uint32)

	// Owner knows which cells goroutines belong to. If it does not, an interrupt
	// ends those of earlier cells, too.
	Owner rt.Owner

	// Panics lists the panics of the calling goroutine that are not over, the
	// last one first. nil or an empty list means that only the last one is known.
	Panics func(each func(arg any, recovered, goexit bool))

	// Adopt makes memory of the heap be a variable of a plugin; see
	// session.Session.SetAdopt. nil means that this cannot be done.
	Adopt func(own, at reflect.Value, symbol string) error

	// Exiting has f called by os.Exit. It reports whether that can be done.
	Exiting func(f func()) bool

	Ready wire.Ready // what to say at first

	streams *streams // nil: cells may close them; else Out is an io.Closer
}

// host is the state of one engine.
type host struct {
	conn    *conn
	session *session.Session
	loader  loader
	force   func(cell uint32)
	panics  func(each func(arg any, recovered, goexit bool))
	streams *streams
	out     io.Closer // what frames are written to, with streams

	mu    sync.Mutex // guards the fields below
	seq   int        // the running cell, 0 if none
	swept int        // an earlier cell, whose goroutines are to end, too; 0 if none
}

// Serve runs cells until In ends, which is no error. It returns without
// waiting for a cell that still runs: the process is meant to end.
func Serve(o Options) error {
	if o.Open == nil {
		o.Open = OpenFile
	}
	in := bufio.NewReader(o.In)
	var first wire.ToEngine
	if err := frame.Read(in, &first); err != nil || first.Hello == nil {
		return fmt.Errorf("host: no hello from the kernel process: %v", err)
	}
	h := &host{conn: newConn(o.Out), loader: loader{o.Open, make(map[string]loaded)}, streams: o.streams, force: o.Force, panics: o.Panics}
	rt.SetOwner(o.Owner)
	h.out, _ = o.Out.(io.Closer)
	h.session = session.New(*first.Hello, h.conn)
	h.session.SetAdopt(o.Adopt)
	if limit := first.Hello.Memory; limit > 0 {
		debug.SetMaxStack(int(min(maxStack, limit/2)))
		if os.Getenv("GOMEMLIMIT") == "" {
			debug.SetMemoryLimit(limit - limit/8) // the collector works harder before the engine is ended
		}
	}
	cells.SetTypes(h.session.TypeLike)
	defer h.conn.close()
	display.SetSink(h.conn.Show)
	defer display.SetSink(nil)
	if err := h.conn.send(wire.FromEngine{Ready: &o.Ready}); err != nil {
		return fmt.Errorf("host: %w", err)
	}
	for {
		var f wire.ToEngine
		if err := frame.Read(in, &f); err != nil {
			if err == io.EOF {
				return nil
			}
			return fmt.Errorf("host: %w", err)
		}
		switch {
		case f.Run != nil:
			if err := h.start(f.Run); err != nil {
				return fmt.Errorf("host: %w", err)
			}
		case f.Interrupt != nil:
			h.interrupt(f.Interrupt.Seq)
		case f.Reply != nil:
			h.conn.reply(*f.Reply)
		}
	}
}

// start begins a cell on a goroutine of its own and returns once an interrupt
// can reach it.
func (h *host) start(r *wire.Run) error {
	h.mu.Lock()
	busy := h.seq
	if busy == 0 {
		h.seq = r.Seq
	}
	h.mu.Unlock()
	if busy != 0 {
		return fmt.Errorf("asked to run cell %d while %d runs", r.Seq, busy)
	}
	entered := make(chan struct{})
	go func() {
		// Without this a write to a file that is mapped for reading would end
		// the process; with it, it's a panic that panicText explains.
		debug.SetPanicOnFault(true)
		rt.Enter(uint32(r.Seq))
		close(entered)
		h.run(r)
	}()
	<-entered
	return nil
}

// interrupt asks cell seq to end. If it has not after a while, the kernel
// process is told where it hangs.
func (h *host) interrupt(seq int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if seq == 0 || h.seq != seq || rt.Asked() {
		return
	}
	rt.Interrupt()
	if h.force != nil {
		go h.chase(seq)
	}
	time.AfterFunc(stuckAfter, func() {
		h.mu.Lock()
		running := h.seq == seq
		h.mu.Unlock()
		if !running {
			return
		}
		if stuck := look(); stuck != nil {
			stuck.Seq = seq
			stuck.Deadlock = stuck.Deadlock && !h.conn.asking() // the kernel process will answer
			_ = h.conn.send(wire.FromEngine{Stuck: stuck})
		}
	})
}

// chase ends the code of cell seq where it does not poll, looking for it again
// and again: what runs at that moment may be a package's.
func (h *host) chase(seq int) {
	h.again(func() bool {
		if h.seq != seq {
			return false
		}
		h.force(uint32(seq))
		return true
	})
}

// chaseEvery leaves code that polls the time to do so first.
const chaseEvery = time.Millisecond

// again calls f, with h.mu held, every chaseEvery as long as it reports true.
func (h *host) again(f func() bool) {
	for range time.Tick(chaseEvery) {
		h.mu.Lock()
		more := f()
		h.mu.Unlock()
		if !more {
			return
		}
	}
}

// sweepFor is how long the other goroutines of a cell that was interrupted have
// to end before they are left alone.
const sweepFor = 500 * time.Millisecond

// sweep ends the other goroutines of an interrupted cell that is over.
func (h *host) sweep(seq int) {
	begun := time.Now()
	h.again(func() bool {
		if h.swept != seq {
			return false
		}
		if time.Since(begun) > sweepFor {
			h.settle()
			return false
		}
		if h.force != nil {
			h.force(uint32(seq))
		}
		return true
	})
}

// settle ends the sweep if there is one. The caller holds h.mu.
func (h *host) settle() {
	if h.swept == 0 {
		return
	}
	if h.force != nil {
		h.force(0)
	}
	rt.Settle(uint32(h.swept))
	h.swept = 0
}

// done answers for a cell that is over. It may have been interrupted.
func (h *host) done(d *wire.Done, interrupted bool) {
	h.mu.Lock()
	h.seq = 0
	if interrupted {
		h.settle()
		h.swept = d.Seq
		go h.sweep(d.Seq)
	}
	h.mu.Unlock()
	err := h.conn.send(wire.FromEngine{Done: d})
	if err != nil && d.Result != nil {
		// A Display method of the user's returned something that is not JSON.
		d.Result = display.Text(fmt.Sprintf("display: %v", err)).Data
		err = h.conn.send(wire.FromEngine{Done: d})
	}
	if err != nil {
		// Nobody is left to tell: the read side is about to see the end too.
		fmt.Fprintf(os.Stderr, "engine: answer for cell %d: %v\n", d.Seq, err)
	}
}
