package engine

import (
	"strings"
	"time"
	"unicode/utf8"

	"gomemo/engine/internal/trace"
	"gomemo/engine/wire"
)

const (
	flushAfter = 15 * time.Millisecond  // output waits this long for more
	flushSize  = 64 << 10               // or until there is this much
	holdFor    = 200 * time.Millisecond // what may be the report of a crash waits for the process to end
	holdSize   = 1 << 20                // or is no such report
	idleSize   = 1 << 20                // output kept while no cell runs; then the engine's writers wait
)

// output collects what an engine prints and delivers it in order. It belongs
// to the relay's goroutine.
type output struct {
	to       Output // nil while no cell runs
	waiting  []wire.Event
	size     int // bytes in waiting
	segments []segment
	pending  int       // bytes in segments
	due      time.Time // when segments must be delivered; zero if there are none
	tails    [2]string // the beginnings of a character that is not complete

	held     []byte    // of standard error, from what may be the report of a crash on
	release  time.Time // when held is no such report
	captures map[int]*capture
}

type segment struct {
	stream int // 0 stdout, 1 stderr
	text   []byte
}

var streamNames = [2]string{"stdout", "stderr"}

// A capture records everything delivered.
type capture struct {
	events   []wire.Event
	size     int
	tooLarge bool
}

// print takes what arrived on a pipe.
func (o *output) print(stream int, data []byte, now time.Time) {
	if stream == 1 {
		if o.held != nil {
			o.held = append(o.held, data...)
			return
		}
		if i := trace.MayStart(data); i >= 0 {
			o.held = append([]byte{}, data[i:]...)
			o.release = now.Add(holdFor)
			data = data[:i]
		}
	}
	o.add(stream, data, now)
}

func (o *output) add(stream int, data []byte, now time.Time) {
	if len(data) == 0 {
		return
	}
	if o.due.IsZero() {
		o.due = now.Add(flushAfter)
	}
	o.pending += len(data)
	if n := len(o.segments); n > 0 && o.segments[n-1].stream == stream {
		o.segments[n-1].text = append(o.segments[n-1].text, data...)
	} else {
		o.segments = append(o.segments, segment{stream, append([]byte{}, data...)})
	}
	if o.pending >= flushSize {
		o.flush(false)
	}
}

// letGo treats what was held back as ordinary output.
func (o *output) letGo(now time.Time) {
	data := o.held
	o.held = nil
	o.add(1, data, now)
}

// flush delivers what was collected. The beginning of a character waits for
// the rest of it, unless all is set.
func (o *output) flush(all bool) {
	for i, s := range o.segments {
		text := o.tails[s.stream] + string(s.text)
		o.tails[s.stream] = ""
		if n := incomplete(text); n > 0 && !all {
			o.tails[s.stream] = text[len(text)-n:]
			text = text[:len(text)-n]
		}
		o.segments[i].text = nil
		o.stream(s.stream, text)
	}
	o.segments, o.pending, o.due = o.segments[:0], 0, time.Time{}
	if all {
		for i, tail := range o.tails {
			o.tails[i] = ""
			o.stream(i, tail)
		}
	}
}

func (o *output) stream(stream int, text string) {
	if text != "" {
		o.deliver(wire.Event{Stream: streamNames[stream], Text: strings.ToValidUTF8(text, "\uFFFD")})
	}
}

// deliver gives an event to the running cell, or keeps it for the next.
func (o *output) deliver(e wire.Event) {
	size := len(e.Text)
	for _, data := range e.Data {
		size += len(data)
	}
	for _, c := range o.captures {
		c.add(e, size)
	}
	switch {
	case o.to != nil:
		hand(o.to, e)
	case e.Op == opClear || e.Op == opClearLater:
		o.waiting, o.size = nil, 0 // the cell that comes next is not what was meant
	default:
		o.waiting = append(o.waiting, e)
		o.size += size
	}
}

// What an event does to what was displayed before.
const (
	opUpdate     = "update"
	opClear      = "clear"
	opClearLater = "clear later"
)

// hand gives an event to out. What out cannot replace it shows again, and what
// it cannot clear stays.
func hand(out Output, e wire.Event) {
	updater, _ := out.(Updater)
	switch {
	case e.Stream != "":
		out.Stream(e.Stream, e.Text)
	case e.Op == opClear || e.Op == opClearLater:
		if c, ok := out.(Clearer); ok {
			c.ClearOutput(e.Op == opClearLater)
		}
	case updater == nil || e.As == "":
		out.Display(e.Data, e.Metadata)
	case e.Op == opUpdate:
		updater.UpdateDisplay(e.As, e.Data, e.Metadata)
	default:
		updater.DisplayAs(e.As, e.Data, e.Metadata)
	}
}

// attach begins delivery to a cell, with what waited for it.
func (o *output) attach(to Output) {
	o.to = to
	waiting := o.waiting
	o.waiting, o.size = nil, 0
	captures := o.captures
	o.captures = nil // these events were recorded when they came
	for _, e := range waiting {
		o.deliver(e)
	}
	o.captures = captures
}

func (o *output) begin(id int) {
	if o.captures == nil {
		o.captures = make(map[int]*capture)
	}
	o.captures[id] = &capture{}
}

// end ends a capture and returns its events.
func (o *output) end(id int) (events []wire.Event, tooLarge bool) {
	c, ok := o.captures[id]
	if !ok {
		return nil, false
	}
	delete(o.captures, id)
	return c.events, c.tooLarge
}

func (c *capture) add(e wire.Event, size int) {
	c.size += size
	if c.size > wire.CaptureLimit {
		c.events, c.tooLarge = nil, true
	}
	if c.tooLarge {
		return
	}
	if n := len(c.events); n > 0 && e.Stream != "" && c.events[n-1].Stream == e.Stream {
		c.events[n-1].Text += e.Text
		return
	}
	c.events = append(c.events, e)
}

// incomplete returns how many bytes at the end of s begin a character whose
// other bytes are missing.
func incomplete(s string) int {
	for n := 1; n < utf8.UTFMax && n <= len(s); n++ {
		b := s[len(s)-n]
		if utf8.RuneStart(b) {
			if utf8.FullRuneInString(s[len(s)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}
