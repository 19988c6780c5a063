// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package compress_test

import (
	"bytes"
	"testing"

	"gomemo/persist"
	"gomemo/persist/compress"
)

// FuzzDecompress gives every compressor bytes that others made up.
func FuzzDecompress(f *testing.F) {
	raw := bytes.Repeat([]byte("some text "), 20)
	all := []persist.Compressor{
		compress.Zstd(0), compress.S2(), compress.LZ4(), compress.Gzip(1), compress.Zlib(9), compress.XZ(),
	}
	for _, c := range all {
		z, err := c.Compress(nil, raw)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(z, len(raw))
	}
	f.Fuzz(func(t *testing.T, z []byte, n int) {
		dst := make([]byte, n&0xffff, n&0xffff+16)
		rest := dst[len(dst):cap(dst)]
		for _, c := range all {
			clear(rest)
			if err := c.Decompress(dst, z); err != nil {
				continue
			}
			if !bytes.Equal(rest, make([]byte, 16)) {
				t.Fatalf("%s writes past the end", c.Name())
			}
			again, err := c.Compress(nil, dst)
			if err != nil {
				t.Fatalf("%s: %v", c.Name(), err)
			}
			out := make([]byte, len(dst))
			if err := c.Decompress(out, again); err != nil || !bytes.Equal(out, dst) {
				t.Fatalf("%s: another block came back: %v", c.Name(), err)
			}
		}
	})
}
