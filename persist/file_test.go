// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

type measured struct {
	Name string
	Xs   []float64
	Rows [][]int32
	Tags map[string]int
	Flag []bool
}

func newMeasured() measured {
	m := measured{Name: "m", Xs: make([]float64, 10_000), Tags: map[string]int{"a": 1}, Flag: make([]bool, 9000)}
	for i := range m.Xs {
		m.Xs[i] = float64(i) / 7
	}
	for i := range 100 {
		row := make([]int32, 50)
		for k := range row {
			row[k] = int32(i * k)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func dumpTo(t *testing.T, v any, opts ...Option) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x")
	if err := Dump(v, path, opts...); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadAs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v")
	if err := Dump([]int32{1, 2}, path); err != nil {
		t.Fatal(err)
	}
	v, err := LoadAs(path, reflect.TypeFor[[]int64]())
	if err != nil || !v.CanSet() || !reflect.DeepEqual(v.Interface(), []int64{1, 2}) {
		t.Errorf("%v, %v", v, err)
	}
	if _, err := LoadAs(path, reflect.TypeFor[string]()); err == nil {
		t.Error("numbers were loaded as a string")
	}
}

func TestDumpLoad(t *testing.T) {
	t.Parallel()
	m := newMeasured()
	path := dumpTo(t, m, Sync())
	got, err := Load[measured](path)
	if err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("%v", err)
	}
	if got, err := Load[measured](path, NoVerify()); err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("without verifying: %v", err)
	}
	var b bytes.Buffer
	if err := Write(&b, m); err != nil {
		t.Fatal(err)
	}
	if file, _ := os.ReadFile(path); !bytes.Equal(file, b.Bytes()) {
		t.Error("Write and Dump differ")
	}
	if got, err := Read[measured](&b); err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("from a stream: %v", err)
	}
	if err := Verify(path); err != nil {
		t.Error(err)
	}
	if _, err := Load[measured](path + "no"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := Load[int](filepath.Dir(path)); err == nil {
		t.Error("a directory is loaded")
	}
	if got, err := Load[any](path); err != nil || reflect.ValueOf(got).FieldByName("Xs").Len() != len(m.Xs) {
		t.Errorf("without its type: %v, %v", got, err)
	}
	before, _ := os.ReadDir(filepath.Dir(path))
	if err := Dump(func() {}, path); err == nil {
		t.Error("a func is dumped")
	}
	if after, _ := os.ReadDir(filepath.Dir(path)); len(after) != len(before) {
		t.Error("a failed Dump leaves a file")
	}
	if got, err := Load[any](dumpTo(t, nil)); err != nil || got != nil {
		t.Errorf("nil: %v, %v", got, err)
	}
	if got, err := Load[any](dumpTo(t, []int{1})); err != nil || !reflect.DeepEqual(got, []int{1}) {
		t.Errorf("as any: %v, %v", got, err)
	}
}

func TestInspect(t *testing.T) {
	t.Parallel()
	m := newMeasured()
	path := dumpTo(t, m)
	info, err := Inspect(path)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := Hash(m)
	st, _ := os.Stat(path)
	if info.Digest != want || info.Size != st.Size() || len(info.Types) != 1 || info.Types[0] != "gomemo/persist.measured" {
		t.Errorf("%+v", info)
	}
	tables := map[string]TableInfo{}
	for _, x := range info.Tables {
		tables[x.Type] = x
	}
	if x := tables["float64"]; x.Rows != 10_000 || x.Regions != 1 {
		t.Errorf("%+v", info.Tables)
	}
	if x := tables["int32"]; x.Rows != 5000 || x.Regions != 100 {
		t.Errorf("%+v", info.Tables)
	}
	if x := tables["map[string]int"]; x.Rows != 1 || x.Regions != 1 {
		t.Errorf("%+v", info.Tables)
	}
	if len(info.Buffers) != 3 || info.Buffers[0].Size != 80_000 || info.Buffers[0].Offset%64 != 0 {
		t.Errorf("%+v", info.Buffers)
	}
	if s := info.String(); !strings.Contains(s, "measured") || !strings.Contains(s, "80000 bytes") {
		t.Error(s)
	}
}

func TestMapModes(t *testing.T) {
	t.Parallel()
	m := newMeasured()
	for _, mode := range []MapMode{MapRead, MapCopy} {
		path := dumpTo(t, m)
		x, err := Open[measured](path, Mmap(mode))
		if err != nil {
			t.Fatal(err)
		}
		if x.Bytes() != 80_000+20_000 || x.Note() != "" || !reflect.DeepEqual(x.Value, m) {
			t.Errorf("mode %d: %d bytes mapped, %q", mode, x.Bytes(), x.Note())
		}
		if mode == MapCopy {
			x.Value.Xs[3] = -1
			if x.Value.Xs[3] != -1 {
				t.Error("a write is lost")
			}
		}
		x.Value.Name += "!"
		if err := x.Close(); err != nil {
			t.Error(err)
		}
		if err := x.Close(); err != nil {
			t.Error(err)
		}
		if err := Verify(path); err != nil {
			t.Error(err)
		}
		if y, err := Load[measured](path, Mmap(mode)); err != nil || !reflect.DeepEqual(y, m) {
			t.Errorf("mode %d: %v", mode, err)
		}
	}
	if x, err := Open[[]int](dumpTo(t, []int{1})); err != nil || x.Bytes() != 0 || x.Note() == "" || x.Close() != nil {
		t.Errorf("a small value: %v", err)
	}
	for name, want := range map[string]MapMode{"": MapNone, "r": MapRead, "r+": MapWrite, "w+": MapWrite, "c": MapCopy} {
		if got, err := ParseMapMode(name); err != nil || got != want {
			t.Errorf("ParseMapMode(%q) = %v, %v", name, got, err)
		}
	}
	if _, err := ParseMapMode("x"); err == nil {
		t.Error("ParseMapMode takes anything")
	}
}

func TestMapWrite(t *testing.T) {
	t.Parallel()
	m := newMeasured()
	path := dumpTo(t, m)
	if _, err := Load[measured](path, Mmap(MapWrite)); err == nil {
		t.Error("Load maps for writing")
	}
	x, err := Open[measured](path, Mmap(MapWrite))
	if err != nil {
		t.Fatal(err)
	}
	x.Value.Xs[9999] = -1
	x.Value.Rows[3][2] = 7
	if err := Verify(path); !errors.Is(err, ErrChecksum) {
		t.Errorf("a file that was written to verifies before Close: %v", err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	m.Xs[9999], m.Rows[3][2] = -1, 7
	got, err := Load[measured](path)
	if err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("after Close: %v", err)
	}
	info, err := Inspect(path)
	if want, _ := Hash(m); err != nil || info.Digest != want {
		t.Errorf("the digest is %v, %v", info.Digest, err)
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	path := dumpTo(t, newMeasured())
	x, err := Open[measured](path, Mmap(MapRead))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	catch := func(f func()) (r any) {
		defer func() { r = recover() }()
		Guard(f)
		return nil
	}
	fault, ok := catch(func() { x.Value.Xs[0] = 1 }).(*FaultError)
	if !ok || fault.File != path || !strings.Contains(fault.Error(), path) {
		t.Errorf("got %v", fault)
	}
	if r := catch(func() { panic("other") }); r != "other" {
		t.Errorf("another panic came out as %v", r)
	}
	var p *int
	if err, ok := catch(func() { *p = 1 }).(error); !ok || !strings.Contains(err.Error(), "nil pointer") {
		t.Errorf("a nil pointer came out as %v", err)
	}
	if r := catch(func() {}); r != nil {
		t.Error(r)
	}
}

func TestMapDamagedFile(t *testing.T) {
	t.Parallel()
	path := dumpTo(t, newMeasured())
	b, _ := os.ReadFile(path)
	for _, n := range []int{0, 1, 100, len(b) / 2, len(b) - 1} {
		if err := os.WriteFile(path, b[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open[measured](path); !errors.Is(err, ErrFormat) {
			t.Errorf("%d bytes: %v", n, err)
		}
		if _, err := Load[measured](path); !errors.Is(err, ErrFormat) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
