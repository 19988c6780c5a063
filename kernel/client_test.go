package kernel

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

const patience = 10 * time.Second

// fake is an Evaluator whose cells are commands: see Execute.
type fake struct {
	mu      sync.Mutex
	cells   []Cell
	queue   []string    // what Queue was called with last
	started chan string // code of each cell that starts; capacity 100
	release chan bool   // one value lets one "wait" cell go on
	closed  chan bool
}

func newFake() *fake {
	return &fake{started: make(chan string, 100), release: make(chan bool, 100), closed: make(chan bool)}
}

func (f *fake) make(context.Context) (Evaluator, error) { return f, nil }

func text(s string) bundle {
	data, _ := json.Marshal(s)
	return bundle{"text/plain": data}
}

func (f *fake) Execute(ctx context.Context, c Cell, out Output) Outcome {
	f.mu.Lock()
	f.cells = append(f.cells, c)
	f.mu.Unlock()
	f.started <- c.Code
	verb, arg, _ := strings.Cut(c.Code, " ")
	switch verb {
	case "print":
		out.Stream("stdout", arg)
	case "eprint":
		out.Stream("stderr", arg)
	case "mix":
		out.Stream("stdout", "a")
		out.Stream("stderr", "b")
		out.Stream("stdout", "c")
		out.Display(text("d"), nil)
		out.Stream("stdout", "e")
		out.(Clearer).ClearOutput(true)
		out.(Updater).DisplayAs("id1", text("f"), bundle{"text/plain": []byte(`{"x":1}`)})
		out.(Updater).UpdateDisplay("id1", text("g"), nil)
		return Outcome{Result: text("h"), Report: text("i"), Metadata: map[string]any{"tier": "fake"}}
	case "value":
		return Outcome{Result: text(arg)}
	case "page":
		return Outcome{Page: text(arg)}
	case "fail":
		return Outcome{Err: &Error{Name: "panic", Value: arg, Traceback: []string{"line 1", "line 2"}}}
	case "crash":
		panic(arg)
	case "wait":
		select {
		case <-f.release:
			return Outcome{Err: &Error{Name: "panic", Value: "released"}}
		case <-ctx.Done():
			return Outcome{Err: &Error{Name: "interrupted", Value: "by the user"}}
		}
	case "ask":
		s, err := out.(Asker).Ask(ctx, arg, true)
		if err != nil {
			return Outcome{Err: &Error{Name: "ask", Value: err.Error()}}
		}
		return Outcome{Result: text(s)}
	case "flood":
		var n int
		fmt.Sscan(arg, &n)
		line := strings.Repeat("x", 99) + "\n"
		chunk := strings.Repeat(line, 300)
		for ; n > 0; n -= len(chunk) {
			out.Stream("stdout", chunk[:min(n, len(chunk))])
		}
	}
	return Outcome{}
}

func (f *fake) Queue(cells []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue = cells
}

func (f *fake) queued() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.queue
}

func (f *fake) IsComplete(code string) (string, string) {
	if strings.HasSuffix(code, "{") {
		return "incomplete", "\t"
	}
	return "complete", ""
}

func (f *fake) Complete(_ context.Context, code string, cursor int) ([]Completion, int, int) {
	start := strings.LastIndexByte(code[:cursor], ' ') + 1
	return []Completion{{code[start:cursor] + "ln", "function", "func()"}}, start, cursor
}

func (f *fake) Inspect(_ context.Context, code string, cursor, detail int) map[string]json.RawMessage {
	if code == "" || code == "unknown" {
		return nil
	}
	return text(fmt.Sprint(code[cursor:], detail))
}

func (f *fake) Close() error {
	close(f.closed)
	return nil
}

// lockedBuffer is a log that a test can read.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// testKernel is a kernel that was started for a test.
type testKernel struct {
	*Kernel
	fake *fake
	info ConnectionInfo
	logs *lockedBuffer
	done chan error
}

// start runs a kernel for the length of the test.
func start(t *testing.T, adjust ...func(*Options)) *testKernel {
	t.Helper()
	tk := &testKernel{fake: newFake(), logs: &lockedBuffer{}, done: make(chan error, 1)}
	opts := Options{
		Conn:         &ConnectionInfo{Key: "secret"},
		NewEvaluator: tk.fake.make,
		Info:         Info{Version: "1.0", GoVersion: "1.26.8"},
		Logger:       slog.New(slog.NewTextHandler(tk.logs, nil)),
		NoSignals:    true,
		NoParent:     true,
	}
	for _, f := range adjust {
		f(&opts)
	}
	var err error
	if tk.Kernel, err = New(opts); err != nil {
		t.Fatal(err)
	}
	if tk.info, err = tk.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { tk.done <- tk.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		tk.wait(t)
	})
	return tk
}

// wait waits for the end of Run.
func (tk *testKernel) wait(t *testing.T) {
	t.Helper()
	select {
	case err := <-tk.done:
		if err != nil {
			t.Errorf("Run: %v", err)
		}
		tk.done <- nil // for the next wait
	case <-time.After(patience):
		t.Fatal("Run did not return")
	}
}

// client is a front end.
type client struct {
	t     *testing.T
	codec *codec

	shell, control, stdin zmq4.Socket
	shellMsgs             chan *message
	controlMsgs           chan *message
	stdinMsgs             chan *message
	iopub                 chan *message
}

func (tk *testKernel) endpoint(port int) string {
	if tk.info.Transport == "ipc" {
		return fmt.Sprintf("ipc://%s-%d", tk.info.IP, port)
	}
	return fmt.Sprintf("tcp://127.0.0.1:%d", port)
}

// connect starts a client of the kernel that has seen its iopub_welcome.
func connect(t *testing.T, tk *testKernel) *client {
	t.Helper()
	h, err := tk.info.signer()
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, codec: newCodec(tk.info.Key, h)}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	dial := func(s zmq4.Socket, port int, subscribe bool) (zmq4.Socket, chan *message) {
		if err := s.Dial(tk.endpoint(port)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		if subscribe {
			if err := s.SetOption(zmq4.OptionSubscribe, ""); err != nil {
				t.Fatal(err)
			}
		}
		msgs := make(chan *message, 10000)
		go func() {
			for {
				m, err := s.Recv()
				if err != nil {
					close(msgs)
					return
				}
				d, err := c.codec.decode(m.Frames)
				if err != nil {
					t.Errorf("client: %v", err)
					continue
				}
				msgs <- d
			}
		}()
		return s, msgs
	}
	id := zmq4.WithID(zmq4.SocketIdentity(c.codec.session))
	c.shell, c.shellMsgs = dial(zmq4.NewDealer(ctx, id), tk.info.ShellPort, false)
	c.control, c.controlMsgs = dial(zmq4.NewDealer(ctx, id), tk.info.ControlPort, false)
	c.stdin, c.stdinMsgs = dial(zmq4.NewDealer(ctx, id), tk.info.StdinPort, false)
	_, c.iopub = dial(zmq4.NewSub(ctx), tk.info.IOPubPort, true)
	if m := c.next(c.iopub); m.header.Type != "iopub_welcome" {
		t.Fatalf("first message on iopub is %s, want iopub_welcome", m.header.Type)
	}
	return c
}

// next returns the next message of a channel.
func (c *client) next(msgs chan *message) *message {
	c.t.Helper()
	select {
	case m, ok := <-msgs:
		if !ok {
			c.t.Fatal("connection closed while a message was expected")
		}
		return m
	case <-time.After(patience):
		c.t.Fatal("no message came")
	}
	return nil
}

// published returns the next message on iopub but for that the kernel starts: the
// client may have subscribed before or after it.
func (c *client) published() *message {
	c.t.Helper()
	for {
		m := c.next(c.iopub)
		if m.header.Type != "status" || content[status](c.t, m).State != "starting" {
			return m
		}
	}
}

// send sends a request and returns its header as it was sent.
func (c *client) send(s zmq4.Socket, msgType string, content any) string {
	return c.sendMeta(s, msgType, nil, content)
}

func (c *client) sendMeta(s zmq4.Socket, msgType string, meta, content any) string {
	c.t.Helper()
	frames, err := c.codec.encode(nil, msgType, nil, meta, content)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := s.Send(zmq4.NewMsgFrom(frames...)); err != nil {
		c.t.Fatal(err)
	}
	return string(frames[2])
}

// cycle returns what a request published on iopub, from busy to idle, which
// must be there and have the right parent, without these two.
func (c *client) cycle(parent string) []*message {
	c.t.Helper()
	var between []*message
	for {
		m := c.published()
		if got := string(m.parent); got != parent {
			c.t.Fatalf("%s on iopub has parent\n%s\nwant\n%s", m.header.Type, got, parent)
		}
		if m.header.Type != "status" {
			if between == nil {
				c.t.Fatalf("%s before busy", m.header.Type)
			}
			between = append(between, m)
			continue
		}
		switch state := content[status](c.t, m).State; {
		case state == "busy" && between == nil:
			between = []*message{}
		case state == "idle" && between != nil:
			return between
		default:
			c.t.Fatalf("status %s at the wrong place", state)
		}
	}
}

// call sends a request on shell and returns the reply and what was published.
func (c *client) call(msgType string, req any) (*message, []*message) {
	c.t.Helper()
	parent := c.send(c.shell, msgType, req)
	reply := c.next(c.shellMsgs)
	if string(reply.parent) != parent {
		c.t.Fatalf("reply has parent\n%s\nwant\n%s", string(reply.parent), parent)
	}
	return reply, c.cycle(parent)
}

func (c *client) execute(code string) (executeReply, []*message) {
	c.t.Helper()
	reply, out := c.call("execute_request", executeRequest{Code: code})
	return content[executeReply](c.t, reply), out
}

// content decodes the content strictly: a field that the struct lacks is an error.
func content[T any](t *testing.T, m *message) T {
	t.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader(m.content))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v in %s", m.header.Type, err, m.content)
	}
	if m.header.Version != "5.4" || m.header.Session == "" || m.header.MsgID == "" {
		t.Errorf("%s: bad header %+v", m.header.Type, m.header)
	}
	if _, err := time.Parse(time.RFC3339Nano, m.header.Date); err != nil {
		t.Errorf("%s: date: %v", m.header.Type, err)
	}
	return v
}

func types(ms []*message) string {
	var s []string
	for _, m := range ms {
		s = append(s, m.header.Type)
	}
	return strings.Join(s, " ")
}
