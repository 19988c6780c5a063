package rt

import (
	"runtime"
	"sync"
	"sync/atomic"
	_ "unsafe" // for linkname
)

// nanotime is the monotonic clock: package time would be linked into every
// plugin.
//
//go:linkname nanotime runtime.nanotime
func nanotime() int64

// running is the cell that the process evaluates now.
var running struct {
	cell  atomic.Uint32 // its number; 0 if none runs
	swept atomic.Uint32 // an earlier one, whose goroutines are still to end; 0 if none
	owner Owner

	mu        sync.Mutex // guards the fields below
	goroutine int64
	stopped   chan struct{} // closed by Interrupt; nil when no cell runs
	asked     bool          // stopped is closed
	obeyed    bool          // a goroutine has ended because of it
	whenAsked func()        // called by Interrupt if not nil
	where     []uintptr     // callers of the poll that ended the cell's goroutine

	leaving map[int64]int64 // goroutines that polls have ended, and when
}

// Values of Shared.Stop.
const (
	going    = iota
	asked    // the running cell is to end
	sweeping // goroutines of an earlier one are
)

// An Owner knows which cells goroutines belong to: those that a goroutine starts
// to its cell. Goroutines of earlier cells go on when a cell is interrupted.
type Owner struct {
	// Cell returns where the cell of the calling goroutine is kept: 0 at first,
	// for none. nil means that nothing is known.
	Cell func() *uint32
	// Disown makes all goroutines of a cell belong to none, so that any interrupt
	// ends them.
	Disown func(cell uint32)
}

// SetOwner is called before the first cell runs.
func SetOwner(o Owner) { running.owner = o }

// toEnd reports whether the calling goroutine is to end, given a value of
// Shared.Stop.
func toEnd(stop uint32) bool {
	if stop == going || running.owner.Cell == nil {
		return stop == asked
	}
	cell := *running.owner.Cell()
	return cell != 0 && cell == running.swept.Load() || stop == asked && (cell == 0 || cell == running.cell.Load())
}

// grace is how many nanoseconds a goroutine that is ended may run its deferred calls
// before a poll in them ends them, too.
const grace = 500e6

// Enter makes the calling goroutine that of the running cell, which has a number
// that is not 0.
func Enter(cell uint32) {
	running.mu.Lock()
	defer running.mu.Unlock()
	running.cell.Store(cell)
	if running.owner.Cell != nil {
		*running.owner.Cell() = cell
	}
	running.goroutine = Self()
	running.stopped = make(chan struct{})
	running.where = nil
	running.asked, running.obeyed = false, false
	for g, since := range running.leaving {
		if nanotime()-since >= grace {
			delete(running.leaving, g)
		}
	}
	atomic.CompareAndSwapUint32(&Shared.Stop, asked, going) // an interrupt of the last cell that came too late
	atomic.StoreInt64(&Shared.Goroutines, 0)
}

// Interrupt asks the running cell to end. It may be called at any time, any
// number of times.
func Interrupt() {
	running.mu.Lock()
	defer running.mu.Unlock()
	if running.stopped != nil && !running.asked {
		running.asked = true
		atomic.StoreUint32(&Shared.Stop, asked)
		close(running.stopped)
		if running.whenAsked != nil {
			running.whenAsked()
		}
	}
}

// WhenAsked has f called when the running cell is asked to end, at once if it
// was, until leave is called. f must not block. There is one f at a time.
func WhenAsked(f func()) (leave func()) {
	running.mu.Lock()
	defer running.mu.Unlock()
	if running.asked {
		f()
	}
	running.whenAsked = f
	return func() {
		running.mu.Lock()
		defer running.mu.Unlock()
		running.whenAsked = nil
	}
}

// Leave ends the running cell; its goroutine calls it last. It reports
// whether the cell was asked to end, whether any goroutine has, and the program
// counters of the poll by which the cell's own did, nil if it ended by itself.
// Other goroutines of a cell that was asked go on ending until Settle is called.
func Leave() (wasAsked, obeyed bool, where []uintptr) {
	running.mu.Lock()
	defer running.mu.Unlock()
	wasAsked = Stopping()
	running.stopped = nil
	cell := running.cell.Swap(0)
	if wasAsked {
		next := uint32(going)
		if running.owner.Cell != nil {
			next = sweeping
			running.swept.Store(cell)
		}
		atomic.StoreUint32(&Shared.Stop, next)
	}
	return wasAsked, running.obeyed, running.where
}

// Settle ends no more goroutines of a cell that was asked to end and is over.
// Those that are left belong to no cell.
func Settle(cell uint32) {
	if running.owner.Disown != nil {
		running.owner.Disown(cell)
	}
	if running.swept.CompareAndSwap(cell, 0) {
		atomic.CompareAndSwapUint32(&Shared.Stop, sweeping, going)
	}
}

// Goroutine returns the number of the running cell's goroutine as it stands
// in stack traces.
func Goroutine() int64 {
	running.mu.Lock()
	defer running.mu.Unlock()
	return running.goroutine
}

// Poll ends the calling goroutine, running its deferred calls, if its cell is
// asked to end. A deferred call that polls, then, goes on for half a second: it
// may be about to close what the cell had opened.
func Poll() {
	if stop := atomic.LoadUint32(&Shared.Stop); stop != going && toEnd(stop) && !cleaning() {
		Exit()
	}
}

// cleaning reports whether the calling goroutine was ended a short time ago.
func cleaning() bool {
	running.mu.Lock()
	defer running.mu.Unlock()
	since, ok := running.leaving[Self()]
	return ok && nanotime()-since < grace
}

// Exit ends the calling goroutine, running its deferred calls, as code of a
// cell that is asked to end.
func Exit() {
	running.mu.Lock()
	self := Self()
	if running.where == nil && running.goroutine == self {
		pcs := make([]uintptr, 64)
		running.where = pcs[:runtime.Callers(3, pcs)]
	}
	if running.leaving == nil {
		running.leaving = map[int64]int64{}
	}
	running.leaving[self] = nanotime()
	running.obeyed = running.obeyed || Stopping()
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

// begun counts go statements.
var begun atomic.Int64

// lookEvery is how many go statements run until the goroutines are counted,
// which takes less than one of them.
const lookEvery = 1 << 10

// Go is called before every go statement. A cell that starts goroutines
// without end leaves the engine's own no turn to say so.
func Go() {
	Poll()
	if begun.Add(1)%lookEvery == 0 {
		atomic.StoreInt64(&Shared.Goroutines, int64(runtime.NumGoroutine()))
	}
}

// Asked reports whether Interrupt was called for the running cell.
func Asked() bool {
	running.mu.Lock()
	defer running.mu.Unlock()
	return running.asked
}

// Stopping reports whether the running cell is asked to end.
func Stopping() bool { return atomic.LoadUint32(&Shared.Stop) == asked }

// Stopped returns a channel that is closed when the running cell is asked to
// end.
func Stopped() <-chan struct{} {
	running.mu.Lock()
	defer running.mu.Unlock()
	return running.stopped
}
