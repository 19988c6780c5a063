package kernel

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// handshakeTimeout is how long a new connection may take to say that it speaks
// ZMTP. Others connect meanwhile.
const handshakeTimeout = 10 * time.Second

// A peer is one connection of a client. One goroutine reads from it and one
// writes to it what is in its outbox.
type peer struct {
	wire *wire
	zmtp *zmq4.Conn
	out  *outbox
	id   string // the client's socket identity, "" if it has none

	mu     sync.Mutex
	topics []string // iopub: what the client subscribed to
}

// handshake makes a peer of a connection, or closes it.
func handshake(c net.Conn, typ zmq4.SocketType) (*peer, error) {
	p := &peer{out: newOutbox()}
	p.wire = &wire{Conn: c, progress: p.out.moved}
	p.wire.in = guard{r: bufio.NewReaderSize(c, 32<<10), ping: p.pong}
	c.SetDeadline(time.Now().Add(handshakeTimeout))
	var err error
	p.zmtp, err = zmq4.Open(p.wire, null.Security(), typ, nil, true, nil)
	if err != nil {
		c.Close()
		return nil, err
	}
	c.SetDeadline(time.Time{})
	p.wire.buf = bufio.NewWriterSize(writerFunc(p.wire.send), 64<<10)
	p.id = p.zmtp.Peer.Meta["Identity"]
	return p, nil
}

// pongFrame marks a packet that is a PONG command, its context the only other frame.
const pongFrame = "\x00PONG"

func (p *peer) pong(context []byte) {
	p.out.put(newPacket([][]byte{[]byte(pongFrame), context}))
}

// write sends what is put into the outbox until it is shut and empty or the
// connection breaks. note makes a packet of what a client has missed.
func (p *peer) write(note func(loss) packet) error {
	for range p.out.wake {
		for ps := p.out.take(); len(ps) > 0; ps = p.out.take() {
			for _, pk := range ps {
				if err := p.send(pk); err != nil {
					return err
				}
				if lost, ok := p.out.wrote(pk); ok {
					p.out.put(note(lost))
				}
			}
		}
		if err := p.wire.buf.Flush(); err != nil {
			return err
		}
		if p.out.done() {
			return nil
		}
	}
	return nil
}

func (p *peer) send(pk packet) error {
	if len(pk.frames) == 2 && string(pk.frames[0]) == pongFrame {
		return p.zmtp.SendCmd(zmq4.CmdPong, pk.frames[1])
	}
	return p.zmtp.SendMsg(zmq4.NewMsgFrom(pk.frames...))
}

// subscribe handles what a subscriber sends: 1 or 0 and a topic. It returns
// the topic if it is a new one.
func (p *peer) subscribe(frame []byte) (topic string, added bool) {
	if len(frame) == 0 {
		return "", false
	}
	topic = string(frame[1:])
	p.mu.Lock()
	defer p.mu.Unlock()
	switch frame[0] {
	case 1:
		if len(p.topics) < maxTopics {
			p.topics = append(p.topics, topic)
			return topic, true
		}
	case 0:
		for i, t := range p.topics {
			if t == topic {
				p.topics = append(p.topics[:i], p.topics[i+1:]...)
				break
			}
		}
	}
	return "", false
}

// maxTopics bounds what one subscriber can make us remember.
const maxTopics = 256

func (p *peer) wants(topic string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.topics {
		if strings.HasPrefix(topic, t) {
			return true
		}
	}
	return false
}

// wire is the connection below zmq4: reads are guarded, and once the handshake
// is over writes are buffered until the outbox is empty.
type wire struct {
	net.Conn
	in       guard
	buf      *bufio.Writer
	progress func()
}

func (w *wire) Read(p []byte) (int, error) { return w.in.Read(p) }

func (w *wire) Write(p []byte) (int, error) {
	if w.buf == nil {
		return w.Conn.Write(p)
	}
	return w.buf.Write(p)
}

// send writes in pieces, so that a slow client is seen to make progress.
func (w *wire) send(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		m, err := w.Conn.Write(p[n:min(len(p), n+64<<10)])
		n += m
		if err != nil {
			return n, err
		}
		w.progress()
	}
	return n, nil
}

// closeWrite tells the client that nothing more will come, without the reset
// that closing a connection with unread input causes: a reset may destroy what
// the client has not read yet.
func (w *wire) closeWrite() {
	if c, ok := w.Conn.(interface{ CloseWrite() error }); ok {
		c.CloseWrite()
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
