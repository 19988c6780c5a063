// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"

	"gomemo/persist"
)

type layer struct {
	Name    string
	weights []float64
	next    *layer
}

func tempFile(name string) (path string, remove func()) {
	dir, err := os.MkdirTemp("", "persist")
	if err != nil {
		panic(err)
	}
	return filepath.Join(dir, name), func() { os.RemoveAll(dir) }
}

func Example() {
	path, remove := tempFile("model")
	defer remove()

	model := &layer{Name: "in", weights: []float64{1, 2}}
	model.next = &layer{Name: "out", next: model} // a cycle is no problem
	if err := persist.Dump(model, path); err != nil {
		fmt.Println(err)
		return
	}
	loaded, err := persist.Load[*layer](path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(loaded.weights, loaded.next.Name, loaded.next.next == loaded)
	// Output: [1 2] out true
}

func ExampleHash() {
	a, _ := persist.Hash(map[string]int{"x": 1, "y": 2})
	b, _ := persist.Hash(map[string]int{"y": 2, "x": 1})
	c, _ := persist.Hash(map[string]int64{"x": 1, "y": 2})
	fmt.Println(a == b, a == c)
	// Output: true false
}

func ExampleHash_unsupported() {
	type layer struct{ act func(float64) float64 }
	model := struct{ layers []layer }{make([]layer, 5)}
	model.layers[3].act = func(x float64) float64 { return x }
	_, err := persist.Hash(model)
	fmt.Println(err)
	// Output: persist: cannot store layers[3].act: func
}

func ExampleLoad_changedType() {
	path, remove := tempFile("rows")
	defer remove()
	type oldRow struct {
		ID    int32
		Price float32
		Note  string
	}
	type newRow struct {
		Price float64 // wider, and in another place
		ID    int
		Tags  []string // new
	}
	if err := persist.Dump([]oldRow{{1, 2.5, "x"}}, path); err != nil {
		fmt.Println(err)
	}
	rows, err := persist.Load[[]newRow](path)
	fmt.Printf("%+v %v\n", rows, err)
	_, err = persist.Load[[]struct{ ID string }](path)
	var te *persist.TypeError
	fmt.Println(errors.As(err, &te), te.Path, te.Stored, te.Want)
	// Output:
	// [{Price:2.5 ID:1 Tags:[]}] <nil>
	// true [i].ID int32 string
}

func ExampleOpen() {
	path, remove := tempFile("signal")
	defer remove()
	if err := persist.Dump(make([]float64, 1_000_000), path); err != nil {
		fmt.Println(err)
		return
	}
	signal, err := persist.Open[[]float64](path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer signal.Close()
	signal.Value[0] = 1 // changes this process's copy of the page only
	fmt.Println(len(signal.Value), signal.Bytes())
	// Output: 1000000 8000000
}

func ExampleTypes() {
	var b bytes.Buffer
	if err := persist.Write(&b, []any{1, layer{Name: "a"}, netip.MustParseAddr("::1")}); err != nil {
		fmt.Println(err)
		return
	}
	known := map[string]reflect.Type{"gomemo/persist_test.layer": reflect.TypeFor[layer]()}
	v, err := persist.Read[[]any](&b, persist.Types(func(name string) reflect.Type { return known[name] }))
	fmt.Println(v, err)
	// Output: [1 {a [] <nil>} ::1] <nil>
}

func ExampleInspect() {
	path, remove := tempFile("x")
	defer remove()
	if err := persist.Dump(map[string][]float32{"a": make([]float32, 5000), "b": nil}, path); err != nil {
		fmt.Println(err)
		return
	}
	info, err := persist.Inspect(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.Types, info.Size)
	for _, t := range info.Tables {
		fmt.Println(t.Type, t.Rows, t.Regions)
	}
	// Output:
	// [map[string][]float32] 20334
	// float32 5000 1
	// map[string][]float32 2 1
}

// Programs that recover by themselves ask AsFault what they have got.
func ExampleAsFault() {
	dir, _ := os.MkdirTemp("", "persist")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "samples")
	persist.Dump(make([]float64, 1000), path)
	m, _ := persist.Open[[]float64](path, persist.Mmap(persist.MapRead))
	defer m.Close()

	defer func() {
		if f, ok := persist.AsFault(recover()); ok {
			fmt.Println("written to", filepath.Base(f.File))
		}
	}()
	persist.Guard(func() { m.Value[7] = 1 })
	// Output: written to samples
}

// Loads of the same mapped file verify it once.
func ExampleVerifyOnce() {
	dir, _ := os.MkdirTemp("", "persist")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "samples")
	persist.Dump(make([]float64, 1000), path)

	var verified persist.Verified // kept as long as the files are of interest
	for range 2 {
		xs, err := persist.Load[[]float64](path, persist.Mmap(persist.MapRead), persist.VerifyOnce(&verified))
		fmt.Println(len(xs), err)
	}
	// Output:
	// 1000 <nil>
	// 1000 <nil>
}
