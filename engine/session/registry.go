package session

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// A Registry holds what the loaded plugins have declared. The zero value is
// ready; its methods may be called from several goroutines. It implements
// rt.Declarations.
type Registry struct {
	mu     sync.RWMutex // guards all fields below
	units  map[string]string
	funcs  map[string]reflect.Value
	vars   map[string]reflect.Value
	types  map[string]reflect.Type
	latest map[string]reflect.Type // by name alone
	stale  map[string]bool         // units of replaced types
}

// Unit implements rt.Declarations.
func (r *Registry) Unit(path, refuse string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	put(&r.units, path, refuse)
}

// Func implements rt.Declarations.
func (r *Registry) Func(unit, name string, f any) {
	v := reflect.ValueOf(f)
	if v.Kind() != reflect.Func {
		panic(fmt.Sprintf("session: %s.%s is a %T, not a function", unit, name, f))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	put(&r.funcs, unit+"."+name, v)
}

// Var implements rt.Declarations.
func (r *Registry) Var(unit, name string, ptr any) {
	v := reflect.ValueOf(ptr)
	if v.Kind() != reflect.Pointer {
		panic(fmt.Sprintf("session: %s.%s is a %T, not a pointer to a variable", unit, name, ptr))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	put(&r.vars, unit+"."+name, v)
}

// Type implements rt.Declarations.
func (r *Registry) Type(unit, name string, ptr any) {
	t := reflect.TypeOf(ptr)
	if t == nil || t.Kind() != reflect.Pointer {
		panic(fmt.Sprintf("session: %s.%s is a %T, not a pointer to a type", unit, name, ptr))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	put(&r.types, unit+"."+name, t.Elem())
	put(&r.latest, name, t.Elem())
}

// Refusal tells why calls that reach the generated package path are not
// remembered; "" if they may be. ok is false for a package that no plugin
// has registered.
func (r *Registry) Refusal(path string) (refuse string, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	refuse, ok = r.units[path]
	if r.stale[path] {
		refuse = "it is of a version of the code that is gone"
	}
	return refuse, ok
}

// SetStale says which generated packages hold types that the notebook has
// replaced. What methods of theirs read is not part of any key.
func (r *Registry) SetStale(paths []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.stale)
	for _, path := range paths {
		put(&r.stale, path, true)
	}
}

// FuncNamed finds a function by its full name, "nb/<hash>.name".
func (r *Registry) FuncNamed(full string) (reflect.Value, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	v, ok := r.funcs[full]
	return v, ok
}

// TypeNamed finds a type by its full name, "nb/<hash>.T"; nil if there is
// none.
func (r *Registry) TypeNamed(full string) reflect.Type {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.types[full]
}

// TypeLike finds the type of that name. Of a notebook type it finds the newest
// version, which may not be the one that full names.
func (r *Registry) TypeLike(full string) reflect.Type {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if strings.HasPrefix(full, unitPrefix) {
		if t := r.latest[full[strings.LastIndex(full, ".")+1:]]; t != nil {
			return t
		}
	}
	return r.types[full]
}

// variable finds the pointer to a package-level variable.
func (r *Registry) variable(unit, name string) (reflect.Value, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	v, ok := r.vars[unit+"."+name]
	return v, ok
}

// moved says that a package-level variable is somewhere else.
func (r *Registry) moved(unit, name string, ptr reflect.Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	put(&r.vars, unit+"."+name, ptr)
}

// variableNamed finds it by its full name, "nb/<hash>.name".
func (r *Registry) variableNamed(full string) (reflect.Value, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	v, ok := r.vars[full]
	return v, ok
}

func put[V any](m *map[string]V, k string, v V) {
	if *m == nil {
		*m = make(map[string]V)
	}
	(*m)[k] = v
}
