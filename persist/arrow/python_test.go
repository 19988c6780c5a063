// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	_ "embed"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gomemo/persist/internal/python"
)

// peers reads what this package has written, and writes what it is to read.
//
//go:embed testdata/peers.py
var peers string

// trade is what peers.py has as a table.
type trade struct {
	Time   time.Time `arrow:"time"`
	Price  float64   `arrow:"price"`
	Size   int32     `arrow:"size"`
	Side   string    `arrow:"side"`
	Note   *string   `arrow:"note"`
	Raw    []byte    `arrow:"raw"`
	Levels []float32 `arrow:"levels"`
	Open   bool      `arrow:"open"`
	Nested struct {
		A int8   `arrow:"a"`
		B string `arrow:"b"`
	} `arrow:"nested"`
	Grid [][]int64     `arrow:"grid"`
	Span time.Duration `arrow:"span"`
}

func trades() []trade {
	at := time.Date(2024, 2, 29, 12, 0, 0, 123456000, time.UTC)
	note := "näive"
	list := []trade{
		{Time: at, Price: 1.5, Size: -7, Side: "buy", Note: &note, Raw: []byte{0, 255}, Levels: []float32{1, 2.5}, Open: true, Grid: [][]int64{{1, 2}, {}, {3}}, Span: time.Second},
		{Time: at.Add(time.Microsecond), Price: math.Inf(1), Size: math.MaxInt32, Side: "sell", Raw: []byte{}, Levels: []float32{}, Grid: [][]int64{}, Span: -time.Hour},
		{Time: time.Unix(0, 0).UTC(), Price: -0.5, Side: "", Span: 1000},
	}
	list[0].Nested.A, list[0].Nested.B = 5, "x"
	return list
}

// TestPython has pyarrow and polars read what this package writes, in every form,
// and reads what they write.
func TestPython(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, opts := range map[string][]Option{
		"file": nil, "lz4": {LZ4()}, "zstd": {Zstd()}, "batches": {Rows(2)}, "stream": {Stream()},
	} {
		if err := Save(filepath.Join(dir, name+".arrow"), trades(), opts...); err != nil {
			t.Fatal(err)
		}
	}
	numbers := Table{
		{"i8", []int8{-128, 127}}, {"i16", []int16{-1 << 15, 1}}, {"i32", []int32{-1 << 31, 1}}, {"i64", []int64{-1 << 63, 1}}, {"int", []int{-1, 1}},
		{"u8", []uint8{0, 255}}, {"u16", []uint16{0, 65535}}, {"u32", []uint32{0, 1<<32 - 1}}, {"u64", []uint64{0, 1<<64 - 1}}, {"uint", []uint{0, 1}},
		{"f32", []float32{1.5, -2}}, {"f64", []float64{0.1, math.MaxFloat64}}, {"bool", []bool{true, false}}, {"holes", []*int64{nil, new(int64)}},
		{"fixed", [][2]byte{{1, 2}, {3, 4}}}, {"pairs", [][2]float64{{1, 2}, {3, 4}}},
	}
	if err := Save(filepath.Join(dir, "numbers.arrow"), numbers); err != nil {
		t.Fatal(err)
	}
	if out := python.Run(t, dir, peers); out != "ok\n" {
		t.Errorf("python said %s", out)
	}
	for _, name := range []string{"pyarrow", "polars", "pystream", "pylz4", "pyzstd", "pylarge", "pydict", "pyview", "polarszstd"} {
		got, err := Load[[]trade](filepath.Join(dir, name+".arrow"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := trades(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
	}
	checkForms(t, filepath.Join(dir, "forms.arrow"))
	m, err := Map[map[string][]float64](filepath.Join(dir, "columns.arrow"))
	if err != nil || !slices.Equal(m.Shared, []string{"x", "y"}) || m.Table["y"][999] != 499.5 {
		t.Errorf("mapped: %+v, %v", m, err)
	}
}

// TestLoadPython reads files that pyarrow and polars wrote, on machines without
// them too. "peers.py DIRECTORY" wrote them.
func TestLoadPython(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"pyarrow", "polars"} {
		got, err := Load[[]trade](filepath.Join("testdata", name+".arrow"))
		if want := trades(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", name, err, got, want)
		}
	}
	checkForms(t, filepath.Join("testdata", "forms.arrow"))
}

// checkForms checks the types that are read but not written.
func checkForms(t *testing.T, path string) {
	t.Helper()
	table, err := Load[Table](path)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range table {
		v := reflect.ValueOf(c.Data)
		words := []string{c.Name, v.Type().String()}
		for i := range v.Len() {
			if e := reflect.Indirect(v.Index(i)); e.IsValid() {
				words = append(words, fmt.Sprint(e))
			} else {
				words = append(words, "nil")
			}
		}
		got = append(got, strings.Join(words, " "))
	}
	want := []string{
		"half []float32 1.5 -2 +Inf",
		"date []time.Time 2024-02-29 00:00:00 +0000 UTC 1970-01-01 00:00:00 +0000 UTC 1969-12-31 00:00:00 +0000 UTC",
		"date64 []time.Time 2024-02-29 00:00:00 +0000 UTC 1970-01-01 00:00:00 +0000 UTC 1969-12-31 00:00:00 +0000 UTC",
		"clock []time.Duration 1h0m0s 0s 23h59m59s",
		"clock64 []time.Duration 1h0m0s 0s 23h59m59.999999s",
		"seconds []*time.Time 2024-02-29 12:00:00 +0000 UTC nil 1970-01-01 00:00:00 +0000 UTC",
		"millis []time.Duration 1s -1ms 0s",
		"category []*string a nil a",
		"null []*bool nil nil nil",
		"triple [][]*int16 [" + pointers + "]",
		"maybe []*float64 1 nil NaN",
		"views [][]*string [" + pointers + "]",
	}
	for i, w := range want {
		if i >= len(got) || got[i] != w && !sameLists(table[i], w) {
			t.Errorf("column %d: got %v, want %s", i, at(got, i), w)
		}
	}
}

const pointers = "…"

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}

// sameLists compares columns of lists of pointers.
func sameLists(c Column, want string) bool {
	switch data := c.Data.(type) {
	case [][]*int16:
		return c.Name == "triple" && *data[0][2] == 3 && data[1][0] == nil && *data[2][1] == 8 && len(data) == 3
	case [][]*string:
		return c.Name == "views" && *data[0][1] == "longer than twelve bytes" && len(data[1]) == 0 && data[2] == nil
	}
	return false
}
