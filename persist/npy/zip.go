// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package npy

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"

	"gomemo/internal/atomicfile"
)

// A ZipWriter writes an .npz file. Close it.
type ZipWriter struct {
	z      *zip.Writer
	file   *atomicfile.File // nil if it writes to somebody else's writer
	method uint16
}

// NewZipWriter writes to w; compressed or not, as numpy's savez_compressed and
// savez do.
func NewZipWriter(w io.Writer, compressed bool) *ZipWriter {
	method := zip.Store
	if compressed {
		method = zip.Deflate
	}
	return &ZipWriter{z: zip.NewWriter(w), method: method}
}

// CreateZip writes to a file, which is there after Close.
func CreateZip(path string, compressed bool) (*ZipWriter, error) {
	f, err := atomicfile.Create(path, 0o644)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	w := NewZipWriter(f, compressed)
	w.file = &f
	return w, nil
}

// Add writes an array under a name.
func Add[T Element](w *ZipWriter, name string, a Array[T]) error {
	f, err := w.z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: w.method})
	if err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	return Write(f, a)
}

// Close completes the file.
func (w *ZipWriter) Close() error {
	err := w.z.Close()
	if w.file == nil {
		return err
	}
	if err != nil {
		w.file.Discard()
		return err
	}
	return w.file.Commit(false)
}

// Discard ends writing without a file.
func (w *ZipWriter) Discard() {
	if w.file != nil {
		w.file.Discard()
	}
}

// A Zip is an .npz file that is being read.
type Zip struct {
	r      *zip.Reader
	closer io.Closer
}

// OpenZip opens a file. Close it.
func OpenZip(path string) (*Zip, error) {
	r, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %s: %w", path, err)
	}
	return &Zip{&r.Reader, r}, nil
}

// NewZip reads from r, which has size bytes.
func NewZip(r io.ReaderAt, size int64) (*Zip, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, formatError("%v", err)
	}
	return &Zip{r: z}, nil
}

// Close closes the file.
func (z *Zip) Close() error {
	if z.closer == nil {
		return nil
	}
	return z.closer.Close()
}

// Names returns the names of the arrays.
func (z *Zip) Names() []string {
	var names []string
	for _, f := range z.r.File {
		if name, ok := strings.CutSuffix(f.Name, ".npy"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Header returns the header of an array.
func (z *Zip) Header(name string) (Header, error) {
	f, err := z.open(name)
	if err != nil {
		return Header{}, err
	}
	defer f.Close()
	return ReadHeader(f)
}

// Get reads an array.
func Get[T Element](z *Zip, name string) (Array[T], error) {
	f, err := z.open(name)
	if err != nil {
		return Array[T]{}, err
	}
	defer f.Close()
	a, err := Read[T](f)
	if err != nil {
		return a, err
	}
	// The checksum is compared at the end of the file.
	if n, err := io.Copy(io.Discard, f); err != nil || n > 0 {
		return Array[T]{}, formatError("%s: %d more bytes, %v", name, n, err)
	}
	return a, nil
}

func (z *Zip) open(name string) (io.ReadCloser, error) {
	for _, f := range z.r.File {
		if f.Name == name+".npy" {
			r, err := f.Open()
			if err != nil {
				return nil, formatError("%s: %v", name, err)
			}
			return r, nil
		}
	}
	return nil, fmt.Errorf("npy: no array is called %q", name)
}
