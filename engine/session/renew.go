package session

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gomemo/engine/wire"
)

// Renew gives the values that variables hold in interfaces the types that took
// the place of theirs, if these look the same in memory. alone says whether
// nothing else of the notebook runs: if it does the work waits for a later
// cell. Renew returns what to tell the user, "" if nothing.
func (s *Session) Renew(r *wire.Renewal, alone func() bool) (notice string) {
	if r != nil {
		s.waiting.Types = append(s.waiting.Types, r.Types...)
		s.waiting.Cells = r.Cells
	}
	if len(s.waiting.Types) == 0 {
		return ""
	}
	w := newRenewer(&s.Registry, s.waiting.Types)
	var names []string
	for name, v := range s.vars {
		if w.leads(v.ptr.Type().Elem()) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) > 0 && !alone() {
		if r != nil {
			notice = fmt.Sprintf("Goroutines of earlier cells are running: until they have ended, values of %s in interfaces keep the old type.", w.typeNames())
		}
		return notice
	}
	var lines []string
	for _, name := range names {
		w.path, w.kept = []string{strings.TrimSuffix(name, shadowSuffix)}, nil
		w.visit(s.vars[name].ptr.Elem())
		if w.kept != nil {
			lines = append(lines, w.kept.notice(name, s.waiting.Cells[name]))
		}
	}
	s.waiting = wire.Renewal{}
	return strings.Join(lines, "\n")
}

// kept is a value that stays as it is.
type kept struct {
	path string
	wire.Renewed
}

func (k *kept) notice(name string, cell int) string {
	where := ""
	name = strings.TrimSuffix(name, shadowSuffix)
	if k.path != name {
		where = " in " + k.path
	}
	text := fmt.Sprintf("%s holds a value of the old type %s%s: cell %d changed the type", name, k.Name, where, k.Cell)
	if cell > 0 {
		text += fmt.Sprintf("; run cell %d again", cell)
	}
	return text
}

// A renewer walks through values.
type renewer struct {
	stale map[string]wire.Renewed       // by the old package and the name
	to    map[reflect.Type]reflect.Type // what takes the place of a type: the type itself if nothing, nil if nothing can
	lead  map[reflect.Type]bool         // whether values of a type may lead to an interface
	seen  map[place]bool
	path  []string
	kept  *kept // the first value that stays as it is
	count int   // values that were changed
}

type place struct {
	ptr uintptr
	typ reflect.Type
	len int
}

func newRenewer(r *Registry, list []wire.Renewed) *renewer {
	w := &renewer{stale: map[string]wire.Renewed{}, to: map[reflect.Type]reflect.Type{}, lead: map[reflect.Type]bool{}, seen: map[place]bool{}}
	for _, t := range list {
		w.stale[t.Old+"."+t.Name] = t
	}
	for full, t := range w.stale {
		if from, to := r.TypeNamed(full), r.TypeNamed(t.New+"."+t.Name); from != nil {
			w.to[from] = nil
			if to != nil && alike(from, to, map[[2]reflect.Type]bool{}) {
				w.to[from] = to
			}
		}
	}
	return w
}

func (w *renewer) typeNames() string {
	var names []string
	for _, t := range w.stale {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// renewed returns what takes the place of t: t itself if it has nothing to do
// with a type that was declared again, nil if nothing can.
func (w *renewer) renewed(t reflect.Type) reflect.Type {
	if to, known := w.to[t]; known {
		return to
	}
	w.to[t] = t // if it is met again below
	to := t
	if t.Name() != "" {
		if _, old := w.staleIn(t); old {
			to = nil
		}
	} else {
		to = w.rebuilt(t)
	}
	w.to[t] = to
	return to
}

// staleIn finds the type that was declared again in what an instance of a
// generic type is written with.
func (w *renewer) staleIn(t reflect.Type) (wire.Renewed, bool) {
	full := t.PkgPath() + "." + t.Name()
	for _, r := range w.stale {
		if old := r.Old + "." + r.Name; full == old || strings.HasPrefix(full, old+"[") || strings.Contains(t.Name(), old) {
			return r, true
		}
	}
	return wire.Renewed{}, false
}

// rebuilt is renewed for a type without a name.
func (w *renewer) rebuilt(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		elem := w.renewed(t.Elem())
		switch {
		case elem == nil:
			return nil
		case elem == t.Elem():
			return t
		case t.Kind() == reflect.Pointer:
			return reflect.PointerTo(elem)
		case t.Kind() == reflect.Slice:
			return reflect.SliceOf(elem)
		case t.Kind() == reflect.Array:
			return reflect.ArrayOf(t.Len(), elem)
		}
		return reflect.ChanOf(t.ChanDir(), elem)
	case reflect.Map:
		key, elem := w.renewed(t.Key()), w.renewed(t.Elem())
		if key == nil || elem == nil {
			return nil
		}
		if key == t.Key() && elem == t.Elem() {
			return t
		}
		return reflect.MapOf(key, elem)
	case reflect.Func:
		return w.rebuiltFunc(t)
	case reflect.Struct:
		for f := range t.Fields() {
			if w.renewed(f.Type) != f.Type {
				return nil
			}
		}
	}
	return t
}

func (w *renewer) rebuiltFunc(t reflect.Type) reflect.Type {
	var in, out []reflect.Type
	changed := false
	add := func(to *[]reflect.Type, from reflect.Type) bool {
		n := w.renewed(from)
		changed = changed || n != from
		*to = append(*to, n)
		return n != nil
	}
	for param := range t.Ins() {
		if !add(&in, param) {
			return nil
		}
	}
	for result := range t.Outs() {
		if !add(&out, result) {
			return nil
		}
	}
	if !changed {
		return t
	}
	return reflect.FuncOf(in, out, t.IsVariadic())
}

// alike reports whether values of two types look the same in memory and mean
// the same: methods do not count, names of fields do.
func alike(a, b reflect.Type, met map[[2]reflect.Type]bool) bool {
	pair := [2]reflect.Type{a, b}
	if a == b || met[pair] {
		return true
	}
	met[pair] = true
	if a.Kind() != b.Kind() || a.Name() != b.Name() || a.Size() != b.Size() || !ours(a) || !ours(b) {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		return alike(a.Elem(), b.Elem(), met) && (a.Kind() != reflect.Chan || a.ChanDir() == b.ChanDir())
	case reflect.Map:
		return alike(a.Key(), b.Key(), met) && alike(a.Elem(), b.Elem(), met)
	case reflect.Struct:
		same := a.NumField() == b.NumField()
		for i := 0; same && i < a.NumField(); i++ {
			f, g := a.Field(i), b.Field(i)
			same = f.Name == g.Name && f.Offset == g.Offset && alike(f.Type, g.Type, met)
		}
		return same
	case reflect.Func:
		same := a.NumIn() == b.NumIn() && a.NumOut() == b.NumOut() && a.IsVariadic() == b.IsVariadic()
		for i := 0; same && i < a.NumIn(); i++ {
			same = alike(a.In(i), b.In(i), met)
		}
		for i := 0; same && i < a.NumOut(); i++ {
			same = alike(a.Out(i), b.Out(i), met)
		}
		return same
	case reflect.Interface:
		same := a.NumMethod() == b.NumMethod()
		for i := 0; same && i < a.NumMethod(); i++ {
			same = a.Method(i).Name == b.Method(i).Name && alike(a.Method(i).Type, b.Method(i).Type, met)
		}
		return same
	}
	return true
}

// ours reports types of the notebook and those without a name: two others are
// never one.
func ours(t reflect.Type) bool {
	return t.Name() == "" || strings.HasPrefix(t.PkgPath(), unitPrefix) || t.PkgPath() == ""
}

// leads reports whether values of type t may lead to an interface.
func (w *renewer) leads(t reflect.Type) bool {
	if known, ok := w.lead[t]; ok {
		return known
	}
	seen := map[reflect.Type]bool{}
	var find func(t reflect.Type) bool
	find = func(t reflect.Type) bool {
		if seen[t] {
			return false
		}
		seen[t] = true
		switch t.Kind() {
		case reflect.Interface:
			return true
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
			return find(t.Elem())
		case reflect.Map:
			return find(t.Key()) || find(t.Elem())
		case reflect.Struct:
			for field := range t.Fields() {
				if find(field.Type) {
					return true
				}
			}
		}
		return false
	}
	w.lead[t] = find(t)
	return w.lead[t]
}

// note remembers that a value of type t stays as it is.
func (w *renewer) note(t reflect.Type) {
	for w.kept == nil {
		if r, ok := w.staleIn(t); ok {
			w.kept = &kept{strings.Join(w.path, ""), r}
			return
		}
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan, reflect.Map:
			if t.Kind() == reflect.Map && w.renewed(t.Key()) != t.Key() {
				t = t.Key()
			} else {
				t = t.Elem()
			}
		default:
			for _, r := range w.stale {
				w.kept = &kept{strings.Join(w.path, ""), r}
			}
			return
		}
	}
}

// step does f with one more element of the path.
func (w *renewer) step(element string, f func()) {
	w.path = append(w.path, element)
	f()
	w.path = w.path[:len(w.path)-1]
}
