package display

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// format is fmt.Sprintf("%+v", v) for a value whose text fits TextLimit. Of a
// larger one, or of one that contains itself, it writes only a little more
// than TextLimit bytes: fmt would format all of it first.
func format(v any) string {
	budget := TextLimit
	if small(reflect.ValueOf(v), 0, &budget) {
		return fmt.Sprintf("%+v", v)
	}
	var p printer
	p.value(reflect.ValueOf(v), 0)
	return p.String()
}

// small walks v as fmt would and reports whether it has at most *budget
// parts, bytes of strings included.
func small(v reflect.Value, depth int, budget *int) bool {
	*budget--
	if *budget < 0 {
		return false
	}
	if !v.IsValid() || ownFormat(v) {
		return true
	}
	switch v.Kind() {
	case reflect.String:
		*budget -= v.Len()
	case reflect.Interface:
		return small(v.Elem(), depth+1, budget)
	case reflect.Pointer:
		if depth == 0 && !v.IsNil() && followed(v.Elem().Kind()) {
			return small(v.Elem(), depth+1, budget)
		}
	case reflect.Slice, reflect.Array:
		if v.Len() > *budget {
			return false
		}
		for i := range v.Len() {
			if !small(v.Index(i), depth+1, budget) {
				return false
			}
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			if !small(field, depth+1, budget) {
				return false
			}
		}
	case reflect.Map:
		if v.Len() > *budget {
			return false
		}
		for it := v.MapRange(); it.Next(); {
			if !small(it.Key(), depth+1, budget) || !small(it.Value(), depth+1, budget) {
				return false
			}
		}
	}
	return *budget >= 0
}

// ownFormat reports whether v formats itself.
func ownFormat(v reflect.Value) bool {
	if !v.CanInterface() {
		return false
	}
	switch v.Interface().(type) {
	case fmt.Formatter, fmt.Stringer, error:
		return true
	}
	return false
}

// followed reports whether fmt writes a pointer to this kind as & and its
// target.
func followed(k reflect.Kind) bool {
	return k == reflect.Array || k == reflect.Slice || k == reflect.Struct || k == reflect.Map
}

// A printer writes like %+v and stops soon after TextLimit bytes.
type printer struct {
	strings.Builder
}

func (p *printer) full() bool { return p.Len() > TextLimit }

func (p *printer) value(v reflect.Value, depth int) {
	if p.full() {
		return
	}
	if !v.IsValid() {
		p.WriteString("<nil>")
		return
	}
	if ownFormat(v) {
		fmt.Fprintf(p, "%+v", v)
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		p.value(v.Elem(), depth+1)
	case reflect.Pointer:
		if depth == 0 && !v.IsNil() && followed(v.Elem().Kind()) {
			p.WriteByte('&')
			p.value(v.Elem(), depth+1)
			return
		}
		fmt.Fprintf(p, "%+v", v)
	case reflect.Slice, reflect.Array:
		p.WriteByte('[')
		for i := 0; i < v.Len() && !p.full(); i++ {
			p.space(i)
			p.value(v.Index(i), depth+1)
		}
		p.WriteByte(']')
	case reflect.Struct:
		p.WriteByte('{')
		for i := 0; i < v.NumField() && !p.full(); i++ {
			p.space(i)
			p.WriteString(v.Type().Field(i).Name + ":")
			p.value(v.Field(i), depth+1)
		}
		p.WriteByte('}')
	case reflect.Map:
		p.mapping(v, depth)
	case reflect.String:
		s := v.String()
		p.WriteString(s[:min(len(s), TextLimit+1)])
	default:
		fmt.Fprintf(p, "%+v", v)
	}
}

// mapping writes the entries of v that come first in key order, as many as
// can possibly be shown.
func (p *printer) mapping(v reflect.Value, depth int) {
	p.WriteString("map[")
	// An entry takes at least four bytes: key, colon, value, space.
	for i, e := range firstEntries(v, (TextLimit-p.Len())/4+1) {
		if p.full() {
			break
		}
		p.space(i)
		p.value(e.key, depth+1)
		p.WriteByte(':')
		p.value(e.value, depth+1)
	}
	p.WriteByte(']')
}

func (p *printer) space(i int) {
	if i > 0 {
		p.WriteByte(' ')
	}
}

// An entry of a map; a NaN key cannot be looked up again.
type entry struct{ key, value reflect.Value }

// firstEntries returns the entries of m with the n smallest keys, in order.
// Keys of kinds without a natural order come as the map yields them.
func firstEntries(m reflect.Value, n int) []entry {
	compare := order(m.Type().Key().Kind())
	byKey := func(a, b entry) int { return compare(a.key, b.key) }
	var entries []entry
	for it := m.MapRange(); it.Next(); {
		entries = append(entries, entry{it.Key(), it.Value()})
		// Keeping up to 2n and halving costs O(len log n) in total.
		if len(entries) == 2*n {
			if compare == nil {
				return entries[:n]
			}
			slices.SortFunc(entries, byKey)
			entries = entries[:n]
		}
	}
	if compare != nil {
		slices.SortFunc(entries, byKey)
	}
	return entries[:min(n, len(entries))]
}
