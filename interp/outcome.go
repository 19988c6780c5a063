package interp

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gomemo/engine/wire"
)

// Outcome is how a cell ended.
type Outcome struct {
	Result   map[string]json.RawMessage // MIME bundle of the last expression; nil if none
	Err      *Error                     // nil when the cell ran to its end
	Report   map[string]json.RawMessage // the cache report, to be shown after everything else; nil if no call was judged
	Calls    []wire.Call                // what the report says
	Metadata map[string]any             // tier, compile time and whether it was cached

	long     bool // nothing has run: a loop is too long to be interpreted
	vanished bool // nothing has run: plugins were gone, and have been made again
}

// Error says why a cell failed.
type Error struct {
	Name  string   // "compile error", "panic", "interrupted", "engine died", "error"
	Value string   // one line
	Lines []string // the whole message as a person reads it
}

func (e *Error) Error() string { return e.Name + ": " + e.Value }

func compileFailure(errs diagnostics) Outcome {
	e := &Error{Name: "compile error", Value: fmt.Sprintf("cell %d, line %d:%d: %s", errs[0].Cell, errs[0].Line, errs[0].Col, errs[0].Msg)}
	for _, d := range errs {
		e.Lines = append(e.Lines, strings.Split(d.String(), "\n")...)
	}
	return Outcome{Err: e}
}

func failure(name, format string, args ...any) *Outcome {
	msg := fmt.Sprintf(format, args...)
	first, _, _ := strings.Cut(msg, "\n")
	return &Outcome{Err: &Error{Name: name, Value: first, Lines: strings.Split(msg, "\n")}}
}

// internal reports generated code that does not compile: always a bug of this
// package, and never shown as if it were the user's.
func internal(err error) *Outcome {
	return failure("internal error", "this cell is correct Go, but the code made from it could not be built.\nPlease report this with the cell's text:\n%v", err)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
