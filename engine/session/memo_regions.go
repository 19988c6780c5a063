package session

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"time"

	"gomemo/persist"
)

// A region is memory that a value refers to and that can be written.
type region struct {
	lo, hi uintptr
	name   string        // the value
	v      reflect.Value // the pointer, slice or map
}

// regions collects the memory of values. Strings are not part of it: nobody
// can write to them.
type regions struct {
	types *typeFacts
	seen  map[visit]bool
	name  string
	list  []region
}

type visit struct {
	p uintptr
	n int
	t reflect.Type
}

var timeType = reflect.TypeFor[time.Time]()

func (r *regions) add(v reflect.Value, lo, size uintptr) {
	if size > 0 {
		r.list = append(r.list, region{lo, lo + size, r.name, v})
	}
}

// first reports whether v, at p, was not walked before.
func (r *regions) first(p uintptr, n int, t reflect.Type) bool {
	at := visit{p, n, t}
	if r.seen[at] {
		return false
	}
	if r.seen == nil {
		r.seen = make(map[visit]bool)
	}
	r.seen[at] = true
	return true
}

// walk adds everything that v refers to. Slices count up to their capacity.
func (r *regions) walk(v reflect.Value) {
	t := v.Type()
	if !r.types.refs(t) || t == timeType {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		if v.IsNil() || !r.first(v.Pointer(), 0, t) {
			return
		}
		r.add(v, v.Pointer(), t.Elem().Size())
		r.walk(v.Elem())
	case reflect.Slice:
		if v.Cap() == 0 || !r.first(v.Pointer(), v.Cap(), t) {
			return
		}
		r.add(v, v.Pointer(), uintptr(v.Cap())*t.Elem().Size())
		if r.types.refs(t.Elem()) {
			v = v.Slice(0, v.Cap())
			for i := range v.Len() {
				r.walk(v.Index(i))
			}
		}
	case reflect.Map:
		if v.IsNil() || !r.first(v.Pointer(), 0, t) {
			return
		}
		r.add(v, v.Pointer(), 1)
		if r.types.refs(t.Key()) || r.types.refs(t.Elem()) {
			for it := v.MapRange(); it.Next(); {
				r.walk(it.Key())
				r.walk(it.Value())
			}
		}
	case reflect.Interface:
		if !v.IsNil() {
			r.walk(v.Elem())
		}
	case reflect.Struct:
		for i := range t.NumField() {
			r.walk(v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			r.walk(v.Index(i))
		}
	}
}

// shared says why a stored copy of results would be told apart from the
// results themselves: because they share memory with what outlives the call.
func (j *judge) shared(k *callKey, results []reflect.Value) (refuse string) {
	out := regions{types: j.types()}
	for i, v := range results {
		out.name = resultNames(len(results))[i]
		out.walk(v)
	}
	if len(out.list) == 0 {
		return ""
	}
	in := regions{types: j.types()}
	names := j.valueNames
	for i, v := range k.vs {
		in.name = names[i]
		if v.CanAddr() { // a global: a result may point to the variable itself
			in.add(v.Addr(), v.Addr().Pointer(), v.Type().Size())
		}
		in.walk(v)
	}
	if a, b, ok := overlap(out.list, in.list); ok {
		return fmt.Sprintf("%s shares memory with %s: a stored copy would not", a.name, b.name)
	}
	static := staticData()
	for _, v := range j.cell.session.adopted {
		static = append(static, region{lo: v.Pointer(), hi: v.Pointer() + v.Type().Elem().Size()})
	}
	for _, p := range out.list {
		if _, _, ok := overlap([]region{p}, static); ok && !j.byName(p.v) {
			return fmt.Sprintf("%s refers to a variable of a package (a %s): a stored copy would be another one", p.name, p.v.Type().Elem())
		}
	}
	return ""
}

// byName reports whether v, a pointer or slice, is stored as the name of
// what it refers to, as io.EOF is: then its copy refers to the same.
func (j *judge) byName(v reflect.Value) bool {
	if v.Kind() != reflect.Pointer {
		return false
	}
	v = reflect.NewAt(v.Type().Elem(), v.UnsafePointer()) // it may come from an unexported field
	var buf bytes.Buffer
	if err := persist.EncodeValues(&buf, []reflect.Value{v}); err != nil {
		return false
	}
	copies, err := persist.DecodeValues(buf.Bytes(), []reflect.Type{v.Type()}, persist.Types(j.cell.session.TypeNamed))
	return err == nil && copies[0].Pointer() == v.Pointer()
}

// overlap finds a region of as that has a byte in common with one of bs. It
// sorts bs.
func overlap(as, bs []region) (a, b region, ok bool) {
	slices.SortFunc(bs, func(x, y region) int {
		if x.lo < y.lo {
			return -1
		}
		if x.lo > y.lo {
			return 1
		}
		return 0
	})
	// far[i] is the index of the region among bs[:i+1] that ends last.
	far := make([]int, len(bs))
	for i := range bs {
		far[i] = i
		if i > 0 && bs[far[i-1]].hi > bs[i].hi {
			far[i] = far[i-1]
		}
	}
	for _, a := range as {
		i, _ := slices.BinarySearchFunc(bs, a.hi, func(b region, hi uintptr) int {
			if b.lo < hi {
				return -1
			}
			return 1
		})
		if i > 0 && bs[far[i-1]].hi > a.lo {
			return a, bs[far[i-1]], true
		}
	}
	return a, b, false
}
