// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// A buffer is read in pieces: the blocks of a compressed one, else segments.

func (s *storedBuffer) pieceSize() int {
	if s.codec > 0 {
		return blockRaw
	}
	return segmentSize
}

// A pieceReader reads pieces of buffers; it's used by one goroutine.
type pieceReader struct {
	c        *container
	stored   []byte
	shuffled []byte
}

// read fills dst with piece i of b.
func (r *pieceReader) read(b *storedBuffer, i int, dst []byte) error {
	if b.codec == 0 {
		return r.c.readAt(dst, b.off+int64(i)*segmentSize)
	}
	if b.codec > len(r.c.codecs) {
		return fmt.Errorf("persist: a compressed buffer: %w", ErrCompressor)
	}
	n := b.blocks[i]
	space := storedSpace(n, len(dst))
	r.stored = slices.Grow(r.stored[:0], space)[:space]
	if err := r.c.readAt(r.stored, b.starts[i]); err != nil {
		return err
	}
	for _, x := range r.stored[n:] {
		if x != 0 {
			return checksumError("the space after a block")
		}
	}
	out := dst
	if b.lane > 1 {
		r.shuffled = slices.Grow(r.shuffled[:0], len(dst))[:len(dst)]
		out = r.shuffled
	}
	if err := r.c.codecs[b.codec-1].Decompress(out, r.stored[:n]); err != nil {
		return fmt.Errorf("persist: a compressed block: %v: %w", err, ErrFormat)
	}
	if b.lane > 1 {
		unshuffle(dst, out, b.lane)
	}
	return nil
}

// useCodecs finds the compressors that the buffers need.
func (c *container) useCodecs(cs []Compressor) error {
	c.codecs = make([]Compressor, len(c.names))
	for i, name := range c.names {
		k := slices.IndexFunc(cs, func(z Compressor) bool { return z.Name() == name })
		if k < 0 {
			return fmt.Errorf("persist: compressed with %.40q (see the Compressors option): %w", name, ErrCompressor)
		}
		c.codecs[i] = cs[k]
	}
	return nil
}

// readBuffer reads all of a buffer into dst, on all cores, and compares the
// digest.
func (c *container) readBuffer(dst []byte, b *storedBuffer, want Digest, verify bool) error {
	size := b.pieceSize()
	hash := streamHash{total: len(dst)}
	if verify {
		hash.sums = make([]byte, (len(dst)+segmentSize-1)/segmentSize*len(want))
	}
	var (
		next atomic.Int64
		once sync.Once
		fail error
		wg   sync.WaitGroup
	)
	failed := func(err error) {
		if err != nil {
			once.Do(func() { fail = err })
		}
	}
	read := func() {
		r := pieceReader{c: c}
		for {
			i := int(next.Add(1)) - 1
			lo := i * size
			if lo >= len(dst) {
				return
			}
			piece := dst[lo:min(lo+size, len(dst))]
			if err := r.read(b, i, piece); err != nil {
				failed(err)
				return
			}
			for k := 0; verify && k < len(piece); k += segmentSize {
				d := digestOf(piece[k:min(k+segmentSize, len(piece))])
				copy(hash.sums[(lo+k)/segmentSize*len(d):], d[:])
			}
		}
	}
	work := func() { failed(guardMapped(c.mapped, read)) }
	if len(dst) >= parallelMin {
		for range min(runtime.GOMAXPROCS(0), (len(dst)+size-1)/size, 16) - 1 {
			wg.Go(work)
		}
	}
	work()
	wg.Wait()
	if fail != nil {
		return fail
	}
	if verify && hash.digest() != want {
		return checksumError("a buffer")
	}
	return nil
}
