// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"

	"gomemo/internal/atomicfile"
)

// Dump stores v, and all that it refers to, in a file. The file is whole or
// not there: it's written under another name and renamed.
func Dump(v any, path string, opts ...Option) error {
	o := newOptions(opts)
	f, err := atomicfile.Create(path, 0o644)
	if err != nil {
		return fmt.Errorf("persist: dump: %w", err)
	}
	defer f.Discard()
	if err := write(f.File, v, o); err != nil {
		return err
	}
	if err := f.Commit(o.sync); err != nil {
		return fmt.Errorf("persist: dump: %w", err)
	}
	return nil
}

// Write writes v to w as a container, as Dump does to a file.
func Write(w io.Writer, v any, opts ...Option) error { return write(w, v, newOptions(opts)) }

func write(w io.Writer, v any, o options) error {
	e := newEncoder()
	defer e.release()
	e.opt = o
	e.addValue(v)
	return e.writeTo(w)
}

// Load returns the value that Dump stored in a file. T is the type of the
// value, or an interface that it implements. It may also differ from the type
// that was stored: fields of structs are matched by name, new ones are zero,
// numbers may be wider; anything else is a *TypeError.
//
// Load[any] works without the Go types of what was stored: see Generic.
//
// Everything is verified, mapped buffers excepted (see Mmap). A file that is damaged or was never a container gives
// an error that wraps ErrFormat or ErrChecksum.
func Load[T any](path string, opts ...Option) (T, error) {
	var zero T
	v, err := LoadAs(path, reflect.TypeFor[T](), opts...)
	if err != nil {
		return zero, err
	}
	return *(v.Addr().Interface().(*T)), nil
}

// LoadAs is Load for a type that is only known when the program runs. The value
// can be set.
func LoadAs(path string, t reflect.Type, opts ...Option) (reflect.Value, error) {
	return load(path, t, newOptions(opts))
}

// Read returns the value in the container that r delivers up to its end, as
// Load does from a file.
func Read[T any](r io.Reader, opts ...Option) (T, error) {
	var zero T
	v, err := read(r, reflect.TypeFor[T](), newOptions(opts))
	if err != nil {
		return zero, err
	}
	return *(v.Addr().Interface().(*T)), nil
}

func read(r io.Reader, t reflect.Type, o options) (reflect.Value, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return reflect.Value{}, err
	}
	c, err := openContainer(nil, int64(len(data)), data)
	if err != nil {
		return reflect.Value{}, err
	}
	return c.decodeOne(t, o)
}

// smallFile is the size up to which reading all of a file at once is cheaper
// than reading its parts.
const smallFile = 64 << 10

func load(path string, t reflect.Type, o options) (reflect.Value, error) {
	switch o.mode {
	case MapRead, MapCopy:
		v, _, err := openMapped(path, t, o)
		return v, err
	case MapWrite:
		return reflect.Value{}, errors.New("persist: a file is mapped for writing by Open, not by Load")
	}
	f, err := os.Open(path)
	if err != nil {
		return reflect.Value{}, fmt.Errorf("persist: load: %w", err)
	}
	defer f.Close()
	c, err := openFile(f)
	if err == nil {
		var v reflect.Value
		if v, err = c.decodeOne(t, o); err == nil {
			return v, nil
		}
	}
	return reflect.Value{}, fmt.Errorf("persist: load %s: %w", path, err)
}

func openFile(f *os.File) (*container, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, formatError("it is not a regular file")
	}
	if info.Size() > smallFile {
		return openContainer(f, info.Size(), nil)
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, formatError("it became shorter")
	}
	return openContainer(nil, info.Size(), data)
}

func (c *container) decodeOne(t reflect.Type, o options) (reflect.Value, error) {
	o.generic = o.generic || t == reflect.TypeFor[any]()
	vs, err := c.decode([]reflect.Type{t}, o)
	if err != nil {
		return reflect.Value{}, err
	}
	return vs[0], nil
}
