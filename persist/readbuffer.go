// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// readBuffer reads the buffer at off into b, in segments on all cores, and
// compares the digest.
func (c *container) readBuffer(b []byte, off int64, want Digest, verify bool) error {
	n := (len(b) + segmentSize - 1) / segmentSize
	hash := streamHash{total: len(b)}
	if verify {
		hash.sums = make([]byte, n*len(want))
	}
	var (
		next atomic.Int64
		once sync.Once
		fail error
		wg   sync.WaitGroup
	)
	work := func() {
		for {
			i := int(next.Add(1)) - 1
			lo := i * segmentSize
			if lo >= len(b) {
				return
			}
			s := b[lo:min(lo+segmentSize, len(b))]
			if err := c.readAt(s, off+int64(lo)); err != nil {
				once.Do(func() { fail = err })
				return
			}
			if verify {
				d := digestOf(s)
				copy(hash.sums[i*len(d):], d[:])
			}
		}
	}
	if len(b) >= parallelMin {
		for range min(runtime.GOMAXPROCS(0), n, 16) - 1 {
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
