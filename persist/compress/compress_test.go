// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package compress_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gomemo/persist"
	"gomemo/persist/compress"
)

type data struct {
	Walk  []float64 // smooth: shuffling pays
	Words []string
	Zero  []int64
	Noise []uint32
	Small []int
}

func sample() data {
	d := data{Zero: make([]int64, 200_000), Small: []int{1, 2}}
	x := uint32(1)
	for i := range 150_000 {
		d.Walk = append(d.Walk, math.Round(1e3*math.Sin(float64(i)/1e4))/1e3)
		d.Words = append(d.Words, fmt.Sprint("word", i%1000))
		x = x*1664525 + 1013904223
		d.Noise = append(d.Noise, x^x>>13)
	}
	return d
}

func all(t *testing.T) []persist.Compressor {
	var cs []persist.Compressor
	for _, name := range []string{"zstd", "zstd:3", "s2", "lz4", "gzip:1", "zlib:9", "xz"} {
		c, err := compress.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		cs = append(cs, c)
	}
	return cs
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	d := sample()
	want, _ := persist.Hash(d)
	for _, c := range all(t) {
		path := filepath.Join(t.TempDir(), "x")
		if err := persist.Dump(d, path, persist.Compress(c)); err != nil {
			t.Fatal(err)
		}
		info, err := persist.Inspect(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Digest != want {
			t.Errorf("%s: the digest depends on the compressor", c.Name())
		}
		if info.Size > 2_500_000 || info.Buffers[0].Compressor != c.Name() {
			t.Errorf("%s: %d bytes; %+v", c.Name(), info.Size, info.Buffers)
		}
		got, err := persist.Load[data](path, compress.All())
		if err != nil {
			t.Fatalf("%s: %v", c.Name(), err)
		}
		if !reflect.DeepEqual(got, d) {
			t.Errorf("%s: another value came back", c.Name())
		}
		if err := persist.Verify(path, compress.All()); err != nil {
			t.Error(err)
		}
		if _, err := persist.Load[data](path); err == nil {
			t.Errorf("%s: loaded without its compressor", c.Name())
		}
		m, err := persist.Open[data](path, compress.All())
		if err != nil || !reflect.DeepEqual(m.Value.Walk, d.Walk) {
			t.Fatalf("%s: mapped: %v", c.Name(), err)
		}
		m.Close()
	}
}

func TestDamage(t *testing.T) {
	t.Parallel()
	d := sample()
	for _, c := range all(t) {
		var b bytes.Buffer
		if err := persist.Write(&b, d, persist.Compress(c)); err != nil {
			t.Fatal(err)
		}
		for i := 64; i < b.Len(); i += b.Len() / 12 {
			bad := bytes.Clone(b.Bytes())
			bad[i] ^= 0x10
			got, err := persist.Read[data](bytes.NewReader(bad), compress.All())
			if err == nil {
				t.Errorf("%s: a flipped bit at %d was not seen; same value: %v", c.Name(), i, reflect.DeepEqual(got, d))
			} else if !errors.Is(err, persist.ErrFormat) && !errors.Is(err, persist.ErrChecksum) {
				t.Errorf("%s: %v", c.Name(), err)
			}
		}
	}
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	d := sample()
	dir := t.TempDir()
	for ext, want := range map[string]string{
		".zst": "zstd", ".s2": "s2", ".lz4": "lz4", ".gz": "gzip", ".z": "zlib", ".xz": "xz", ".gm": "",
	} {
		path := filepath.Join(dir, "x"+ext)
		if err := persist.Dump(d.Walk, path, compress.To(path)); err != nil {
			t.Fatal(err)
		}
		info, err := persist.Inspect(path)
		if err != nil || info.Buffers[0].Compressor != want {
			t.Errorf("%s: %+v, %v", ext, info, err)
		}
		got, err := persist.Load[[]float64](path, compress.All())
		if err != nil || !reflect.DeepEqual(got, d.Walk) {
			t.Errorf("%s: %v", ext, err)
		}
	}
	for _, name := range []string{"zip", "zstd:x", "zstd:0", "zstd:10"} {
		if _, err := compress.Named(name); err == nil {
			t.Errorf("Named(%q) succeeds", name)
		}
	}
}

// halves is a compressor of one's own: it halves a block of equal halves.
type halves struct{}

func (halves) Name() string { return "halves" }

func (halves) Compress(dst, src []byte) ([]byte, error) {
	n := len(src) / 2
	if len(src)%2 == 1 || !bytes.Equal(src[:n], src[n:]) {
		return nil, errors.New("not equal")
	}
	return append(dst, src[:n]...), nil
}

func (halves) Decompress(dst, src []byte) error {
	if len(dst) != 2*len(src) {
		return errors.New("another size")
	}
	copy(dst, src)
	copy(dst[len(src):], src)
	return nil
}

func TestOwnCompressor(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x")
	v := bytes.Repeat([]byte("ab"), 1<<20)
	if err := persist.Dump(v, path, persist.Compress(halves{})); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 1<<20+1000 {
		t.Errorf("%d bytes", info.Size())
	}
	got, err := persist.Load[[]byte](path, persist.Compressors(halves{}))
	if err != nil || !bytes.Equal(got, v) {
		t.Error(err)
	}
}

// runs is another one, with levels: it stores runs of up to 255 equal bytes, from
// level 2 on.
type runs struct{ level int }

func (runs) Name() string { return "runs" }

func (r runs) Compress(dst, src []byte) ([]byte, error) {
	most := 1
	if r.level > 1 {
		most = 255
	}
	for i := 0; i < len(src); {
		n := 1
		for n < most && i+n < len(src) && src[i+n] == src[i] {
			n++
		}
		dst = append(dst, byte(n), src[i])
		i += n
	}
	return dst, nil
}

func (runs) Decompress(dst, src []byte) error {
	for ; len(src) > 1; src = src[2:] {
		n := int(src[0])
		if n > len(dst) {
			return errors.New("another size")
		}
		for i := range dst[:n] {
			dst[i] = src[1]
		}
		dst = dst[n:]
	}
	if len(dst) > 0 || len(src) > 0 {
		return errors.New("another size")
	}
	return nil
}

func TestSet(t *testing.T) {
	t.Parallel()
	set := compress.Standard()
	set.Register(".runs", func(level int) persist.Compressor { return runs{max(level, 2)} })
	v := bytes.Repeat([]byte{7}, 1<<20)
	dir := t.TempDir()
	named := func(text string) persist.Option {
		c, err := set.Named(text)
		if err != nil {
			t.Fatal(err)
		}
		return persist.Compress(c)
	}
	for name, test := range map[string]struct {
		opt  persist.Option
		want string
	}{
		"extension.runs": {set.To("extension.runs"), "runs"},
		"by-name":        {named("runs"), "runs"},
		"by-level":       {named("runs:9"), "runs"},
		"gains-nothing":  {persist.Compress(runs{1}), ""},
		"standard.zst":   {set.To("standard.zst"), "zstd"},
		"other.dat":      {set.To("other.dat"), ""},
		"none":           {named("none"), ""},
	} {
		path := filepath.Join(dir, name)
		if err := persist.Dump(v, path, test.opt); err != nil {
			t.Fatal(err)
		}
		info, err := persist.Inspect(path)
		if err != nil || info.Buffers[0].Compressor != test.want {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
		// Loading takes no more than the set, whatever the file is called.
		got, err := persist.Load[[]byte](path, set.All())
		if err != nil || !bytes.Equal(got, v) {
			t.Errorf("%s: %v", name, err)
		}
		m, err := persist.Open[[]byte](path, set.All())
		if err != nil || !bytes.Equal(m.Value, v) || (m.Note() == "") != (test.want == "") {
			t.Errorf("%s: mapped: %v", name, err)
		}
		if test.want != "" && !strings.Contains(m.Note(), "compressed with "+test.want) {
			t.Errorf("%s: the note is %q", name, m.Note())
		}
		m.Close()
		if _, err := persist.Load[[]byte](path, compress.All()); test.want == "runs" && !errors.Is(err, persist.ErrCompressor) {
			t.Errorf("%s: without the set: %v", name, err)
		}
	}
	// One that takes a name or an extension over.
	set.Register(".zst", func(int) persist.Compressor { return runs{2} })
	if _, err := set.Named("zstd"); err != nil {
		t.Error(err)
	}
	if err := persist.Dump(v, filepath.Join(dir, "x"), set.To("x.zst")); err != nil {
		t.Fatal(err)
	}
	if info, err := persist.Inspect(filepath.Join(dir, "x")); err != nil || info.Buffers[0].Compressor != "runs" {
		t.Errorf("%+v, %v", info, err)
	}
	if info, err := persist.Inspect(filepath.Join(dir, "x")); err != nil || info.Size > 20_000 {
		t.Errorf("%d bytes", info.Size)
	}
	var empty compress.Set
	if _, err := empty.Named("zstd"); err == nil {
		t.Error("an empty set has zstd")
	}
}
