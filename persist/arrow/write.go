// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"gomemo/internal/atomicfile"
)

// An Option changes how a table is written.
type Option func(*options)

type options struct {
	stream bool
	rows   int
	codec  ipc.Option
}

// Stream writes the streaming format, without the index that a file has at its
// end. Mapping needs a file.
func Stream() Option { return func(o *options) { o.stream = true } }

// Rows writes at most n rows into a batch. Without it there is one batch, or as
// many as are needed for texts of more than a gigabyte; a column in several
// batches cannot be mapped.
func Rows(n int) Option { return func(o *options) { o.rows = n } }

// LZ4 compresses each column's buffers. Other programs read them too, but they
// cannot be mapped.
func LZ4() Option { return func(o *options) { o.codec = ipc.WithLZ4() } }

// Zstd compresses smaller than LZ4 does, and slower.
func Zstd() Option { return func(o *options) { o.codec = ipc.WithZstd() } }

// Save writes a table to a file, whole or not at all.
func Save(path string, table any, opts ...Option) error {
	f, err := atomicfile.Create(path, 0o644)
	if err != nil {
		return fmt.Errorf("arrow: %w", err)
	}
	defer f.Discard()
	if err := Write(f, table, opts...); err != nil {
		return err
	}
	return f.Commit(false)
}

// batchWriter is what writers of files and of streams have in common.
type batchWriter interface {
	Write(arrow.RecordBatch) error
	io.Closer
}

// Write writes a table as an Arrow file.
func Write(w io.Writer, table any, opts ...Option) (err error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	columns, rows, err := sources(table)
	if err != nil {
		return err
	}
	if len(columns) == 0 {
		return fmt.Errorf("arrow: a table without columns")
	}
	list := make([]arrow.Field, len(columns))
	for i := range columns {
		if list[i], err = columns[i].field(); err != nil {
			return err
		}
	}
	schema := arrow.NewSchema(list, nil)
	to, err := newWriter(w, schema, &o)
	if err != nil {
		return fmt.Errorf("arrow: %w", err)
	}
	for start := 0; ; {
		end := batchEnd(columns, start, rows, o.rows)
		if err := writeBatch(to, schema, columns, start, end); err != nil {
			return err
		}
		if start = end; start >= rows {
			break
		}
	}
	if err := to.Close(); err != nil {
		return fmt.Errorf("arrow: %w", err)
	}
	return nil
}

func newWriter(w io.Writer, schema *arrow.Schema, o *options) (batchWriter, error) {
	opts := []ipc.Option{ipc.WithSchema(schema)}
	if o.codec != nil {
		opts = append(opts, o.codec)
	}
	if o.stream {
		return ipc.NewWriter(w, opts...), nil
	}
	return ipc.NewFileWriter(w, opts...)
}
