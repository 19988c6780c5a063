//go:build unix

package engine

import (
	"sync"
	"sync/atomic"
	"time"

	"gomemo/engine/internal/frame"
	"gomemo/engine/internal/trace"
	"gomemo/engine/wire"
)

// A relay reads everything that an engine writes, on one goroutine: the order
// of things is the order in which it reads them.
type relay struct {
	process *process
	send    func(wire.ToEngine) error
	over    chan struct{} // closed when the engine is gone and everything is settled
	closing atomic.Bool   // the engine's end is ours

	mu    sync.Mutex // guards the fields below
	next  *call      // a cell that begins
	death *wire.Death

	// The rest belongs to the goroutine of loop, and after its end to mu.
	out   output
	cell  *call
	ended *wire.Done // the answer of cell, while it is unclear whether the engine dies too
	intake
	begun []byte // the beginning of a frame
	crash []byte // what the runtime wrote to its crash output
}

// A call is a cell that runs. All but the channels belong to the relay until
// an outcome is in end.
type call struct {
	seq   int
	out   Output
	end   chan outcome // has room for one
	calls []wire.Call
	stuck *wire.Stuck

	deadlock chan struct{} // told when waiting for it makes no sense; has room for one
}

type outcome struct {
	done *wire.Done
	err  error
}

func newRelay(p *process, send func(wire.ToEngine) error) *relay {
	return &relay{process: p, send: send, over: make(chan struct{}), intake: newIntake(p.fds)}
}

// begin makes cell the receiver of output and answers.
func (r *relay) begin(cell *call) {
	r.mu.Lock()
	dead := r.death != nil
	if !dead {
		r.next = cell
	}
	r.mu.Unlock()
	if !dead {
		r.process.wakeUp()
		return
	}
	<-r.over
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.attach(cell.out)
	r.out.to = nil
	cell.end <- outcome{err: r.death}
}

// loop relays until the engine is gone.
func (r *relay) loop() {
	defer close(r.over)
	for {
		now := time.Now()
		r.tick(now)
		ready := r.wait(now)
		r.take()
		if ready[stdout] {
			r.read(stdout)
		}
		if ready[stderr] {
			r.read(stderr)
		}
		if ready[crash] {
			r.read(crash)
		}
		if ready[frames] && !r.frames() {
			r.die()
			return
		}
	}
}

// take attaches a cell that begins.
func (r *relay) take() {
	r.mu.Lock()
	next := r.next
	r.next = nil
	r.mu.Unlock()
	if next != nil {
		r.cell = next
		r.out.attach(next.out)
	}
}

// tick does what is due.
func (r *relay) tick(now time.Time) {
	if r.out.held != nil && len(r.crash) == 0 &&
		(!now.Before(r.out.release) || len(r.out.held) > holdSize) {
		r.out.letGo(now)
	}
	if r.ended != nil && r.out.held == nil {
		r.finish()
	}
	if !r.out.due.IsZero() && !now.Before(r.out.due) {
		r.out.flush(false)
	}
}

// wait polls the pipes until one can be read or something is due.
func (r *relay) wait(now time.Time) (ready [pipes]bool) {
	timeout := -1
	until := func(t time.Time) {
		// Rounded up, or the last millisecond would be spent spinning.
		ms := int(max(0, t.Sub(now)+time.Millisecond-1) / time.Millisecond)
		if timeout < 0 || ms < timeout {
			timeout = ms
		}
	}
	if !r.out.due.IsZero() {
		until(r.out.due)
	}
	if r.out.held != nil && len(r.crash) == 0 {
		until(r.out.release)
	}
	full := r.cell == nil && r.out.size+r.out.pending > idleSize
	return r.poll(timeout, full)
}

// read takes what there is on a pipe, up to once the size of our buffer, and
// returns how much it was.
func (r *relay) read(i int) int {
	if r.shut[i] {
		return 0
	}
	data := r.fill(i)
	if i == crash {
		r.crash = append(r.crash, data...)
	} else {
		r.out.print(i, data, time.Now())
	}
	return len(data)
}

// drain takes what was printed up to now: no more than a pipe holds, as the
// engine may go on printing.
func (r *relay) drain() {
	for _, i := range []int{stdout, stderr} {
		for n, total := 1, 0; n > 0 && total < pipeSize; total += n {
			n = r.read(i)
		}
	}
}

// frames handles what the engine says. It returns false at the end.
func (r *relay) frames() bool {
	data := r.fill(frames)
	if r.shut[frames] {
		return false
	}
	r.begun = append(r.begun, data...)
	r.take() // what was read may be its answer
	for {
		var f wire.FromEngine
		rest, ok, err := frame.Next(r.begun, &f)
		if err != nil {
			return false // user code wrote to the descriptor; nothing can be trusted now
		}
		if !ok {
			return true
		}
		r.drain()
		if f.Done != nil {
			r.read(crash)
		}
		r.handle(&f)
		r.begun = append(r.begun[:0], rest...)
	}
}

func (r *relay) handle(f *wire.FromEngine) {
	switch {
	case f.Show != nil:
		r.settle()
		r.out.deliver(f.Show.Event)
		r.answer(wire.Reply{ID: f.Show.ID})
	case f.Capture != nil && f.Capture.End:
		r.settle()
		events, tooLarge := r.out.end(f.Capture.Of)
		r.answer(wire.Reply{ID: f.Capture.ID, Events: events, TooLarge: tooLarge})
	case f.Capture != nil:
		r.settle()
		r.out.begin(f.Capture.ID)
		r.answer(wire.Reply{ID: f.Capture.ID})
	case f.Ready != nil:
		r.process.ready(f.Ready)
	case f.Call != nil && r.cell != nil:
		r.cell.calls = append(r.cell.calls, *f.Call)
	case f.Stuck != nil && r.cell != nil && f.Stuck.Seq == r.cell.seq:
		r.cell.stuck = f.Stuck
		if f.Stuck.Deadlock && len(r.cell.deadlock) == 0 {
			r.cell.deadlock <- struct{}{}
		}
	case f.Done != nil && r.cell != nil && f.Done.Seq == r.cell.seq:
		r.ended = f.Done
		if r.out.held == nil {
			r.finish()
		}
	}
}

// settle delivers everything printed so far: the engine lives and what it
// printed was no crash.
func (r *relay) settle() {
	if len(r.crash) == 0 && r.out.held != nil {
		r.out.letGo(time.Now())
	}
	r.out.flush(true)
}

// answer replies to the engine. If that fails the engine is ending, which the
// loop is about to see.
func (r *relay) answer(reply wire.Reply) {
	_ = r.send(wire.ToEngine{Reply: &reply})
}

// finish ends the cell with the engine's answer.
func (r *relay) finish() {
	r.out.flush(true)
	r.out.to = nil
	cell, done := r.cell, r.ended
	r.cell, r.ended = nil, nil
	cell.end <- outcome{done: done}
}

// die settles everything after the engine has closed its end, which it does
// by ending.
func (r *relay) die() {
	r.process.end()
	r.drain()
	for r.read(crash) > 0 {
	}
	death := r.explain()
	r.out.flush(true)
	r.process.close()

	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.to = nil
	if r.cell != nil {
		d := *death
		d.Calls = r.cell.calls
		r.cell.end <- outcome{err: &d}
	} else {
		death.Message += " (while no cell ran)"
	}
	if r.next != nil { // it came too late
		r.out.attach(r.next.out)
		r.out.to = nil
		r.next.end <- outcome{err: death}
	}
	r.death, r.cell, r.next = death, nil, nil
}

// explain says why the engine ended and takes the report of a crash out of
// the output.
func (r *relay) explain() *wire.Death {
	d := new(wire.Death)
	d.Message, d.ExitCode, d.Signal = r.process.explain()
	if r.process.severed {
		d.Message = trace.Severed
	} else if d.ExitCode == 2 && !r.process.page.exited() {
		d.Message = trace.Unreported
	}
	if r.process.over {
		d.Message = overrun(r.process.memory, r.process.page.crowd())
	}
	if r.closing.Load() {
		d.Message = "the engine was closed"
	}
	if len(r.crash) > 0 || d.ExitCode == 2 && trace.HasReport(r.out.held) {
		if c, ok := trace.ParseCrash(string(r.out.held), string(r.crash)); ok {
			d.Message, d.Frames = c.Message, c.Frames
			if c.OutOfMemory {
				d.Message = refused(r.process.memory)
			}
			r.out.held = r.out.held[:min(c.Start, len(r.out.held))]
		}
	}
	if r.out.held != nil {
		r.out.letGo(time.Now())
	}
	return d
}
