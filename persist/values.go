// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"io"
	"reflect"
)

// EncodeValues writes the values to w as one container. They're one graph:
// memory that several of them share is stored once and shared again after
// DecodeValues. An addressable value is stored as the variable it is. Values of
// all types are stored by their parts: no methods are called.
func EncodeValues(w io.Writer, vs []reflect.Value, opts ...Option) error {
	e := newEncoder()
	defer e.release()
	e.opt = newOptions(opts)
	e.opt.noMethods = true
	if err := e.addRoots(vs); err != nil {
		return err
	}
	return e.writeTo(w)
}

func (e *encoder) writeTo(w io.Writer) error {
	c := &e.file
	*c = containerWriter{w: w, compress: e.opt.compress, layout: c.layout[:0], frame: c.frame[:0]}
	e.out = c
	if err := e.encode(); err != nil {
		return err
	}
	return c.finish(e.val)
}

// DecodeValues reads what EncodeValues wrote into new variables of the types
// ts, one for each value. Nothing in them refers to data afterwards. Input that
// is damaged or was never a container gives an error that wraps ErrFormat or
// ErrChecksum; no input makes it panic, allocate much more than the size of the
// input, or run methods of the types.
func DecodeValues(data []byte, ts []reflect.Type, opts ...Option) ([]reflect.Value, error) {
	c, err := openContainer(nil, int64(len(data)), data)
	if err != nil {
		return nil, err
	}
	o := newOptions(opts)
	o.noMethods = true
	return c.decode(ts, o)
}
