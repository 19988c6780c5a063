// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

// A textReader reads the bytes of a column of strings into memory that the
// strings then share: blocks of a segment's size, since each costs an
// allocation, and one string keeps its block. The segments of a large column
// are read and hashed in a goroutine that is some ahead.
type textReader struct {
	r     *columnReader
	block string // the next strings

	ahead chan string // nil until needed
	done  chan bool   // closed to end reading ahead
}

// textsAhead is how many blocks are read ahead: enough to even out that the
// memory of some takes longer to get.
const textsAhead = 4

// next returns the next n bytes, more than the block has. A text that crosses
// the border of two blocks gets memory of its own. It reports false after an
// error.
func (t *textReader) next(n int) (string, bool) {
	if len(t.block) == 0 {
		if t.block = t.read(); len(t.block) >= n {
			text := t.block[:n]
			t.block = t.block[n:]
			return text, true
		}
	}
	text := make([]byte, 0, n)
	for {
		k := min(n-len(text), len(t.block))
		text = append(text, t.block[:k]...)
		t.block = t.block[k:]
		if len(text) == n {
			return stringOf(text), true
		}
		if t.block = t.read(); len(t.block) == 0 {
			return "", false
		}
	}
}

// whole returns the column as one text.
func (t *textReader) whole() (string, bool) {
	b := make([]byte, t.r.left)
	t.r.readWhole(b)
	return stringOf(b), t.r.d.failure() == nil
}

// read returns the next bytes of the column; none after an error.
func (t *textReader) read() string {
	if t.ahead == nil {
		if t.r.buf == nil || t.r.left < parallelMin {
			return t.segment()
		}
		t.ahead, t.done = make(chan string, textsAhead), make(chan bool)
		go t.readAhead()
	}
	return <-t.ahead
}

// segment reads a segment into scratch space, where it's still in the
// processor's cache when it's hashed and copied to memory that need not be
// cleared before.
func (t *textReader) segment() string {
	b := t.r.next(segmentSize, 1)
	if t.r.d.failure() != nil {
		return ""
	}
	return string(b)
}

// readAhead owns the column reader until it closes ahead.
func (t *textReader) readAhead() {
	defer close(t.ahead)
	err := guardMapped(t.r.d.c.mapped, func() {
		for t.r.left > 0 {
			b := t.segment()
			if b == "" {
				return
			}
			select {
			case t.ahead <- b:
			case <-t.done:
				return
			}
		}
	})
	if err != nil {
		t.r.d.err = err
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
