package kernel

import (
	"context"
	"encoding/json"
	"errors"
)

// An Evaluator runs cells. The kernel calls Execute for one cell at a time;
// the other methods may be called while a cell runs.
type Evaluator interface {
	// Execute runs one cell and returns when it is over. Cancelling ctx
	// interrupts it.
	Execute(ctx context.Context, c Cell, out Output) Outcome
	// IsComplete judges text that a console has read so far: "complete",
	// "incomplete", "invalid" or "unknown"; indent is for the next line.
	IsComplete(code string) (status, indent string)
	// Complete lists what may stand at cursor, a byte offset into code;
	// start and end, also byte offsets, say what a match replaces.
	Complete(ctx context.Context, code string, cursor int) (matches []Completion, start, end int)
	// Inspect describes what stands at cursor, a byte offset into code, as a
	// MIME bundle; nil if nothing is known.
	Inspect(ctx context.Context, code string, cursor, detail int) map[string]json.RawMessage
	// Close stops user code and child processes. A cell that is still running
	// ends soon after.
	Close() error
}

// A Queuer is an Evaluator that can prepare cells before their turn comes.
type Queuer interface {
	// Queue says which cells wait behind the one that runs, or that Execute is
	// about to be called for, in order. It may be called while Execute runs and
	// must not block. Cells may be executed without having been announced, and
	// announced cells may never be executed.
	Queue(cells []string)
}

// Cell is one execute_request.
type Cell struct {
	Code   string
	Number int // the execution count it is shown with
	Silent bool
	ID     string // the front end's cell id, "" if it sent none
}

// Completion is one candidate; Type is "function", "variable", "type", "module", "keyword" or "".
type Completion struct {
	Text      string
	Type      string
	Signature string
}

// Outcome is how a cell ended.
type Outcome struct {
	Result   map[string]json.RawMessage // MIME bundle of the last expression; nil if none
	Page     map[string]json.RawMessage // MIME bundle for the front end's pager; nil if none
	Report   map[string]json.RawMessage // MIME bundle displayed below the result or the error; nil if none
	Err      *Error                     // nil when the cell ran to its end
	Metadata map[string]any             // under "gomemo" in the reply's metadata
}

// Error is shown as the cell's error output.
type Error struct {
	Name      string   // ename: "compile error", "panic", "interrupted", ...
	Value     string   // evalue: one line
	Traceback []string // lines, as a person should read them; may hold ANSI colours
}

// Output receives what a cell prints and shows while it runs, in order. Its
// methods may be called from several goroutines, also after the cell is over.
// Stream and Display block while a client that is still reading is far behind.
//
// The Output that the kernel passes to Execute is also a [Clearer], an
// [Updater] and an [Asker].
type Output interface {
	Stream(name, text string) // "stdout" or "stderr"
	Display(data, metadata map[string]json.RawMessage)
}

// A Clearer can remove what a cell has shown so far; wait delays that until
// something new is shown.
type Clearer interface {
	ClearOutput(wait bool)
}

// An Updater can show something under an id, and replace all that is shown
// under an id later.
type Updater interface {
	DisplayAs(id string, data, metadata map[string]json.RawMessage)
	UpdateDisplay(id string, data, metadata map[string]json.RawMessage)
}

// An Asker can ask the person in front of the notebook for a line of text. The
// error is [ErrNoInput] when the front end cannot ask.
type Asker interface {
	Ask(ctx context.Context, prompt string, password bool) (string, error)
}

// ErrNoInput is returned by [Asker] for a cell that was started by a client
// without a way to ask.
var ErrNoInput = errors.New("the front end does not take input for this cell")
