package native

import (
	"path/filepath"
	"strings"
	"testing"
)

// A notebook below a go.work uses its modules, with their replacements; what
// the notebook's module requires is not kept with them.
func TestWorkPrivateModule(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.work":        "go 1.26\n\nuse ./a\n",
		"a/go.mod":       "module example.com/a\n\ngo 1.26\n\nrequire example.com/b v1.0.0\n\nreplace example.com/b => ./b\n",
		"a/a.go":         "package a\n\nimport \"example.com/b\"\n\nfunc Name() string { return \"a with \" + b.Name }\n",
		"a/b/go.mod":     "module example.com/b\n\ngo 1.26\n",
		"a/b/b.go":       "package b\n\nconst Name = \"b\"\n",
		"books/note.txt": "a notebook lies here\n",
	} {
		if err := writeFile(filepath.Join(root, filepath.FromSlash(name)), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	tc := *toolchain(t)
	tc.warn = func(s string) { t.Errorf("warning: %s", s) }
	w, err := tc.OpenNotebook(t.Context(), Notebook{Dir: filepath.Join(root, "books"), File: "n.ipynb"})
	if err != nil {
		t.Fatal(err)
	}
	require(t, w, "example.com/a", "example.com/plain")
	p := build(t, w, uses("work1", "a.Name()", "example.com/a"))
	if got, want := run(t, w, p.Path), "a with b\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	kept := readFile(t, filepath.Join(w.start.kept, "go.mod"))
	if strings.Contains(kept, "example.com/a") || strings.Contains(kept, "gomemo") || !strings.Contains(kept, "example.com/plain v0.3.0") {
		t.Errorf("kept: %s", kept)
	}
}

// A notebook in a subdirectory of a module uses the module's packages, internal
// ones too, with its replacements, and leaves its go.mod as it is.
func TestEnclosingModule(t *testing.T) {
	root := t.TempDir()
	const gomod = "module example.com/proj\n\ngo 1.26\n\nrequire example.com/b v1.0.0\n\nreplace example.com/b => ./b\n"
	for name, text := range map[string]string{
		"go.mod":             gomod,
		"go.sum":             "example.com/other v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		"internal/a/a.go":    "package a\n\nimport \"example.com/b\"\n\nfunc Name() string { return \"a with \" + b.Name }\n",
		"b/go.mod":           "module example.com/b\n\ngo 1.26\n",
		"b/b.go":             "package b\n\nconst Name = \"b\"\n",
		"books/ch1/note.txt": "a notebook lies here\n",
	} {
		if err := writeFile(filepath.Join(root, filepath.FromSlash(name)), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	tc := *toolchain(t)
	tc.warn = func(s string) { t.Errorf("warning: %s", s) }
	w, err := tc.OpenNotebook(t.Context(), Notebook{Dir: filepath.Join(root, "books", "ch1"), File: "n.ipynb"})
	if err != nil {
		t.Fatal(err)
	}
	require(t, w, "example.com/proj/internal/a", "example.com/plain")
	p := build(t, w, uses("enclosing1", "a.Name()", "example.com/proj/internal/a"))
	if got, want := run(t, w, p.Path), "a with b\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for name, text := range map[string]string{"go.mod": readFile(t, filepath.Join(w.start.kept, "go.mod")), "go.sum": readFile(t, filepath.Join(w.start.kept, "go.sum"))} {
		if strings.Contains(text, "example.com/proj") || strings.Contains(text, "example.com/other") || !strings.Contains(text, "example.com/plain v0.3.0") {
			t.Errorf("kept %s: %s", name, text)
		}
	}
	if got := readFile(t, filepath.Join(root, "go.mod")); got != gomod {
		t.Errorf("the user's go.mod has become %s", got)
	}
}

// A go.work that does not list the notebook's module is not for it.
func TestWorkElsewhere(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.work":      "go 1.26\n\nuse ./a\n",
		"a/go.mod":     "module example.com/a\n\ngo 1.26\n",
		"books/go.mod": "module example.com/books\n\ngo 1.26\n",
	} {
		if err := writeFile(filepath.Join(root, filepath.FromSlash(name)), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	var warnings []string
	tc := *toolchain(t)
	tc.warn = func(s string) { warnings = append(warnings, s) }
	if _, err := tc.OpenNotebook(t.Context(), Notebook{Dir: filepath.Join(root, "books")}); err != nil {
		t.Fatal(err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "does not list") {
		t.Errorf("warnings %q", warnings)
	}
}

func TestAnyVersion(t *testing.T) {
	for path, want := range map[string]string{
		"example.com/a": "v0.0.0", "example.com/a/v2": "v2.0.0", "gopkg.in/yaml.v3": "v3.0.0", "app": "v0.0.0",
	} {
		if got := anyVersion(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
