// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"fmt"
	"runtime"
	"sync"
)

// A Compressor makes buffers smaller. Its methods may be called by several
// goroutines at a time. Package gomemo/persist/compress has the usual ones.
type Compressor interface {
	// Name is recorded in files, and finds the compressor when they're loaded.
	Name() string
	// Compress appends the compressed form of src to dst.
	Compress(dst, src []byte) ([]byte, error)
	// Decompress fills dst with what Compress was given as src. It must be able
	// to fail for any other input, but not panic.
	Decompress(dst, src []byte) error
}

// Compress makes Dump and Write compress large buffers with c, each in blocks
// of 1 MiB, so that they still load in parallel. A buffer that does not get
// smaller is stored as it is. The digest of the value stays the same.
func Compress(c Compressor) Option {
	return func(o *options) { o.compress = c }
}

// Compressors tells Load and Read how to read compressed files. Which
// compressor a file needs is recorded in it. There's no RegisterCompressor for
// the whole program; package gomemo/persist/compress has sets of compressors.
func Compressors(cs ...Compressor) Option {
	return func(o *options) { o.compressors = append(o.compressors[:len(o.compressors):len(o.compressors)], cs...) }
}

// blockRaw is the unit of compression. Larger ones would compress little
// better (zstd: under 1 % for 4 MiB) and load less in parallel.
const blockRaw = 1 << 20

// maxRatio bounds how much smaller a block can get: it takes at least this
// fraction of its size in the file. The size of a file thus limits what
// loading it allocates.
const maxRatio = 1024

// storedSpace is the space in the file of a block.
func storedSpace(compressed, raw int) int { return max(compressed, (raw+maxRatio-1)/maxRatio) }

// sampleSize is how much of a buffer decides how to compress it.
const sampleSize = 64 << 10

// choose tries the ways to store b, a part of a buffer of numbers of lane
// bytes. It returns no compressor if none of them saves a twentieth.
func choose(c Compressor, b []byte, lane int) (Compressor, int) {
	if len(b) > sampleSize {
		from := (len(b) - sampleSize) / 2
		from -= from % max(lane, 1)
		b = b[from : from+sampleSize]
	}
	best, bestLane := len(b)-len(b)/20, -1
	if z, err := c.Compress(nil, b); err == nil && len(z) < best {
		best, bestLane = len(z), 0
	}
	if lane > 1 {
		s := make([]byte, len(b))
		shuffle(s, b, lane)
		// Undoing it takes time, so it has to save something more.
		if z, err := c.Compress(nil, s); err == nil && len(z) < best-best/20 {
			bestLane = lane
		}
	}
	if bestLane < 0 {
		return nil, 0
	}
	return c, bestLane
}

// A blockWriter compresses one buffer.
type blockWriter struct {
	c       Compressor
	lane    int // 0: not shuffled
	lengths []int
	write   func([]byte) error
}

// blocks compresses b, which is whole blocks or the rest of the buffer, on all
// cores.
func (w *blockWriter) blocks(b []byte) error {
	wave := runtime.GOMAXPROCS(0)
	out := make([][]byte, wave)
	raws := make([]int, wave)
	errs := make([]error, wave)
	for len(b) > 0 {
		var wg sync.WaitGroup
		n := 0
		for ; n < wave && len(b) > 0; n++ {
			raw := b[:min(blockRaw, len(b))]
			b, raws[n] = b[len(raw):], len(raw)
			k := n
			wg.Go(func() { out[k], errs[k] = w.block(out[k][:0], raw) })
		}
		wg.Wait()
		for k := range n {
			if errs[k] != nil {
				return fmt.Errorf("persist: compress with %s: %w", w.c.Name(), errs[k])
			}
			w.lengths = append(w.lengths, len(out[k]))
			pad := storedSpace(len(out[k]), raws[k]) - len(out[k])
			out[k] = append(out[k], make([]byte, pad)...)
			if err := w.write(out[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *blockWriter) block(dst, raw []byte) ([]byte, error) {
	if w.lane > 1 {
		s := make([]byte, len(raw))
		shuffle(s, raw, w.lane)
		raw = s
	}
	return w.c.Compress(dst, raw)
}

// shuffle puts the first bytes of all numbers together, then the second, and
// so on. A rest that is no whole number stays at the end.
func shuffle(dst, src []byte, lane int) {
	n := len(src) / lane
	for k := range lane {
		d := dst[k*n : (k+1)*n]
		for i := range d {
			d[i] = src[i*lane+k]
		}
	}
	copy(dst[n*lane:], src[n*lane:])
}

func unshuffle(dst, src []byte, lane int) {
	n := len(src) / lane
	for k := range lane {
		for i, x := range src[k*n : (k+1)*n] {
			dst[i*lane+k] = x
		}
	}
	copy(dst[n*lane:], src[n*lane:])
}
