package clock_test

import (
	"fmt"
	"testing"
	"time"

	"gomemo/engine/rt"
	"gomemo/engine/rt/clock"
)

// evaluate runs f as a cell and reports whether it came to its end, and
// whether it was asked to end before.
func evaluate(f func()) (finished, asked bool) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		defer func() { asked, _, _ = rt.Leave() }()
		rt.Enter(1)
		f()
		finished = true
	}()
	<-over
	return finished, asked
}

func TestSleep(t *testing.T) {
	began := time.Now()
	clock.Sleep(10 * time.Millisecond) // without a cell
	clock.Sleep(-1)
	if finished, _ := evaluate(func() { clock.Sleep(10 * time.Millisecond) }); !finished {
		t.Error("a sleep did not end")
	}
	if took := time.Since(began); took < 20*time.Millisecond {
		t.Errorf("slept only %v", took)
	}
}

func TestAnInterruptEndsASleep(t *testing.T) {
	time.AfterFunc(10*time.Millisecond, rt.Interrupt)
	if finished, asked := evaluate(func() { clock.Sleep(time.Hour) }); finished || !asked {
		t.Errorf("finished %v, asked %v", finished, asked)
	}
}

func Example() {
	began := time.Now()
	clock.Sleep(time.Millisecond)
	fmt.Println(time.Since(began) >= time.Millisecond)
	// Output: true
}
