// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"encoding/hex"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/zeebo/blake3"
)

// A Digest identifies a value: BLAKE3 of its canonical form. Digests can be
// compared and used as map keys.
type Digest [32]byte

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// segmentSize is the unit in which large buffers are hashed. The digest of a
// buffer of more than one segment is the digest of its segments' digests, so
// that segments can be hashed on several cores and while they are still in the
// processor's cache. 256 KiB is small enough for the latter and large enough
// that the second level costs nothing (measured: 128 KiB to 1 MiB are equal).
const segmentSize = 256 << 10

func digestOf(b []byte) Digest { return blake3.Sum256(b) }

// bufferDigest returns the digest of a large buffer, hashing on all cores when
func bufferDigest(b []byte) Digest {
	if len(b) <= segmentSize {
		return digestOf(b)
	}
	h := startHashing(b)
	return h.wait()
}

// A parallelHash hashes the segments of one buffer with helpers that take the
// next segment nobody has taken.
type parallelHash struct {
	b    []byte
	sums []byte
	next atomic.Int64
	wg   sync.WaitGroup
}

// parallelMin is the size from which starting a helper (about 1 µs, but up to
// 50 µs until it runs) is a small part of the time.
const parallelMin = 1 << 20

func startHashing(b []byte) *parallelHash {
	n := (len(b) + segmentSize - 1) / segmentSize
	h := &parallelHash{b: b, sums: make([]byte, n*len(Digest{}))}
	if len(b) >= parallelMin {
		for range min(runtime.GOMAXPROCS(0), n, 16) - 1 {
			h.wg.Go(h.run)
		}
	}
	return h
}

func (h *parallelHash) run() {
	for {
		i := int(h.next.Add(1)) - 1
		lo := i * segmentSize
		if lo >= len(h.b) {
			return
		}
		d := digestOf(h.b[lo:min(lo+segmentSize, len(h.b))])
		copy(h.sums[i*len(d):], d[:])
	}
}

// wait lends the calling goroutine to the work that is left.
func (h *parallelHash) wait() Digest {
	h.run()
	h.wg.Wait()
	return digestOf(h.sums)
}

// A streamHash computes the digest of a buffer that arrives in segments.
type streamHash struct {
	total int
	sums  []byte
}

// segment adds the next segmentSize bytes, or the rest of the buffer.
func (s *streamHash) segment(b []byte) {
	d := digestOf(b)
	s.sums = append(s.sums, d[:]...)
}

func (s *streamHash) digest() Digest {
	if s.total <= segmentSize {
		return Digest(s.sums)
	}
	return digestOf(s.sums)
}
