// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"net/netip"
	"reflect"
	"runtime/metrics"
	"testing"
	"time"
)

// fuzzed has everything that a container can hold.
type fuzzed struct {
	I    int
	I8   int8
	F    []float32
	S    string
	Ss   []string
	B    []bool
	A    [2][2]uint16
	P    *fuzzed
	Q    **int
	L    [][]int16
	M    map[string]*fuzzed
	N    map[any]int
	O    map[float64][]byte
	X    any
	Y    []any
	E    error
	T    time.Time
	Big  *big.Int
	Addr netip.Addr
	Rows []inner
	Row  *inner
	Name *string
	Fn   func()
	Emb  embedded
	Z    []empty
}

func newFuzzed() *fuzzed {
	one := 1
	p := &one
	f := &fuzzed{
		I: 1, I8: -1, F: []float32{1, 2}, S: "s", Ss: []string{"a", ""}, B: []bool{true}, A: [2][2]uint16{{1}, {2}},
		Q: &p, L: [][]int16{{1, 2}, nil, {}}, M: map[string]*fuzzed{"x": nil}, N: map[any]int{1: 2, "a": 3},
		O: map[float64][]byte{1: {1}}, X: myInt(3), E: io.EOF, T: time.Unix(1, 2).UTC(), Big: big.NewInt(-5),
		Addr: netip.MustParseAddr("::1"), Rows: []inner{{a: 1}, {B: "b"}}, Emb: embedded{X: 1}, Z: make([]empty, 3),
	}
	f.P = f
	f.Row, f.Name = &f.Rows[1], &f.Rows[1].B
	f.Y = []any{nil, f, f.Rows, 1.5, "t", map[string]int{"k": 1}, pair[any]{1, pair[int]{}}, f.M}
	return f
}

// other is what the fuzzer also loads a fuzzed into: some fields fit, some are
// missing, some are wider.
type other struct {
	I8   int64
	F    []float64
	P    *other
	L    [][]int32
	Name *string
	Rows []struct {
		B   string
		New [3]int
	}
	Y []any
}

// seeds are the containers that fuzzing starts from.
func seeds(tb testing.TB) [][]byte {
	var out [][]byte
	for _, v := range []any{
		newFuzzed(), 1, "a", []any{1, "b", nil}, map[string]int{"a": 1, "b": 2}, make([]float64, 600), &node{1, &node{}},
		[]string{"a", "b"}, errors.New("x"), struct{ A, B []int }{}, big.NewInt(7),
	} {
		for _, opts := range [][]Option{nil, {Capacity()}} {
			var b bytes.Buffer
			if err := Write(&b, v, opts...); err != nil {
				tb.Fatal(err)
			}
			out = append(out, b.Bytes())
		}
	}
	var b bytes.Buffer
	if err := Write(&b, newDevice()); err != nil {
		tb.Fatal(err)
	}
	return append(out, b.Bytes())
}

// split takes a container apart, for fuzzing behind the checksums.
func split(b []byte) (buffers, value, layout []byte) {
	t := b[len(b)-trailerSize:]
	start := binary.LittleEndian.Uint64(t[trailerStart:])
	n := binary.LittleEndian.Uint64(t[trailerValue:])
	return b[prefixSize:start], b[start : start+n], b[start+n : len(b)-trailerSize]
}

// join is the inverse of split, with right checksums for all but the buffers.
func join(buffers, value, layout []byte) []byte {
	var b bytes.Buffer
	w := containerWriter{w: &b}
	w.prefix()
	w.write(buffers)
	w.pad()
	start := w.off
	w.write(value)
	w.write(layout)
	t := appendTrailer(bytes.Clone(layout), start, value, 0)
	w.write(t[len(layout):])
	return b.Bytes()
}

// FuzzValue changes the sections of containers and mends the checksums.
func FuzzValue(f *testing.F) {
	for _, b := range seeds(f) {
		buffers, value, layout := split(b)
		f.Add(buffers, value, layout)
	}
	f.Fuzz(func(t *testing.T, buffers, value, layout []byte) {
		tryAll(t, join(buffers, value, layout))
	})
}

// FuzzContainer changes containers as they are.
func FuzzContainer(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(tryAll)
}

// tryAll loads data in every way, and checks what comes out.
func tryAll(t *testing.T, data []byte) {
	before := allocated()
	for _, typ := range []reflect.Type{
		reflect.TypeFor[*fuzzed](), reflect.TypeFor[any](), reflect.TypeFor[other](), reflect.TypeFor[*other](),
		reflect.TypeFor[[]string](), reflect.TypeFor[map[string]int](), reflect.TypeFor[[]float64](), reflect.TypeFor[*node](),
	} {
		for _, opt := range []Option{NoVerify(), Generic()} {
			vs, err := DecodeValues(data, []reflect.Type{typ}, opt, knownTypes)
			if err == nil {
				checkLoaded(t, vs[0])
				continue
			}
			vs, err = DecodeValues(data, []reflect.Type{typ}, opt)
			if err == nil {
				checkLoaded(t, vs[0])
				continue
			}
			checkError(t, err)
		}
	}
	_, err := Read[*device](bytes.NewReader(data), NoVerify())
	checkError(t, err)
	if x, err := Read[any](bytes.NewReader(data), NoVerify()); err == nil && x != nil {
		checkLoaded(t, reflect.ValueOf(x))
	} else {
		checkError(t, err)
	}
	if c, err := openContainer(nil, int64(len(data)), data); err == nil {
		c.verify(options{})
		if info, err := c.info(); err == nil {
			_ = info.String()
		}
	}
	if n := allocated() - before; n > 16<<20+uint64(len(data))*20_000 {
		t.Fatalf("%d bytes of input made loading allocate %d", len(data), n)
	}
}

// checkError makes sure that err is nil or of a kind that is promised.
func checkError(t *testing.T, err error) {
	var te *TypeError
	if err != nil && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrChecksum) &&
		!errors.Is(err, ErrCompressor) && !errors.As(err, &te) {
		t.Fatalf("an unexpected kind of error: %v", err)
	}
}

// checkLoaded makes sure that a loaded value is sound: it can be walked, and
// stored and loaded again without change.
func checkLoaded(t *testing.T, v reflect.Value) {
	_, err := HashValues([]reflect.Value{v})
	if err != nil {
		t.Fatalf("a loaded value cannot be hashed: %v", err)
	}
	var b bytes.Buffer
	plain := reflect.New(v.Type()).Elem()
	plain.Set(v)
	vs := []reflect.Value{reflect.ValueOf(plain.Interface())}
	if !vs[0].IsValid() || vs[0].Type() != v.Type() {
		return
	}
	h, _ := HashValues(vs)
	if err := EncodeValues(&b, vs); err != nil {
		t.Fatal(err)
	}
	again, err := DecodeValues(b.Bytes(), []reflect.Type{v.Type()}, knownTypes, Generic())
	if err != nil {
		var te *TypeError
		if errors.As(err, &te) {
			return
		}
		t.Fatal(err)
	}
	if h2, err := HashValues([]reflect.Value{reflect.ValueOf(again[0].Interface())}); err != nil || h2 != h {
		t.Fatalf("a loaded value changes when it's stored again: %v", err)
	}
}

func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// FuzzLeaf changes the bytes of times, big numbers and addresses.
func FuzzLeaf(f *testing.F) {
	f.Add(appendTime(nil, &time.Time{}))
	now := time.Unix(1e9, 5).In(time.FixedZone("X", 77))
	f.Add(appendTime(nil, &now))
	f.Add(appendInt(nil, big.NewInt(-77)))
	f.Add(appendFloat(nil, big.NewFloat(1.5)))
	f.Add(appendFloat(nil, new(big.Float).SetInf(true)))
	addr := netip.MustParseAddr("fe80::1%x")
	f.Add(appendAddr(nil, &addr))
	f.Fuzz(func(t *testing.T, b []byte) {
		tryLeaf(t, b, appendTime, decodeTime)
		tryLeaf(t, b, appendInt, decodeInt)
		tryLeaf(t, b, appendFloat, decodeFloat)
		tryLeaf(t, b, appendAddr, decodeAddr)
	})
}

func tryLeaf[T any](t *testing.T, b []byte, app func([]byte, *T) []byte, dec func([]byte, *T) bool) {
	var v, w T
	if !dec(b, &v) {
		return
	}
	c := app(nil, &v)
	if !dec(c, &w) {
		t.Fatalf("%T: %x does not decode again", v, c)
	}
	if d := app(nil, &w); !bytes.Equal(c, d) {
		t.Fatalf("%T: %x became %x", v, c, d)
	}
}

// TestDamage flips each bit of a small container, and cuts it at each length.
func TestDamage(t *testing.T) {
	t.Parallel()
	v := newMeasured()
	v.Xs, v.Rows, v.Flag = v.Xs[:600], v.Rows[:2], nil
	var b bytes.Buffer
	if err := Write(&b, v); err != nil {
		t.Fatal(err)
	}
	check := func(what string, at int, data []byte) {
		if _, err := Read[measured](bytes.NewReader(data)); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrChecksum) {
			t.Errorf("%s at %d: %v", what, at, err)
		}
	}
	for i := range b.Len() {
		bad := bytes.Clone(b.Bytes())
		bad[i] ^= 1 << (i % 8)
		check("flipped", i, bad)
		check("cut", i, b.Bytes()[:i])
	}
	check("longer", 0, append(bytes.Clone(b.Bytes()), 0))
}
