package kernel

import (
	"encoding/json"
	"sync"
	"time"
)

// How much may wait for one client, not counting the packet that crosses the
// limit. Bulk waits while more than roomFor is there; the rest is for messages
// that no cell can make many of, so that a client that had stopped reading
// still learns how its cell ended.
const (
	roomFor      = 8 << 20
	outboxLimit  = 24 << 20
	stallTimeout = 2 * time.Second
)

// packet is a message in an outbox.
type packet struct {
	frames [][]byte
	size   int
	bulk   bool            // output that a cell can make any amount of: not for stalled clients
	parent json.RawMessage // on iopub: the header of the request that caused it
}

func newPacket(frames [][]byte) packet {
	p := packet{frames: frames}
	for _, f := range frames {
		p.size += len(f)
	}
	return p
}

// loss is what an outbox has dropped since its client stopped reading.
type loss struct {
	messages int
	bytes    int
	parent   json.RawMessage // of the first one
}

// An outbox holds what waits to be written to one client.
type outbox struct {
	mu       sync.Mutex
	packets  []packet
	size     int       // bytes in packets and in the one being written
	progress time.Time // when the client last took something, or the outbox was empty
	stalled  bool
	lost     loss
	closed   bool

	wake chan struct{} // for the writer; capacity 1
	room chan struct{} // for those who wait for room; replaced when closed
}

func newOutbox() *outbox {
	return &outbox{wake: make(chan struct{}, 1), room: make(chan struct{})}
}

// put queues a packet and reports whether there was room. One packet fits
// whatever its size, or a picture larger than the limit could never be shown.
func (o *outbox) put(p packet) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return true
	}
	if o.size > outboxLimit || p.bulk && o.stalled {
		if o.lost.messages == 0 {
			o.lost.parent = p.parent
		}
		o.lost.messages++
		o.lost.bytes += p.size
		o.stalled = true
		return false
	}
	if o.size == 0 {
		o.progress = time.Now()
	}
	o.packets = append(o.packets, p)
	o.size += p.size
	o.signal()
	return true
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// waitRoom returns when bulk fits, or when the client has taken nothing for
// stallTimeout: it then counts as stalled and loses bulk until it has caught
// up.
func (o *outbox) waitRoom() {
	for {
		o.mu.Lock()
		if o.closed || o.stalled || o.size <= roomFor {
			o.mu.Unlock()
			return
		}
		left := time.Until(o.progress.Add(stallTimeout))
		if left <= 0 {
			o.stalled = true
			o.mu.Unlock()
			return
		}
		room := o.room
		o.mu.Unlock()
		t := time.NewTimer(left)
		select {
		case <-room:
		case <-t.C:
		}
		t.Stop()
	}
}

// take returns what waits and forgets it; its size counts until wrote is
// called.
func (o *outbox) take() []packet {
	o.mu.Lock()
	defer o.mu.Unlock()
	ps := o.packets
	o.packets = nil
	return ps
}

// moved notes that the client has taken some bytes.
func (o *outbox) moved() {
	o.mu.Lock()
	o.progress = time.Now()
	o.mu.Unlock()
}

// wrote notes that a packet has gone. When a stalled client has caught up it
// returns what that client lost.
func (o *outbox) wrote(p packet) (lost loss, caughtUp bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.size -= p.size
	if o.size <= roomFor {
		close(o.room)
		o.room = make(chan struct{})
	}
	if o.stalled && o.size <= roomFor/4 {
		lost, caughtUp = o.lost, o.lost.messages > 0
		o.stalled, o.lost = false, loss{}
	}
	return lost, caughtUp
}

// shut makes the writer end when the outbox is empty; what is put later is
// dropped silently.
func (o *outbox) shut() {
	o.mu.Lock()
	if !o.closed {
		o.closed = true
		if o.size == 0 {
			o.progress = time.Now()
		}
		close(o.room)
		o.room = make(chan struct{})
	}
	o.signal()
	o.mu.Unlock()
}

// stuck reports whether the client of a shut outbox has taken nothing for d.
func (o *outbox) stuck(d time.Duration) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed && time.Since(o.progress) > d
}

// done reports whether the outbox is shut and everything has been taken.
func (o *outbox) done() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed && len(o.packets) == 0
}
