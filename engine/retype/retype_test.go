package retype

import (
	"reflect"
	"testing"
	"unsafe"
)

type named struct{ N int }

func (named) M() {}

// copied returns another description of t, as a plugin brings one. It must be one
// that package reflect has made, of which the runtime looks for the name
// everywhere.
func copied(t reflect.Type) unsafe.Pointer {
	words := new([14]uintptr)
	for i := range map[reflect.Kind]int{reflect.Slice: 7, reflect.Pointer: 7, reflect.Chan: 8, reflect.Array: 9, reflect.Struct: 10, reflect.Map: 14}[t.Kind()] {
		words[i] = *(*uintptr)(unsafe.Add(pointerTo(t), i*int(unsafe.Sizeof(words[i]))))
	}
	copies = append(copies, words)
	return unsafe.Pointer(words)
}

// copies are not on a stack: the compiler believes that package reflect keeps
// types from going.
var copies []*[14]uintptr

func TestSame(t *testing.T) {
	table := New()
	slice := reflect.SliceOf(reflect.ArrayOf(7, reflect.TypeFor[named]()))
	own := []reflect.Type{
		slice, reflect.ArrayOf(5, slice), reflect.MapOf(reflect.TypeFor[named](), slice), reflect.ChanOf(reflect.RecvDir, slice), reflect.PointerTo(slice),
		reflect.StructOf([]reflect.StructField{{Name: "A", Type: slice, Tag: `k:"v"`}, {Name: "b", Type: reflect.TypeFor[int](), PkgPath: "main"}}),
		reflect.FuncOf([]reflect.Type{reflect.TypeFor[int](), slice}, []reflect.Type{slice}, true),
	}
	for _, own := range own {
		if s := table.same(own); s != own {
			t.Errorf("%v is to be replaced by %v", own, s)
		}
		if own.Kind() == reflect.Func {
			continue // its parameters are behind it
		}
		second := copied(own)
		for range 2 {
			if s := table.Same(second); s != pointerTo(own) {
				t.Errorf("a second %v stays", own)
			}
		}
	}
	if n := len(table.instead); n != len(own)-1 {
		t.Errorf("%d types are replaced, not %d", n, len(own)-1)
	}
	// A part is replaced, too.
	second := copied(slice)
	if s := table.same(reflect.MapOf(reflect.TypeFor[string](), typeAt(second))); s != reflect.MapOf(reflect.TypeFor[string](), slice) {
		t.Errorf("a part of %v stays", s)
	}
}

func TestSameLeavesAlone(t *testing.T) {
	table := New()
	for _, own := range []reflect.Type{
		reflect.TypeFor[named](), reflect.TypeFor[*named](), reflect.TypeFor[interface{ M() }](), reflect.TypeFor[struct{ named }](),
		reflect.TypeFor[struct{ _, B int }](), reflect.TypeFor[func(named, ...[]named) (int, map[named]string)](),
	} {
		if s := table.same(own); s != own {
			t.Errorf("%v is to be replaced by %v", own, s)
		}
	}
	if len(table.instead) != 0 {
		t.Errorf("%v", table.instead)
	}
}
