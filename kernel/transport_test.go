package kernel

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// frame is a ZMTP frame with a long header.
func frame(flags byte, size uint64, body string) []byte {
	b := binary.BigEndian.AppendUint64([]byte{flags | flagLong}, size)
	return append(b, body...)
}

func command(name, body string) []byte {
	s := string([]byte{byte(len(name))}) + name + body
	return frame(flagCommand, uint64(len(s)), s)
}

func property(k, v string) string {
	return string([]byte{byte(len(k))}) + k + string(binary.BigEndian.AppendUint32(nil, uint32(len(v)))) + v
}

func greetingBytes() []byte {
	g := make([]byte, greetingSize)
	g[0], g[9], g[10] = 0xff, 0x7f, 3
	copy(g[12:], "NULL")
	return g
}

// hello is what a client sends first.
func hello(typ string) []byte {
	return append(greetingBytes(), command("READY", property("Socket-Type", typ))...)
}

// dial opens a bare connection and sends data.
func dial(t *testing.T, port int, data ...[]byte) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := c.Write(bytes.Join(data, nil)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestGuardRefuses(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	for name, data := range map[string][][]byte{
		"not ZMTP":              {[]byte("GET / HTTP/1.1\r\n\r\n" + strings.Repeat("x", 100))},
		"frame of 2^63 bytes":   {hello("DEALER"), frame(0, 1<<63, "")},
		"frame of 1 GB":         {hello("DEALER"), frame(0, 1<<30, "")},
		"too many frames":       {hello("DEALER"), bytes.Repeat([]byte{flagMore, 0}, maxFrames+1)},
		"reserved flags":        {hello("DEALER"), {0x80, 0}},
		"READY missing":         {greetingBytes(), {0, 1, 'x'}},
		"READY with more":       {greetingBytes(), {flagCommand | flagMore, 6, 5, 'R', 'E', 'A', 'D', 'Y'}},
		"name beyond the end":   {greetingBytes(), command("READY", "\xffab")},
		"value beyond end":      {greetingBytes(), command("READY", "\x01a\xff\xff\xff\xff")},
		"empty command":         {greetingBytes(), {flagCommand, 0}},
		"command name too long": {greetingBytes(), {flagCommand, 2, 9, 'R'}},
		"huge command":          {greetingBytes(), frame(flagCommand, maxCommand+1, "")},
		"no socket type":        {greetingBytes(), command("READY", "")},
		"unknown socket type":   {hello("FROB")},
		"wrong socket type":     {hello("PUB")},
	} {
		conn := dial(t, tk.info.ShellPort, data...)
		conn.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, conn); timedOut(err) {
			t.Errorf("%s: the connection stays open", name)
		}
	}
	if r, _ := c.execute("value 1"); r.Status != "ok" {
		t.Errorf("%+v", r)
	}
}

func timedOut(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

func TestMalformedMessagesAreDropped(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	bad := [][][]byte{
		{[]byte("x")},
		{delimiter},
		{nil, nil, nil, nil, nil, nil, nil},
		{delimiter, nil, []byte("{}"), []byte("{}"), []byte("{}")},
	}
	for _, head := range []string{"", "{", "[]", "null", "{}", `{"msg_type":1}`, `{"msg_type":"a"}`} {
		parts := [][]byte{[]byte(head), []byte("{}"), []byte("{}"), []byte("{}")}
		bad = append(bad, append([][]byte{delimiter, c.codec.sign(parts)}, parts...))
	}
	for _, frames := range bad {
		for _, s := range []zmq4.Socket{c.shell, c.control, c.stdin} {
			if err := s.Send(zmq4.NewMsgFrom(frames...)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if r, _ := c.execute("value 1"); r.Status != "ok" {
		t.Errorf("%+v", r)
	}
	for strings.Count(tk.logs.String(), "message dropped") < 3*len(bad) {
		time.Sleep(time.Millisecond)
	}
}

func TestPingIsAnswered(t *testing.T) {
	t.Parallel()
	tk := start(t)
	conn := dial(t, tk.info.ShellPort, hello("DEALER"), command("PING", "\x00\x05abc"))
	conn.SetReadDeadline(time.Now().Add(patience))
	var got []byte
	buf := make([]byte, 1000)
	for !bytes.Contains(got, []byte("\x04PONGabc")) {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, got)
		}
		got = append(got, buf[:n]...)
	}
}

func TestSilentPeerBlocksNobody(t *testing.T) {
	t.Parallel()
	tk := start(t)
	for _, s := range tk.socks.all() {
		port := s.ln.Addr().(*net.TCPAddr).Port
		for range 20 {
			dial(t, port)
			dial(t, port, greetingBytes())
		}
	}
	begun := time.Now()
	c := connect(t, tk)
	c.execute("value 1")
	if d := time.Since(begun); d > handshakeTimeout/2 {
		t.Errorf("took %v", d)
	}
}

// TestStalledSubscriber has a client that subscribes and never reads, while
// another one gets all of 25 MB.
func TestStalledSubscriber(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	conn := dial(t, tk.info.IOPubPort, hello("SUB"), []byte{0, 1, 1})
	for len(tk.socks.iopub.peers()) < 2 || !tk.socks.iopub.peers()[0].wants("") || !tk.socks.iopub.peers()[1].wants("") {
		time.Sleep(time.Millisecond)
	}
	const size = 25_000_000
	parent := c.send(c.shell, "execute_request", executeRequest{Code: fmt.Sprint("flood ", size)})
	c.next(c.shellMsgs)
	got := 0
	for _, m := range c.cycle(parent) {
		if m.header.Type == "stream" {
			got += len(content[stream](t, m).Text)
		}
	}
	if got != size {
		t.Errorf("the other client got %d bytes, want %d", got, size)
	}
	queued := 0
	for _, p := range tk.socks.iopub.peers() {
		p.out.mu.Lock()
		queued = max(queued, p.out.size)
		p.out.mu.Unlock()
	}
	if queued == 0 || queued > outboxLimit {
		t.Errorf("%d bytes wait for the stalled client", queued)
	}

	// When it reads again it is told, and gets the end of the cell.
	conn.SetReadDeadline(time.Now().Add(patience))
	const note = "output dropped"
	var tail []byte
	buf := make([]byte, 1<<20)
	for !bytes.Contains(tail, []byte(note)) || !bytes.Contains(tail, []byte(`"idle"`)) {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("%v before the note and the idle status", err)
		}
		tail = append(tail, buf[:n]...)
		if !bytes.Contains(tail, []byte(note)) && len(tail) > 2<<20 {
			tail = tail[len(tail)-1000:]
		}
	}
	if r, _ := c.execute("value 1"); r.Status != "ok" {
		t.Errorf("%+v", r)
	}
}

func TestUnreadRepliesDisconnect(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	conn := dial(t, tk.info.HBPort, hello("REQ"))
	big := frame(0, 4<<20, strings.Repeat("x", 4<<20))
	conn.SetWriteDeadline(time.Now().Add(patience))
	var err error
	for err == nil {
		_, err = conn.Write(big)
	}
	if timedOut(err) {
		t.Error("the client that does not read is still connected")
	}
	if r, _ := c.execute("value 1"); r.Status != "ok" {
		t.Errorf("%+v", r)
	}
}

func TestShutdownDoesNotWaitForStalledClient(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	dial(t, tk.info.IOPubPort, hello("SUB"), []byte{0, 1, 1})
	dial(t, tk.info.ShellPort)
	c.execute("flood 20000000")
	begun := time.Now()
	c.send(c.control, "shutdown_request", shutdownRequest{})
	tk.wait(t)
	if d := time.Since(begun); d > 4*time.Second {
		t.Errorf("took %v", d)
	}
}

// FuzzGuard feeds what a client may send, after a valid start or none, through
// the guard into zmq4: no panic, and nothing allocated that was not sent.
func FuzzGuard(f *testing.F) {
	f.Add([]byte("x"), false)
	f.Add(hello("DEALER"), false)
	f.Add([]byte{1, 1, 'a', 0, 1, 'b'}, true)
	f.Add(frame(0, 1<<40, "a"), true)
	f.Add(command("PING", "\x00\x00ctx"), true)
	f.Add(append([]byte{flagMore, 0}, command("PING", "\x00\x00ctx")...), true)
	f.Fuzz(func(t *testing.T, data []byte, started bool) {
		if started {
			data = append(hello("DEALER"), data...)
		}
		p := &peer{out: newOutbox()}
		p.wire = &wire{Conn: script{r: iotest.OneByteReader(bytes.NewReader(data))}}
		p.wire.in = guard{r: bufio.NewReader(p.wire.Conn), ping: p.pong}
		z, err := zmq4.Open(p.wire, null.Security(), zmq4.Router, nil, true, nil)
		if err != nil {
			return
		}
		c := newCodec("", nil)
		for {
			m, err := z.RecvMsg()
			if err != nil {
				return
			}
			size := 0
			for _, fr := range m.Frames {
				size += len(fr)
			}
			if size > len(data) || len(m.Frames) > maxFrames {
				t.Fatalf("%d bytes in %d frames from %d bytes", size, len(m.Frames), len(data))
			}
			c.decode(m.Frames)
		}
	})
}

// script is a connection whose input is given and whose output is dropped.
type script struct {
	net.Conn
	r io.Reader
}

func (s script) Read(p []byte) (int, error)  { return s.r.Read(p) }
func (s script) Write(p []byte) (int, error) { return len(p), nil }
func (s script) Close() error                { return nil }
