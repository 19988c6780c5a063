// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"fmt"
	"os"
	"strings"
)

// An Info says what is in a container.
type Info struct {
	Digest  Digest   // of the value: what Hash returns for it
	Size    int64    // of the file
	Types   []string // of the values: one for Dump
	Tables  []TableInfo
	Buffers []BufferInfo
}

// A TableInfo describes the values of one type that others refer to.
type TableInfo struct {
	Type    string
	Rows    int // values; for maps, entries
	Regions int // separate pieces of memory; for maps, maps
}

// A BufferInfo describes a large column.
type BufferInfo struct {
	Offset     int64
	Size       int64
	Stored     int64  // bytes in the file
	Compressor string // "" if stored as it is
}

// Inspect reads what a file says about itself, without loading the value, its
// large columns or a compressor.
func Inspect(path string) (*Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("persist: inspect: %w", err)
	}
	defer f.Close()
	c, err := openFile(f)
	if err != nil {
		return nil, fmt.Errorf("persist: inspect %s: %w", path, err)
	}
	info, err := c.info()
	if err != nil {
		return nil, fmt.Errorf("persist: inspect %s: %w", path, err)
	}
	if st, err := f.Stat(); err == nil {
		info.Size = st.Size()
	}
	return info, nil
}

func (c *container) info() (*Info, error) {
	names := c.names
	c.names = nil // no compressor is needed for what comes before the columns
	d, err := c.decoder(options{noVerify: true})
	c.names = names
	if err != nil {
		return nil, err
	}
	info := &Info{Digest: c.digest}
	for _, r := range d.roots {
		info.Types = append(info.Types, d.typeString(r.typ, 0))
	}
	for i := range d.pools {
		pl := &d.pools[i]
		regions := len(pl.starts)
		if pl.starts == nil {
			regions = pl.rows
		}
		info.Tables = append(info.Tables, TableInfo{d.typeString(pl.typ, 0), pl.rows, regions})
	}
	for _, m := range d.maps {
		info.Tables = append(info.Tables, TableInfo{d.typeString(m.typ, 0), m.rows, len(m.lens)})
	}
	for _, b := range c.buffers {
		x := BufferInfo{Offset: b.off, Size: b.size, Stored: b.end - b.off}
		if b.codec > 0 {
			x.Compressor = names[b.codec-1]
		}
		info.Buffers = append(info.Buffers, x)
	}
	return info, nil
}

// String describes the container in a few lines.
func (i *Info) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d bytes, digest %s\n", strings.Join(i.Types, ", "), i.Size, i.Digest)
	for _, t := range i.Tables {
		fmt.Fprintf(&b, "  %s: %d in %d\n", t.Type, t.Rows, t.Regions)
	}
	for _, x := range i.Buffers {
		fmt.Fprintf(&b, "  buffer at %d: %d bytes", x.Offset, x.Size)
		if x.Compressor != "" {
			fmt.Fprintf(&b, ", %d with %s", x.Stored, x.Compressor)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
