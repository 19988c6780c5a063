package rt

import (
	"bytes"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Stop is non-zero while the running cell is asked to end. Generated code
// reads it without synchronisation at loop and function entries and calls
// Poll when it is set; only Interrupt and Leave write it.
var Stop uint32

// running is the cell that the process evaluates now.
var running struct {
	mu        sync.Mutex // guards the fields below
	goroutine int64
	stopped   chan struct{} // closed by Interrupt; nil when no cell runs
	where     []uintptr     // callers of the poll that ended the cell's goroutine
}

// Enter makes the calling goroutine that of the running cell.
func Enter() {
	running.mu.Lock()
	defer running.mu.Unlock()
	running.goroutine = goid()
	running.stopped = make(chan struct{})
	running.where = nil
}

// Interrupt asks the running cell to end. It may be called at any time, any
// number of times.
func Interrupt() {
	running.mu.Lock()
	defer running.mu.Unlock()
	if running.stopped != nil && Stop == 0 {
		atomic.StoreUint32(&Stop, 1)
		close(running.stopped)
	}
}

// Leave ends the running cell; its goroutine calls it last. It reports
// whether the cell was asked to end, and the program counters of the poll
// that obeyed, nil if the cell ended by itself.
func Leave() (asked bool, where []uintptr) {
	running.mu.Lock()
	defer running.mu.Unlock()
	asked = Stop != 0
	atomic.StoreUint32(&Stop, 0)
	running.stopped = nil
	return asked, running.where
}

// Goroutine returns the number of the running cell's goroutine as it stands
// in stack traces.
func Goroutine() int64 {
	running.mu.Lock()
	defer running.mu.Unlock()
	return running.goroutine
}

// Poll ends the calling goroutine, running its deferred calls, if the cell is
// asked to end.
func Poll() {
	if atomic.LoadUint32(&Stop) != 0 {
		exit()
	}
}

// Sleep is time.Sleep that an interrupt ends.
func Sleep(d time.Duration) {
	running.mu.Lock()
	stopped := running.stopped
	running.mu.Unlock()
	if d <= 0 || stopped == nil { // also a goroutine that outlived its cell
		time.Sleep(d)
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-stopped:
		Poll()
		// The cell that was asked to end is over, and this goroutine was not its.
		<-t.C
	}
}

func exit() {
	running.mu.Lock()
	if running.where == nil && running.goroutine == goid() {
		pcs := make([]uintptr, 64)
		running.where = pcs[:runtime.Callers(3, pcs)]
	}
	running.mu.Unlock()
	runtime.Goexit()
}

// goid returns the calling goroutine's number, read from the first line of
// its stack trace: the runtime offers no other way. About 1 us, and paid only
// when a cell starts or ends by an interrupt.
func goid() int64 {
	var buf [64]byte
	s := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	n, _, _ := bytes.Cut(s, []byte(" "))
	id, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil {
		panic("rt: unexpected stack header " + strconv.Quote(string(s)))
	}
	return id
}

// Stopping reports whether the running cell is asked to end.
func Stopping() bool { return atomic.LoadUint32(&Stop) != 0 }

// Stopped returns a channel that is closed when the running cell is asked to
// end.
func Stopped() <-chan struct{} {
	running.mu.Lock()
	defer running.mu.Unlock()
	return running.stopped
}
