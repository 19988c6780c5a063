package yaegi

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"testing"
)

type celsius float32

// call calls the instance of a generic function that has the type of like.
func call(t *testing.T, name string, like any, args ...any) (out []any) {
	t.Helper()
	f, ok := generic(name, reflect.TypeOf(like))
	if !ok {
		t.Fatalf("%s has no instance of type %T", name, like)
	}
	var in []reflect.Value
	for i, a := range args {
		v := reflect.New(f.Type().In(i)).Elem()
		if a != nil {
			v.Set(reflect.ValueOf(a))
		}
		in = append(in, v)
	}
	for _, v := range f.Call(in) {
		out = append(out, v.Interface())
	}
	return out
}

func TestGenericFunctions(t *testing.T) {
	path := &fs.PathError{Op: "open", Err: fs.ErrExist}
	for i, test := range []struct{ got, want []any }{
		{call(t, "slices.Max", slices.Max[[]celsius], []celsius{2, 7, 3}), []any{celsius(7)}},
		{call(t, "slices.Min", slices.Min[[]string], []string{"b", "a"}), []any{"a"}},
		{call(t, "slices.IsSorted", slices.IsSorted[[]uint8], []uint8{1, 2}), []any{true}},
		{call(t, "slices.BinarySearch", slices.BinarySearch[[]celsius], []celsius{1, 3}, celsius(3)), []any{1, true}},
		{call(t, "slices.Contains", slices.Contains[[]any], []any{1, "x", nil}, nil), []any{true}},
		{call(t, "slices.Index", slices.Index[[]error], []error{nil, path}, path), []any{1}},
		{call(t, "slices.Index", slices.Index[[]celsius], []celsius{1}, celsius(2)), []any{-1}},
		{call(t, "slices.Equal", slices.Equal[[][2]int], [][2]int{{1, 2}}, [][2]int{{1, 2}}), []any{true}},
		{call(t, "slices.Equal", slices.Equal[[]bool], []bool{true}, []bool{false}), []any{false}},
		{call(t, "errors.AsType", errors.AsType[*fs.PathError], fmt.Errorf("with %w", path)), []any{path, true}},
		{call(t, "errors.AsType", errors.AsType[*strconv.NumError], path), []any{(*strconv.NumError)(nil), false}},
		{call(t, "errors.AsType", errors.AsType[*strconv.NumError], nil), []any{(*strconv.NumError)(nil), false}},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("%d: %v, want %v", i, test.got, test.want)
		}
	}
}

func TestGenericFunctionsThatChangeSlices(t *testing.T) {
	xs := []celsius{3, 1, 2}
	call(t, "slices.Sort", slices.Sort[[]celsius], xs)
	if !slices.Equal(xs, []celsius{1, 2, 3}) {
		t.Errorf("sorted %v", xs)
	}
	ss := []struct{ n int }{{1}, {2}, {3}}
	call(t, "slices.Reverse", slices.Reverse[[]struct{ n int }], ss)
	if ss[0].n != 3 || ss[2].n != 1 {
		t.Errorf("reversed %v", ss)
	}
}

func TestGenericFunctionsPanicAsTheyDo(t *testing.T) {
	panics := func(f func()) (v any) {
		defer func() { v = fmt.Sprint(recover()) }()
		f()
		return nil
	}
	funcs := []any{func() {}}
	for _, pair := range [][2]func(){
		{func() { call(t, "slices.Max", slices.Max[[]int], []int{}) }, func() { _ = slices.Max([]int{}) }},
		{func() { call(t, "slices.Index", slices.Index[[]any], funcs, funcs[0]) }, func() { _ = slices.Index(funcs, funcs[0]) }},
	} {
		if got, want := panics(pair[0]), panics(pair[1]); got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

func TestInstancesOfTheEngine(t *testing.T) {
	out := call(t, "iter.Pull", iter.Pull[float64], slices.Values([]float64{1.5}))
	next := out[0].(func() (float64, bool))
	if v, ok := next(); v != 1.5 || !ok {
		t.Errorf("%v, %v", v, ok)
	}
	if mapped("gomemo/persist.Mapped[[]uint8]") == nil || mapped("gomemo/persist.Mapped[string]") != nil {
		t.Error("types of mapped files")
	}
	if _, ok := generic("slices.Clone", reflect.TypeFor[func(s []int) []int]()); ok {
		t.Error("an instance that is not there")
	}
}
