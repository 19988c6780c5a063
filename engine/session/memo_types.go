package session

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// unitPrefix starts the import paths of generated packages.
const unitPrefix = "nb/"

// typeFacts caches what is asked about types all the time.
type typeFacts struct{ m sync.Map } // reflect.Type -> bool

// refs reports whether values of type t can refer to memory that can be
// changed: pointers, slices, maps, interfaces.
func (f *typeFacts) refs(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		if v, ok := f.m.Load(t); ok {
			return v.(bool)
		}
		refs := false
		for i := 0; i < t.NumField() && !refs; i++ {
			refs = f.refs(t.Field(i).Type)
		}
		f.m.Store(t, refs)
		return refs
	case reflect.Array:
		return t.Len() > 0 && f.refs(t.Elem())
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface,
		reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	}
	return false
}

// staticTypes adds the named types that t is made of to set. Those found only
// inside interfaces at run time are not among them.
func staticTypes(set map[reflect.Type]bool, t reflect.Type) {
	if set[t] {
		return
	}
	set[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		staticTypes(set, t.Elem())
	case reflect.Map:
		staticTypes(set, t.Key())
		staticTypes(set, t.Elem())
	case reflect.Struct:
		for field := range t.Fields() {
			staticTypes(set, field.Type)
		}
	case reflect.Func:
		for in := range t.Ins() {
			staticTypes(set, in)
		}
	}
}

// pureMethods are the standard packages whose types may sit in an interface
// that a remembered call is given: their methods depend on nothing but the
// value. A method of any other package's type could do anything.
func pureMethods(path string) bool {
	switch path {
	case "bytes", "container/heap", "container/list", "container/ring", "encoding/json", "errors", "fmt",
		"image", "image/color", "io", "math/big", "math/bits", "math/rand", "math/rand/v2", "net/netip",
		"net/url", "sort", "strconv", "strings", "time", "unicode", "unicode/utf8":
		return true
	}
	return false
}

// A typeCheck refuses values of one call that bring code along which is not
// known to be pure: the dynamic types of interfaces, by their methods. The
// static types belong to the code closure, which the front end has judged; so
// do the types that a dynamic type of the notebook is made of.
type typeCheck struct {
	j    *judge
	seen []reflect.Type // those that may have to be refused
}

// note is called for every type in the values, parts before the whole.
func (c *typeCheck) note(t reflect.Type) error {
	if t.PkgPath() != "" && !c.j.static[t] {
		c.seen = append(c.seen, t)
	}
	return nil
}

// verdict accepts or refuses the types that were noted.
func (c *typeCheck) verdict() error {
	judged := make(map[reflect.Type]bool)
	for _, t := range c.seen {
		if !strings.HasPrefix(t.PkgPath(), unitPrefix) {
			continue
		}
		if err := checkUnit(&c.j.cell.session.Registry, t.PkgPath(), t.String()); err != nil {
			return err
		}
		staticTypes(judged, t)
	}
	for _, t := range c.seen {
		if judged[t] || t.Kind() == reflect.Interface || pureMethods(t.PkgPath()) || reflect.PointerTo(t).NumMethod() == 0 {
			continue
		}
		return fmt.Errorf("a value in an interface is a %s.%s, whose methods are not known to be pure", t.PkgPath(), t.Name())
	}
	return nil
}

// checkUnit checks a type of the generated package path.
func checkUnit(r *Registry, path, name string) error {
	refuse, ok := r.Refusal(path)
	if !ok {
		return fmt.Errorf("a value in an interface is a %s, of a version of the code that is gone", name)
	}
	if refuse != "" {
		return fmt.Errorf("a value in an interface is a %s: %s", name, refuse)
	}
	return nil
}

// typeName returns a name for t that no other type has.
func typeName(t reflect.Type) string {
	var b strings.Builder
	writeType(&b, t)
	return b.String()
}

func writeType(b *strings.Builder, t reflect.Type) {
	if t.Name() != "" {
		fmt.Fprintf(b, "%q.%s", t.PkgPath(), t.Name())
		return
	}
	list := func(n int, at func(int) reflect.Type) {
		b.WriteByte('(')
		for i := range n {
			writeType(b, at(i))
			b.WriteByte(',')
		}
		b.WriteByte(')')
	}
	switch t.Kind() {
	case reflect.Pointer:
		b.WriteByte('*')
		writeType(b, t.Elem())
	case reflect.Slice:
		b.WriteString("[]")
		writeType(b, t.Elem())
	case reflect.Array:
		fmt.Fprintf(b, "[%d]", t.Len())
		writeType(b, t.Elem())
	case reflect.Chan:
		fmt.Fprintf(b, "chan %d ", t.ChanDir())
		writeType(b, t.Elem())
	case reflect.Map:
		b.WriteString("map[")
		writeType(b, t.Key())
		b.WriteByte(']')
		writeType(b, t.Elem())
	case reflect.Func:
		fmt.Fprintf(b, "func %t", t.IsVariadic())
		list(t.NumIn(), t.In)
		list(t.NumOut(), t.Out)
	case reflect.Struct:
		b.WriteString("struct{")
		for f := range t.Fields() {
			fmt.Fprintf(b, "%q.%s %t ", f.PkgPath, f.Name, f.Anonymous)
			writeType(b, f.Type)
			fmt.Fprintf(b, " %q;", f.Tag)
		}
		b.WriteByte('}')
	case reflect.Interface:
		b.WriteString("interface{")
		for m := range t.Methods() {
			fmt.Fprintf(b, "%q.%s ", m.PkgPath, m.Name)
			writeType(b, m.Type)
			b.WriteByte(';')
		}
		b.WriteByte('}')
	default: // a predeclared type has a name
		panic("session: unnamed type " + t.String())
	}
}
