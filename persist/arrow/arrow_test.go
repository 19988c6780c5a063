// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

type point struct{ X, Y float32 }

type base struct {
	ID int `arrow:"id"`
}

// all has a field for every type that columns have.
type all struct {
	base
	B     bool
	I8    int8
	I16   int16
	I32   int32
	I64   int64
	I     int
	U8    uint8
	U16   uint16
	U32   uint32
	U64   uint64
	U     uint
	F32   float32
	F64   float64
	S     string
	Bin   []byte
	Fixed [4]byte
	T     time.Time
	Old   time.Time `arrow:"old,us"`
	D     time.Duration
	PF    *float64
	PS    *string
	PT    *time.Time
	PP    *point
	P     point
	L     []float64
	LL    [][]string
	LP    []point
	A     [3]int16
	Left  chan int `arrow:"-"`
}

func allRows() []all {
	f, s, at := 2.5, "p", time.Date(2024, 2, 29, 12, 0, 0, 123456789, time.UTC)
	return []all{
		{
			base: base{1}, B: true, I8: -128, I16: math.MinInt16, I32: math.MinInt32, I64: math.MinInt64, I: -5,
			U8: 255, U16: 65535, U32: math.MaxUint32, U64: math.MaxUint64, U: 7, F32: 1.5, F64: math.Inf(-1),
			S: "héllo", Bin: []byte{0, 255}, Fixed: [4]byte{1, 2, 3, 4}, T: at, Old: time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), D: time.Minute,
			PF: &f, PS: &s, PT: &at, PP: &point{1, 2}, P: point{3, 4},
			L: []float64{1, 2, 3}, LL: [][]string{{"a", "b"}, nil, {}}, LP: []point{{5, 6}}, A: [3]int16{1, 2, 3},
		},
		{base: base{2}, T: at.Add(1), L: []float64{}, Bin: []byte{}, LP: []point{}, LL: [][]string{}},
		{base: base{3}, T: at.Add(2)},
	}
}

func TestRowsRoundTrip(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]Option{
		"file": nil, "stream": {Stream()}, "lz4": {LZ4()}, "zstd": {Zstd(), Stream()}, "batches": {Rows(1)},
	} {
		want := allRows()
		var b bytes.Buffer
		if err := Write(&b, want, opts...); err != nil {
			t.Fatal(err)
		}
		got, err := Read[[]all](&b)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", name, err, got, want)
		}
	}
	var none bytes.Buffer
	if err := Write(&none, []all{}); err != nil {
		t.Fatal(err)
	}
	if got, err := Read[[]all](&none); err != nil || got == nil || len(got) != 0 {
		t.Errorf("no rows: %v, %v", got, err)
	}
}

type columns struct {
	X    []float64 `arrow:"x"`
	N    []int     `arrow:"n"`
	Name []string
	Hole []*int32
}

func someColumns() columns {
	three := int32(3)
	return columns{[]float64{1, math.NaN(), 0}, []int{1, 2, 3}, []string{"a", "", "ccc"}, []*int32{nil, &three, nil}}
}

func TestColumnsRoundTrip(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.arrow")
	want := someColumns()
	if err := Save(path, &want); err != nil {
		t.Fatal(err)
	}
	got, err := Load[columns](path)
	if err != nil || fmt.Sprint(got.X, got.N, got.Name, *got.Hole[1], got.Hole[0]) != "[1 NaN 0] [1 2 3] [a  ccc] 3 <nil>" {
		t.Errorf("%+v, %v", got, err)
	}
	table, err := Load[Table](path)
	if err != nil || !slices.Equal(table.Names(), []string{"x", "n", "Name", "Hole"}) {
		t.Fatalf("%v, %v", table, err)
	}
	if n, err := Get[int64](table, "n"); err != nil || !slices.Equal(n, []int64{1, 2, 3}) {
		t.Errorf("%v, %v", n, err)
	}
	if h, err := Get[*int32](table, "Hole"); err != nil || *h[1] != 3 || h[2] != nil {
		t.Errorf("%v, %v", h, err)
	}
	if _, err := Get[int](table, "n"); err == nil || !strings.Contains(err.Error(), `"n" is a []int64, not a []int`) {
		t.Errorf("another type: %v", err)
	}
	if _, err := Get[int](table, "m"); err == nil {
		t.Error("a column that is not there")
	}
	var b bytes.Buffer
	if err := Write(&b, table); err != nil {
		t.Fatal(err)
	}
	if again, err := Read[Table](&b); err != nil || len(again) != 4 {
		t.Errorf("%v, %v", again, err)
	}

	m := map[string][]float32{"b": {1, 2}, "a": {3, 4}}
	if err := Save(path, m); err != nil {
		t.Fatal(err)
	}
	if got, err := Load[map[string][]float32](path); err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := Load[map[string][]float64](path); err != nil || got["a"][1] != 4 {
		t.Errorf("wider: %v, %v", got, err)
	}
	info, err := Inspect(path)
	if err != nil || fmt.Sprint(info) != "2 rows\n  a: float32\n  b: float32" {
		t.Errorf("%v, %v", info, err)
	}
}

func TestMap(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.arrow")
	if err := Save(path, someColumns()); err != nil {
		t.Fatal(err)
	}
	m, err := Map[columns](path)
	if err != nil || !slices.Equal(m.Shared, []string{"x", "n"}) || m.Table.N[2] != 3 || m.Table.Name[2] != "ccc" {
		t.Fatalf("%+v, %v", m, err)
	}
	m.Table.N[2] = 5 // in this process
	if again, err := Load[columns](path); err != nil || again.N[2] != 3 {
		t.Errorf("the file has %v, %v", again.N, err)
	}
	if err := m.Close(); err != nil || m.Close() != nil {
		t.Error(err)
	}
	long := map[string][]int64{"n": slices.Repeat([]int64{1, 2, 3}, 1000)}
	for name, opts := range map[string][]Option{"compressed": {LZ4()}, "batches": {Rows(2)}} {
		if err := Save(path, long, opts...); err != nil {
			t.Fatal(err)
		}
		m, err := Map[Table](path)
		if err != nil || len(m.Shared) != 0 {
			t.Fatalf("%s: %+v, %v", name, m, err)
		}
		if x, err := Get[int64](m.Table, "n"); err != nil || !slices.Equal(x, long["n"]) {
			t.Errorf("%s: %v, %v", name, x, err)
		}
		m.Close()
	}
	if err := Save(path, someColumns(), Stream()); err != nil {
		t.Fatal(err)
	}
	if _, err := Map[Table](path); !errors.Is(err, ErrFormat) {
		t.Errorf("a stream: %v", err)
	}
}

func TestErrorsNameTheColumn(t *testing.T) {
	t.Parallel()
	one := 1
	for want, table := range map[string]any{
		`column "F": Arrow has no type for func()`:                    []struct{ F func() }{},
		`column "S.C[]": Arrow has no type for complex128`:            []struct{ S struct{ C []complex128 } }{},
		`column "P": Arrow has no type for **int`:                     []struct{ P **int }{},
		`column "s", row 1: the string "\xff" is not UTF-8`:           map[string][]string{"s": {"a", "\xff"}},
		`column "T", row 0: 0001-01-01 00:00:00 +0000 UTC is outside`: []struct{ T time.Time }{{}},
		`column "t", row 0: 1970-01-01 00:00:00.000001 +0000 UTC is n`: []struct {
			T time.Time `arrow:"t,ms"`
		}{{time.Unix(0, 1000).UTC()}},
		`column "T": there is no option "h"`: []struct {
			T time.Time `arrow:",h"`
		}{},
		`two fields of struct { A int; B int "arrow:\"A\"" } are call`: []struct {
			A int
			B int `arrow:"A"`
		}{},
		`column "b" has 2 rows, and "a" has 1`: Table{{"a", []int{1}}, {"b", []int{1, 2}}},
		`two columns are called "a"`:           Table{{"a", []int{1}}, {"a", []int{1}}},
		`column "a" is not a slice`:            Table{{"a", 1}},
		`a table without columns`:              Table{},
		`[]int is not a table`:                 []int{1},
		`*int is not a table`:                  &one,
		`<nil> is not a table`:                 nil,
	} {
		if err := Write(&bytes.Buffer{}, table); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: %v, want %s", table, err, want)
		}
	}
	var b bytes.Buffer
	if err := Write(&b, someColumns()); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	readError[[]struct{ Hole int32 }](t, data, `column "Hole", row 0: the value is null`)
	readError[[]struct{ Hole *int16 }](t, data, `column "Hole" has elements of type int32, which do not fit int16`)
	readError[[]struct{ Name float64 }](t, data, `column "Name" has elements of type utf8, which do not fit float64`)
	readError[[]struct{ Nam string }](t, data, `no column is called "Nam"; there are ["x" "n" "Name" "Hole"]`)
	readError[map[string][]int](t, data, `column "x" has elements of type float64, which do not fit int`)
	readError[[]float64](t, data, `[]float64 is not a table`)
	readError[columnsNot](t, data, `field N of arrow.columnsNot is not a slice`)
}

type columnsNot struct{ N int }

func readError[T any](t *testing.T, data []byte, want string) {
	t.Helper()
	if got, err := Read[T](bytes.NewReader(data)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, %v, want %s", got, err, want)
	}
}

// What is cut off or has flipped bits gives an error, or other values: never a
// panic, and never more memory than the budget.
func TestDamage(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]Option{nil, {Stream()}, {Zstd()}, {LZ4(), Stream()}} {
		var b bytes.Buffer
		if err := Write(&b, allRows(), opts...); err != nil {
			t.Fatal(err)
		}
		data := b.Bytes()
		for n := 0; n < len(data); n += 31 {
			if _, err := Read[[]all](bytes.NewReader(data[:n])); err != nil && !errors.Is(err, ErrFormat) {
				t.Fatalf("the first %d of %d bytes: %v", n, len(data), err)
			}
		}
		for i := 0; i < len(data); i += 11 {
			broken := bytes.Clone(data)
			broken[i] ^= []byte{1, 0x80, 0xff, 0x10}[i%4]
			try[[]all](t, broken)
			try[Table](t, broken)
		}
	}
	if _, err := Load[Table](filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// tryAll reads input of any kind in all ways.
func tryAll(t *testing.T, data []byte) {
	t.Helper()
	try[[]all](t, data)
	try[Table](t, data)
	try[map[string][]*float64](t, data)
}

func try[T any](t *testing.T, data []byte) {
	t.Helper()
	var table, shared T
	b := newBudget(len(data))
	b.left = min(b.left, 1<<22) // so that fuzzing need not have much memory
	if _, err := decode(data, &table, shareMost, b); err == nil {
		err := Write(&bytes.Buffer{}, table)
		if err != nil && !strings.Contains(err.Error(), "row ") && !strings.Contains(err.Error(), "without columns") {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	}
	b = newBudget(len(data))
	b.left = min(b.left, 1<<22)
	decode(data, &shared, shareAll, b)
}

func FuzzRead(f *testing.F) {
	for _, opts := range [][]Option{nil, {Stream()}, {LZ4()}, {Zstd(), Rows(2)}} {
		for _, table := range []any{allRows(), someColumns()} {
			var b bytes.Buffer
			if err := Write(&b, table, opts...); err != nil {
				f.Fatal(err)
			}
			f.Add(b.Bytes())
		}
	}
	files, err := filepath.Glob("testdata/*.arrow*")
	if err != nil || len(files) == 0 {
		f.Fatal("no files of other programs to start from")
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { tryAll(t, data) })
}
