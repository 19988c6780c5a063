package session

import (
	"path/filepath"
	"runtime"
	"strings"

	"gomemo/engine/rt"
	"gomemo/engine/wire"
	"gomemo/memo"
)

// A pendingWrite is an entry on its way to the disk.
type pendingWrite struct {
	done chan struct{} // closed when it is there, or has failed
}

// put stores e and reports call as a miss, or as refused if that fails, and
// releases the lease. A large entry is written while the cell goes on;
// Cell.Calls waits for it.
func (j *judge) put(k memo.Key, e *memo.Entry, call wire.Call, lease *memo.Lease) {
	c := j.cell
	if len(e.Payload)+len(e.Output) <= inlinePut {
		n, err := j.store.Put(k, e)
		lease.Release()
		call.Bytes = n
		if err != nil {
			refuseStored(&call, err)
		}
		c.report(call)
		return
	}
	c.waitWrites() // one payload at a time is enough to hold on to
	slot := c.report(call)
	w := &pendingWrite{done: make(chan struct{})}
	c.memo.mu.Lock()
	if c.memo.pending == nil {
		c.memo.pending = make(map[memo.Key]*pendingWrite)
	}
	c.memo.pending[k] = w
	c.memo.mu.Unlock()
	go func() {
		n, err := j.store.Put(k, e)
		lease.Release()
		c.memo.mu.Lock()
		defer c.memo.mu.Unlock()
		if call := &c.memo.calls[slot]; err != nil {
			refuseStored(call, err)
		} else {
			call.Bytes += n
		}
		delete(c.memo.pending, k)
		close(w.done)
	}()
}

// waitWrite waits until the entry of k is written, if it is on its way.
func (c *Cell) waitWrite(k memo.Key) {
	c.memo.mu.Lock()
	w := c.memo.pending[k]
	c.memo.mu.Unlock()
	if w != nil {
		<-w.done
	}
}

// waitWrites waits until no entry is on its way.
func (c *Cell) waitWrites() {
	for {
		c.memo.mu.Lock()
		var w *pendingWrite
		for _, w = range c.memo.pending {
			break
		}
		c.memo.mu.Unlock()
		if w == nil {
			return
		}
		<-w.done
	}
}

func refuseStored(call *wire.Call, err error) {
	call.Verdict, call.Key, call.Bytes = verdictRefused, "", 0
	call.Reason = "it could not be stored: " + err.Error()
}

// A body is a running call that is being recorded.
type body struct {
	goroutine int64
	shared    bool // another one ran at the same time
}

// inBody reports whether the calling goroutine runs the body of a judged
// call.
func (c *Cell) inBody() bool {
	if c.memo.running.Load() == 0 {
		return false
	}
	g := rt.Self()
	c.memo.mu.Lock()
	defer c.memo.mu.Unlock()
	for b := range c.memo.bodies {
		if b.goroutine == g {
			return true
		}
	}
	return false
}

func (c *Cell) enterBody() *body {
	b := &body{goroutine: rt.Self()}
	c.memo.mu.Lock()
	defer c.memo.mu.Unlock()
	if c.memo.bodies == nil {
		c.memo.bodies = make(map[*body]bool)
	}
	for other := range c.memo.bodies {
		other.shared, b.shared = true, true
	}
	c.memo.bodies[b] = true
	c.memo.running.Add(1)
	return b
}

// leaveBody reports whether no other body ran at the same time.
func (c *Cell) leaveBody(b *body) (alone bool) {
	c.memo.mu.Lock()
	defer c.memo.mu.Unlock()
	delete(c.memo.bodies, b)
	c.memo.running.Add(-1)
	return !b.shared
}

// othersRun reports whether another goroutine runs code of the notebook. What
// it prints cannot be told from what the calling one prints.
func othersRun() bool {
	// All stacks of an engine with few goroutines fit; what does not may be
	// the notebook's.
	buf := make([]byte, 256<<10)
	n := runtime.Stack(buf, true)
	if n == len(buf) {
		return true
	}
	// The calling goroutine comes first.
	for i, g := range strings.Split(string(buf[:n]), "\n\n") {
		if i == 0 {
			continue
		}
		for line := range strings.SplitSeq(g, "\n") {
			file, ok := strings.CutPrefix(line, "\t")
			if ok && (strings.HasPrefix(filepath.Base(file), "cell-") || strings.HasPrefix(filepath.Base(file), "decl-")) {
				return true
			}
		}
	}
	return false
}
