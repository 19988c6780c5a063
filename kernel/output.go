package kernel

import (
	"context"
	"encoding/json"
	"sync"
	"time"
	"unicode/utf8"
)

// Streams are sent in pieces: when this much has come together, or this long
// after the first byte. A client takes about 0.2 ms for a message of any size.
const (
	streamPiece = 64 << 10
	streamDelay = 10 * time.Millisecond
)

// cellOutput publishes what one cell prints and shows. It outlives the cell:
// goroutines that the cell has started may go on printing.
type cellOutput struct {
	k      *Kernel
	r      *request
	silent bool
	stdin  bool

	mu    sync.Mutex
	name  string // of the stream that text belongs to
	text  []byte // not yet sent
	timer *time.Timer
	tails map[string][]byte // of other streams: the start of a code point whose end is still to come
}

func newCellOutput(k *Kernel, r *request, q executeRequest) *cellOutput {
	return &cellOutput{k: k, r: r, silent: q.Silent, stdin: isTrue(q.AllowStdin), tails: map[string][]byte{}}
}

func (o *cellOutput) Stream(name, text string) {
	if o.silent || text == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if name != o.name {
		o.send(0)
		if len(o.text) > 0 {
			o.tails[o.name] = o.text
		}
		o.name, o.text = name, o.tails[name]
		delete(o.tails, name)
	}
	o.text = append(o.text, text...)
	o.send(streamPiece)
	if len(o.text) > 0 && o.timer == nil {
		o.timer = time.AfterFunc(streamDelay, o.later)
	}
}

// later is called by the timer.
func (o *cellOutput) later() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.send(0)
	o.timer = nil
}

// send publishes text in pieces, as long as there are at least atLeast bytes
// of it. A code point that is not complete stays.
func (o *cellOutput) send(atLeast int) {
	rest := o.text
	for len(rest) > 0 && len(rest) >= atLeast {
		n := complete(rest[:min(len(rest), streamPiece)])
		if n == 0 {
			break
		}
		o.k.publishBulk(o.r.raw, "stream", stream{o.name, string(rest[:n])})
		rest = rest[n:]
	}
	o.text = append(o.text[:0], rest...)
}

// complete returns the length of p without a code point that is cut off at the end.
func complete(p []byte) int {
	for i := len(p) - 1; i >= max(0, len(p)-utf8.UTFMax+1); i-- {
		if utf8.RuneStart(p[i]) {
			if utf8.FullRune(p[i:]) {
				break
			}
			return i
		}
	}
	return len(p)
}

// flush sends everything, also what is not valid UTF-8.
func (o *cellOutput) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.send(0)
	if len(o.text) > 0 {
		o.tails[o.name] = o.text
		o.text = nil
	}
	for _, name := range []string{"stdout", "stderr"} {
		if tail := o.tails[name]; len(tail) > 0 {
			o.k.publishBulk(o.r.raw, "stream", stream{name, string(tail)})
			delete(o.tails, name)
		}
	}
}

// show publishes something after all that was printed before.
func (o *cellOutput) show(msgType string, content any) {
	if o.silent {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.send(0)
	o.k.publishBulk(o.r.raw, msgType, content)
}

func (o *cellOutput) Display(data, metadata map[string]json.RawMessage) {
	o.DisplayAs("", data, metadata)
}

func (o *cellOutput) DisplayAs(id string, data, metadata map[string]json.RawMessage) {
	o.show("display_data", displayData{notNil(data), notNil(metadata), transient{id}})
}

func (o *cellOutput) UpdateDisplay(id string, data, metadata map[string]json.RawMessage) {
	o.show("update_display_data", displayData{notNil(data), notNil(metadata), transient{id}})
}

func (o *cellOutput) ClearOutput(wait bool) {
	o.show("clear_output", clearOutput{wait})
}

func (o *cellOutput) Ask(ctx context.Context, prompt string, password bool) (string, error) {
	if !o.stdin {
		return "", ErrNoInput
	}
	o.mu.Lock()
	o.send(0)
	o.mu.Unlock()
	return o.k.ask(ctx, o.r, inputRequest{prompt, password})
}
