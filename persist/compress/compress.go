// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package compress

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"

	"gomemo/persist"
)

// A codec implements persist.Compressor.
type codec struct {
	name       string
	compress   func(dst, src []byte) ([]byte, error)
	decompress func(dst, src []byte) error
}

func (c *codec) Name() string                             { return c.name }
func (c *codec) Compress(dst, src []byte) ([]byte, error) { return c.compress(dst, src) }
func (c *codec) Decompress(dst, src []byte) error         { return c.decompress(dst, src) }

var errSize = errors.New("a block has another size than it should")

// Zstd returns the Zstandard compressor of a level from 1, fast, to 4, small;
// 0 is level 1.
func Zstd(level int) persist.Compressor {
	newEncoder := sync.OnceValues(func() (*zstd.Encoder, error) {
		return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.EncoderLevel(max(1, min(level, 4)))),
			zstd.WithEncoderCRC(false), zstd.WithWindowSize(1<<20))
	})
	newDecoder := sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderMaxMemory(8<<20), zstd.WithDecoderMaxWindow(1<<20))
	})
	return &codec{
		name: "zstd",
		compress: func(dst, src []byte) ([]byte, error) {
			e, err := newEncoder()
			if err != nil {
				return nil, err
			}
			return e.EncodeAll(src, dst), nil
		},
		decompress: func(dst, src []byte) error {
			d, err := newDecoder()
			if err != nil {
				return err
			}
			// The decoder appends, and so stays inside dst or moves elsewhere.
			out, err := d.DecodeAll(src, dst[:0:len(dst)])
			return filled(dst, out, err)
		},
	}
}

// filled reports whether out is dst, completely filled.
func filled(dst, out []byte, err error) error {
	switch {
	case err != nil:
		return err
	case len(out) != len(dst):
		return errSize
	case len(out) > 0 && &out[0] != &dst[0]:
		copy(dst, out)
	}
	return nil
}

// S2 returns the fastest compressor.
func S2() persist.Compressor {
	return &codec{
		name: "s2",
		compress: func(dst, src []byte) ([]byte, error) {
			return append(dst, s2.Encode(nil, src)...), nil
		},
		decompress: func(dst, src []byte) error {
			if n, err := s2.DecodedLen(src); err != nil || n != len(dst) {
				return errors.Join(err, errSize)
			}
			out, err := s2.Decode(dst, src)
			return filled(dst, out, err)
		},
	}
}

// LZ4 returns the compressor of that name.
func LZ4() persist.Compressor {
	return &codec{
		name: "lz4",
		compress: func(dst, src []byte) ([]byte, error) {
			out := make([]byte, lz4.CompressBlockBound(len(src)))
			n, err := lz4.CompressBlock(src, out, nil)
			if err != nil {
				return nil, err
			}
			return append(dst, out[:n]...), nil
		},
		decompress: func(dst, src []byte) error {
			n, err := lz4.UncompressBlock(src, dst)
			if err == nil && n != len(dst) {
				err = errSize
			}
			return err
		},
	}
}

// Gzip returns the compressor of a level from 1 to 9; 0 is the default level.
func Gzip(level int) persist.Compressor {
	return stream("gzip", func(w io.Writer) (io.WriteCloser, error) {
		return gzip.NewWriterLevel(w, flateLevel(level))
	}, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })
}

// Zlib returns the compressor of a level from 1 to 9; 0 is the default level.
func Zlib(level int) persist.Compressor {
	return stream("zlib", func(w io.Writer) (io.WriteCloser, error) {
		return zlib.NewWriterLevel(w, flateLevel(level))
	}, func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) })
}

func flateLevel(level int) int {
	if level == 0 {
		return gzip.DefaultCompression
	}
	return level
}

// XZ returns the compressor that is slowest and often smallest.
func XZ() persist.Compressor {
	return stream("xz", func(w io.Writer) (io.WriteCloser, error) {
		return xz.WriterConfig{DictCap: 1 << 20}.NewWriter(w)
	}, func(r io.Reader) (io.Reader, error) {
		return xz.ReaderConfig{DictCap: 1 << 20, SingleStream: true}.NewReader(r)
	})
}

// stream makes a compressor of a pair of stream ends.
func stream(name string, newWriter func(io.Writer) (io.WriteCloser, error), newReader func(io.Reader) (io.Reader, error)) persist.Compressor {
	return &codec{
		name: name,
		compress: func(dst, src []byte) ([]byte, error) {
			b := bytes.NewBuffer(dst)
			w, err := newWriter(b)
			if err != nil {
				return nil, err
			}
			if _, err := w.Write(src); err != nil {
				return nil, err
			}
			err = w.Close()
			return b.Bytes(), err
		},
		decompress: func(dst, src []byte) error {
			r, err := newReader(bytes.NewReader(src))
			if err != nil {
				return err
			}
			if _, err := io.ReadFull(r, dst); err != nil {
				return err
			}
			var one [1]byte
			if n, err := r.Read(one[:]); n > 0 || err != nil && err != io.EOF {
				return errors.Join(err, errSize)
			}
			return nil
		},
	}
}
