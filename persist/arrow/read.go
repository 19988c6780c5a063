// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// ErrFormat is returned, wrapped, for input that is neither an Arrow file nor an
// Arrow stream.
var ErrFormat = errors.New("not valid Arrow data")

func formatError(format string, args ...any) error {
	return fmt.Errorf("arrow: "+format+": %w", append(args, ErrFormat)...)
}

// Read reads a table of type T, to the end of r.
func Read[T any](r io.Reader) (T, error) {
	var table T
	data, err := io.ReadAll(r)
	if err != nil {
		return table, fmt.Errorf("arrow: %w", err)
	}
	_, err = decode(data, &table, shareMost, newBudget(len(data)))
	return table, err
}

// Load reads a table of type T from a file.
func Load[T any](path string) (T, error) {
	var table T
	data, err := os.ReadFile(path)
	if err != nil {
		return table, fmt.Errorf("arrow: %w", err)
	}
	if _, err = decode(data, &table, shareMost, newBudget(len(data))); err != nil {
		return table, fmt.Errorf("%s: %w", path, err)
	}
	return table, nil
}

// An Info says what is in a file.
type Info struct {
	Rows    int
	Batches int
	Columns []ColumnInfo
}

// A ColumnInfo describes a column.
type ColumnInfo struct {
	Name     string
	Type     string // Arrow's name of it
	Nullable bool   // there may be nulls
}

// Inspect says what is in a file.
func Inspect(path string) (info Info, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return info, fmt.Errorf("arrow: %w", err)
	}
	defer recovered(&err)
	c, err := open(data, newBudget(len(data)))
	if err != nil {
		return info, fmt.Errorf("%s: %w", path, err)
	}
	info = Info{Rows: c.rows, Batches: len(c.batches)}
	for _, f := range c.schema.Fields() {
		info.Columns = append(info.Columns, ColumnInfo{f.Name, f.Type.String(), f.Nullable})
	}
	return info, nil
}

// String returns a line for the table and one for each column.
func (i Info) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d rows", i.Rows)
	if i.Batches > 1 {
		fmt.Fprintf(&s, " in %d batches", i.Batches)
	}
	for _, c := range i.Columns {
		fmt.Fprintf(&s, "\n  %s: %s", c.Name, c.Type)
		if c.Nullable {
			s.WriteString(", may be null")
		}
	}
	return s.String()
}

// content is what a file or a stream has.
type content struct {
	schema  *arrow.Schema
	batches []arrow.RecordBatch
	rows    int
	budget  *budget
}

// recovered makes an error of a panic of the Arrow library, which it has for some
// input that is damaged, or of a budget.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = formatError("%v", p)
	}
}

const fileMagic = "ARROW1"

// open reads all batches, which share the memory of data where they can, and
// checks them.
func open(data []byte, b *budget) (*content, error) {
	opts := []ipc.Option{
		ipc.WithAllocator(b), ipc.WithEnsureNativeEndian(true),
		ipc.WithMetadataSizeLimit(int64(len(data))), ipc.WithBodySizeLimit(int64(len(data))),
	}
	c := &content{budget: b}
	if !bytes.HasPrefix(data, []byte(fileMagic)) {
		return c, c.openStream(data, opts)
	}
	dictionaries, err := checkFile(data)
	if err != nil {
		return c, err
	}
	var f *ipc.FileReader
	if dictionaries { // which the reader of mapped files cannot read
		f, err = ipc.NewFileReader(bytes.NewReader(data), opts...)
	} else {
		f, err = ipc.NewMappedFileReader(data, opts...)
	}
	if err != nil {
		return c, formatError("%v", err)
	}
	c.schema = f.Schema()
	for i := range f.NumRecords() {
		batch, err := f.RecordBatchAt(i)
		if err != nil {
			return c, formatError("%v", err)
		}
		if err := c.add(batch); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c *content) openStream(data []byte, opts []ipc.Option) error {
	if err := checkStream(data); err != nil {
		return err
	}
	r, err := ipc.NewReader(bytes.NewReader(data), opts...)
	if err != nil {
		return formatError("%v", err)
	}
	c.schema = r.Schema()
	for r.Next() {
		batch := r.RecordBatch()
		batch.Retain()
		if err := c.add(batch); err != nil {
			return err
		}
	}
	if r.Err() != nil {
		return formatError("%v", r.Err())
	}
	return nil
}

func (c *content) add(batch arrow.RecordBatch) error {
	if batch.NumRows() < 0 || batch.NumRows() > int64(maxInt-c.rows) {
		return formatError("%d rows", batch.NumRows())
	}
	for i, column := range batch.Columns() {
		if int64(column.Len()) != batch.NumRows() { // the library accepts more
			return formatError("column %q has %d rows of %d", batch.ColumnName(i), column.Len(), batch.NumRows())
		}
		if hasNulls(column.DataType()) {
			continue
		}
		if err := array.ValidateFull(column); err != nil {
			return formatError("column %q: %v", batch.ColumnName(i), err)
		}
	}
	c.rows += int(batch.NumRows())
	c.batches = append(c.batches, batch)
	return nil
}

// hasNulls reports a type with elements that are all null. The library's check
// does not accept them as its reader makes them; the values are safe without it.
func hasNulls(dt arrow.DataType) bool {
	if nested, ok := dt.(arrow.NestedType); ok {
		return slices.ContainsFunc(nested.Fields(), func(f arrow.Field) bool { return hasNulls(f.Type) })
	}
	return dt.ID() == arrow.NULL
}

const maxInt = int(^uint(0) >> 1)

// chunks returns a column of all batches.
func (c *content) chunks(name string) ([]arrow.Array, error) {
	at := c.schema.FieldIndices(name)
	switch len(at) {
	case 0:
		var names []string
		for _, f := range c.schema.Fields() {
			names = append(names, f.Name)
		}
		return nil, fmt.Errorf("arrow: no column is called %q; there are %q", name, names)
	case 1:
		chunks := make([]arrow.Array, len(c.batches))
		for i, b := range c.batches {
			chunks[i] = b.Column(at[0])
		}
		return chunks, nil
	}
	return nil, fmt.Errorf("arrow: %d columns are called %q", len(at), name)
}

// A sharing says when columns of numbers are the memory that was read.
type sharing int

const (
	shareMost sharing = iota // if they are half of it: less is not worth keeping it all
	shareAll
)

// decode sets a table and returns the names of the columns that share the memory
// of data.
func decode(data []byte, table any, share sharing, b *budget) (shared []string, err error) {
	defer recovered(&err)
	into := reflect.ValueOf(table).Elem()
	if err := checkTarget(into.Type()); err != nil {
		return nil, err
	}
	c, err := open(data, b)
	if err != nil {
		return nil, err
	}
	d := decoder{content: c}
	if share == shareAll || 2*d.flat(into.Type()) >= len(data) {
		d.share = data
	}
	if err := d.table(into); err != nil {
		into.SetZero()
		return nil, err
	}
	return d.shared, nil
}
