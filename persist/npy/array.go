// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"

	"gomemo/internal/atomicfile"
)

// An Array is the content of an .npy file.
type Array[T Element] struct {
	Data    []T
	Shape   []int // nil means one dimension of len(Data)
	Fortran bool  // Data is column by column
}

// At returns the element at an index, which must have as many numbers as the
// shape.
func (a *Array[T]) At(index ...int) T {
	shape := a.shape()
	if len(index) != len(shape) {
		panic(fmt.Sprintf("npy: %d indexes for an array of %d dimensions", len(index), len(shape)))
	}
	at := 0
	for k := range shape {
		i := k
		if a.Fortran {
			i = len(shape) - 1 - k
		}
		if index[i] < 0 || index[i] >= shape[i] {
			panic(fmt.Sprintf("npy: index %v is outside of the shape %v", index, shape))
		}
		at = at*shape[i] + index[i]
	}
	return a.Data[at]
}

func (a *Array[T]) shape() []int {
	if a.Shape == nil {
		return []int{len(a.Data)}
	}
	return a.Shape
}

// Write writes an array as an .npy file.
func Write[T Element](w io.Writer, a Array[T]) error {
	n, err := length(a.shape())
	if err != nil || n != len(a.Data) || len(a.shape()) > maxDims {
		return fmt.Errorf("npy: %d elements do not have the shape %v", len(a.Data), a.shape())
	}
	name := typeName[T]()
	order := "<"
	if name[1:] == "1" {
		order = "|"
	}
	h := Header{Type: order + name, Fortran: a.Fortran, Shape: a.shape()}
	if _, err := w.Write(h.append(nil)); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	b := bytesOf(a.Data)
	if !littleEndian() {
		b = slices.Clone(b)
		swap(b, lane(name, len(b)/max(1, len(a.Data))))
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	return nil
}

// Save writes an array to a file, whole or not at all.
func Save[T Element](path string, a Array[T]) error {
	f, err := atomicfile.Create(path, 0o644)
	if err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	defer f.Discard()
	if err := Write(f, a); err != nil {
		return err
	}
	return f.Commit(false)
}

// Read reads an array. What r has after it is left there.
func Read[T Element](r io.Reader) (Array[T], error) {
	h, err := ReadHeader(r)
	if err != nil {
		return Array[T]{}, err
	}
	return readElements[T](r, h)
}

// Load reads an array from a file.
func Load[T Element](path string) (Array[T], error) {
	f, err := os.Open(path)
	if err != nil {
		return Array[T]{}, fmt.Errorf("npy: %w", err)
	}
	defer f.Close()
	a, err := Read[T](f)
	if err != nil {
		return a, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// A TypeError reports an array of another element type than asked for.
type TypeError struct {
	Stored string // numpy's name
	Want   string // numpy's name
}

func (e *TypeError) Error() string {
	what := ""
	if len(e.Stored) > 1 {
		what = foreign[e.Stored[1:2]]
		if e.Stored[1:] == "f16" {
			what = " (long doubles)"
		}
	}
	return fmt.Sprintf("npy: the array has elements of type %q%s, not %q", e.Stored, what, e.Want)
}

// foreign says what types are that no Element is.
var foreign = map[string]string{
	"U": " (texts)", "S": " (texts of bytes)", "O": " (Python objects)", "M": " (dates)", "m": " (time spans)", "V": " (raw bytes)",
}

// layout returns how elements of the header's type become ones of type T: the
// bytes of a stored element, and whether its bytes are in the other order than
// in memory; or it returns an error.
func layout[T Element](h Header) (size int, swapped bool, err error) {
	name := typeName[T]()
	mismatch := &TypeError{h.Type, name}
	if len(h.Type) < 3 {
		return 0, false, mismatch
	}
	if h.Type[1:] == "f2" && name[0] == 'f' {
		size = 2
	} else if h.Type[1:] == name {
		size = len(bytesOf(make([]T, 1)))
	} else {
		return 0, false, mismatch
	}
	switch h.Type[0] {
	case '<':
		return size, !littleEndian(), nil
	case '>':
		return size, littleEndian(), nil
	case '|':
		if size == 1 {
			return size, false, nil
		}
	}
	return 0, false, formatError("an element type of %q", h.Type)
}

// step is how many bytes are read before more memory is asked for, so that a
// header alone cannot make reading allocate.
const step = 16 << 20

func readElements[T Element](r io.Reader, h Header) (Array[T], error) {
	a := Array[T]{Shape: h.Shape, Fortran: h.Fortran}
	size, swapped, err := layout[T](h)
	if err != nil {
		return a, err
	}
	n, err := length(h.Shape)
	if err != nil {
		return a, err
	}
	known := sizeOf(r)
	for len(a.Data) < n {
		k := n - len(a.Data)
		if known < int64(k)*int64(size) {
			k = min(k, max(step/size, len(a.Data)))
		}
		start := len(a.Data)
		if cap(a.Data) < start+k {
			grown := make([]T, start, start+k)
			copy(grown, a.Data)
			a.Data = grown
		}
		a.Data = a.Data[:start+k]
		if err := readInto(r, a.Data[start:], size, swapped, h.Type); err != nil {
			return Array[T]{}, err
		}
	}
	return a, nil
}

// sizeOf returns how much there is to read, if r tells.
func sizeOf(r io.Reader) int64 {
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return 0
}

func readInto[T Element](r io.Reader, dst []T, size int, swapped bool, name string) error {
	b := bytesOf(dst)
	if size*len(dst) < len(b) {
		return readHalves(r, dst, swapped)
	}
	if _, err := io.ReadFull(r, b); err != nil {
		return readError(err)
	}
	if swapped {
		swap(b, lane(name[1:], size))
	}
	if name[1:] == "b1" {
		for _, x := range b {
			if x > 1 {
				clear(b) // a bool must not be anything else even for a moment
				return formatError("a bool that is %d", x)
			}
		}
	}
	return nil
}

func readHalves[T Element](r io.Reader, dst []T, swapped bool) error {
	b := make([]byte, 2*len(dst))
	if _, err := io.ReadFull(r, b); err != nil {
		return readError(err)
	}
	if swapped == littleEndian() {
		swap(b, 2)
	}
	for i := range dst {
		f := half(binary.LittleEndian.Uint16(b[2*i:]))
		switch d := any(&dst[i]).(type) {
		case *float32:
			*d = f
		case *float64:
			*d = float64(f)
		}
	}
	return nil
}
