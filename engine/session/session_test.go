package session

import (
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
