// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"gomemo/internal/mmap"
)

// A Mapped is a table in a mapped file.
type Mapped[T any] struct {
	Table T
	// Shared has the names of the columns that are the memory of the file. The
	// others were copied: all but numbers, and what is compressed, has nulls,
	// is in several batches, or has another type than the file's.
	Shared []string

	m *mmap.Map
}

// Map maps a table in a file, of a type that has columns: a struct of slices, a
// map or a Table. Writing to elements changes this process's copy of the page,
// not the file.
func Map[T any](path string) (*Mapped[T], error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("arrow: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() == 0 {
		return nil, errors.Join(err, formatError("%s: an empty file", path))
	}
	m, err := mmap.Open(f, mmap.CopyOnWrite)
	if err != nil {
		return nil, fmt.Errorf("arrow: %w", err)
	}
	mapped := &Mapped[T]{m: m}
	data := m.Bytes()
	if !bytes.HasPrefix(data, []byte(fileMagic)) {
		err = formatError("a stream or something else, which cannot be mapped")
	} else {
		mapped.Shared, err = decode(data, &mapped.Table, shareAll, newBudget(len(data)))
	}
	if err != nil {
		m.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return mapped, nil
}

// Close ends the mapping; elements of shared columns must not be touched
// afterwards.
func (m *Mapped[T]) Close() error {
	if m.m == nil {
		return nil
	}
	err := m.m.Close()
	var none T
	m.m, m.Table = nil, none
	return err
}
