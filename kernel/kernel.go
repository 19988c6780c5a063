package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

// Options configure a Kernel. ConnectionFile or Conn is required, and
// NewEvaluator.
type Options struct {
	ConnectionFile string
	Conn           *ConnectionInfo // used instead of ConnectionFile when not nil

	// NewEvaluator is called once, while the kernel already answers requests
	// that do not need its result. Its context ends with the kernel. When it
	// fails, every cell fails with its error.
	NewEvaluator func(context.Context) (Evaluator, error)

	Info   Info
	Logger *slog.Logger // nil: no log

	NoSignals bool // leave SIGINT alone instead of interrupting the running cell
	NoParent  bool // go on when the process that started this one is gone
}

// Info is what kernel_info_reply says about the implementation.
type Info struct {
	Implementation string // "gomemo" if empty
	Version        string
	GoVersion      string // of the language, "1.26.8"
	Banner         string
	HelpLinks      []HelpLink
}

// How long user code may take to end when the kernel shuts down: first after
// its interrupt, then after the Evaluator was closed. jupyter_client kills a
// kernel after five seconds.
const (
	interruptGrace = time.Second
	closeGrace     = 2 * time.Second
)

// A Kernel serves one connection file. Use [New] to make one.
type Kernel struct {
	opts     Options
	conn     ConnectionInfo
	log      *slog.Logger
	codec    *codec
	socks    *sockets // nil until Listen
	handlers map[string]handler
	eval     lazyEvaluator
	session  session
	run      running
	prompts  prompts
	queue    queue
	stopping chan struct{} // closed by stop
}

type sockets struct {
	shell, control, iopub, stdin, hb *socket
}

func (s *sockets) all() []*socket {
	return []*socket{s.shell, s.control, s.iopub, s.stdin, s.hb}
}

// running is the cell that runs now.
type running struct {
	mu     sync.Mutex
	cancel context.CancelFunc // nil if none
}

// New checks opts and reads the connection file.
func New(opts Options) (*Kernel, error) {
	k := &Kernel{opts: opts, log: opts.Logger, handlers: table(), stopping: make(chan struct{})}
	k.eval.ready = make(chan struct{})
	k.queue.requests = make(chan *request, queueSize)
	if k.log == nil {
		k.log = slog.New(slog.DiscardHandler)
	}
	if opts.NewEvaluator == nil {
		return nil, errors.New("kernel: Options.NewEvaluator is nil")
	}
	if opts.Conn != nil {
		k.conn = *opts.Conn
	} else {
		var err error
		if k.conn, err = ReadConnectionInfo(opts.ConnectionFile); err != nil {
			return nil, err
		}
	}
	h, err := k.conn.signer()
	if err != nil {
		return nil, err
	}
	if h == nil {
		k.log.Warn("messages are not signed: the connection has no key")
	}
	k.codec = newCodec(k.conn.Key, h)
	return k, nil
}

// Listen binds the sockets and returns the connection with the ports that were
// chosen for those given as 0. Run calls it unless it was called before.
func (k *Kernel) Listen() (ConnectionInfo, error) {
	if k.socks != nil {
		return k.conn, nil
	}
	s := &sockets{}
	for _, b := range []struct {
		to   **socket
		name string
		typ  zmq4.SocketType
		port *int
		recv func(*peer, [][]byte)
	}{
		{&s.shell, "shell", zmq4.Router, &k.conn.ShellPort, k.receiveShell},
		{&s.control, "control", zmq4.Router, &k.conn.ControlPort, k.receiveControl},
		{&s.iopub, "iopub", zmq4.XPub, &k.conn.IOPubPort, k.receiveSubscription},
		{&s.stdin, "stdin", zmq4.Router, &k.conn.StdinPort, k.receiveInput},
		{&s.hb, "heartbeat", zmq4.Rep, &k.conn.HBPort, k.receiveHeartbeat},
	} {
		ln, err := k.conn.listen(b.port)
		if err != nil {
			for _, sock := range s.all() {
				if sock != nil {
					sock.ln.Close()
				}
			}
			return k.conn, err
		}
		*b.to = &socket{name: b.name, typ: b.typ, ln: ln, log: k.log, receive: b.recv, note: k.dropped}
	}
	k.socks = s
	return k.conn, nil
}

// Run serves requests until one asks for a shutdown, ctx is done, or the
// parent process is gone. It may be called once. The Evaluator is closed and
// all messages are on their way when it returns.
func (k *Kernel) Run(ctx context.Context) error {
	if _, err := k.Listen(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, s := range k.socks.all() {
		s.serve()
	}
	go k.eval.start(ctx, k.opts.NewEvaluator)
	k.publish(nil, "status", status{"starting"})

	var watchers sync.WaitGroup
	defer watchers.Wait()
	if !k.opts.NoSignals {
		sig := make(chan os.Signal, 1)
		signal.Notify(sig, os.Interrupt)
		defer signal.Stop(sig)
		watchers.Go(func() { k.watchSignals(sig) })
	}
	if !k.opts.NoParent {
		watchers.Go(func() { k.watchParent() })
	}
	loop := make(chan struct{})
	go func() {
		defer close(loop)
		k.serveShell(ctx)
	}()
	select {
	case <-ctx.Done():
	case <-k.stopping:
	}
	k.stop()
	return k.shutdown(cancel, loop)
}

// stop makes Run return.
func (k *Kernel) stop() {
	k.queue.stop.Do(func() { close(k.stopping) })
}

// shutdown ends the running cell, the Evaluator and the sockets, in this order.
func (k *Kernel) shutdown(cancel context.CancelFunc, loop <-chan struct{}) error {
	k.interrupt()
	wait(loop, interruptGrace)
	cancel()
	var errs []error
	if wait(k.eval.ready, closeGrace) {
		if k.eval.evaluator != nil {
			if err := k.eval.evaluator.Close(); err != nil {
				errs = append(errs, fmt.Errorf("kernel: close evaluator: %w", err))
			}
		}
	} else {
		errs = append(errs, errors.New("kernel: the evaluator was still being made"))
	}
	if !wait(loop, closeGrace) {
		errs = append(errs, errors.New("kernel: a cell was still running"))
	}
	var closing sync.WaitGroup
	for _, s := range k.socks.all() {
		closing.Go(s.close)
	}
	closing.Wait()
	return errors.Join(errs...)
}

// wait reports whether done was closed within d.
func wait(done <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

// interrupt cancels the running cell, if there is one.
func (k *Kernel) interrupt() {
	k.run.mu.Lock()
	defer k.run.mu.Unlock()
	if k.run.cancel != nil {
		k.run.cancel()
	}
}

func (k *Kernel) watchSignals(sig <-chan os.Signal) {
	for {
		select {
		case <-sig:
			k.interrupt()
		case <-k.stopping:
			return
		}
	}
}

// watchParent stops the kernel when the process that started it is gone. There
// is no portable way to be told.
func (k *Kernel) watchParent() {
	gone := parentGone()
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if gone() {
				k.log.Warn("the parent process is gone")
				k.stop()
				return
			}
		case <-k.stopping:
			return
		}
	}
}

// publish sends a message to all subscribers of iopub. parent is the header of
// the request that caused it.
func (k *Kernel) publish(parent json.RawMessage, msgType string, content any) {
	if pk, ok := k.iopubPacket(parent, msgType, content); ok {
		k.socks.iopub.publish(pk)
	}
}

// publishBulk is publish for what a cell can make any amount of: it waits for
// clients that are behind.
func (k *Kernel) publishBulk(parent json.RawMessage, msgType string, content any) {
	if pk, ok := k.iopubPacket(parent, msgType, content); ok {
		pk.bulk = true
		k.socks.iopub.waitRoom()
		k.socks.iopub.publish(pk)
	}
}

func (k *Kernel) iopubPacket(parent json.RawMessage, msgType string, content any) (packet, bool) {
	topic := [][]byte{[]byte("kernel." + k.codec.session + "." + msgType)}
	frames, err := k.codec.encode(topic, msgType, parent, nil, content)
	if err != nil {
		k.log.Error("message not sent", "msg_type", msgType, "err", err)
		return packet{}, false
	}
	pk := newPacket(frames)
	pk.parent = parent
	return pk, true
}

// dropped is the message for a client that has missed output.
func (k *Kernel) dropped(l loss) packet {
	text := fmt.Sprintf("[gomemo: output dropped: %d messages, %.1f MB, while this client was not reading]\n",
		l.messages, float64(l.bytes)/1e6)
	pk, _ := k.iopubPacket(l.parent, "stream", stream{Name: "stderr", Text: text})
	return pk
}

// receiveSubscription is called with what a subscriber of iopub sends, and
// welcomes it (JEP 65).
func (k *Kernel) receiveSubscription(p *peer, frames [][]byte) {
	topic, added := p.subscribe(frames[0])
	if !added {
		return
	}
	welcome, err := k.codec.encode([][]byte{[]byte(topic)}, "iopub_welcome", nil, nil, iopubWelcome{topic})
	if err != nil {
		k.log.Error("message not sent", "msg_type", "iopub_welcome", "err", err)
		return
	}
	k.socks.iopub.reply(p, welcome)
}

func (k *Kernel) receiveHeartbeat(p *peer, frames [][]byte) {
	k.socks.hb.reply(p, frames)
}

// lazyEvaluator is an Evaluator that is being made.
type lazyEvaluator struct {
	ready     chan struct{} // closed when the rest is set
	evaluator Evaluator
	err       error
}

func (l *lazyEvaluator) start(ctx context.Context, make func(context.Context) (Evaluator, error)) {
	defer close(l.ready)
	defer func() {
		if p := recover(); p != nil {
			l.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	l.evaluator, l.err = make(ctx)
}

// get waits until the Evaluator is there.
func (l *lazyEvaluator) get(ctx context.Context) (Evaluator, error) {
	select {
	case <-l.ready:
		return l.evaluator, l.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
