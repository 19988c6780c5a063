package kernel

import (
	"context"
	"encoding/json"
	"sync"
	"time"
)

// prompts is the question that waits for an answer. Questions are asked one
// after another.
type prompts struct {
	turn sync.Mutex

	mu     sync.Mutex
	answer chan string // capacity 1; nil if nothing was asked
}

// ask sends an input_request to the client that sent r, on its stdin channel,
// and waits for the answer.
func (k *Kernel) ask(ctx context.Context, r *request, q inputRequest) (string, error) {
	p := k.stdinOf(ctx, r.peer)
	if p == nil {
		return "", ErrNoInput
	}
	k.prompts.turn.Lock()
	defer k.prompts.turn.Unlock()
	answer := make(chan string, 1)
	k.prompts.set(answer)
	defer k.prompts.set(nil)
	frames, err := k.codec.encode(r.route, "input_request", r.raw, nil, q)
	if err != nil {
		return "", err
	}
	k.socks.stdin.reply(p, frames)
	select {
	case s := <-answer:
		return s, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// A client's channels connect one by one, so that a cell may ask before the one
// for answers is there.
const (
	stdinGrace = 2 * time.Second
	stdinLook  = 10 * time.Millisecond
)

// stdinOf returns the stdin channel of a client that has sent something on
// another one; nil if it has none.
func (k *Kernel) stdinOf(ctx context.Context, from *peer) *peer {
	ctx, cancel := context.WithTimeout(ctx, stdinGrace)
	defer cancel()
	for {
		if p := k.socks.stdin.withID(from.id); p != nil {
			return p
		}
		select {
		case <-time.After(stdinLook):
		case <-ctx.Done():
			return nil
		}
	}
}

func (p *prompts) set(answer chan string) {
	p.mu.Lock()
	p.answer = answer
	p.mu.Unlock()
}

func (k *Kernel) receiveInput(_ *peer, frames [][]byte) {
	m := k.decode(k.socks.stdin, frames)
	if m == nil {
		return
	}
	var reply inputReply
	if err := json.Unmarshal(m.content, &reply); m.header.Type != "input_reply" || err != nil {
		k.log.Warn("message dropped", "socket", "stdin", "msg_type", m.header.Type, "msg_id", m.header.MsgID)
		return
	}
	k.prompts.mu.Lock()
	defer k.prompts.mu.Unlock()
	select {
	case k.prompts.answer <- reply.Value:
	default: // nobody asked
	}
}
