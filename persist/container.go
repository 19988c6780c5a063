// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"encoding/binary"
	"io"
	"runtime"
)

// A container is, in this order: a prefix of 64 bytes, the large buffers, each
// at a multiple of 64, the value section, the layout section, and a trailer of
// 128 bytes. FORMAT.md has the details.
const (
	magic       = "\x93gomemo\n"
	version     = 1
	prefixSize  = 64
	trailerSize = 128
	alignment   = 64
)

// A containerWriter writes a container from front to end; it never seeks.
type containerWriter struct {
	w        io.Writer
	compress Compressor // nil: buffers are stored as they are
	off      int64
	layout   []byte // the entries of the buffers so far
	count    int
	used     bool   // compress was used
	frame    []byte // scratch space

	// The current buffer.
	start   int64
	size    int
	lane    int
	left    int // bytes still to come
	chosen  bool
	blocks  blockWriter // its c is nil if the buffer is stored as it is
	pending []byte
}

func (c *containerWriter) write(b []byte) error {
	n, err := c.w.Write(b)
	c.off += int64(n)
	return err
}

func (c *containerWriter) prefix() error {
	if c.off > 0 {
		return nil
	}
	c.frame = appendPrefix(c.frame[:0])
	return c.write(c.frame)
}

func appendPrefix(b []byte) []byte {
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	return append(b, make([]byte, prefixSize-12)...)
}

func (c *containerWriter) pad() error {
	var zero [alignment]byte
	if n := int(-c.off & (alignment - 1)); n > 0 {
		c.frame = append(c.frame[:0], zero[:n]...)
		return c.write(c.frame)
	}
	return nil
}

// buffer implements bufferOut.
func (c *containerWriter) buffer(size, lane int, whole []byte) error {
	if err := c.prefix(); err != nil {
		return err
	}
	if err := c.pad(); err != nil {
		return err
	}
	c.start, c.size, c.lane, c.left = c.off, size, lane, size
	c.chosen = c.compress == nil
	c.blocks = blockWriter{write: c.write}
	if whole != nil {
		return c.segment(whole)
	}
	return nil
}

// segment implements bufferOut.
func (c *containerWriter) segment(b []byte) error {
	c.left -= len(b)
	if c.chosen && c.blocks.c == nil {
		if err := c.write(b); err != nil {
			return err
		}
		return c.bufferDone()
	}
	if len(b) < c.size {
		c.pending = append(c.pending, b...)
		if c.left > 0 && len(c.pending)+len(b) <= blockRaw*runtime.GOMAXPROCS(0) {
			return nil
		}
		whole := len(c.pending)
		if c.left > 0 {
			whole -= whole % blockRaw
		}
		b = c.pending[:whole]
	}
	if !c.chosen {
		c.chosen = true
		c.blocks.c, c.blocks.lane = choose(c.compress, b, c.lane)
	}
	var err error
	if c.blocks.c == nil {
		err = c.write(b)
	} else {
		err = c.blocks.blocks(b)
	}
	if err != nil {
		return err
	}
	if len(c.pending) > 0 {
		c.pending = c.pending[:copy(c.pending, c.pending[len(b):])]
	}
	if c.blocks.c == nil && len(c.pending) > 0 {
		rest := c.pending
		c.pending = c.pending[:0]
		if err := c.write(rest); err != nil {
			return err
		}
	}
	return c.bufferDone()
}

// bufferDone writes the layout of a buffer when it's complete.
func (c *containerWriter) bufferDone() error {
	if c.left > 0 {
		return nil
	}
	c.count++
	c.layout = binary.AppendUvarint(c.layout, uint64(c.start))
	c.layout = binary.AppendUvarint(c.layout, uint64(c.size))
	if c.blocks.c == nil {
		c.layout = append(c.layout, 0)
		return nil
	}
	c.used = true
	c.layout = append(c.layout, 1, byte(c.blocks.lane))
	for _, n := range c.blocks.lengths {
		c.layout = binary.AppendUvarint(c.layout, uint64(n))
	}
	return nil
}

// finish writes what follows the buffers. The trailer has the lengths of the
// sections, the digest of the value section, which is the digest of the value,
// and a digest of the layout section and itself.
func (c *containerWriter) finish(val []byte) error {
	f := c.frame[:0]
	if c.off == 0 {
		f = appendPrefix(f)
	}
	if n := int(-c.off & (alignment - 1)); n > 0 {
		f = append(f, make([]byte, n)...)
	}
	start := c.off + int64(len(f))
	f = append(f, val...)
	layout := len(f)
	if c.used {
		f = append(f, 1)
		f = appendText(f, c.compress.Name())
	} else {
		f = append(f, 0)
	}
	f = binary.AppendUvarint(f, uint64(c.count))
	f = append(f, c.layout...)
	c.frame = appendTrailer(f, start, val, layout)
	return c.write(c.frame)
}

// trailer fields, by offset.
const (
	trailerStart  = 0  // offset of the value section
	trailerValue  = 8  // its length
	trailerLayout = 16 // length of the layout section
	trailerDigest = 24 // of the value section
	trailerCheck  = 56 // digest of the layout section and the trailer up to here
	trailerMagic  = 120
)

// appendTrailer appends the trailer to b, which ends with the layout section
// from the given place on.
func appendTrailer(b []byte, start int64, val []byte, layout int) []byte {
	at := len(b)
	b = append(b, make([]byte, trailerSize)...)
	t := b[at:]
	binary.LittleEndian.PutUint64(t[trailerStart:], uint64(start))
	binary.LittleEndian.PutUint64(t[trailerValue:], uint64(len(val)))
	binary.LittleEndian.PutUint64(t[trailerLayout:], uint64(at-layout))
	d := digestOf(val)
	copy(t[trailerDigest:], d[:])
	d = digestOf(b[layout : at+trailerCheck])
	copy(t[trailerCheck:], d[:])
	copy(t[trailerMagic:], magic)
	return b
}

func trailerSum(layout, t []byte) Digest {
	return digestOf(append(append([]byte(nil), layout...), t[:trailerCheck]...))
}

// A storedBuffer is a buffer as the layout section describes it.
type storedBuffer struct {
	off    int64
	size   int64
	codec  int     // 0: stored as it is; else the number of the compressor from 1
	lane   int     // of shuffled numbers; 0 or 1: not shuffled
	blocks []int   // compressed sizes
	starts []int64 // offsets of the blocks
	end    int64   // offset
}

// A container that was opened: everything but the buffers is in memory and
// verified.
type container struct {
	src     io.ReaderAt
	data    []byte // all of it, if it's in memory
	mapped  bool   // data is a mapped file, whose buffers may be used in place
	used    int64  // bytes of them that decode used in place
	inPlace []inPlaceBuffer
	value   []byte
	digest  Digest
	names   []string // of compressors
	codecs  []Compressor
	buffers []storedBuffer
	start   int64 // of the value section
	budget  int64 // bytes of columns that the container can have
}

// openContainer checks the frame of a container of the given size.
func openContainer(src io.ReaderAt, size int64, data []byte) (*container, error) {
	if size < prefixSize+trailerSize {
		return nil, formatError("%d bytes are too few", size)
	}
	c := &container{src: src, data: data}
	var p [prefixSize]byte
	if err := c.readAt(p[:], 0); err != nil {
		return nil, err
	}
	if string(p[:8]) != magic {
		return nil, formatError("it does not start as one")
	}
	if v := binary.LittleEndian.Uint32(p[8:]); v != version {
		return nil, formatError("version %d, and this package reads version %d", v, version)
	}
	for _, b := range p[12:] {
		if b != 0 {
			return nil, formatError("reserved bytes are in use")
		}
	}
	var t [trailerSize]byte
	if err := c.readAt(t[:], size-trailerSize); err != nil {
		return nil, err
	}
	if string(t[trailerMagic:]) != magic {
		return nil, formatError("it does not end as one; it may be truncated")
	}
	start := binary.LittleEndian.Uint64(t[trailerStart:])
	nval := binary.LittleEndian.Uint64(t[trailerValue:])
	nlay := binary.LittleEndian.Uint64(t[trailerLayout:])
	room := uint64(size - trailerSize)
	if start < prefixSize || start%alignment != 0 || start > room || nval > room-start || nlay != room-start-nval {
		return nil, formatError("the lengths of the sections do not add up")
	}
	tail, err := c.bytes(int64(start), int(nval+nlay))
	if err != nil {
		return nil, err
	}
	c.value = tail[:nval]
	layout := tail[nval:]
	c.digest = Digest(t[trailerDigest:])
	if digestOf(c.value) != c.digest || trailerSum(layout, t[:]) != Digest(t[trailerCheck:]) {
		return nil, checksumError("the value section")
	}
	for _, b := range t[trailerCheck+len(Digest{}) : trailerMagic] {
		if b != 0 {
			return nil, formatError("reserved bytes are in use")
		}
	}
	return c, c.parseLayout(layout, int64(start))
}

// parseLayout reads the places of the buffers, which fill the space before the
// value section with no gaps but alignment.
func (c *container) parseLayout(b []byte, end int64) error {
	c.start = end
	r := sectionReader{b: b}
	for n := r.count(1); n > 0 && r.err == nil; n-- {
		c.names = append(c.names, r.text())
	}
	at := int64(prefixSize)
	c.budget = int64(len(c.value))
	for n := r.count(3); n > 0 && r.err == nil; n-- {
		s := storedBuffer{off: int64(r.num()), size: int64(r.num()), codec: r.num()}
		aligned := (at + alignment - 1) &^ (alignment - 1)
		if s.off != aligned || s.off > end || s.size <= inlineMax || s.size > maxRatio*(end-s.off) {
			return formatError("a buffer is out of place")
		}
		if err := c.checkPadding(at, aligned); err != nil {
			return err
		}
		s.end = s.off + s.size
		if s.codec > 0 {
			if s.codec > len(c.names) {
				return formatError("a buffer without its compressor")
			}
			s.readBlocks(&r, end)
		}
		if at = s.end; at > end {
			return formatError("a buffer is out of place")
		}
		c.budget += s.size
		c.buffers = append(c.buffers, s)
	}
	if r.err != nil {
		return r.err
	}
	if len(r.b) > 0 || end-at >= alignment || end < at {
		return formatError("the buffers do not fill their space")
	}
	return c.checkPadding(at, end)
}

// readBlocks reads the sizes of the blocks of a compressed buffer.
func (s *storedBuffer) readBlocks(r *sectionReader, end int64) {
	s.lane = int(r.byte())
	s.end = s.off
	for raw := s.size; raw > 0 && r.err == nil; raw -= blockRaw {
		n := r.num()
		space := int64(storedSpace(n, int(min(raw, blockRaw))))
		if space > end-s.end {
			r.fail("a buffer is out of place")
			return
		}
		s.blocks, s.starts = append(s.blocks, n), append(s.starts, s.end)
		s.end += space
	}
	if s.lane > 16 {
		r.fail("shuffled numbers of %d bytes", s.lane)
	}
}

// checkPadding makes sure that the bytes before an aligned offset are zero.
func (c *container) checkPadding(from, to int64) error {
	var b [alignment]byte
	n := to - from
	if err := c.readAt(b[:n], from); err != nil {
		return err
	}
	if b != [alignment]byte{} {
		return checksumError("the space between buffers")
	}
	return nil
}

func (c *container) readAt(b []byte, off int64) error {
	if c.data != nil {
		copy(b, c.data[off:])
		return nil
	}
	_, err := io.ReadFull(io.NewSectionReader(c.src, off, int64(len(b))), b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return formatError("truncated")
	}
	return err
}

// bytes returns n bytes at off, which are known to be there.
func (c *container) bytes(off int64, n int) ([]byte, error) {
	if c.data != nil {
		return c.data[off : off+int64(n) : off+int64(n)], nil
	}
	b := make([]byte, n)
	return b, c.readAt(b, off)
}
