// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"os"
	"sync"
	"time"
)

// A Verified remembers files whose checksums were right: by device, inode,
// size, and the times of the last change of content and of the inode. The zero
// value is ready for use, by several goroutines too.
type Verified struct {
	mu    sync.Mutex
	files map[fileID]bool
	now   func() time.Time // time.Now, but in tests
}

// VerifyOnce makes a mapped load verify the whole file, the buffers that stay
// mapped too, unless v remembers it. It takes as long as reading the file. A
// file that changed is another one to v, except by what another process writes
// through a mapping of its own. Files are remembered when their last change is
// two seconds old, because two changes may have the same time, and on Linux
// only: elsewhere each load verifies.
func VerifyOnce(v *Verified) Option {
	return func(o *options) { o.verified = v }
}

// A fileID tells files and their states apart.
type fileID struct {
	device, inode uint64
	size          int64
	mtime, ctime  int64 // ns
}

const (
	// settled is how old a change must be, so that a later one has another
	// time. File systems count in steps of up to 2 s (FAT), most in 10 ms.
	settled = 2 * time.Second

	// mostVerified bounds the memory. There's no harm in forgetting.
	mostVerified = 1 << 14
)

// check verifies c, the container in f, unless f is remembered.
func (v *Verified) check(f *os.File, c *container, o options) error {
	id, known := identify(f)
	v.mu.Lock()
	seen := known && v.files[id]
	v.mu.Unlock()
	if seen {
		return nil
	}
	if err := c.verify(o); err != nil {
		return err
	}
	after, stillKnown := identify(f)
	if !known || !stillKnown || after != id {
		return nil // right as it was read, but perhaps another file by now
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	now := time.Now
	if v.now != nil {
		now = v.now
	}
	if now().Sub(time.Unix(0, max(id.ctime, id.mtime))) < settled {
		return nil
	}
	if len(v.files) >= mostVerified {
		clear(v.files)
	}
	if v.files == nil {
		v.files = map[fileID]bool{}
	}
	v.files[id] = true
	return nil
}
