// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gomemo/persist/arrow"
)

type trade struct {
	Day   time.Time `arrow:"day,ms"`
	Price float64   `arrow:"price"`
	Note  *string   // may be null
}

func trades() []trade {
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	note := "late"
	return []trade{{Day: day, Price: 1.5}, {Day: day, Price: 2, Note: &note}}
}

func tempFile(name string) (path string, remove func()) {
	dir, err := os.MkdirTemp("", "arrow")
	if err != nil {
		panic(err)
	}
	return filepath.Join(dir, name), func() { os.RemoveAll(dir) }
}

func Example() {
	var file bytes.Buffer
	if err := arrow.Write(&file, trades()); err != nil {
		fmt.Println(err)
		return
	}
	back, err := arrow.Read[[]trade](&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(back[0].Day.Year(), back[0].Note, back[1].Price, *back[1].Note)
	// Output: 2024 <nil> 2 late
}

func ExampleSave() {
	path, remove := tempFile("trades.arrow")
	defer remove()
	if err := arrow.Save(path, trades(), arrow.Zstd()); err != nil {
		fmt.Println(err)
		return
	}
	info, err := arrow.Inspect(path)
	fmt.Println(info, err)
	// Output:
	// 2 rows
	//   day: timestamp[ms, tz=UTC]
	//   price: float64
	//   Note: utf8, may be null <nil>
}

// Columns are chosen by the fields that are asked for.
func ExampleLoad() {
	path, remove := tempFile("trades.arrow")
	defer remove()
	if err := arrow.Save(path, trades()); err != nil {
		fmt.Println(err)
		return
	}
	columns, err := arrow.Load[struct {
		Price []float64 `arrow:"price"`
	}](path)
	fmt.Println(columns.Price, err)
	_, err = arrow.Load[[]struct{ Note string }](path)
	fmt.Println(err != nil)
	// Output:
	// [1.5 2] <nil>
	// true
}

func ExampleWrite() {
	var stream bytes.Buffer
	err := arrow.Write(&stream, map[string][]float32{"x": {1, 2}, "y": {3, 4, 5}}, arrow.Stream(), arrow.LZ4())
	fmt.Println(err)
	// Output: arrow: column "y" has 3 rows, and "x" has 2
}

func ExampleRead() {
	_, err := arrow.Read[arrow.Table](bytes.NewReader([]byte("not Arrow")))
	fmt.Println(errors.Is(err, arrow.ErrFormat))
	// Output: true
}

func ExampleGet() {
	var file bytes.Buffer
	if err := arrow.Write(&file, arrow.Table{{Name: "n", Data: []int32{1, 2, 3}}}, arrow.Rows(2)); err != nil {
		fmt.Println(err)
		return
	}
	table, err := arrow.Read[arrow.Table](&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := arrow.Get[int32](table, "n")
	fmt.Println(table.Names(), n, err)
	// Output: [n] [1 2 3] <nil>
}

func ExampleMap() {
	path, remove := tempFile("signal.arrow")
	defer remove()
	type signal struct {
		X    []float64
		Name []string
	}
	if err := arrow.Save(path, signal{make([]float64, 1000), make([]string, 1000)}); err != nil {
		fmt.Println(err)
		return
	}
	m, err := arrow.Map[signal](path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	fmt.Println(len(m.Table.X), "mapped:", m.Shared)
	// Output: 1000 mapped: [X]
}
