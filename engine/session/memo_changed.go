package session

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strconv"

	"gomemo/persist"
)

// snapshotSize is the size of arguments and globals, in bytes, up to which a
// copy of them is made before a call, so that a change can be located, and up
// to which they are hashed one by one whatever that takes.
const snapshotSize = 16 << 10

// small reports whether the values of k are at most snapshotSize.
func (j *judge) small(k *callKey) bool {
	budget := snapshotSize
	for _, v := range k.vs {
		if !j.types().spend(v, &budget) {
			return false
		}
	}
	return true
}

// snapshot encodes the values of k if they can be changed and are small.
func (j *judge) snapshot(k *callKey) []byte {
	if !j.mutable || !j.small(k) {
		return nil
	}
	var buf bytes.Buffer
	if err := persist.EncodeValues(&buf, k.vs, persist.Capacity()); err != nil {
		return nil
	}
	return buf.Bytes()
}

// spend takes the size of v and of all that it refers to from budget, and
// reports whether that was enough.
func (f *typeFacts) spend(v reflect.Value, budget *int) bool {
	t := v.Type()
	*budget -= int(t.Size())
	switch {
	case *budget < 0:
		return false
	case v.Kind() == reflect.String:
		*budget -= v.Len()
		return *budget >= 0
	case !f.refs(t):
		return true
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return v.IsNil() || f.spend(v.Elem(), budget) // a cycle runs out of budget
	case reflect.Struct:
		for _, field := range v.Fields() {
			if !f.spend(field, budget) {
				return false
			}
		}
	case reflect.Slice, reflect.Array:
		if v.Len() > *budget || v.Kind() == reflect.Slice && (v.Cap()-v.Len())*int(t.Elem().Size()) > *budget {
			return false
		}
		for i := range v.Len() {
			if !f.spend(v.Index(i), budget) {
				return false
			}
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if !f.spend(it.Key(), budget) || !f.spend(it.Value(), budget) {
				return false
			}
		}
	}
	return true
}

// unchanged says what the call has changed; "" if nothing.
func (j *judge) unchanged(k *callKey, snap []byte) (refuse string) {
	if !j.mutable {
		return ""
	}
	names := j.valueNames
	graph, err := j.hash(k.vs, names)
	if err != nil {
		return j.unsupported(err)
	}
	if graph == k.graph {
		return ""
	}
	if snap != nil {
		var ts []reflect.Type
		for _, v := range k.vs {
			ts = append(ts, v.Type())
		}
		old, err := persist.DecodeValues(snap, ts, persist.Types(j.cell.session.TypeNamed))
		if err == nil {
			var d differ
			for i, v := range k.vs {
				if path, ok := d.diff(old[i], v, ""); ok {
					return j.placed(names[i]+path) + " was changed by the call"
				}
			}
		}
	}
	var may []string
	for i, v := range k.vs {
		if v.CanAddr() || j.types().refs(v.Type()) { // the others are copies
			may = append(may, names[i])
		}
	}
	return list(may, " or ") + " was changed by the call"
}

// A differ locates the first difference between two values of one type.
type differ struct{ seen map[[2]uintptr]bool }

// diff returns the path, as the end of a Go expression, to the first part of
// b that is not as in a.
func (d *differ) diff(a, b reflect.Value, path string) (string, bool) {
	switch b.Kind() {
	case reflect.Pointer:
		if a.IsNil() != b.IsNil() {
			return path, true
		}
		if b.IsNil() || d.again(a.Pointer(), b.Pointer()) {
			return "", false
		}
		return d.diff(a.Elem(), b.Elem(), path)
	case reflect.Interface:
		if a.IsNil() != b.IsNil() || !b.IsNil() && a.Elem().Type() != b.Elem().Type() {
			return path, true
		}
		if b.IsNil() {
			return "", false
		}
		return d.diff(a.Elem(), b.Elem(), path)
	case reflect.Struct:
		for i := range b.NumField() {
			if p, ok := d.diff(a.Field(i), b.Field(i), path+"."+b.Type().Field(i).Name); ok {
				return p, true
			}
		}
		return "", false
	case reflect.Slice:
		if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
			return path, true
		}
		if b.IsNil() || d.again(a.Pointer(), b.Pointer()) {
			return "", false
		}
		if a.Cap() == b.Cap() {
			a, b = a.Slice(0, a.Cap()), b.Slice(0, b.Cap())
		}
		return d.elements(a, b, path)
	case reflect.Array:
		return d.elements(a, b, path)
	case reflect.Map:
		return d.maps(a, b, path)
	}
	return path, !sameScalar(a, b)
}

func (d *differ) again(a, b uintptr) bool {
	at := [2]uintptr{a, b}
	if d.seen[at] {
		return true
	}
	if d.seen == nil {
		d.seen = make(map[[2]uintptr]bool)
	}
	d.seen[at] = true
	return false
}

func (d *differ) elements(a, b reflect.Value, path string) (string, bool) {
	for i := range b.Len() {
		if p, ok := d.diff(a.Index(i), b.Index(i), path+"["+strconv.Itoa(i)+"]"); ok {
			return p, true
		}
	}
	return "", false
}

func (d *differ) maps(a, b reflect.Value, path string) (string, bool) {
	if a.IsNil() != b.IsNil() {
		return path, true
	}
	for it := b.MapRange(); it.Next(); {
		at := path + "[" + keyText(it.Key()) + "]"
		old := a.MapIndex(it.Key())
		if !old.IsValid() {
			return at, true
		}
		if p, ok := d.diff(old, it.Value(), at); ok {
			return p, true
		}
	}
	for it := a.MapRange(); it.Next(); {
		if !b.MapIndex(it.Key()).IsValid() {
			return path + "[" + keyText(it.Key()) + "]", true
		}
	}
	return "", false
}

func keyText(v reflect.Value) string {
	if s := shortText(v); s != "" {
		return s
	}
	return fmt.Sprintf("a %s", v.Type())
}

func sameScalar(a, b reflect.Value) bool {
	switch {
	case b.Kind() == reflect.Bool:
		return a.Bool() == b.Bool()
	case b.CanInt():
		return a.Int() == b.Int()
	case b.CanUint():
		return a.Uint() == b.Uint()
	case b.CanFloat():
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float())
	case b.CanComplex():
		x, y := a.Complex(), b.Complex()
		return math.Float64bits(real(x)) == math.Float64bits(real(y)) && math.Float64bits(imag(x)) == math.Float64bits(imag(y))
	case b.Kind() == reflect.String:
		return a.String() == b.String()
	}
	return true // func, chan and unsafe.Pointer are nil, or there would be no snapshot
}
