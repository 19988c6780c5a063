package host

import (
	"runtime"
	"slices"
	"strings"

	"gomemo/engine/internal/trace"
	"gomemo/engine/rt"
	"gomemo/engine/wire"
)

// maxOthers bounds the places that are named besides the cell's own.
const maxOthers = 8

// look finds where the goroutines of the notebook are; nil if the cell's own
// is not among those that the runtime tells about.
func look() *wire.Stuck {
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	return stuck(trace.Goroutines(string(buf)), rt.Goroutine())
}

// stuck describes the goroutines among all that have code of the notebook. own
// is that of the cell.
func stuck(all []trace.Stack, own int64) *wire.Stuck {
	var s *wire.Stuck
	var others []wire.Waiter
	deadlock := true
	for _, g := range all {
		if g.ID == own {
			s = &wire.Stuck{State: g.State, Frames: g.Frames}
		} else if len(g.Frames) == 0 {
			continue
		} else if i := slices.IndexFunc(others, func(w wire.Waiter) bool {
			return w.State == g.State && slices.Equal(w.Frames, g.Frames)
		}); i >= 0 {
			others[i].Count++
		} else if len(others) < maxOthers {
			others = append(others, wire.Waiter{Count: 1, State: g.State, Frames: g.Frames})
		}
		deadlock = deadlock && waits(g.State)
	}
	if s != nil {
		s.Others, s.Deadlock = others, deadlock
	}
	return s
}

// alone reports whether no goroutine is left that a cell has started, itself or
// through a package.
func alone() bool {
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	return len(buf) < cap(buf) && trace.Alone(string(buf))
}

// waits reports the states that another goroutine has to end. The runtime's
// words may be followed by more, such as "(no cases)".
func waits(state string) bool {
	for _, s := range []string{"chan ", "select", "sync.", "semacquire"} {
		if strings.HasPrefix(state, s) {
			return true
		}
	}
	return false
}
