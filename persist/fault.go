// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"fmt"
	"runtime/debug"

	"gomemo/internal/mmap"
)

// A FaultError is the panic that Guard makes of a fault in mapped memory.
type FaultError struct {
	File string // the mapped file
	Addr uintptr
	err  error
}

func (e *FaultError) Error() string {
	return fmt.Sprintf("persist: memory mapped from %s cannot be used so: it was mapped for reading (persist.MapRead) and written to, or the file became shorter", e.File)
}

// Unwrap returns the runtime's error.
func (e *FaultError) Unwrap() error { return e.err }

// Guard calls f. If f, in this goroutine, writes to memory that is mapped with
// MapRead, Guard panics with a *FaultError that names the file; without Guard
// that write would end the process. Goroutines that f starts need a Guard of
// their own.
//
// The cells of a notebook run guarded. The goroutines that they start do not: there
// it takes go persist.Guard(f), and a panic that nobody recovers ends the engine.
func Guard(f func()) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			if f, ok := AsFault(v); ok {
				v = f
			}
			panic(v)
		}
	}()
	f()
}

// AsFault returns the *FaultError for v, something that a goroutine panicked
// with, if it's a fault in mapped memory. It's for programs that call
// debug.SetPanicOnFault and recover themselves; others have Guard.
func AsFault(v any) (*FaultError, bool) {
	if f, ok := v.(*FaultError); ok {
		return f, true
	}
	err, ok := v.(interface {
		error
		Addr() uintptr
	})
	if !ok {
		return nil, false
	}
	name, ok := mmap.FileAt(err.Addr())
	if !ok {
		return nil, false
	}
	return &FaultError{name, err.Addr(), err}, true
}

// guardMapped calls f, which reads mapped memory if mapped. Another process may
// cut the file short meanwhile, which makes reading fault: that is an error then.
func guardMapped(mapped bool, f func()) (err error) {
	if !mapped {
		f()
		return nil
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			fault, ok := AsFault(v)
			if !ok {
				panic(v)
			}
			err = fmt.Errorf("%w: %w", fault, ErrFormat)
		}
	}()
	f()
	return nil
}
