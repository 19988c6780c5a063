package kernel

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// What a peer may send. zmq4 allocates what a frame's header announces, so the
// limits hold before any of it has arrived.
const (
	greetingSize = 64
	maxCommand   = 4 << 10
	maxFrame     = 64 << 20
	maxMessage   = 128 << 20
	maxFrames    = 64
)

// The flags in the first byte of a frame (ZMTP 3.0).
const (
	flagMore    = 0x1
	flagLong    = 0x2
	flagCommand = 0x4
)

var errProtocol = errors.New("not ZMTP 3.0")

// A guard passes on what a peer sends, byte for byte, up to the first thing
// that zmq4 would not survive: a frame of absurd size, broken metadata. After
// the handshake it keeps commands to itself, since zmq4 would answer a PING in
// the middle of a message that another goroutine is writing.
type guard struct {
	r    *bufio.Reader
	ping func(context []byte) // called for each PING

	greeted bool
	ready   bool
	pass    []byte // checked, not yet read
	body    uint64 // bytes of the current frame's body not yet read
	frames  int    // of the current message
	size    uint64 // of the current message
}

func (g *guard) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(g.pass) == 0 && g.body == 0 {
		if err := g.next(); err != nil {
			return 0, err
		}
	}
	if len(g.pass) > 0 {
		n := copy(p, g.pass)
		g.pass = g.pass[n:]
		return n, nil
	}
	if uint64(len(p)) > g.body {
		p = p[:g.body]
	}
	n, err := g.r.Read(p)
	g.body -= uint64(n)
	return n, err
}

// next reads a greeting, a command, or the header of a frame.
func (g *guard) next() error {
	if !g.greeted {
		g.pass = make([]byte, greetingSize)
		_, err := io.ReadFull(g.r, g.pass)
		g.greeted = true
		return err
	}
	var head [9]byte
	n := 2
	if _, err := io.ReadFull(g.r, head[:n]); err != nil {
		return err
	}
	flags, size := head[0], uint64(head[1])
	if flags&flagLong != 0 {
		n = 9
		if _, err := io.ReadFull(g.r, head[2:n]); err != nil {
			return err
		}
		size = binary.BigEndian.Uint64(head[1:])
	}
	switch {
	case flags&^(flagMore|flagLong|flagCommand) != 0:
		return fmt.Errorf("%w: frame with flags %#x", errProtocol, flags)
	case flags&flagCommand != 0:
		return g.command(head[:n], flags, size)
	case !g.ready:
		return fmt.Errorf("%w: a message before READY", errProtocol)
	}
	g.frames++
	g.size += size
	if size > maxFrame || g.size > maxMessage || g.frames > maxFrames {
		return fmt.Errorf("message too large: %d frames, %d bytes or more", g.frames, g.size)
	}
	if flags&flagMore == 0 {
		g.frames, g.size = 0, 0
	}
	g.pass, g.body = append(g.pass[:0], head[:n]...), size
	return nil
}

func (g *guard) command(head []byte, flags byte, size uint64) error {
	if flags&flagMore != 0 || g.frames > 0 || size == 0 || size > maxCommand {
		return fmt.Errorf("%w: bad command", errProtocol)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(g.r, body); err != nil {
		return err
	}
	n := 1 + int(body[0])
	if n > len(body) {
		return fmt.Errorf("%w: bad command", errProtocol)
	}
	name, args := string(body[1:n]), body[n:]
	switch {
	case !g.ready && name == "READY" && validMetadata(args):
		g.ready = true
		g.pass = append(append(g.pass[:0], head...), body...)
	case !g.ready:
		return fmt.Errorf("%w: %q instead of READY", errProtocol, name)
	case name == "PING" && len(args) >= 2:
		g.ping(args[2:]) // after the time-to-live
	}
	return nil
}

// validMetadata reports whether p is a sequence of properties, each the length
// of a name in one byte, the name, the length of a value in four, the value;
// and whether they name, once, the type of a socket that may connect to one of
// ours. zmq4 panics at others.
func validMetadata(p []byte) bool {
	const socketType = "Socket-Type"
	found := false
	for len(p) > 0 {
		n := int(p[0])
		if n == 0 || len(p) < 1+n+4 {
			return false
		}
		name := string(p[1 : 1+n])
		size := binary.BigEndian.Uint32(p[1+n:])
		p = p[1+n+4:]
		if uint64(size) > uint64(len(p)) || !ascii(name) {
			return false
		}
		value := string(p[:size])
		p = p[size:]
		if strings.EqualFold(name, socketType) {
			if found || name != socketType {
				return false
			}
			switch value {
			case "REQ", "DEALER", "ROUTER", "SUB", "XSUB":
				found = true
			default:
				return false
			}
		}
	}
	return found
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}
