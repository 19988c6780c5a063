package wire

import (
	"encoding/json"
	"time"
)

// A frame is a little-endian uint32 length followed by one JSON object: a
// ToEngine or a FromEngine with exactly one field set. The first frame that
// an engine reads is Hello, the first that it writes is Ready.

// ToEngine is a frame from the kernel process.
type ToEngine struct {
	Hello     *Hello     `json:",omitempty"`
	Run       *Run       `json:",omitempty"`
	Interrupt *Interrupt `json:",omitempty"`
	Reply     *Reply     `json:",omitempty"`
}

// FromEngine is a frame from the engine process.
type FromEngine struct {
	Ready   *Ready   `json:",omitempty"`
	Show    *Show    `json:",omitempty"`
	Capture *Capture `json:",omitempty"`
	Call    *Call    `json:",omitempty"` // a verdict, ahead of Done, in case the engine dies
	Stuck   *Stuck   `json:",omitempty"`
	Done    *Done    `json:",omitempty"`
}

// Hello tells an engine what it needs to know for its whole life.
type Hello struct {
	Cache     string        // directory of remembered calls
	MemoMin   time.Duration // calls that took less are not stored; 0 stores every eligible call
	NoMemo    bool          // call everything, remember nothing
	Memory    int64         // bytes that the engine may use before it is ended; 0: any number
	Toolchain string        // names everything that compiled code depends on beside its source; part of every key
}

// Ready says that the engine listens.
type Ready struct {
	PID int

	// Shared says that the engine has mapped the memory that it was given, in
	// which the fields of rt.Shared are at these offsets.
	Shared                  bool `json:",omitempty"`
	Stop, Goroutines, Exits int  `json:",omitempty"`

	TellsExits bool `json:",omitempty"` // rt.Shared.Exits is set
}

// Interrupt asks for the end of cell Seq. One for a cell that does not run
// is ignored.
type Interrupt struct {
	Seq int
}

// Show is something to display, or to do with what was displayed: an Event
// that is no stream's. The engine waits for the Reply with its ID, so that what
// is printed afterwards is shown afterwards.
type Show struct {
	ID int
	Event
}

// Capture begins (End false) or ends the recording of everything printed
// and displayed. Captures may overlap; Of names the one to end, by the ID of
// the frame that began it.
type Capture struct {
	ID  int
	End bool `json:",omitempty"`
	Of  int  `json:",omitempty"`
}

// CaptureLimit bounds the text and the displays that one capture may hold.
const CaptureLimit = 4 << 20

// Reply answers Show and Capture. Events and TooLarge belong to the end of a
// capture.
type Reply struct {
	ID       int
	Events   []Event `json:",omitempty"`
	TooLarge bool    `json:",omitempty"` // it exceeded CaptureLimit and Events is empty
}

// Event is one thing printed (Stream set), displayed (Data set) or cleared.
type Event struct {
	Stream   string                     `json:",omitempty"` // "stdout" or "stderr"
	Text     string                     `json:",omitempty"`
	Data     map[string]json.RawMessage `json:",omitempty"`
	Metadata map[string]json.RawMessage `json:",omitempty"`
	Op       string                     `json:",omitempty"` // a display.Op: "" shows, else "update", "clear" or "clear later"
	As       string                     `json:",omitempty"` // the id of the display
}

// Stuck says where cell Seq still is a while after it was asked to end.
type Stuck struct {
	Seq    int
	State  string // the runtime's word for it: "chan receive", "syscall", "running"
	Frames []Frame
	Others []Waiter // the other goroutines with code of the notebook

	// Deadlock says that all of them wait for something that only a goroutine
	// can do.
	Deadlock bool `json:",omitempty"`
}

// A Waiter is a number of goroutines that are at the same place.
type Waiter struct {
	Count  int
	State  string
	Frames []Frame
}
