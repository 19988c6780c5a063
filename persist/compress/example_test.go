// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package compress_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gomemo/persist"
	"gomemo/persist/compress"
)

func table() []int {
	t := make([]int, 100_000)
	for i := range t {
		t[i] = i % 100
	}
	return t
}

func Example() {
	dir, err := os.MkdirTemp("", "compress")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "table.zst")
	if err := persist.Dump(table(), path, compress.To(path)); err != nil {
		fmt.Println(err)
	}
	t, err := persist.Load[[]int](path, compress.All())
	fmt.Println(len(t), err)
	// Output: 100000 <nil>
}

func ExampleAll() {
	for _, c := range []persist.Compressor{
		compress.Zstd(3), compress.S2(), compress.LZ4(), compress.Gzip(6), compress.Zlib(1), compress.XZ(),
	} {
		var b bytes.Buffer
		if err := persist.Write(&b, table(), persist.Compress(c)); err != nil {
			fmt.Println(err)
		}
		smaller := b.Len() < 100_000
		t, err := persist.Read[[]int](&b, compress.All())
		fmt.Println(c.Name(), smaller, len(t), err)
	}
	// Output:
	// zstd true 100000 <nil>
	// s2 true 100000 <nil>
	// lz4 true 100000 <nil>
	// gzip true 100000 <nil>
	// zlib true 100000 <nil>
	// xz true 100000 <nil>
}

func ExampleTo() {
	dir, err := os.MkdirTemp("", "compress")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	size := func(name string) int64 {
		path := filepath.Join(dir, name)
		if err := persist.Dump(table(), path, compress.To(path)); err != nil {
			fmt.Println(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			fmt.Println(err)
			return 0
		}
		return info.Size()
	}
	fmt.Println(size("table.gz") < size("table")/10, size("table.xz") < size("table")/10)
	// Output: true true
}

func ExampleNamed() {
	for _, text := range []string{"zstd:3", "gzip", "none", "zip"} {
		c, err := compress.Named(text)
		if c != nil {
			fmt.Println(c.Name())
		} else {
			fmt.Println(c, err != nil)
		}
	}
	// Output:
	// zstd
	// gzip
	// <nil> false
	// <nil> true
}

func ExampleZstd() {
	var b bytes.Buffer
	err := persist.Write(&b, table(), persist.Compress(compress.Zstd(4)))
	fmt.Println(b.Len() < 50_000, err)
	// Output: true <nil>
}

func ExampleS2() {
	var b bytes.Buffer
	err := persist.Write(&b, table(), persist.Compress(compress.S2()))
	fmt.Println(b.Len() < 50_000, err)
	// Output: true <nil>
}

func ExampleLZ4() {
	var b bytes.Buffer
	err := persist.Write(&b, table(), persist.Compress(compress.LZ4()))
	fmt.Println(b.Len() < 50_000, err)
	// Output: true <nil>
}

func ExampleGzip() {
	var b bytes.Buffer
	err := persist.Write(&b, table(), persist.Compress(compress.Gzip(9)))
	fmt.Println(b.Len() < 50_000, err)
	// Output: true <nil>
}

func ExampleZlib() {
	var b bytes.Buffer
	err := persist.Write(&b, table(), persist.Compress(compress.Zlib(0)))
	fmt.Println(b.Len() < 50_000, err)
	// Output: true <nil>
}

func ExampleXZ() {
	var b bytes.Buffer
	err := persist.Write(&b, table(), persist.Compress(compress.XZ()))
	fmt.Println(b.Len() < 50_000, err)
	// Output: true <nil>
}

// A compressor of one's own, chosen by name or extension and found again when a
// file is loaded.
func ExampleSet_Register() {
	set := compress.Standard()
	set.Register(".rle", func(int) persist.Compressor { return runLengths{} })

	dir, _ := os.MkdirTemp("", "compress")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "zeros.rle")
	if err := persist.Dump(make([]byte, 1<<20), path, set.To(path)); err != nil {
		fmt.Println(err)
		return
	}
	info, _ := persist.Inspect(path)
	zeros, err := persist.Load[[]byte](path, set.All())
	fmt.Println(info.Buffers[0].Compressor, len(zeros), err)
	// Output: run lengths 1048576 <nil>
}

// runLengths compresses runs of equal bytes.
type runLengths struct{}

func (runLengths) Name() string { return "run lengths" }

func (runLengths) Compress(dst, src []byte) ([]byte, error) {
	for len(src) > 0 {
		n := 1
		for n < min(len(src), 255) && src[n] == src[0] {
			n++
		}
		dst, src = append(dst, byte(n), src[0]), src[n:]
	}
	return dst, nil
}

func (runLengths) Decompress(dst, src []byte) error {
	for ; len(src) > 1 && int(src[0]) <= len(dst); src = src[2:] {
		n := int(src[0])
		copy(dst, bytes.Repeat(src[1:2], n))
		dst = dst[n:]
	}
	if len(src) > 0 || len(dst) > 0 {
		return errors.New("not what Compress made")
	}
	return nil
}
