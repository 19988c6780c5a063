// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"gomemo/internal/mmap"
)

// A MapMode says whether slices of numbers are loaded by mapping the file, and
// what writing to them does. Only buffers that are stored as they are can be
// mapped: slices of integers, floats and complex numbers, wherever they are in
// the value, that are larger than 4 KiB and not compressed. All else is loaded
// into memory as usual.
type MapMode int

const (
	// MapNone loads everything into memory.
	MapNone MapMode = iota
	// MapRead maps for reading: joblib's "r". Writing faults; see Guard.
	MapRead
	// MapWrite maps so that writing reaches the file: joblib's "r+" and "w+".
	// It takes Open, because Mapped.Close makes the file's checksums right
	// again; until then the file counts as damaged.
	MapWrite
	// MapCopy maps so that writing copies the page: joblib's "c". The file
	// does not change.
	MapCopy
)

// Mmap sets the mode. Mapped buffers are not verified when they're loaded,
// since that would read them; Verify and the VerifyOnce option do it.
func Mmap(mode MapMode) Option {
	return func(o *options) { o.mode = mode }
}

// ParseMapMode returns the mode with joblib's name: "", "r", "r+", "w+", "c".
func ParseMapMode(name string) (MapMode, error) {
	switch name {
	case "":
		return MapNone, nil
	case "r":
		return MapRead, nil
	case "r+", "w+":
		return MapWrite, nil
	case "c":
		return MapCopy, nil
	}
	return MapNone, fmt.Errorf("persist: no map mode is called %q", name)
}

// A Mapped is a loaded value together with the file that it's mapped from.
type Mapped[T any] struct {
	Value T
	file  *fileMap
}

// Open is Load for a value that is mapped, and whose mapping the caller ends
// with Close. The default mode is MapCopy. What Load maps, in contrast, stays
// mapped as long as the process lives.
func Open[T any](path string, opts ...Option) (*Mapped[T], error) {
	o := newOptions(opts)
	if o.mode == MapNone {
		o.mode = MapCopy
	}
	v, m, err := openMapped(path, reflect.TypeFor[T](), o)
	if err != nil {
		return nil, err
	}
	return &Mapped[T]{*(v.Addr().Interface().(*T)), m}, nil
}

// Bytes returns how many bytes of the value are mapped. It's 0 if the file is
// compressed or has no large slices of numbers: all of it is in memory then.
func (m *Mapped[T]) Bytes() int64 { return m.file.used }

// Note says in words why nothing is mapped, or is empty.
func (m *Mapped[T]) Note() string { return m.file.note }

// Close ends the mapping, after which the mapped parts of Value must not be
// touched: doing so faults. With MapWrite it first computes the checksums of
// what was written.
func (m *Mapped[T]) Close() error { return m.file.close() }

// A fileMap is the part of Mapped that does not depend on the type.
type fileMap struct {
	m    *mmap.Map
	c    *container
	used int64
	note string
	mode MapMode
}

// openMapped maps the file and decodes it. A file of which nothing can stay
// mapped is unmapped again; the fileMap's m is nil then.
func openMapped(path string, t reflect.Type, o options) (v reflect.Value, fm *fileMap, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("persist: load %s: %w", path, err)
		}
	}()
	flag, mode := os.O_RDONLY, mmap.ReadOnly
	switch o.mode {
	case MapWrite:
		flag, mode = os.O_RDWR, mmap.ReadWrite
	case MapCopy:
		mode = mmap.CopyOnWrite
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return v, nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return v, nil, errors.Join(err, formatError("it is not a regular file with content"))
	}
	m, err := mmap.Open(f, mode)
	if err != nil {
		return v, nil, err
	}
	c, v, err := decodeMapped(f, m.Bytes(), t, o)
	if err != nil || c.used == 0 {
		m.Close()
		if err != nil {
			return v, nil, err
		}
		return v, &fileMap{note: c.whyNotMapped()}, nil
	}
	return v, &fileMap{m: m, c: c, used: c.used, mode: o.mode}, nil
}

// decodeMapped decodes a mapped container.
func decodeMapped(f *os.File, data []byte, t reflect.Type, o options) (c *container, v reflect.Value, err error) {
	fault := guardMapped(true, func() {
		if c, err = openContainer(nil, int64(len(data)), data); err != nil {
			return
		}
		c.mapped = true
		if o.verified != nil {
			if err = o.verified.check(f, c, o); err != nil {
				return
			}
		}
		v, err = c.decodeOne(t, o)
	})
	if fault != nil {
		err = fault
	}
	return c, v, err
}

func (c *container) whyNotMapped() string {
	for _, b := range c.buffers {
		if b.codec > 0 {
			return "loaded into memory: the file is compressed with " + strings.Join(c.names, ", ")
		}
	}
	return "loaded into memory: the value has no slice of numbers larger than 4 KiB"
}

// close ends the mapping.
func (f *fileMap) close() error {
	if f.m == nil {
		return nil
	}
	m := f.m
	f.m = nil
	var err error
	if f.mode == MapWrite {
		f.c.seal()
		err = m.Flush()
	}
	return errors.Join(err, m.Close())
}

// seal makes the checksums of a container that is mapped for writing those of
// its present content.
func (c *container) seal() {
	for _, s := range c.inPlace {
		b := &c.buffers[s.buffer]
		d := bufferDigest(c.data[b.off:b.end])
		copy(c.value[s.digest:], d[:])
	}
	layout := c.data[c.start+int64(len(c.value)) : len(c.data)-trailerSize]
	t := appendTrailer(bytes.Clone(layout), c.start, c.value, 0)
	copy(c.data[len(c.data)-trailerSize:], t[len(layout):])
}

// An inPlaceBuffer is a buffer that is used where it's mapped.
type inPlaceBuffer struct {
	buffer int
	digest int // where its digest is in the value section
}

// Verify reads a file whole and compares all checksums, without making the
// value. It returns an error that wraps ErrFormat or ErrChecksum for a file
// that is damaged.
func Verify(path string, opts ...Option) error {
	o := newOptions(opts)
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("persist: verify: %w", err)
	}
	defer f.Close()
	c, err := openFile(f)
	if err == nil {
		err = c.verify(o)
	}
	if err != nil {
		return fmt.Errorf("persist: verify %s: %w", path, err)
	}
	return nil
}
