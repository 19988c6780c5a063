package interp

import "testing"

func TestDirectiveLines(t *testing.T) {
	for _, c := range []struct{ text, rest string }{
		{"x % y", "x % y"},
		{"%go get a\nx", "         \nx"},
		{"// c\n\n  %go  \nx\n%go", "// c\n\n       \nx\n%go"},
		{"x := `\n%go\n`", "x := `\n%go\n`"},
		{"%", " "},
	} {
		if _, rest := directiveLines(c.text); rest != c.rest {
			t.Errorf("%q: got %q, want %q", c.text, rest, c.rest)
		}
	}
}

// Consoles run directives at once, and wait for the rest of Go below them.
func TestDirectiveIsComplete(t *testing.T) {
	s := &Session{}
	for text, want := range map[string]string{
		"%go get example.com/x@v1.0.0": "complete",
		"%undef f\nf := func() {":      "incomplete",
		"%undef f\nf()":                "complete",
		"f()\n%undef f":                "invalid",
	} {
		if got, _ := s.IsComplete(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestDirectiveCompletion(t *testing.T) {
	s := &Session{table: newTable()}
	got, start, end := s.Complete(t.Context(), "  %un", 5)
	if len(got) != 1 || got[0].Text != "undef" || start != 3 || end != 5 {
		t.Errorf("got %v, %d, %d", got, start, end)
	}
}

func TestFields(t *testing.T) {
	for text, want := range map[string][]string{
		`a  b`: {"a", "b"}, `"a b" 'c"'`: {"a b", `c"`}, `x=>"./y z"`: {"x=>./y z"}, `""`: {""}, ` `: nil,
	} {
		got, err := fields(text)
		if err != nil || len(got) != len(want) {
			t.Errorf("%s: got %q, %v", text, got, err)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: got %q", text, got)
			}
		}
	}
	if _, err := fields(`"a`); err == nil {
		t.Error("an open quote is no error")
	}
}
