package clock

import (
	"time"

	"gomemo/engine/rt"
)

// Sleep is time.Sleep that an interrupt ends.
func Sleep(d time.Duration) {
	rt.Poll()
	stopped := rt.Stopped()
	if d <= 0 || stopped == nil { // also a goroutine that outlived its cell
		time.Sleep(d)
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-stopped:
		rt.Poll()
		// The cell that was asked to end is over, and this goroutine was not its.
		<-t.C
	}
}
