package session

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gomemo/display"
	"gomemo/engine/wire"
)

// Kernel is the kernel process as an engine sees it. Its methods may be
// called from several goroutines.
type Kernel interface {
	// Show obeys c and returns once its place among the prints is settled.
	Show(c display.Command) error
	// BeginCapture starts recording everything printed and shown from now on.
	BeginCapture() (id int, err error)
	// EndCapture returns what was recorded since, in order.
	EndCapture(id int) ([]wire.Event, error)
	// Judged reports a verdict on a call ahead of the cell's end.
	Judged(c wire.Call)
}

// ErrTooLarge is returned by EndCapture when more was printed and shown than
// wire.CaptureLimit allows to keep.
var ErrTooLarge = errors.New("output is too large to be kept")

// A Session is what an engine keeps between cells. Its methods are for the
// goroutine that runs the current cell and, between cells, for the engine's
// loop.
type Session struct {
	Registry
	hello   wire.Hello
	zone    string // describes the machine\'s time zone
	kernel  Kernel
	vars    map[string]variable
	pointed []string // of the current cell
	waiting wire.Renewal
	memo    memoSession

	adopt   func(own, at reflect.Value, symbol string) error
	adopted []reflect.Value // pointers to variables that only compiled code and s refer to
}

// variable is a variable of the notebook.
type variable struct {
	unit string        // generated package that declares it; "" for a box on the heap
	ptr  reflect.Value // to its storage
}

// New returns a session without variables.
func New(h wire.Hello, k Kernel) *Session {
	return &Session{hello: h, kernel: k, vars: make(map[string]variable), zone: localZone()}
}

// Var returns a pointer to the storage of a variable of the notebook.
func (s *Session) Var(name string) (ptr reflect.Value, ok bool) {
	v, ok := s.vars[name]
	return v.ptr, ok
}

// SetPointed says to which variables something may point: the storage that
// they leave in this cell is not zeroed.
func (s *Session) SetPointed(names []string) { s.pointed = names }

// SetAdopt has variables of the heap stay where they are when compiled code
// gets them: adopt makes the memory that at points to be the variable that the
// linker calls symbol, which own points to.
func (s *Session) SetAdopt(adopt func(own, at reflect.Value, symbol string) error) { s.adopt = adopt }

// Drop forgets variables and zeroes their storage, so that what they held
// can be freed. Unknown names are ignored.
func (s *Session) Drop(names ...string) {
	for _, name := range names {
		if v, ok := s.vars[name]; ok {
			s.leave(name, v)
			delete(s.vars, name)
		}
	}
}

// leave zeroes the storage of a variable, unless something may point to it or
// it has another name, which ends in oldSuffix.
func (s *Session) leave(name string, v variable) {
	if slices.Contains(s.pointed, name) {
		return
	}
	for other, o := range s.vars {
		if other != name && o.ptr.UnsafePointer() == v.ptr.UnsafePointer() {
			return
		}
	}
	v.ptr.Elem().SetZero()
}

// shadowSuffix marks the name of a variable that the user knows by a name that
// had another meaning, which users of that meaning keep.
const shadowSuffix = "ˑ"

// oldSuffix marks the second name of a variable's storage, which is kept while
// the variable gets its next value from there.
const oldSuffix = "·old"

// Bind makes a variable live in the generated package unit, or, if unit is
// empty, in a new box of type t on the heap. It keeps its value if it already
// lived elsewhere with the identical type, or if move vouches that its old type
// differs from the new one in nothing but its methods; otherwise it starts at
// zero. One that keeps its value and lived on the heap keeps its memory, too, if
// SetAdopt was called. The storage that it leaves is zeroed, as by Drop. A
// variable that is there already stays untouched, also if only its type is
// another now.
func (s *Session) Bind(name, unit string, t reflect.Type, move bool) error {
	old, had := s.vars[name]
	keeps := func(t reflect.Type) bool {
		if !had {
			return false
		}
		from := old.ptr.Type().Elem()
		return from == t || move && from.Size() == t.Size() && from.Kind() == t.Kind()
	}
	var ptr reflect.Value
	switch {
	case unit != "":
		own := strings.TrimSuffix(name, oldSuffix)
		p, ok := s.variable(unit, own)
		if !ok {
			return fmt.Errorf("no loaded plugin declares variable %s in %s", name, unit)
		}
		ptr = p
		if keeps(p.Type().Elem()) && old.unit == "" && s.adopt != nil {
			var err error
			if ptr, err = s.adoptAt(unit, own, p, old.ptr); err != nil {
				return fmt.Errorf("variable %s: %w", name, err)
			}
		}
	case had && old.unit == "" && old.ptr.Type().Elem() == t:
		return nil
	case keeps(t) && old.unit == "":
		ptr = reflect.NewAt(t, old.ptr.UnsafePointer())
	default:
		ptr = reflect.New(t)
	}
	if had && old.ptr.UnsafePointer() != ptr.UnsafePointer() { // else only its type is another
		if to := ptr.Type().Elem(); keeps(to) {
			ptr.Elem().Set(reflect.NewAt(to, old.ptr.UnsafePointer()).Elem())
		}
		s.leave(name, old)
	}
	s.vars[name] = variable{unit, ptr}
	return nil
}

// adoptAt makes the variable own of a generated package, which ptr points to,
// be the memory that at points to, and returns a pointer to that.
func (s *Session) adoptAt(unit, own string, ptr, at reflect.Value) (reflect.Value, error) {
	t := ptr.Type().Elem()
	if t.Size() == 0 || ptr.UnsafePointer() == at.UnsafePointer() {
		return ptr, nil
	}
	at = reflect.NewAt(t, at.UnsafePointer())
	if err := s.adopt(ptr, at, unit+"."+own); err != nil {
		return ptr, err
	}
	s.adopted = append(s.adopted, at)
	s.moved(unit, own, at)
	return at, nil
}

// BindAt makes a variable be the memory of another one, home, of compiled code.
// Its type t differs from that of home in nothing but methods.
func (s *Session) BindAt(name, home string, t reflect.Type) error {
	at, ok := s.variableNamed(home)
	if !ok {
		return fmt.Errorf("no loaded plugin declares variable %s, where %s is", home, name)
	}
	if was := at.Type().Elem(); was.Size() != t.Size() || was.Kind() != t.Kind() {
		return fmt.Errorf("variable %s cannot be a %v where a %v is", name, t, was)
	}
	if old, had := s.vars[name]; had && old.ptr.UnsafePointer() != at.UnsafePointer() {
		s.leave(name, old)
	}
	s.vars[name] = variable{"", reflect.NewAt(t, at.UnsafePointer())}
	return nil
}

// BindTo gives the memory of variable of a second name, for the type t, which
// differs from what it has there in nothing but methods.
func (s *Session) BindTo(name, of string, t reflect.Type) error {
	v, ok := s.vars[of]
	if !ok {
		return fmt.Errorf("there is no variable %s, whose memory %s is", of, name)
	}
	if was := v.ptr.Type().Elem(); was.Size() != t.Size() || was.Kind() != t.Kind() {
		return fmt.Errorf("variable %s cannot be a %v where a %v is", name, t, was)
	}
	s.vars[name] = variable{"", reflect.NewAt(t, v.ptr.UnsafePointer())}
	return nil
}
