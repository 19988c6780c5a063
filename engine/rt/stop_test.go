package rt

import (
	"fmt"
	"testing"
	"time"

	"gomemo/engine/wire"
)

// evaluate runs f as a cell and reports how it ended.
func evaluate(f func()) (finished, asked bool, where []uintptr) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		defer func() {
			// Not recovered: a Goexit has nothing to recover.
			asked, where = Leave()
		}()
		Enter()
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
		"sleep":   func() { Sleep(time.Hour) },
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

func TestSleep(t *testing.T) {
	began := time.Now()
	Sleep(10 * time.Millisecond) // without a cell
	Sleep(-1)
	if finished, _, _ := evaluate(func() { Sleep(10 * time.Millisecond) }); !finished {
		t.Error("a sleep did not end")
	}
	if took := time.Since(began); took < 20*time.Millisecond {
		t.Errorf("slept only %v", took)
	}
}

func TestBindTellsWhatIsMissing(t *testing.T) {
	s := NewSession(wire.Hello{}, nil)
	err := s.Bind("x", "nb/1", nil, false)
	if want := "no loaded plugin declares variable x in nb/1"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if _, ok := s.Var("x"); ok {
		t.Error("x is bound")
	}
}

func TestRegistryRefusesWhatCannotBe(t *testing.T) {
	var r Registry
	for want, f := range map[string]func(){
		"rt: nb/1.f is a int, not a function":                 func() { r.Func("nb/1", "f", 1) },
		"rt: nb/1.x is a string, not a pointer to a variable": func() { r.Var("nb/1", "x", "s") },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panic %v, want %s", got, want)
				}
			}()
			f()
		}()
	}
	r.Unit("nb/1", "reads the clock")
	if why, ok := r.Refusal("nb/1"); why != "reads the clock" || !ok {
		t.Errorf("Refusal: %q, %v", why, ok)
	}
	if _, ok := r.Refusal("nb/2"); ok {
		t.Error("nb/2 is known")
	}
}
