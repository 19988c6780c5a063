// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"errors"
	"fmt"
)

var (
	// ErrFormat is returned, wrapped, for input that is not a container, is
	// truncated, or contradicts itself.
	ErrFormat = errors.New("not a valid persist container")

	// ErrChecksum is returned, wrapped, for a container whose bytes are not
	// those that were written.
	ErrChecksum = errors.New("checksum mismatch")

	// ErrCompressor is returned, wrapped, for a container that is compressed
	// in a way that the Compressors option does not know.
	ErrCompressor = errors.New("unknown compressor")
)

// An UnsupportedError reports a value that cannot be hashed or stored.
type UnsupportedError struct {
	Path string // where it was found, as a Go expression: "model.layers[3].act"
	Kind string // what it is: "func", "chan", "unsafe.Pointer", "os.File", …
}

func (e *UnsupportedError) Error() string {
	if e.Path == "" {
		return "persist: cannot store a value of kind " + e.Kind
	}
	return "persist: cannot store " + e.Path + ": " + e.Kind
}

// A TypeError reports a stored value that does not fit the type it was asked
// for.
type TypeError struct {
	Path   string // where the types part, as a Go expression; "" is the value itself
	Stored string // the stored type
	Want   string // the type it should go into; "" if no type of the stored name is known
}

func (e *TypeError) Error() string {
	where := ""
	if e.Path != "" {
		where = e.Path + ": "
	}
	if e.Want == "" {
		return "persist: " + where + "stored type " + e.Stored + " is not known here (see the Types option)"
	}
	return "persist: " + where + "stored " + e.Stored + " does not fit " + e.Want
}

func formatError(format string, args ...any) error {
	return fmt.Errorf("persist: "+format+": %w", append(args, ErrFormat)...)
}

var errTooMany = errors.New("persist: more than 2³¹ values are referred to")

// errChanged means that a value was modified by another goroutine while it
// was being read.
var errChanged = errors.New("persist: the value changed while it was being read")

func checksumError(what string) error {
	return fmt.Errorf("persist: %s: %w", what, ErrChecksum)
}
