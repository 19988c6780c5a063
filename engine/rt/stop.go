package rt

import (
	"runtime"
	"sync"
	"sync/atomic"
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
	running.goroutine = Self()
	running.stopped = make(chan struct{})
	running.where = nil
	crowd.said.Store(0)
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

func exit() {
	running.mu.Lock()
	if running.where == nil && running.goroutine == Self() {
		pcs := make([]uintptr, 64)
		running.where = pcs[:runtime.Callers(3, pcs)]
	}
	running.mu.Unlock()
	runtime.Goexit()
}

// Self returns the calling goroutine's number as it stands in stack traces,
// from where it is read: the runtime offers no other way. About 1 us.
func Self() (number int64) {
	const before = "goroutine "
	var buf [64]byte
	for _, c := range buf[len(before):runtime.Stack(buf[:], false)] {
		if c < '0' || c > '9' {
			break
		}
		number = 10*number + int64(c-'0')
	}
	return number
}

// Very many goroutines are reported from 100,000 on, and again whenever they
// have become a quarter more.
const (
	manyGoroutines = 100_000
	lookEvery      = 1 << 12 // go statements; a look takes less than one of them
)

// crowd is what is known of the number of goroutines.
var crowd struct {
	begun atomic.Int64 // go statements that ran
	said  atomic.Int64 // what was reported last
	tell  atomic.Pointer[func(int64)]
}

// Go is called before every go statement. A cell that starts goroutines
// without end leaves none of the engine's own a turn: neither to hear of an
// interrupt soon nor to say what is going on before the memory is used up.
func Go() {
	Poll()
	if crowd.begun.Add(1)%lookEvery != 0 {
		return
	}
	n, said := int64(runtime.NumGoroutine()), crowd.said.Load()
	tell := crowd.tell.Load()
	if n >= manyGoroutines && n >= said+said/4 && tell != nil && crowd.said.CompareAndSwap(said, n) {
		(*tell)(n)
	}
}

// OnCrowd makes tell be called, on the goroutine that starts another one, when
// there are very many.
func OnCrowd(tell func(goroutines int64)) { crowd.tell.Store(&tell) }

// Stopping reports whether the running cell is asked to end.
func Stopping() bool { return atomic.LoadUint32(&Stop) != 0 }

// Stopped returns a channel that is closed when the running cell is asked to
// end.
func Stopped() <-chan struct{} {
	running.mu.Lock()
	defer running.mu.Unlock()
	return running.stopped
}
