package session

import (
	"fmt"
	"reflect"
	"unsafe"
)

// visit renews what an addressable value leads to.
func (w *renewer) visit(v reflect.Value) {
	t := v.Type()
	if !w.leads(t) {
		return
	}
	switch t.Kind() {
	case reflect.Interface:
		w.visitInterface(v)
	case reflect.Pointer:
		if !v.IsNil() && w.first(v.Pointer(), t, 0) {
			w.visit(v.Elem())
		}
	case reflect.Struct:
		for i := range t.NumField() {
			f := v.Field(i)
			w.step("."+t.Field(i).Name, func() { w.visit(reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem()) })
		}
	case reflect.Slice:
		if v.Len() == 0 || !w.first(v.Pointer(), t, v.Len()) {
			return
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			w.step(fmt.Sprintf("[%d]", i), func() { w.visit(v.Index(i)) })
		}
	case reflect.Map:
		if !v.IsNil() && w.first(v.Pointer(), t, 0) {
			w.visitMap(v)
		}
	case reflect.Chan:
		if !v.IsNil() && w.first(v.Pointer(), t, 0) {
			w.visitChan(v)
		}
	}
}

// first reports whether a place has not been visited.
func (w *renewer) first(ptr uintptr, t reflect.Type, n int) bool {
	p := place{ptr, t, n}
	if w.seen[p] {
		return false
	}
	w.seen[p] = true
	return true
}

// visitInterface renews the value in an interface, and what it leads to.
func (w *renewer) visitInterface(v reflect.Value) {
	if v.IsNil() {
		return
	}
	held := v.Elem()
	to := w.renewed(held.Type())
	switch {
	case to == nil, !to.Implements(v.Type()):
		w.note(held.Type())
		to = held.Type()
	case to == held.Type() && v.NumMethod() > 0 && ours(v.Type()):
		v.Set(held) // the interface may be one of the notebook that is another now
	}
	if to == held.Type() && !w.leads(to) {
		return
	}
	// What is in an interface does not change: another takes its place.
	box := reflect.New(held.Type())
	box.Elem().Set(held)
	box = reflect.NewAt(to, box.UnsafePointer())
	before := w.count
	w.visit(box.Elem())
	if to != held.Type() || w.count != before && to.Kind() != reflect.Pointer {
		v.Set(box.Elem())
		w.count++
	}
}

func (w *renewer) visitMap(v reflect.Value) {
	lost := false // an entry that changed has a key that is not found
	for it := v.MapRange(); it.Next(); {
		key, elem, newKey, newElem := w.visitEntry(it)
		switch {
		case !newKey && !newElem:
		case !key.Equal(key):
			lost = true
		default:
			if newKey {
				v.SetMapIndex(it.Key(), reflect.Value{})
			}
			v.SetMapIndex(key, elem)
		}
	}
	if !lost {
		return
	}
	var keys, elems []reflect.Value
	for it := v.MapRange(); it.Next(); {
		key, elem, _, _ := w.visitEntry(it)
		keys, elems = append(keys, key), append(elems, elem)
	}
	v.Clear()
	for i := range keys {
		v.SetMapIndex(keys[i], elems[i])
	}
}

// visitEntry renews copies of a key and an element, and says which changed.
func (w *renewer) visitEntry(it *reflect.MapIter) (key, elem reflect.Value, newKey, newElem bool) {
	key, elem = reflect.New(it.Key().Type()).Elem(), reflect.New(it.Value().Type()).Elem()
	key.Set(it.Key())
	elem.Set(it.Value())
	w.step(fmt.Sprintf("[%v]", elementOf(key)), func() {
		before := w.count
		w.visit(key)
		newKey = w.count != before
		before = w.count
		w.visit(elem)
		newElem = w.count != before
	})
	return key, elem, newKey, newElem
}

// elementOf shows a key of a basic type.
func elementOf(key reflect.Value) string {
	switch {
	case key.Kind() == reflect.String:
		return fmt.Sprintf("%q", key.String())
	case key.CanInt() || key.CanUint():
		return fmt.Sprint(key)
	}
	return "…"
}

// visitChan renews what waits in a channel, where it waits: to receive and send
// it again would tell those who receive, and a closed channel takes nothing.
func (w *renewer) visitChan(v reflect.Value) {
	elem := v.Type().Elem()
	q := (*queue)(v.UnsafePointer())
	if v.Len() == 0 || !w.leads(elem) {
		return
	}
	if int(q.length) != v.Len() || int(q.capacity) != v.Cap() || uintptr(q.size) != elem.Size() {
		w.note(elem) // another runtime
		return
	}
	waiting := reflect.NewAt(reflect.ArrayOf(v.Cap(), elem), q.elements).Elem()
	for i := range v.Cap() {
		w.step("<-", func() { w.visit(waiting.Index(i)) }) // zero if none waits there
	}
}

// queue is the beginning of what a channel points to, the runtime's hchan.
type queue struct {
	length, capacity uint
	elements         unsafe.Pointer
	size             uint16
}
