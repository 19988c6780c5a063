// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist_test

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"gomemo/persist"
)

func ExampleDump() {
	path, remove := tempFile("primes")
	defer remove()
	if err := persist.Dump([]int{2, 3, 5}, path); err != nil {
		fmt.Println(err)
	}
	primes, err := persist.Load[[]int](path)
	fmt.Println(primes, err)
	fmt.Println(persist.Dump(make(chan int), path))
	// Output:
	// [2 3 5] <nil>
	// persist: cannot store a value of kind chan
}

func ExampleLoad() {
	path, remove := tempFile("layer")
	defer remove()
	if err := persist.Dump(map[string][]float32{"x": {1, 2}}, path); err != nil {
		fmt.Println(err)
	}
	m, err := persist.Load[map[string][]float64](path) // wider numbers
	fmt.Println(m, err)
	_, err = persist.Load[map[string][]float32](path + ".missing")
	fmt.Println(errors.Is(err, os.ErrNotExist))
	// Output:
	// map[x:[1 2]] <nil>
	// true
}

// The type need not be known.
func ExampleGeneric() {
	var b bytes.Buffer
	if err := persist.Write(&b, layer{Name: "in", weights: []float64{1, 2}}); err != nil {
		fmt.Println(err)
	}
	v, err := persist.Read[any](&b, persist.Generic())
	_, same := v.(layer)
	fmt.Printf("%+v %v %v\n", v, same, err)
	// Output: {Name:in weights:[1 2] next:<nil>} false <nil>
}

func ExampleNames() {
	f := func() {}
	_, err := persist.HashValues([]reflect.Value{reflect.ValueOf(1), reflect.ValueOf(f)}, persist.Names("n", "callback"))
	var unsupported *persist.UnsupportedError
	fmt.Println(errors.As(err, &unsupported), unsupported.Path, unsupported.Kind)
	// Output: true callback func
}

func ExampleWrite() {
	var b bytes.Buffer
	if err := persist.Write(&b, map[string]bool{"a": true}); err != nil {
		fmt.Println(err)
	}
	m, err := persist.Read[map[string]bool](&b)
	fmt.Println(m, err)
	// Output: map[a:true] <nil>
}

func ExampleRead() {
	_, err := persist.Read[int](strings.NewReader("something else"))
	fmt.Println(errors.Is(err, persist.ErrFormat))
	// Output: true
}

func ExampleVerify() {
	path, remove := tempFile("x")
	defer remove()
	if err := persist.Dump(strings.Repeat("x", 10_000), path); err != nil {
		fmt.Println(err)
	}
	fmt.Println(persist.Verify(path))
	data, err := os.ReadFile(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(path, data, 0o644); err != nil {
		fmt.Println(err)
	}
	fmt.Println(errors.Is(persist.Verify(path), persist.ErrChecksum))
	// Output:
	// <nil>
	// true
}

func ExampleGuard() {
	path, remove := tempFile("signal")
	defer remove()
	if err := persist.Dump(make([]float64, 1000), path); err != nil {
		fmt.Println(err)
	}
	signal, err := persist.Open[[]float64](path, persist.Mmap(persist.MapRead))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer signal.Close()
	defer func() {
		fault, ok := recover().(*persist.FaultError)
		fmt.Println("a write into the file was stopped:", ok, filepath.Base(fault.File))
	}()
	persist.Guard(func() { signal.Value[0] = 1 })
	// Output: a write into the file was stopped: true signal
}

func ExampleMmap() {
	path, remove := tempFile("signal")
	defer remove()
	if err := persist.Dump(make([]float64, 1000), path); err != nil {
		fmt.Println(err)
	}
	for _, mode := range []persist.MapMode{persist.MapCopy, persist.MapWrite} {
		signal, err := persist.Open[[]float64](path, persist.Mmap(mode))
		if err != nil {
			fmt.Println(err)
			return
		}
		signal.Value[0] = 1
		if err := signal.Close(); err != nil {
			fmt.Println(err)
		}
		loaded, err := persist.Load[[]float64](path)
		fmt.Println(loaded[0], err)
	}
	// Output:
	// 0 <nil>
	// 1 <nil>
}

func ExampleParseMapMode() {
	for _, name := range []string{"", "r", "r+", "c", "x"} {
		mode, err := persist.ParseMapMode(name)
		fmt.Println(mode == persist.MapNone, mode == persist.MapRead, mode == persist.MapWrite, mode == persist.MapCopy, err != nil)
	}
	// Output:
	// true false false false false
	// false true false false false
	// false false true false false
	// false false false true false
	// true false false false true
}

func ExampleMapped_Note() {
	path, remove := tempFile("small")
	defer remove()
	if err := persist.Dump([]int{1}, path); err != nil {
		fmt.Println(err)
	}
	small, err := persist.Open[[]int](path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer small.Close()
	fmt.Println(small.Bytes(), small.Note() != "")
	// Output: 0 true
}

// deflate is a compressor of one's own. Package persist/compress has better ones.
type deflate struct{}

func (deflate) Name() string { return "deflate" }

func (deflate) Compress(dst, src []byte) ([]byte, error) {
	b := bytes.NewBuffer(dst)
	w, err := flate.NewWriter(b, flate.BestSpeed)
	if err == nil {
		_, err = w.Write(src)
	}
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), err
}

func (deflate) Decompress(dst, src []byte) error {
	_, err := io.ReadFull(flate.NewReader(bytes.NewReader(src)), dst)
	return err
}

func ExampleCompress() {
	path, remove := tempFile("zeros")
	defer remove()
	if err := persist.Dump(make([]float64, 100_000), path, persist.Compress(deflate{})); err != nil {
		fmt.Println(err)
	}
	info, err := persist.Inspect(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	zeros, err := persist.Load[[]float64](path, persist.Compressors(deflate{}))
	fmt.Println(info.Size < 10_000, len(zeros), err)
	_, err = persist.Load[[]float64](path)
	fmt.Println(errors.Is(err, persist.ErrCompressor))
	// Output:
	// true 100000 <nil>
	// true
}

func ExampleCompressors() {
	var b bytes.Buffer
	if err := persist.Write(&b, make([]int, 100_000), persist.Compress(deflate{})); err != nil {
		fmt.Println(err)
	}
	v, err := persist.Read[[]int](&b, persist.Compressors(deflate{}))
	fmt.Println(len(v), err)
	// Output: 100000 <nil>
}

func ExampleCapacity() {
	s := append(make([]int, 0, 100), 1)
	var plain, whole bytes.Buffer
	if err := errors.Join(persist.Write(&plain, s), persist.Write(&whole, s, persist.Capacity())); err != nil {
		fmt.Println(err)
	}
	a, err1 := persist.Read[[]int](&plain)
	b, err2 := persist.Read[[]int](&whole)
	fmt.Println(cap(a) < 100, cap(b), err1, err2)
	// Output: true 100 <nil> <nil>
}

func ExampleOnType() {
	_, err := persist.Hash([]layer{{}}, persist.OnType(func(t reflect.Type) error {
		if t == reflect.TypeFor[layer]() {
			return errors.New("layers are not hashed")
		}
		return nil
	}))
	fmt.Println(err)
	// Output: layers are not hashed
}

func ExampleNoVerify() {
	path, remove := tempFile("x")
	defer remove()
	if err := persist.Dump([]int{1, 2}, path, persist.Sync()); err != nil { // on the disk
		fmt.Println(err)
	}
	v, err := persist.Load[[]int](path, persist.NoVerify()) // as fast as can be
	fmt.Println(v, err)
	// Output: [1 2] <nil>
}

func ExampleSync() {
	path, remove := tempFile("x")
	defer remove()
	fmt.Println(persist.Dump("survives a power failure", path, persist.Sync()))
	// Output: <nil>
}

func ExampleEncodeValues() {
	var b bytes.Buffer
	shared := &layer{Name: "shared"}
	values := []reflect.Value{reflect.ValueOf(shared), reflect.ValueOf([]*layer{shared})}
	if err := persist.EncodeValues(&b, values); err != nil {
		fmt.Println(err)
	}
	back, err := persist.DecodeValues(b.Bytes(), []reflect.Type{values[0].Type(), values[1].Type()})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(back[0].Interface().(*layer) == back[1].Interface().([]*layer)[0])
	// Output: true
}

func ExampleDecodeValues() {
	_, err := persist.DecodeValues(nil, []reflect.Type{reflect.TypeFor[int]()})
	fmt.Println(errors.Is(err, persist.ErrFormat))
	// Output: true
}

func ExampleHashValues() {
	shared := &layer{}
	one, err1 := persist.HashValues([]reflect.Value{reflect.ValueOf(shared), reflect.ValueOf(shared)})
	two, err2 := persist.HashValues([]reflect.Value{reflect.ValueOf(shared), reflect.ValueOf(&layer{})})
	fmt.Println(one == two, err1, err2) // what is shared is part of the value
	// Output: false <nil> <nil>
}

func ExampleDigest_String() {
	d, err := persist.Hash("x")
	fmt.Println(len(d.String()), err)
	// Output: 64 <nil>
}

func ExampleTypeError() {
	var b bytes.Buffer
	if err := persist.Write(&b, map[string]any{"n": 1}); err != nil {
		fmt.Println(err)
	}
	_, err := persist.Read[map[string]string](&b)
	var te *persist.TypeError
	fmt.Println(errors.As(err, &te), te.Want)
	// Output: true string
}

// A celsius stores itself as text, and so does not keep its note.
type celsius struct {
	degrees int
	note    string
}

func (c *celsius) MarshalBinary() ([]byte, error) {
	return strconv.AppendInt(nil, int64(c.degrees), 10), nil
}

func (c *celsius) UnmarshalBinary(b []byte) (err error) {
	c.degrees, err = strconv.Atoi(string(b))
	return err
}

func ExampleNoMethods() {
	for _, opts := range [][]persist.Option{nil, {persist.NoMethods()}} {
		var b bytes.Buffer
		if err := persist.Write(&b, celsius{20, "in the shade"}, opts...); err != nil {
			fmt.Println(err)
		}
		c, err := persist.Read[celsius](&b, opts...)
		fmt.Printf("%+v %v\n", c, err)
	}
	// Output:
	// {degrees:20 note:} <nil>
	// {degrees:20 note:in the shade} <nil>
}
