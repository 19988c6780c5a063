// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package mmap

import (
	"os"
	"path/filepath"
	"testing"
	"unsafe"
)

func TestModes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		mode    Mode
		write   bool
		reaches bool
	}{{ReadOnly, false, false}, {ReadWrite, true, true}, {CopyOnWrite, true, false}} {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Open(f, test.mode)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if string(m.Bytes()) != "hello" {
			t.Errorf("mode %d: the memory has %q", test.mode, m.Bytes())
		}
		addr := uintptr(unsafe.Pointer(&m.Bytes()[2]))
		if name, ok := FileAt(addr); !ok || name != path {
			t.Errorf("FileAt = %q, %v", name, ok)
		}
		if test.write {
			m.Bytes()[0] = 'J'
			if err := m.Flush(); err != nil {
				t.Error(err)
			}
		}
		b, _ := os.ReadFile(path)
		if got := string(b) == "Jello"; got != test.reaches {
			t.Errorf("mode %d: the file has %q", test.mode, b)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		if _, ok := FileAt(addr); ok {
			t.Error("FileAt knows a closed map")
		}
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "empty"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := Open(f, ReadOnly); err == nil {
		t.Error("an empty file is mapped")
	}
}
