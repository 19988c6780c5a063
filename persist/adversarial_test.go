// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// throughFile dumps and loads v, mapped too, and returns what came back.
func throughFile[T any](t *testing.T, v T, opts ...Option) []T {
	t.Helper()
	path := dumpTo(t, v, opts...)
	var out []T
	for _, opts := range [][]Option{nil, {NoVerify()}, {Mmap(MapRead)}, {Mmap(MapCopy)}} {
		x, err := Load[T](path, opts...)
		if err != nil {
			t.Fatalf("%T: %v", v, err)
		}
		out = append(out, x)
	}
	return out
}

// TestExactBitsEverywhere has the odd floats in every place that a value can be.
func TestExactBitsEverywhere(t *testing.T) {
	t.Parallel()
	odd := []uint64{
		0x7ff8000000000001, 0x7ff0000000000001, 0xfff123456789abcd, 1 << 63, 1, math.Float64bits(math.Inf(-1)),
	}
	type holder struct {
		F float64
		A [2]float64
		S []float64
		C complex128
		P *float64
		M map[string]float64
		X any
		f float32
	}
	for _, bits := range odd {
		f := math.Float64frombits(bits)
		small := math.Float32frombits(uint32(bits>>32) | 1)
		h := holder{f, [2]float64{0, f}, slices.Repeat([]float64{f}, 1000), complex(f, f), &f, map[string]float64{"k": f}, f, small}
		for _, x := range throughFile(t, h) {
			for i, got := range []float64{x.F, x.A[1], x.S[0], x.S[999], real(x.C), imag(x.C), *x.P, x.M["k"], x.X.(float64)} {
				if math.Float64bits(got) != bits {
					t.Errorf("%#x in place %d came back as %#x", bits, i, math.Float64bits(got))
				}
			}
			if math.Float32bits(x.f) != math.Float32bits(small) {
				t.Errorf("%#x came back as %#x", math.Float32bits(small), math.Float32bits(x.f))
			}
		}
	}
	// Each NaN is a key of its own, with its bits.
	nans := map[float64]int{}
	for i, bits := range odd[:3] {
		nans[math.Float64frombits(bits)] = i
		nans[math.Float64frombits(bits)] = i
	}
	for _, x := range throughFile(t, nans) {
		seen := map[uint64]int{}
		for k := range x {
			seen[math.Float64bits(k)]++
		}
		if len(x) != 6 || len(seen) != 3 || seen[odd[0]] != 2 {
			t.Errorf("NaN keys came back as %v", seen)
		}
	}
}

func TestNilAndEmptyDiffer(t *testing.T) {
	t.Parallel()
	type both struct {
		S  []int
		M  map[string]int
		P  *int
		X  any
		SS [][]byte
		MM map[string][]int
		Z  []struct{}
		PS *[]int
	}
	v := both{
		S: []int{}, M: map[string]int{}, X: []int(nil), SS: [][]byte{nil, {}}, MM: map[string][]int{"nil": nil, "empty": {}},
		Z: make([]struct{}, 0), PS: new([]int),
	}
	var none both
	for _, x := range throughFile(t, v) {
		if x.S == nil || x.M == nil || x.SS[0] != nil || x.SS[1] == nil || x.MM["nil"] != nil || x.MM["empty"] == nil || x.Z == nil || *x.PS != nil {
			t.Errorf("%#v", x)
		}
		if s, ok := x.X.([]int); !ok || s != nil {
			t.Errorf("a nil slice in an interface is %#v", x.X)
		}
	}
	for _, x := range throughFile(t, none) {
		if !reflect.DeepEqual(x, none) {
			t.Errorf("%#v", x)
		}
	}
	a, _ := Hash(v)
	v.S = nil
	if b, _ := Hash(v); a == b {
		t.Error("nil and empty have one digest")
	}
}

func TestSpareContent(t *testing.T) {
	t.Parallel()
	back := []string{"a", "b", "spare", "more"}
	v := [][]string{back[:2], back[1:2:3]}
	for _, x := range throughFile(t, v, Capacity()) {
		if cap(x[0]) != 4 || x[0][:4][2] != "spare" || cap(x[1]) != 2 || &x[1][0] != &x[0][1] {
			t.Errorf("%q with capacities %d, %d", x, cap(x[0]), cap(x[1]))
		}
	}
	for _, x := range throughFile(t, v) {
		if cap(x[0]) != 2 || cap(x[1]) != 1 {
			t.Errorf("without the option the capacities are %d, %d", cap(x[0]), cap(x[1]))
		}
	}
}

// TestCyclesEverywhere has values that contain themselves.
func TestCyclesEverywhere(t *testing.T) {
	t.Parallel()
	s := make([]any, 2)
	s[0], s[1] = s, &s
	m := map[string]any{}
	m["me"] = m
	m["list"] = []any{m, &m}
	var x any
	x = &x
	type link struct {
		m    map[*link]*link
		x    any
		next []link
		self *[]link
	}
	l := &link{}
	l.m = map[*link]*link{l: l}
	l.x = l.m
	l.next = make([]link, 2)
	l.next[1].self = &l.next
	l.self = l.next[1].self
	type all struct {
		S []any
		M map[string]any
		X any
		L *link
	}
	for _, got := range throughFile(t, all{s, m, x, l}) {
		inner := got.S[0].([]any)
		if &inner[0] != &got.S[0] || &(*got.S[1].(*[]any))[0] != &got.S[0] {
			t.Error("a slice that contains itself")
		}
		if me := got.M["me"].(map[string]any); reflect.ValueOf(me).Pointer() != reflect.ValueOf(got.M).Pointer() {
			t.Error("a map that contains itself")
		}
		if p, ok := got.X.(*any); !ok || *p != any(p) {
			t.Error("an interface that points to itself")
		}
		y := got.L
		if y.m[y] != y || reflect.ValueOf(y.x).Pointer() != reflect.ValueOf(y.m).Pointer() || y.self != y.next[1].self || y.self != &y.next {
			t.Error("a cycle through a map, an interface and a slice of structs")
		}
	}
}

// TestDepth stores values that nest far deeper than any stack allows recursion.
func TestDepth(t *testing.T) {
	t.Parallel()
	const n = 200_000
	var list any
	chain := map[string]any{}
	var ptr any = 1
	var head *node
	for i := range n {
		list = []any{list}
		chain = map[string]any{"k": chain}
		p := ptr
		ptr = &p
		head = &node{i, head}
	}
	depth := func(x any, step func(any) any) (d int) {
		for ; x != nil; d++ {
			x = step(x)
		}
		return d
	}
	check := func(name string, v any, want int, step func(any) any) {
		path := dumpTo(t, v)
		x, err := Load[any](path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := depth(x, step); got != want {
			t.Errorf("%s: depth %d", name, got)
		}
		if err := Verify(path); err != nil {
			t.Error(err)
		}
	}
	check("lists", list, n, func(x any) any { return x.([]any)[0] })
	check("pointers", ptr, n+1, func(x any) any {
		if p, ok := x.(*any); ok {
			return *p
		}
		return nil
	})
	got := roundTrip(t, head)
	for i := n - 1; i >= 0; i, got = i-1, got.next {
		if got.val != i {
			t.Fatalf("node %d has %d", i, got.val)
		}
	}
	if testing.Short() {
		return // the maps take a second each way
	}
	check("maps", chain, n+1, func(x any) any {
		if m := x.(map[string]any); len(m) > 0 {
			return m["k"]
		}
		return nil
	})
}

type (
	twice[T any]  struct{ A, B *T }
	twice5[T any] = twice[twice[twice[twice[twice[T]]]]]
	bomb          = twice5[twice5[twice5[twice5[twice5[twice5[twice5[twice5[int]]]]]]]]
)

// TestTypeBombs loads without its type what has, written out, a type of 2⁴⁰
// structs.
func TestTypeBombs(t *testing.T) {
	t.Parallel()
	v := &bomb{A: new(twice[twice[twice[twice[twice5[twice5[twice5[twice5[twice5[twice5[twice5[int]]]]]]]]]]])}
	path := dumpTo(t, v)
	before := allocated()
	x, err := Load[any](path)
	if err != nil {
		t.Fatal(err)
	}
	if n := allocated() - before; n > 64<<20 { // other tests allocate too
		t.Errorf("loading it as any allocated %d bytes", n)
	}
	if y := reflect.ValueOf(x).Elem().FieldByName("A"); y.IsNil() || y.Elem().Kind() != reflect.Struct {
		t.Errorf("%v", y)
	}
	if got, err := Load[*bomb](path); err != nil || got.A == nil || got.B != nil {
		t.Errorf("%v, %v", got, err)
	}
	var te *TypeError
	if _, err := Load[*struct{ A, B int }](path); !errors.As(err, &te) || len(err.Error()) > 1<<14 {
		t.Errorf("as another type: %.1000v", err)
	}
	if info, err := Inspect(path); err != nil || len(info.String()) > 1<<17 {
		t.Errorf("%v: %d bytes of description", err, len(info.String()))
	}
}

// TestChangedTypesDeepInside says what differs, and where.
func TestChangedTypesDeepInside(t *testing.T) {
	t.Parallel()
	type point struct {
		X int32
		Y uint8
		Z float32
	}
	type stored struct {
		Name   string
		Points []*point
		ByName map[string]point
		Gone   []string
	}
	path := dumpTo(t, stored{"n", []*point{{1, 2, 1.5}}, map[string]point{"p": {-3, 255, -0.5}}, []string{"x"}})
	type widePoint struct {
		New string
		Z   float64
		Y   int16
		X   int64
	}
	type wide struct {
		ByName map[string]widePoint
		Extra  map[int]int
		Points []*widePoint
		Name   string
	}
	got, err := Load[wide](path)
	if err != nil || got.Name != "n" || *got.Points[0] != (widePoint{"", 1.5, 2, 1}) || got.ByName["p"] != (widePoint{"", -0.5, 255, -3}) || got.Extra != nil {
		t.Errorf("%+v, %v", got, err)
	}
	type narrow struct{ Points []*struct{ X int16 } }
	type signed struct{ ByName map[string]struct{ X uint64 } }
	type text struct{ Points []*struct{ Z string } }
	type sliced struct{ Name []byte }
	for _, test := range []struct {
		load func() error
		want string
	}{
		{func() error { _, err := Load[narrow](path); return err }, ".Points[i].X: stored int32 does not fit int16"},
		{func() error { _, err := Load[signed](path); return err }, ".ByName[k].X: stored int32 does not fit uint64"},
		{func() error { _, err := Load[text](path); return err }, ".Points[i].Z: stored float32 does not fit string"},
		{func() error { _, err := Load[sliced](path); return err }, ".Name: stored string does not fit []uint8"},
		{func() error { _, err := Load[int](path); return err }, "stored gomemo/persist.stored does not fit int"},
		{func() error { _, err := Load[fmt.Stringer](path); return err }, "stored type gomemo/persist.stored is not known here"},
	} {
		var te *TypeError
		if err := test.load(); !errors.As(err, &te) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v; want %s", err, test.want)
		}
	}
}

// TestUnsupportedText has the whole text of the error.
func TestUnsupportedText(t *testing.T) {
	t.Parallel()
	type layer struct{ act func() }
	type model struct{ layers []*layer }
	m := &model{}
	for range 4 {
		m.layers = append(m.layers, &layer{})
	}
	if _, err := Hash(m); err != nil {
		t.Errorf("nil funcs: %v", err)
	}
	m.layers[3].act = func() {}
	err := EncodeValues(io.Discard, []reflect.Value{reflect.ValueOf(m)}, Names("model"))
	if err == nil || err.Error() != "persist: cannot store model.layers[3].act: func" {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "x")
	if err := Dump(m, path); err == nil || err.Error() != "persist: cannot store layers[3].act: func" {
		t.Error(err)
	}
	ch := map[string]any{"a": []any{0, struct{ c chan int }{make(chan int)}}}
	if err := Dump(ch, path); err == nil || err.Error() != `persist: cannot store ["a"][1].c: chan` {
		t.Error(err)
	}
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for v, want := range map[any]string{f: "os.File", any(uintptr(1)): "", unsafe.Pointer(f): "unsafe.Pointer"} {
		if err := Dump(v, path); want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%T: %v", v, err)
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("only the number was to be stored: %v", err)
	}
}

// TestEveryBit flips every bit of a small container in memory and on disk.
func TestEveryBit(t *testing.T) {
	t.Parallel()
	type value struct {
		S []string
		M map[string]int
		F []float64
	}
	v := value{[]string{"a", "bc"}, map[string]int{"x": 1, "y": 2}, make([]float64, 513)}
	path := dumpTo(t, v)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(whole)
	step := 1
	if testing.Short() {
		step = 7
	}
	for i := 0; i < 8*len(bad); i += step {
		bad[i/8] ^= 1 << (i % 8)
		if _, err := Read[value](bytes.NewReader(bad)); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrChecksum) {
			t.Fatalf("bit %d: %v", i, err)
		}
		c, err := openContainer(nil, int64(len(bad)), bad)
		if err == nil {
			err = c.verify(options{})
		}
		if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrChecksum) {
			t.Fatalf("verifying with bit %d flipped: %v", i, err)
		}
		bad[i/8] ^= 1 << (i % 8)
	}
	file := filepath.Join(t.TempDir(), "cut")
	for n := 0; n < len(whole); n += 1 + 61*(step-1) {
		if err := os.WriteFile(file, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"Load": second(Load[value](file)), "mapped": second(Load[value](file, Mmap(MapCopy))),
			"Verify": Verify(file), "Inspect": second(Inspect(file)), "any": second(Load[any](file)),
		} {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrChecksum) {
				t.Fatalf("%s of %d bytes: %v", name, n, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }
