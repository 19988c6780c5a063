package session

import (
	"reflect"
	"testing"

	"gomemo/engine/wire"
)

func TestBindTellsWhatIsMissing(t *testing.T) {
	s := New(wire.Hello{}, nil)
	err := s.Bind("x", "nb/1", nil, false)
	if want := "no loaded plugin declares variable x in nb/1"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if _, ok := s.Var("x"); ok {
		t.Error("x is bound")
	}
}

func TestBindAdoptsTheHeap(t *testing.T) {
	s := New(wire.Hello{}, nil)
	symbol := ""
	s.SetAdopt(func(own, at reflect.Value, name string) error { symbol = name; return nil })
	bind := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	bind(s.Bind("x", "", reflect.TypeFor[int](), false))
	heap, _ := s.Var("x")
	heap.Elem().SetInt(7)
	var own, another int
	s.Registry.Var("nb/1", "x", &own)
	bind(s.Bind("x", "nb/1", nil, false))
	bind(s.BindTo("x·old", "x", reflect.TypeFor[int]()))
	for _, name := range []string{"x", "x·old"} {
		if ptr, _ := s.Var(name); ptr.Pointer() != heap.Pointer() || ptr.Elem().Int() != 7 {
			t.Errorf("%s has moved and is %d", name, ptr.Elem().Int())
		}
	}
	if ptr, _ := s.variableNamed("nb/1.x"); ptr.Pointer() != heap.Pointer() || symbol != "nb/1.x" {
		t.Errorf("%q was adopted", symbol)
	}
	if err := s.BindTo("y", "x", reflect.TypeFor[string]()); err == nil {
		t.Error("a string is where an int is")
	}
	symbol = ""
	s.Registry.Var("nb/2", "x", &another)
	bind(s.Bind("x", "nb/2", nil, false)) // from compiled code it moves
	if ptr, _ := s.Var("x"); another != 7 || ptr.Pointer() == heap.Pointer() || symbol != "" {
		t.Errorf("%q was adopted", symbol)
	}
}

func TestRegistryRefusesWhatCannotBe(t *testing.T) {
	var r Registry
	for want, f := range map[string]func(){
		"session: nb/1.f is a int, not a function":                 func() { r.Func("nb/1", "f", 1) },
		"session: nb/1.x is a string, not a pointer to a variable": func() { r.Var("nb/1", "x", "s") },
		"session: nb/1.T is a int, not a pointer to a type":        func() { r.Type("nb/1", "T", 1) },
		"session: nb/1.N is a <nil>, not a pointer to a type":      func() { r.Type("nb/1", "N", nil) },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panic %v, want %s", got, want)
				}
			}()
			f()
		}()
	}
	r.Unit("nb/1", "reads the clock")
	if why, ok := r.Refusal("nb/1"); why != "reads the clock" || !ok {
		t.Errorf("Refusal: %q, %v", why, ok)
	}
	if _, ok := r.Refusal("nb/2"); ok {
		t.Error("nb/2 is known")
	}
}
