package kernel

import (
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

const (
	maxPeers = 256 // connections of one socket, those in handshake included

	// A client that takes nothing for drainTimeout when the kernel ends does
	// not get the rest.
	drainTimeout = time.Second
	// lingerTimeout is how long the kernel waits at its end for clients to
	// close their side.
	lingerTimeout = 100 * time.Millisecond
)

// A socket listens on one port and serves the clients that connect.
type socket struct {
	name    string
	typ     zmq4.SocketType
	ln      net.Listener
	log     *slog.Logger
	receive func(p *peer, frames [][]byte) // called by each peer's reader
	note    func(loss) packet              // says what a client has missed

	mu     sync.Mutex
	conns  map[net.Conn]*peer // nil while in handshake
	closed bool

	work sync.WaitGroup // accept, readers, writers
}

// serve accepts clients until close is called.
func (s *socket) serve() {
	s.conns = make(map[net.Conn]*peer)
	s.work.Go(func() {
		for {
			c, err := s.ln.Accept()
			if err != nil {
				s.mu.Lock()
				closed := s.closed
				s.mu.Unlock()
				if closed {
					return
				}
				// Out of file descriptors, most likely: others may close some.
				s.log.Warn("accept failed", "socket", s.name, "err", err)
				time.Sleep(50 * time.Millisecond)
				continue
			}
			if s.add(c) {
				s.work.Go(func() { s.client(c) })
			} else {
				c.Close()
			}
		}
	})
}

func (s *socket) add(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.conns) >= maxPeers {
		return false
	}
	s.conns[c] = nil
	return true
}

func (s *socket) remove(c net.Conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	c.Close()
}

// client serves one connection from handshake to end.
func (s *socket) client(c net.Conn) {
	defer s.remove(c)
	p, err := handshake(c, s.typ)
	if err != nil {
		s.log.Debug("handshake failed", "socket", s.name, "peer", c.RemoteAddr(), "err", err)
		return
	}
	s.mu.Lock()
	s.conns[c] = p
	if s.closed {
		p.out.shut()
	}
	s.mu.Unlock()

	reader := make(chan struct{})
	go func() {
		defer close(reader)
		s.read(p)
		p.out.shut()
	}()
	if err := p.write(s.note); err != nil {
		s.log.Debug("write failed", "socket", s.name, "peer", c.RemoteAddr(), "err", err)
		p.out.shut()
	} else {
		p.wire.closeWrite()
		c.SetReadDeadline(time.Now().Add(lingerTimeout))
		<-reader
	}
	c.Close()
	<-reader
}

func (s *socket) read(p *peer) {
	for {
		m, err := p.zmtp.RecvMsg()
		if err != nil {
			return
		}
		s.receive(p, m.Frames)
	}
}

// peers returns the clients that have passed the handshake.
func (s *socket) peers() []*peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	ps := make([]*peer, 0, len(s.conns))
	for _, p := range s.conns {
		if p != nil {
			ps = append(ps, p)
		}
	}
	return ps
}

// withID returns the client whose identity is id, nil if there is none.
func (s *socket) withID(id string) *peer {
	ps := s.peers()
	if i := slices.IndexFunc(ps, func(p *peer) bool { return p.id == id }); i >= 0 {
		return ps[i]
	}
	return nil
}

// reply sends frames to one client. A client that has let its replies pile up
// is disconnected.
func (s *socket) reply(p *peer, frames [][]byte) {
	if !p.out.put(newPacket(frames)) {
		s.log.Warn("client does not read its replies: disconnected", "socket", s.name, "peer", p.wire.RemoteAddr())
		p.wire.Close()
	}
}

// publish sends frames, the first of which is the topic, to all subscribers.
func (s *socket) publish(pk packet) {
	for _, p := range s.peers() {
		if p.wants(string(pk.frames[0])) && !p.out.put(pk) {
			s.log.Debug("client does not read: message dropped", "socket", s.name, "peer", p.wire.RemoteAddr())
		}
	}
}

// waitRoom waits until every subscriber that still reads has room.
func (s *socket) waitRoom() {
	for _, p := range s.peers() {
		p.out.waitRoom()
	}
}

// close stops listening, lets every client have what waits for it, and waits
// for all goroutines.
func (s *socket) close() {
	s.mu.Lock()
	s.closed = true
	for c, p := range s.conns {
		if p == nil {
			c.Close()
			continue
		}
		p.out.shut()
	}
	s.mu.Unlock()
	s.ln.Close()
	done := make(chan struct{})
	go func() {
		s.work.Wait()
		close(done)
	}()
	tick := time.NewTicker(drainTimeout / 10)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			s.cut()
		}
	}
}

// cut closes the connections of clients that have stopped reading.
func (s *socket) cut() {
	for _, p := range s.peers() {
		if p.out.stuck(drainTimeout) {
			p.wire.Close()
		}
	}
}
