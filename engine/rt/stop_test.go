package rt

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// evaluate runs f as a cell and reports how it ended.
func evaluate(f func()) (finished, asked bool, where []uintptr) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		defer func() {
			// Not recovered: a Goexit has nothing to recover.
			asked, _, where = Leave()
			Settle(1)
		}()
		Enter(1)
		f()
		finished = true
	}()
	<-over
	return finished, asked, where
}

func forever() {
	for {
		Poll()
	}
}

func TestPoll(t *testing.T) {
	if finished, asked, _ := evaluate(Poll); !finished || asked {
		t.Error("a poll without an interrupt did something")
	}
	Interrupt() // while nothing runs
	var deferred, recovered bool
	for name, f := range map[string]func(){
		"loop":    forever,
		"recover": func() { defer func() { recovered = recover() != nil }(); forever() },
		"defer":   func() { defer func() { deferred = true; forever() }(); forever() },
		"fmt":     func() { _ = fmt.Sprint(endless{}); forever() },
		"again":   func() { Interrupt(); Interrupt(); forever() },
	} {
		time.AfterFunc(10*time.Millisecond, Interrupt)
		finished, asked, where := evaluate(f)
		if finished || !asked || len(where) == 0 {
			t.Errorf("%s: finished %v, asked %v, %d callers", name, finished, asked, len(where))
		}
		if Stopping() {
			t.Fatalf("%s: the flag is still set", name)
		}
	}
	if !deferred || recovered {
		t.Errorf("deferred calls ran: %v; the interrupt was recovered: %v", deferred, recovered)
	}
}

// A goroutine of an earlier cell goes on when a cell is asked to end.
func TestPollOfAnotherCell(t *testing.T) {
	other := uint32(7)
	var cells sync.Map // goroutines -> where their cells are kept
	SetOwner(Owner{Cell: func() *uint32 {
		at, _ := cells.LoadOrStore(Self(), new(uint32))
		return at.(*uint32)
	}})
	defer SetOwner(Owner{})
	polled := make(chan bool)
	finished, asked, _ := evaluate(func() {
		Interrupt()
		go func() {
			ended := true
			defer func() { polled <- ended }()
			*running.owner.Cell() = other
			Poll()
			ended = false
		}()
		if <-polled {
			t.Error("it was ended")
		}
		Poll()
	})
	if finished || !asked {
		t.Errorf("the cell's own goroutine finished %v, asked %v", finished, asked)
	}
}

type endless struct{}

func (endless) String() string { forever(); return "" }

func TestAGoroutineOfTheCellEnds(t *testing.T) {
	ended := make(chan bool)
	time.AfterFunc(10*time.Millisecond, Interrupt)
	finished, asked, where := evaluate(func() {
		go func() {
			defer close(ended)
			forever()
		}()
		<-ended
	})
	// The cell itself came to its end: it was only asked.
	if !finished || !asked || where != nil {
		t.Errorf("finished %v, asked %v, %d callers", finished, asked, len(where))
	}
}
