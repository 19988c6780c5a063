// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"sync"
	"testing"
	"time"
)

// flip changes a bit in the middle of the mapped floats, and nothing else that
// a name or a size tells.
func flip(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b [1]byte
	if _, err := f.ReadAt(b[:], 40_000); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 4
	if _, err := f.WriteAt(b[:], 40_000); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyOnce(t *testing.T) {
	t.Parallel()
	later := func() time.Time { return time.Now().Add(time.Hour) }
	load := func(path string, v *Verified) error {
		x, err := Open[measured](path, Mmap(MapRead), VerifyOnce(v))
		if err == nil {
			err = x.Close()
		}
		return err
	}
	remembered := func(v *Verified, want int) {
		t.Helper()
		if runtime.GOOS == "linux" && len(v.files) != want {
			t.Errorf("%d files are remembered, want %d", len(v.files), want)
		}
	}
	m := newMeasured()
	path := dumpTo(t, m)
	v := &Verified{now: later}
	for range 2 {
		if err := load(path, v); err != nil {
			t.Fatal(err)
		}
		remembered(v, 1)
	}
	// A file that is remembered is not read again: one whose checksums are made
	// wrong behind its back loads. This is what the promise costs.
	flip(t, path)
	id, ok := identify(open(t, path))
	if ok {
		v.files[id] = true
		if err := load(path, v); err != nil {
			t.Errorf("a remembered file: %v", err)
		}
		delete(v.files, id)
	}
	// The change gave the file another time, so it's another file.
	if err := load(path, v); !errors.Is(err, ErrChecksum) {
		t.Errorf("a flipped bit: %v", err)
	}
	if _, err := Load[measured](path, Mmap(MapCopy), VerifyOnce(v)); !errors.Is(err, ErrChecksum) {
		t.Errorf("a flipped bit, by Load: %v", err)
	}
	if _, err := Load[measured](path, Mmap(MapCopy)); err != nil {
		t.Errorf("without VerifyOnce: %v", err)
	}
	// With the old times put back the time of the inode still differs.
	flip(t, path)
	if err := os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if err := load(path, v); err != nil {
		t.Fatal(err)
	}
	remembered(v, 2)
	flip(t, path)
	if err := os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if err := load(path, v); !errors.Is(err, ErrChecksum) {
		t.Errorf("a flipped bit with the old time: %v", err)
	}
	// Another inode under the name.
	if err := Dump(m, path); err != nil {
		t.Fatal(err)
	}
	flip(t, path)
	if err := load(path, v); !errors.Is(err, ErrChecksum) {
		t.Errorf("another file under the name: %v", err)
	}
}

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestVerifyOnceSettles loads a file that was just written.
func TestVerifyOnceSettles(t *testing.T) {
	t.Parallel()
	m := newMeasured()
	path := filepath.Join(t.TempDir(), "x")
	if err := Dump(m, path); err != nil {
		t.Fatal(err)
	}
	v := &Verified{now: time.Now}
	if st, err := os.Stat(path); err != nil || time.Since(st.ModTime()) < settled {
		if _, err := Load[measured](path, Mmap(MapRead), VerifyOnce(v)); err != nil {
			t.Fatal(err)
		}
		if st, err := os.Stat(path); err == nil && time.Since(st.ModTime()) < settled && len(v.files) > 0 {
			t.Error("a file is remembered that may change and keep its time")
		}
	}
	var wg sync.WaitGroup
	var all Verified
	for range 8 {
		wg.Go(func() {
			x, err := Load[measured](path, Mmap(MapRead), VerifyOnce(&all))
			if err != nil || !reflect.DeepEqual(x, m) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
