// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package npy

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"gomemo/internal/mmap"
)

// A Mapped is an array in a mapped file.
type Mapped[T Element] struct {
	Array[T]
	m *mmap.Map
}

// Map maps the array in a file. With writable, writing to its elements changes
// the file; else writing changes this process's copy of the page. Arrays that
// are not stored as they are in memory (another byte order, float16, bool, or
// not aligned) cannot be mapped.
func Map[T Element](path string, writable bool) (*Mapped[T], error) {
	flag, mode := os.O_RDONLY, mmap.CopyOnWrite
	if writable {
		flag, mode = os.O_RDWR, mmap.ReadWrite
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() == 0 {
		return nil, errors.Join(err, formatError("%s: an empty file", path))
	}
	m, err := mmap.Open(f, mode)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	a, err := view[T](m.Bytes())
	if err != nil {
		m.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Mapped[T]{a, m}, nil
}

// view returns the array in b.
func view[T Element](b []byte) (Array[T], error) {
	h, err := ReadHeader(bytes.NewReader(b))
	if err != nil {
		return Array[T]{}, err
	}
	size, swapped, err := layout[T](h)
	if err != nil {
		return Array[T]{}, err
	}
	n, err := length(h.Shape)
	if err != nil {
		return Array[T]{}, err
	}
	rest := b[h.offset:]
	if n > len(rest)/size {
		return Array[T]{}, formatError("it ends early")
	}
	rest = rest[:n*size]
	if n > 0 && (swapped || !aligned[T](rest) || h.Type[1:] != typeName[T]() || h.Type[1:] == "b1") {
		return Array[T]{}, fmt.Errorf("npy: an array of type %q at offset %d cannot be mapped", h.Type, h.offset)
	}
	return Array[T]{Data: elementsOf[T](rest), Shape: h.Shape, Fortran: h.Fortran}, nil
}

// Close ends the mapping; the elements must not be touched afterwards.
func (m *Mapped[T]) Close() error {
	if m.m == nil {
		return nil
	}
	err := m.m.Close()
	m.m, m.Data = nil, nil
	return err
}
