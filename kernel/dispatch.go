package kernel

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
)

// A request is a message on shell or control, with the way back.
type request struct {
	*message
	sock   *socket
	peer   *peer
	number int64  // on shell: in order of arrival
	meta   any    // of the reply; may be set by the handler
	then   func() // called after the reply and the idle status
}

// A handler serves one message type.
type handler struct {
	reply     string // type of the reply; "" if there is none
	shellOnly bool   // uses the Evaluator: on control it would keep interrupts waiting
	serve     func(k *Kernel, ctx context.Context, r *request) (content any)
}

// table maps message types to handlers.
func table() map[string]handler {
	return map[string]handler{
		"kernel_info_request": {reply: "kernel_info_reply", serve: on((*Kernel).kernelInfo)},
		"execute_request":     {reply: "execute_reply", serve: on((*Kernel).execute), shellOnly: true},
		"is_complete_request": {reply: "is_complete_reply", serve: on((*Kernel).isComplete), shellOnly: true},
		"complete_request":    {reply: "complete_reply", serve: on((*Kernel).complete), shellOnly: true},
		"inspect_request":     {reply: "inspect_reply", serve: on((*Kernel).inspect), shellOnly: true},
		"history_request":     {reply: "history_reply", serve: on((*Kernel).history)},
		"comm_info_request":   {reply: "comm_info_reply", serve: on((*Kernel).commInfo)},
		"comm_open":           {serve: on((*Kernel).commOpen)},
		"comm_msg":            {serve: on((*Kernel).commIgnore)},
		"comm_close":          {serve: on((*Kernel).commIgnore)},
		"interrupt_request":   {reply: "interrupt_reply", serve: on((*Kernel).interruptRequest)},
		"shutdown_request":    {reply: "shutdown_reply", serve: on((*Kernel).shutdownRequest)},
		"debug_request":       {reply: "debug_reply", serve: on((*Kernel).debug)},
	}
}

// on makes a handler of a method that takes the content as a struct.
func on[Content any](serve func(*Kernel, context.Context, *request, Content) any) func(*Kernel, context.Context, *request) any {
	return func(k *Kernel, ctx context.Context, r *request) any {
		var c Content
		if err := json.Unmarshal(r.content, &c); err != nil {
			return failed("bad content", fmt.Sprintf("%s: %v", r.header.Type, err))
		}
		return serve(k, ctx, r, c)
	}
}

func failed(name, value string) failure {
	return failure{Status: "error", Name: name, Value: value, Traceback: []string{name + ": " + value}}
}

// receiveShell queues a request. It is called by the reader of each client.
func (k *Kernel) receiveShell(p *peer, frames [][]byte) {
	m := k.decode(k.socks.shell, frames)
	if m == nil {
		return
	}
	r := &request{message: m, sock: k.socks.shell, peer: p, number: k.queue.arrived.Add(1)}
	k.arrive(r)
	select {
	case k.queue.requests <- r:
	case <-k.stopping:
		k.reply(r, replyType(m.header.Type), aborted{"aborted"})
	}
}

// receiveControl serves a request at once; no handler for this channel blocks.
func (k *Kernel) receiveControl(p *peer, frames [][]byte) {
	if m := k.decode(k.socks.control, frames); m != nil {
		k.dispatch(context.Background(), &request{message: m, sock: k.socks.control, peer: p})
	}
}

// decode returns nil for a message that is not to be answered.
func (k *Kernel) decode(s *socket, frames [][]byte) *message {
	m, err := k.codec.decode(frames)
	if err != nil {
		k.log.Warn("message dropped", "socket", s.name, "err", err)
		return nil
	}
	return m
}

// serveShell serves what is queued until the kernel stops; the rest is aborted.
func (k *Kernel) serveShell(ctx context.Context) {
	for {
		select {
		case <-k.stopping:
			k.abortRest()
			return
		default:
		}
		select {
		case r := <-k.queue.requests:
			k.depart(r)
			k.dispatch(ctx, r)
		case <-k.stopping:
		}
	}
}

func (k *Kernel) abortRest() {
	for {
		select {
		case r := <-k.queue.requests:
			k.reply(r, replyType(r.header.Type), aborted{"aborted"})
		default:
			return
		}
	}
}

// dispatch serves one request: busy, what it publishes, its reply, idle.
func (k *Kernel) dispatch(ctx context.Context, r *request) {
	k.log.Debug("request", "msg_type", r.header.Type, "msg_id", r.header.MsgID)
	k.publish(r.raw, "status", status{"busy"})
	h, ok := k.handlers[r.header.Type]
	switch {
	case !ok:
		k.log.Warn("unknown message type", "msg_type", r.header.Type, "msg_id", r.header.MsgID)
		k.reply(r, replyType(r.header.Type), failed("unknown message type", fmt.Sprintf("%q", r.header.Type)))
	case h.shellOnly && r.sock != k.socks.shell:
		k.reply(r, h.reply, failed("wrong channel", r.header.Type+" belongs on the shell channel"))
	default:
		content := k.serve(ctx, h, r)
		if h.reply != "" {
			k.reply(r, h.reply, content)
		}
	}
	k.publish(r.raw, "status", status{"idle"})
	if r.then != nil {
		r.then()
	}
}

// serve turns a panic into an error reply: the kernel outlives the request.
func (k *Kernel) serve(ctx context.Context, h handler, r *request) (content any) {
	defer func() {
		if p := recover(); p != nil {
			stack := string(debug.Stack())
			k.log.Error("panic", "msg_type", r.header.Type, "msg_id", r.header.MsgID, "panic", p, "stack", stack)
			f := failed("internal error", fmt.Sprint(p))
			f.Traceback = append(f.Traceback, strings.Split(stack, "\n")...)
			content = f
		}
	}()
	return h.serve(k, ctx, r)
}

func (k *Kernel) reply(r *request, msgType string, content any) {
	frames, err := k.codec.encode(r.route, msgType, r.raw, r.meta, content)
	if err != nil {
		k.log.Error("reply not sent", "msg_type", msgType, "msg_id", r.header.MsgID, "err", err)
		frames, err = k.codec.encode(r.route, msgType, r.raw, nil, failed("internal error", err.Error()))
		if err != nil {
			return
		}
	}
	r.sock.reply(r.peer, frames)
}

func replyType(msgType string) string {
	return strings.TrimSuffix(msgType, "_request") + "_reply"
}
