// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import "reflect"

// Hash returns a digest of v: of its type and of all that it refers to. Two
// values have the same digest if they have the same types, the same contents,
// and the same sharing of memory inside; on every run and platform. Types are
// told apart by package path and name and by their structure.
//
// The digest is the one that a container written by Dump carries.
func Hash(v any, opts ...Option) (Digest, error) {
	e := newEncoder()
	defer e.release()
	e.opt = newOptions(opts)
	e.addValue(v)
	return e.hash()
}

// HashValues returns a digest of the values as one graph: memory that several
// of them share counts. An addressable value is hashed as the variable it is,
// so that pointers to it elsewhere in the graph count too.
func HashValues(vs []reflect.Value, opts ...Option) (Digest, error) {
	e := newEncoder()
	defer e.release()
	e.opt = newOptions(opts)
	e.opt.noMethods = true
	if err := e.addRoots(vs); err != nil {
		return Digest{}, err
	}
	return e.hash()
}

func (e *encoder) hash() (Digest, error) {
	if err := e.encode(); err != nil {
		return Digest{}, err
	}
	return digestOf(e.val), nil
}
