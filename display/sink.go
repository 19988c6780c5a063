package display

import (
	"fmt"
	"os"
	"sync"
)

// A Command is what a sink is asked to do.
type Command struct {
	Op     Op
	ID     string // of the display, "" if it has none
	Bundle Bundle // to show; empty for those that clear
}

// An Op is a kind of Command.
type Op string

// What a sink is asked to do.
const (
	OpShow       Op = ""            // show Bundle, under ID if there is one
	OpUpdate     Op = "update"      // replace what is shown under ID
	OpClear      Op = "clear"       // remove what the cell has printed and shown so far
	OpClearLater Op = "clear later" // do that as soon as there is something new to show
)

// sink is where Show and its like display, in the manner of the standard
// logger.
var sink struct {
	mu sync.Mutex // guards f
	f  func(Command) error
}

// SetSink makes f receive what is to be displayed from now on; nil restores
// printing to standard output. f may be called from several goroutines. It is
// meant for whoever runs notebooks, once at the start of the process.
func SetSink(f func(Command) error) {
	sink.mu.Lock()
	defer sink.mu.Unlock()
	sink.f = f
}

// do hands c to the sink. Without one, what is to be shown is printed.
func do(c Command) error {
	sink.mu.Lock()
	f := sink.f
	sink.mu.Unlock()
	switch {
	case f != nil:
		return f(c)
	case c.Op == OpClear || c.Op == OpClearLater:
		return nil
	}
	_, err := fmt.Fprintln(os.Stdout, c.Bundle.Plain())
	return err
}
