// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

// Package mmap maps whole files into memory and remembers which addresses
// belong to which file, so that a fault there can be explained.
package mmap

import (
	"errors"
	"os"
	"sync"
	"unsafe"

	mmapgo "github.com/edsrzf/mmap-go"
)

// A Mode says what happens to writes to the memory.
type Mode int

const (
	ReadOnly    Mode = iota // they fault
	ReadWrite               // they reach the file
	CopyOnWrite             // they stay in this process
)

// A Map is a mapped file. Close it once; the memory is gone then.
type Map struct {
	data mmapgo.MMap
	name string
}

// maps has the maps that are open. There's one address space, so there is one
// list.
var maps struct {
	sync.Mutex
	open map[*Map]bool
}

// Open maps the file, which must not be empty and need not stay open.
func Open(f *os.File, mode Mode) (*Map, error) {
	prot := mmapgo.RDONLY
	switch mode {
	case ReadWrite:
		prot = mmapgo.RDWR
	case CopyOnWrite:
		prot = mmapgo.COPY
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return nil, errors.New("mmap: empty file")
	}
	data, err := mmapgo.Map(f, prot, 0)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	m := &Map{data, f.Name()}
	maps.Lock()
	defer maps.Unlock()
	if maps.open == nil {
		maps.open = map[*Map]bool{}
	}
	maps.open[m] = true
	return m, nil
}

// Bytes returns the memory.
func (m *Map) Bytes() []byte { return m.data }

// Flush waits until writes to the memory have reached the file.
func (m *Map) Flush() error { return m.data.Flush() }

// Close unmaps the file. Using the memory afterwards faults.
func (m *Map) Close() error {
	maps.Lock()
	delete(maps.open, m)
	maps.Unlock()
	return m.data.Unmap()
}

// FileAt returns the name of the mapped file that has the address.
func FileAt(addr uintptr) (name string, ok bool) {
	maps.Lock()
	defer maps.Unlock()
	for m := range maps.open {
		start := uintptr(unsafe.Pointer(unsafe.SliceData(m.data)))
		if start <= addr && addr < start+uintptr(len(m.data)) {
			return m.name, true
		}
	}
	return "", false
}
