// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"encoding/binary"
	"math"
)

// A sectionReader parses the value section and the layout section. After an
// error everything it returns is zero.
type sectionReader struct {
	b   []byte
	err error
}

func (r *sectionReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = formatError(format, args...)
	}
	r.b = nil
}

func (r *sectionReader) byte() byte {
	if len(r.b) == 0 {
		r.fail("a section ends early")
		return 0
	}
	x := r.b[0]
	r.b = r.b[1:]
	return x
}

func (r *sectionReader) bytes(n int) []byte {
	if n > len(r.b) {
		r.fail("a section ends early")
		return nil
	}
	x := r.b[:n:n]
	r.b = r.b[n:]
	return x
}

// num reads a number that fits an int.
func (r *sectionReader) num() int {
	x, n := binary.Uvarint(r.b)
	if n <= 0 || x > math.MaxInt {
		r.fail("a number is malformed")
		return 0
	}
	if n > 1 && r.b[n-1] == 0 {
		r.fail("a number is longer than it needs to be")
		return 0
	}
	r.b = r.b[n:]
	return int(x)
}

// count reads how many items follow that take at least size bytes each.
func (r *sectionReader) count(size int) int {
	n := r.num()
	if n > len(r.b)/size {
		r.fail("a count exceeds what follows")
		return 0
	}
	return n
}

func (r *sectionReader) text() string { return string(r.bytes(r.num())) }
