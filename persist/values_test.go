// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"
)

type (
	inner struct {
		a int8
		B string
		c [2]uint16
	}
	embedded struct {
		inner
		*node
		X any `json:"x"`
	}
	node struct {
		val  int
		next *node
	}
	myInt   int
	myBytes []byte
	blank   struct {
		_ int
		A int
	}
	filler       struct{ _ int32 }
	empty        struct{}
	pair[T any]  struct{ a, b T }
	withFunc     struct{ F func() }
	customError  struct{ code int }
	recursiveMap map[string]recursiveMap
	matrix       [2][3]float32
	aChan        chan int
	aFunc        func()
	fat          struct {
		Rows [3]struct {
			X int32
			Y [2]int64
			S string
		}
	}
)

func (e *customError) Error() string { return fmt.Sprint("code ", e.code) }

// roundTrip encodes v and decodes it into its own type.
func roundTrip[T any](t *testing.T, v T, opts ...Option) T {
	t.Helper()
	return decodeInto[T](t, encodeBytes(t, v, opts...), append(opts, knownTypes)...)
}

func encodeBytes[T any](t *testing.T, v T, opts ...Option) []byte {
	t.Helper()
	var b bytes.Buffer
	// The element of a pointer would be a variable; a copy is just a value.
	if err := EncodeValues(&b, []reflect.Value{valueOf(v)}, opts...); err != nil {
		t.Fatalf("EncodeValues(%T): %v", v, err)
	}
	return b.Bytes()
}

func decodeInto[T any](t *testing.T, data []byte, opts ...Option) T {
	t.Helper()
	out, err := DecodeValues(data, []reflect.Type{reflect.TypeFor[T]()}, opts...)
	if err != nil {
		t.Fatalf("DecodeValues(%v): %v", reflect.TypeFor[T](), err)
	}
	v, _ := out[0].Interface().(T) // a nil interface stays nil
	return v
}

// valueOf returns v as a value of its static type, not addressable.
func valueOf[T any](v T) reflect.Value {
	f := reflect.ValueOf(func() T { return v })
	return f.Call(nil)[0]
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	three := 3
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		berlin = time.FixedZone("CET", 3600)
	}
	big1, _ := new(big.Int).SetString("-123456789012345678901234567890", 10)
	for _, v := range []any{
		true, false, 1, -1, int8(-128), int16(math.MinInt16), int32(1 << 30), int64(math.MinInt64),
		uint(math.MaxUint), uint8(255), uint16(65535), uint32(1), uint64(math.MaxUint64), uintptr(7),
		float32(1.5), math.Pi, math.Inf(-1), math.Copysign(0, -1), complex64(1 + 2i), complex(math.Inf(1), -0.5),
		"", "héllo\x00\xff", myInt(5), myBytes("abc"), []byte{}, []byte(nil), [0]int{}, [3]string{"a", "", "c"},
		[]int{}, []int(nil), []int{1, 2, 3}, make([]float64, 1000), []string{"x", "yy", ""}, [][]int{{1}, nil, {}, {2, 3}},
		[]bool{true, false}, []complex64{1i}, [][3]int8{{1, 2, 3}, {4, 5, 6}}, matrix{{1, 2, 3}, {4, 5, 6}},
		map[string]int{}, map[string]int(nil), map[string]int{"a": 1, "b": 2}, map[int][]string{1: {"x"}, -1: nil},
		map[inner]bool{{a: 1}: true}, map[[2]string]float64{{"a", "b"}: 1}, map[any]any{1: "a", "b": 2.5, inner{}: nil},
		map[bool]*int{true: &three, false: nil}, recursiveMap{"a": {"b": nil, "c": {}}},
		inner{1, "b", [2]uint16{2, 3}}, embedded{inner{B: "x"}, &node{1, nil}, []any{1, nil, "s"}},
		[]inner{{a: 1}, {B: "q"}, {c: [2]uint16{9, 8}}}, blank{A: 3}, filler{}, empty{}, []empty{{}, {}, {}}, []filler{{}, {}},
		&empty{}, &[0]int{}, pair[string]{"a", "b"}, pair[*pair[int]]{&pair[int]{1, 2}, nil},
		fat{}, []fat{{}, {}}, &fat{}, withFunc{}, []withFunc{{}, {}}, []aFunc(nil), make([]aChan, 3),
		&node{1, &node{2, nil}}, &three, new(*int), []*int{nil, &three}, [2]*int{&three, nil},
		struct {
			A int
			b []any
		}{1, []any{int8(1), struct{ X int }{2}}},
		[]any{nil, 1, "a", []int{1}, map[string]any{"x": []any{1.5}}, &three, pair[any]{1, pair[any]{2, nil}}},
		time.Date(2024, 2, 29, 1, 2, 3, 4, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 0, berlin), time.Time{},
		[]time.Time{time.Unix(0, 1), time.Unix(1<<40, 0).In(time.FixedZone("X", -3601))}, time.Duration(5), time.March,
		*big1, big1, big.NewRat(1, 3), new(big.Float).SetPrec(200).SetInt(big1), []*big.Int{big1, nil, new(big.Int)},
		netip.MustParseAddr("fe80::1%eth0"), netip.MustParsePrefix("10.0.0.0/8"), url.URL{Host: "x", User: url.UserPassword("a", "b")},
		reflect.Int, fs.FileMode(0o755), strings.Repeat("long ", 5000), make([]uint16, 70000), map[float64]int{1.5: 1, math.Inf(1): 2},
		[]struct {
			N int
			S string
			F []float32
		}{{1, "a", []float32{1}}, {2, "b", nil}},
		[5000]int{4999: 1}, [][2][]byte{{[]byte("a"), nil}, {nil, {}}},
	} {
		name := fmt.Sprintf("%T", v)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := reflect.ValueOf(v)
			var b bytes.Buffer
			if err := EncodeValues(&b, []reflect.Value{in}); err != nil {
				t.Fatal(err)
			}
			var again bytes.Buffer
			if err := EncodeValues(&again, []reflect.Value{in}); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
				t.Fatalf("the second encoding differs: %v", err)
			}
			out, err := DecodeValues(b.Bytes(), []reflect.Type{in.Type()}, knownTypes)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(v, out[0].Interface()) {
				t.Errorf("got %#v, want %#v", out[0], v)
			}
			h1, err1 := Hash(v)
			h2, err2 := Hash(out[0].Interface())
			if err1 != nil || err2 != nil || h1 != h2 {
				t.Errorf("the loaded value hashes to %v, %v; want %v, %v", h2, err2, h1, err1)
			}
			// The same inside an interface.
			box := roundTrip[any](t, v)
			if !reflect.DeepEqual(v, box) {
				t.Errorf("in an interface: got %#v, want %#v", box, v)
			}
		})
	}
}

var knownTypes = Types(func(name string) reflect.Type { return testTypes[name] })

// testTypes are the types of this file and others, by name.
var testTypes = byName(inner{}, embedded{}, node{}, myInt(0), myBytes{}, blank{}, filler{}, empty{},
	pair[string]{}, pair[int]{}, pair[any]{}, pair[*pair[int]]{}, withFunc{}, recursiveMap{}, matrix{}, fat{},
	reflect.Int, fs.FileMode(0), aChan(nil), aFunc(nil), url.Userinfo{})

func TestRoundTripExactBits(t *testing.T) {
	t.Parallel()
	nan := math.Float64frombits(0x7ff8dead0000beef)
	if got := math.Float64bits(roundTrip(t, nan)); got != 0x7ff8dead0000beef {
		t.Errorf("a NaN came back as %x", got)
	}
	if got := roundTrip(t, []float32{math.Float32frombits(0xffc00001)}); math.Float32bits(got[0]) != 0xffc00001 {
		t.Errorf("a float32 NaN came back as %x", math.Float32bits(got[0]))
	}
	if got := roundTrip(t, math.Copysign(0, -1)); !math.Signbit(got) {
		t.Error("-0 lost its sign")
	}
}

func TestRoundTripHugePrecision(t *testing.T) {
	t.Parallel()
	five := new(big.Float).SetPrec(big.MaxPrec).SetInt64(5)
	got := roundTrip(t, five)
	if got.Cmp(five) != 0 || got.Prec() != big.MaxPrec {
		t.Errorf("5 came back as %v with precision %d", got.MantExp(nil), got.Prec())
	}
	h5, _ := Hash(five)
	h6, _ := Hash(new(big.Float).SetPrec(big.MaxPrec).SetInt64(6))
	if h5 == h6 {
		t.Error("5 and 6 have one digest")
	}
}

func TestRoundTripNaNKeys(t *testing.T) {
	t.Parallel()
	m := map[float64]string{math.NaN(): "a", 1: "b"}
	m[math.NaN()] = "c"
	m[math.Float64frombits(0x7ff8000000000002)] = "d"
	got := roundTrip(t, m)
	values := map[string]bool{}
	for _, v := range got {
		values[v] = true
	}
	if len(got) != 4 || len(values) != 4 || got[1] != "b" {
		t.Errorf("got %v", got)
	}
	for range 20 {
		if !bytes.Equal(encodeBytes(t, m), encodeBytes(t, got)) {
			t.Fatal("the order of NaN keys is not fixed")
		}
	}
}

func TestRoundTripCycles(t *testing.T) {
	t.Parallel()
	ring := &node{val: 1}
	ring.next = &node{2, ring}
	if got := roundTrip(t, ring); got.next.next != got || got.next.val != 2 {
		t.Errorf("the ring came back as %v", got)
	}
	type self struct{ me any }
	s := &self{}
	s.me = s
	if got := roundTrip(t, s); got.me != any(got) {
		t.Error("a pointer to itself in an interface is lost")
	}
	m := map[string]any{}
	m["m"] = m
	if got := roundTrip(t, m); reflect.ValueOf(got["m"]).Pointer() != reflect.ValueOf(got).Pointer() {
		t.Error("a map that holds itself is lost")
	}
	list := []any{nil}
	list[0] = list
	if got := roundTrip(t, list); &got[0].([]any)[0] != &got[0] {
		t.Error("a slice that holds itself is lost")
	}
	var p any
	p = &p
	if got := roundTrip(t, p.(*any)); *got != any(got) {
		t.Error("a pointer to an interface that holds it is lost")
	}
	long := &node{}
	for range 100_000 {
		long = &node{next: long}
	}
	n := 0
	for x := roundTrip(t, long); x != nil; x = x.next {
		n++
	}
	if n != 100_001 {
		t.Errorf("a long list came back with %d nodes", n)
	}
}

func TestRoundTripSharing(t *testing.T) {
	t.Parallel()
	type shared struct {
		all, head, mid []int
		p              *int
		arr            *[2]int
		row            *inner
		field          *string
		rows           []inner
		elem           *uint16
		part           []uint16
		named          *myInt
		m1, m2         map[string]int
	}
	x := shared{all: []int{0, 1, 2, 3, 4, 5}, rows: make([]inner, 3), m1: map[string]int{"a": 1}}
	x.head, x.mid, x.p = x.all[:2], x.all[2:4], &x.all[3]
	x.arr = (*[2]int)(x.all[4:])
	x.row, x.field, x.elem = &x.rows[1], &x.rows[1].B, &x.rows[2].c[1]
	x.part = x.rows[2].c[:]
	x.named = (*myInt)(&x.all[5])
	x.m2 = x.m1
	y := roundTrip(t, x)
	y.all[3], y.all[1], y.all[5] = 30, 10, 50
	y.rows[1].B = "changed"
	y.rows[2].c[1] = 7
	y.m1["b"] = 2
	if *y.p != 30 || y.mid[1] != 30 || y.head[1] != 10 || y.arr[1] != 50 || *y.named != 50 {
		t.Errorf("elements are not shared: %+v", y)
	}
	if y.row.B != "changed" || *y.field != "changed" || *y.elem != 7 || y.part[1] != 7 || y.m2["b"] != 2 {
		t.Errorf("parts are not shared: %+v", y)
	}
	// Only parts: what is not reachable is not stored.
	rows := []inner{{B: "x"}, {B: strings.Repeat("y", 10000)}}
	parts := pair[*string]{&rows[0].B, &rows[0].B}
	if b := encodeBytes(t, parts); len(b) > 1000 {
		t.Errorf("a pointer to a field takes its neighbours along: %d bytes", len(b))
	}
	if got := roundTrip(t, parts); got.a != got.b || *got.a != "x" {
		t.Errorf("two pointers to a field came back as %v", got)
	}
	// Overlapping windows, none of which holds the others.
	window := make([]string, 10)
	for i := range window {
		window[i] = fmt.Sprint(i)
	}
	got := roundTrip(t, [][]string{window[4:8], window[0:5], window[7:10]})
	got[1][4] = "x"
	got[0][3] = "y"
	if got[0][0] != "x" || got[2][0] != "y" || got[1][0] != "0" || got[2][2] != "9" {
		t.Errorf("overlapping slices came back as %v", got)
	}
}

func TestRoundTripCapacity(t *testing.T) {
	t.Parallel()
	s := append(make([]int, 0, 8), 1, 2)
	s[:3][2] = 9
	if got := roundTrip(t, s); cap(got) != 2 {
		t.Errorf("without Capacity: cap %d", cap(got))
	}
	got := roundTrip(t, [][]int{s, s[2:]}, Capacity())
	if cap(got[0]) != 8 || got[0][:3][2] != 9 || len(got[1]) != 0 || cap(got[1]) != 6 {
		t.Errorf("with Capacity: %v, caps %d %d", got, cap(got[0]), cap(got[1]))
	}
	_ = append(got[0], 5)
	if got[1][:1][0] != 5 {
		t.Error("spare memory is not shared")
	}
}

func TestRoundTripErrors(t *testing.T) {
	t.Parallel()
	joined := errors.Join(io.EOF, errors.New("b"))
	_, perr := os.Open("/does/not/exist")
	for _, err := range []error{
		nil, errors.New("plain"), fmt.Errorf("wrap: %w", io.EOF), fmt.Errorf("plain %d", 1),
		fmt.Errorf("two: %w, %w", fs.ErrNotExist, io.ErrUnexpectedEOF), joined, perr, io.EOF,
	} {
		got := roundTrip(t, err)
		if fmt.Sprint(got) != fmt.Sprint(err) || reflect.TypeOf(got) != reflect.TypeOf(err) {
			t.Errorf("got %#v, want %#v", got, err)
		}
		for _, target := range []error{io.EOF, fs.ErrNotExist, io.ErrUnexpectedEOF} {
			if errors.Is(got, target) != errors.Is(err, target) {
				t.Errorf("%v: errors.Is(%v) is not the same", err, target)
			}
		}
	}
	types := Types(func(name string) reflect.Type {
		if name == fullName(reflect.TypeFor[customError]()) {
			return reflect.TypeFor[customError]()
		}
		return nil
	})
	got := decodeInto[error](t, encodeBytes[error](t, &customError{7}), types)
	var ce *customError
	if !errors.As(got, &ce) || ce.code != 7 {
		t.Errorf("got %#v", got)
	}
	var te *TypeError
	if _, err := DecodeValues(encodeBytes[error](t, &customError{7}), []reflect.Type{reflect.TypeFor[error]()}); !errors.As(err, &te) {
		t.Errorf("an unknown type gives %v", err)
	}
}

func TestDecodeValuesAsOneGraph(t *testing.T) {
	t.Parallel()
	variable := 5
	global := reflect.ValueOf(&variable).Elem()
	p := &variable
	vs := []reflect.Value{reflect.ValueOf(p), global, reflect.ValueOf("x")}
	var b bytes.Buffer
	if err := EncodeValues(&b, vs); err != nil {
		t.Fatal(err)
	}
	out, err := DecodeValues(b.Bytes(), []reflect.Type{vs[0].Type(), vs[1].Type(), vs[2].Type()})
	if err != nil {
		t.Fatal(err)
	}
	*out[0].Interface().(*int) = 6
	if out[1].Int() != 6 || out[2].String() != "x" {
		t.Errorf("the variable is %v", out[1])
	}
	other := 5
	h1, _ := HashValues(vs)
	h2, _ := HashValues([]reflect.Value{reflect.ValueOf(&other), global, reflect.ValueOf("x")})
	if h1 == h2 {
		t.Error("a pointer to the variable and one to a copy hash the same")
	}
}

func TestUnsupported(t *testing.T) {
	t.Parallel()
	type layer struct{ act func() }
	type model struct{ layers []layer }
	m := model{layers: make([]layer, 5)}
	m.layers[3].act = func() {}
	for _, test := range []struct {
		v    any
		path string
		kind string
	}{
		{m, "model.layers[3].act", "func"},
		{&m, "model.layers[3].act", "func"},
		{map[string]any{"a": map[string]any{"b": make(chan int)}}, `model["a"]["b"]`, "chan"},
		{[]any{1, unsafe.Pointer(t)}, "model[1]", "unsafe.Pointer"},
		{func() {}, "model", "func"},
		{struct{ f *os.File }{os.Stdin}, "model.f", "os.File"},
		{reflect.ValueOf(1), "model", "reflect.Value"},
	} {
		_, err := HashValues([]reflect.Value{reflect.ValueOf(test.v)}, Names("model"))
		var ue *UnsupportedError
		if !errors.As(err, &ue) || ue.Path != test.path || ue.Kind != test.kind {
			t.Errorf("%T: %v; want %s: %s", test.v, err, test.path, test.kind)
		}
	}
}

func TestOnType(t *testing.T) {
	t.Parallel()
	var names []string
	on := OnType(func(t reflect.Type) error { names = append(names, t.Name()); return nil })
	if _, err := Hash([]any{inner{}, &node{}, myInt(1), inner{}, 5}, on); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names, " "); got != "inner node myInt" && len(names) != 3 {
		t.Errorf("OnType saw %s", got)
	}
	stop := errors.New("stop")
	if _, err := Hash(inner{}, OnType(func(reflect.Type) error { return stop })); err != stop {
		t.Errorf("got %v", err)
	}
}

func TestHashTellsApart(t *testing.T) {
	t.Parallel()
	a, b := 1, 1
	type inner struct{ A int8 } // not the one outside
	values := []any{
		nil, 0, int64(0), uint(0), false, 0.0, float32(0), "", "0", []int(nil), []int{}, []int{0}, [1]int{}, [1]int64{},
		[]any{1}, []any{int8(1)}, []any{nil}, map[string]int{}, map[string]int(nil), (*int)(nil), &a, math.Copysign(0, -1),
		math.NaN(), math.Float64frombits(0x7ff8000000000009), []*int{&a, &b}, []*int{&a, &a}, myInt(0),
		[]string{"ab", "c"}, []string{"a", "bc"}, [][]int{{1}, {2}}, [][]int{{1, 2}, {}}, [][]int{{1, 2}, nil}, inner{}, [2]int{},
		struct{ A int }{}, struct {
			A int `x:"y"`
		}{}, struct{ B int }{}, time.Unix(0, 0).UTC(), time.Unix(0, 1).UTC(), time.Unix(0, 0).In(time.FixedZone("a", 60)),
		errors.New("EOF"), io.EOF, map[any]int{1: 1}, map[any]int{"1": 1}, map[int]any{1: 1},
	}
	seen := map[Digest]int{}
	for i, v := range values {
		d, err := Hash(v)
		if err != nil {
			t.Fatalf("%#v: %v", v, err)
		}
		if k, ok := seen[d]; ok {
			t.Errorf("%#v and %#v have one digest", values[k], v)
		}
		seen[d] = i
	}
}

func TestHashIsStable(t *testing.T) {
	t.Parallel()
	big := map[string]map[int]any{}
	for i := range 200 {
		big[fmt.Sprint(i)] = map[int]any{i: i, -i: "x", 1000 + i: []any{&node{val: i}}}
	}
	keyed := map[any]bool{}
	pointers := map[*node]int{}
	for i := range 50 {
		keyed[i], keyed[fmt.Sprint(i)], keyed[inner{a: int8(i)}] = true, false, true
		pointers[&node{val: i}] = i
	}
	clone := func() map[string]map[int]any {
		m := map[string]map[int]any{}
		for k, v := range big {
			m[k] = map[int]any{}
			maps.Copy(m[k], v)
		}
		return m
	}
	h1, _ := Hash(big)
	k1, _ := Hash(keyed)
	p1, _ := Hash(pointers)
	for range 5 {
		if h, _ := Hash(clone()); h != h1 {
			t.Fatal("a map's digest depends on its history")
		}
		if h, _ := Hash(keyed); h != k1 {
			t.Fatal("the digest of a map with interface keys varies")
		}
		if h, _ := Hash(pointers); h != p1 {
			t.Fatal("the digest of a map with pointer keys varies")
		}
	}
	x1, x2 := any(1<<20), any(1<<20)
	h2, _ := Hash([]any{x1, x1})
	h3, _ := Hash([]any{x1, x2})
	if h2 != h3 {
		t.Error("interfaces that share a box hash differently, which no program can tell")
	}
}

// TestHashGolden pins the canonical form: a change of these digests changes the
// format.
func TestHashGolden(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		v    any
		want string
	}{
		{42, "37f6feca9d68b768fa8b4bf14ac82268c2ea103cb81744816c528d178ac24acd"},
		{map[string][]float64{"a": {1, 2}, "b": nil}, "c0309a669d7fe982fe47416073ada9f9bc9df04fe54ec9a554a2e15c562c1c5b"},
	} {
		if d, err := Hash(test.v); err != nil || d.String() != test.want {
			t.Errorf("Hash(%v) = %v, %v; want %s", test.v, d, err, test.want)
		}
	}
}
