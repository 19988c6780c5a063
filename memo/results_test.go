package memo

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"gomemo/persist"
)

type level int8

func TestResultsRoundTrip(t *testing.T) {
	t.Parallel()
	nan32 := math.Float32frombits(0x7fa00001)
	nan64 := math.Float64frombits(0x7ff0000000000001)
	for _, f := range []any{
		func() {},
		func() bool { return true },
		func() (int, int8, uint64, level, uintptr) { return -1, math.MinInt8, math.MaxUint64, -3, 7 },
		func() (float64, float64, float32) { return math.Copysign(0, -1), nan64, float32(math.Inf(-1)) },
		func() float32 { return nan32 },
		func() (complex128, complex64) { return complex(nan64, math.Copysign(0, -1)), complex(nan32, 1) },
		func() (string, string, error) { return "", "a\x00b", nil },
		func() (any, error) { return nil, errors.New("bad") },
		func() ([]int, string) { return []int{1}, strings.Repeat("x", 300) },
		func() (string, []byte) { return "x", nil },
	} {
		in := reflect.ValueOf(f).Call(nil)
		b, err := EncodeResults(in)
		if err != nil {
			t.Fatal(err)
		}
		var ts []reflect.Type
		for i, v := range in {
			ts = append(ts, v.Type())
			in[i] = reflect.New(v.Type()).Elem() // addressable, as decoded values are
			in[i].Set(v)
		}
		out, err := DecodeResults(b, ts)
		if err != nil {
			t.Errorf("%T: %v", f, err)
			continue
		}
		was, err1 := persist.HashValues(in)
		is, err2 := persist.HashValues(out)
		if was != is || err1 != nil || err2 != nil {
			t.Errorf("%T: results are not the same (%v, %v)", f, err1, err2)
		}
		for n := range b {
			if _, err := DecodeResults(b[:n], ts); err == nil {
				t.Errorf("%T: %d of %d bytes were enough", f, n, len(b))
			}
		}
	}
}

func TestResultsOfOtherTypesAreAnError(t *testing.T) {
	t.Parallel()
	b, err := EncodeResults([]reflect.Value{reflect.ValueOf(1), reflect.ValueOf("x")})
	if err != nil {
		t.Fatal(err)
	}
	str, num := reflect.TypeFor[string](), reflect.TypeFor[int]()
	for _, ts := range [][]reflect.Type{nil, {num}, {num, num}, {str, str}, {num, str, num}, {num, reflect.TypeFor[error]()}, {reflect.TypeFor[int64](), str}} {
		if _, err := DecodeResults(b, ts); err == nil {
			t.Errorf("decoded into %v", ts)
		}
	}
	if vs, err := DecodeResults(b, []reflect.Type{num, str}); err != nil || vs[0].Int() != 1 || vs[1].String() != "x" {
		t.Error(vs, err)
	}
}

func FuzzDecodeResults(f *testing.F) {
	ts := []reflect.Type{reflect.TypeFor[int](), reflect.TypeFor[string](), reflect.TypeFor[error](), reflect.TypeFor[complex128]()}
	b, err := EncodeResults([]reflect.Value{reflect.ValueOf(1), reflect.ValueOf("x"), reflect.Zero(ts[2]), reflect.ValueOf(1i)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		vs, err := DecodeResults(b, ts)
		if err == nil && len(vs) != len(ts) {
			t.Error("too few values")
		}
	})
}
