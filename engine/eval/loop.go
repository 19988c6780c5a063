package eval

import (
	"reflect"
	"unicode/utf8"

	"gomemo/engine/wire"
)

// step takes a loop one round on. key and value are new variables.
type step func() (key, value reflect.Value, ok bool)

// start evaluates what loop e.N ranges over. e.Name is "key" if the loop has
// no use for values.
func (b *builder) start(e *wire.Expr) func() {
	x := b.value(&e.Args[0])
	if e.Name == "key" {
		x = b.ref(&e.Args[0])
	}
	return func() { b.loops[e.N] = steps(x(), e.Name != "key") }
}

func steps(v reflect.Value, values bool) step {
	switch {
	case v.CanInt() || v.CanUint():
		return count(v)
	case v.Kind() == reflect.String:
		s, at := v.String(), 0
		return func() (reflect.Value, reflect.Value, bool) {
			if at >= len(s) {
				return reflect.Value{}, reflect.Value{}, false
			}
			r, n := utf8.DecodeRuneInString(s[at:])
			key := reflect.ValueOf(at)
			at += n
			return key, reflect.ValueOf(r), true
		}
	case v.Kind() == reflect.Map:
		it := v.MapRange()
		return func() (reflect.Value, reflect.Value, bool) {
			if !it.Next() {
				return reflect.Value{}, reflect.Value{}, false
			}
			return it.Key(), it.Value(), true
		}
	}
	i, n := -1, v.Len()
	return func() (key, value reflect.Value, ok bool) {
		i++
		if i >= n {
			return reflect.Value{}, reflect.Value{}, false
		}
		if values {
			value = v.Index(i)
		}
		return reflect.ValueOf(i), value, true
	}
}

// count ranges over an integer, in its own type.
func count(v reflect.Value) step {
	t := v.Type()
	if v.CanInt() {
		i, n := int64(-1), v.Int()
		return func() (reflect.Value, reflect.Value, bool) {
			i++
			key := reflect.New(t).Elem()
			if i < n {
				key.SetInt(i)
			}
			return key, reflect.Value{}, i < n
		}
	}
	i, n := uint64(0), v.Uint()
	return func() (reflect.Value, reflect.Value, bool) {
		key := reflect.New(t).Elem()
		if i >= n {
			return key, reflect.Value{}, false
		}
		key.SetUint(i)
		i++
		return key, reflect.Value{}, true
	}
}

// next takes a loop one step on and sets its variables, as an assignment to
// both does.
func (b *builder) next(e *wire.Expr) code {
	var to []func() place
	for i := range e.Args {
		to = append(to, b.place(&e.Args[i]))
	}
	return func() reflect.Value {
		key, value, ok := b.loops[e.N]()
		if !ok {
			return boolean(false)
		}
		vs := [2]reflect.Value{key, value}
		var places [2]place
		for i, p := range to {
			places[i] = p()
		}
		for i := range to {
			places[i].set(vs[i])
		}
		return boolean(true)
	}
}

// choose returns the number of the first case that holds.
func (b *builder) choose(e *wire.Expr) code {
	var cases []code
	for i := range e.Args {
		cases = append(cases, b.value(&e.Args[i]))
	}
	return func() reflect.Value {
		for i, c := range cases {
			if c().Bool() {
				return own(reflect.ValueOf(e.Keys[i]))
			}
		}
		return own(reflect.ValueOf(e.N))
	}
}
