// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	flatbuffers "github.com/google/flatbuffers/go"
)

// nestedFile returns a file with a column of structs, and where the offset of the
// struct's first field and the field itself are in its footer.
func nestedFile(t *testing.T) (data []byte, offset, field, vector int) {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, []struct{ P point }{{point{1, 2}}}); err != nil {
		t.Fatal(err)
	}
	data = b.Bytes()
	const tail = 4 + len(fileMagic)
	start := len(data) - tail - int(binary.LittleEndian.Uint32(data[len(data)-tail:]))
	footer := data[start : len(data)-tail]
	inner := func(t flatbuffers.Table, slot int) flatbuffers.Table {
		at, _ := slotOf(t, slot)
		return flatbuffers.Table{Bytes: footer, Pos: t.Indirect(at + t.Pos)}
	}
	first := func(t flatbuffers.Table, slot int) (flatbuffers.Table, flatbuffers.UOffsetT) {
		at, _ := slotOf(t, slot)
		elem := t.Vector(at)
		return flatbuffers.Table{Bytes: footer, Pos: t.Indirect(elem)}, elem
	}
	root := flatbuffers.Table{Bytes: footer, Pos: flatbuffers.GetUOffsetT(footer)}
	column, _ := first(inner(root, 1), 1)
	_, elem := first(column, 5)
	return data, start + int(elem), start + int(column.Pos), start + int(elem) - 4
}

// A field that contains itself would make the library recurse until the process
// ends.
func TestFieldContainsItself(t *testing.T) {
	t.Parallel()
	data, offset, field, _ := nestedFile(t)
	if _, err := Read[Table](bytes.NewReader(data)); !errors.As(err, new(*TypeError)) {
		t.Fatalf("before: %v", err) // no structs in a Table
	}
	binary.LittleEndian.PutUint32(data[offset:], uint32(field-offset))
	if _, err := Read[Table](bytes.NewReader(data)); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "contain each other") {
		t.Errorf("%v", err)
	}
}

// A number of fields is what the library allocates first.
func TestMoreFieldsThanBytes(t *testing.T) {
	t.Parallel()
	data, _, _, vector := nestedFile(t)
	binary.LittleEndian.PutUint32(data[vector:], 1<<31-1)
	if _, err := Read[Table](bytes.NewReader(data)); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "metadata with 2147483647 elements") {
		t.Errorf("%v", err)
	}
}

// A buffer that claims to hold a terabyte when it is decompressed.
func TestBomb(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := Write(&b, map[string][]int64{"x": make([]int64, 10_000)}, Zstd()); err != nil {
		t.Fatal(err)
	}
	size := binary.LittleEndian.AppendUint64(nil, 80_000)
	at := bytes.Index(b.Bytes(), size)
	if at < 0 || bytes.Contains(b.Bytes()[at+1:], append(size, 0x28, 0xb5)) {
		t.Fatal("the size of the buffer was not found once")
	}
	data := b.Bytes()
	for i := range data {
		if bytes.HasPrefix(data[i:], append(size, 0x28, 0xb5, 0x2f, 0xfd)) {
			binary.LittleEndian.PutUint64(data[i:], 1<<40)
		}
	}
	if _, err := Read[Table](bytes.NewReader(data)); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "1099511627776 bytes") {
		t.Errorf("%v", err)
	}
}
