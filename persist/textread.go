// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

// A textReader reads the bytes of a column of strings into memory that the
// strings then share: blocks of a segment's size, since each costs an
// allocation, and one string keeps its block. The segments of a large column
// are read and hashed in a goroutine that is one ahead.
type textReader struct {
	r     *columnReader
	block []byte // the bytes of the next strings

	ahead chan []byte // nil until needed
	done  chan bool   // closed to end reading ahead
}

// next returns the next n bytes, more than the block has. A text that crosses
// the border of two blocks gets memory of its own.
func (t *textReader) next(n int) []byte {
	if len(t.block) == 0 {
		if t.block = t.read(); len(t.block) >= n {
			text := t.block[:n]
			t.block = t.block[n:]
			return text
		}
	}
	text := make([]byte, 0, n)
	for {
		k := min(n-len(text), len(t.block))
		text = append(text, t.block[:k]...)
		t.block = t.block[k:]
		if len(text) == n {
			return text
		}
		if t.block = t.read(); len(t.block) == 0 {
			return nil
		}
	}
}

// read returns the next bytes of the column, in memory that nothing else uses;
// none after an error.
func (t *textReader) read() []byte {
	if t.ahead == nil {
		if t.r.buf == nil || t.r.left < parallelMin {
			return t.segment()
		}
		t.ahead, t.done = make(chan []byte, 1), make(chan bool)
		go t.readAhead()
	}
	return <-t.ahead
}

func (t *textReader) segment() []byte {
	b := make([]byte, min(t.r.left, segmentSize))
	t.r.copyTo(b)
	if t.r.d.failure() != nil {
		return nil
	}
	return b
}

// readAhead owns the column reader until it closes ahead.
func (t *textReader) readAhead() {
	defer close(t.ahead)
	for t.r.left > 0 {
		b := t.segment()
		if b == nil {
			return
		}
		select {
		case t.ahead <- b:
		case <-t.done:
			return
		}
	}
}

// stop ends reading ahead, and waits until it has ended.
func (t *textReader) stop() {
	if t.ahead == nil {
		return
	}
	close(t.done)
	for range t.ahead {
	}
}
