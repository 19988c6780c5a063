package native

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomemo/interp"
)

// userModule returns a workspace for a directory with a go.mod.
func userModule(t *testing.T, gomod string) (*Workspace, string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(gomod), 0o666); err != nil {
		t.Fatal(err)
	}
	w, err := toolchain(t).OpenNotebook(t.Context(), Notebook{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return w, dir
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// versionOf is that of the module in the graph.
func versionOf(w *Workspace, path string) string {
	list, _ := w.Modules()
	for _, m := range list {
		if m.Path == path {
			return m.Version
		}
	}
	return ""
}

func TestGoWritesUserModule(t *testing.T) {
	const gomod = "module example.com/user\n\ngo 1.26\n\nrequire example.com/shared v1.0.0\n"
	w, dir := userModule(t, gomod)
	require(t, w, "example.com/shared")
	var out strings.Builder
	change, err := w.Go(t.Context(), []string{"get", "example.com/shared@v1.1.0"}, &out)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "go: upgraded example.com/shared v1.0.0 => v1.1.0") {
		t.Errorf("printed %q", out.String())
	}
	if !strings.Contains(change.Engine, "example.com/shared is v1.1.0 now") || versionOf(w, "example.com/shared") != "v1.1.0" {
		t.Errorf("change %+v, version %s", change, versionOf(w, "example.com/shared"))
	}
	if got := readFile(t, filepath.Join(dir, "go.mod")); !strings.Contains(got, "example.com/shared v1.1.0") {
		t.Errorf("go.mod: %s", got)
	}
}

// What does not work is put back: go.mod, and a go.sum that was not there.
func TestGoPutsBack(t *testing.T) {
	const gomod = "module example.com/user\n\ngo 1.26\n\nrequire example.com/shared v1.0.0\n"
	w, dir := userModule(t, gomod)
	require(t, w, "example.com/shared")
	id := w.ID()
	for _, args := range [][]string{
		{"get", "example.com/nosuch@v1.0.0"},
		{"mod", "edit", "-require=example.com/nosuch@v1.0.0"},
		{"mod", "edit", "-go=1.99"},
		{"mod", "edit", "-module=bad path"},
	} {
		if _, err := w.Go(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%q: no error", args)
		}
		if got := readFile(t, filepath.Join(dir, "go.mod")); got != gomod {
			t.Errorf("%q: go.mod is now %s", args, got)
		}
		if _, err := os.Stat(filepath.Join(dir, "go.sum")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%q: a go.sum is left", args)
		}
	}
	if change, err := w.Require(t.Context(), nil); err != nil || change != (interp.Change{}) {
		t.Errorf("afterwards: %+v, %v", change, err)
	}
	if w.ID() != id {
		t.Error("the graph changed")
	}
}

func TestGoRefuses(t *testing.T) {
	w := workspace(t)
	for _, args := range [][]string{
		nil, {"run", "x.go"}, {"mod"}, {"mod", "init", "x"}, {"mod", "vendor"}, {"env", "-w", "GOPROXY=off"}, {"env", "-u", "GOPROXY"},
		{"get", "-C", "/", "x"}, {"get", "--toolexec=x", "x"}, {"list", "-modfile=x"},
	} {
		var module *interp.ModuleError
		if _, err := w.Go(t.Context(), args, io.Discard); !errors.As(err, &module) || module.Hint == "" {
			t.Errorf("%q: got error %v", args, err)
		}
	}
	if _, err := w.Go(t.Context(), []string{"get", "-u", "example.com/plain"}, io.Discard); err != nil {
		t.Errorf("get -u: %v", err)
	}
}

// tidy keeps what only the notebook imports and drops the rest.
func TestGoTidy(t *testing.T) {
	w, dir := userModule(t, "module example.com/user\n\ngo 1.26\n\nrequire (\n\texample.com/plain v0.3.0\n\texample.com/raises v1.0.0\n)\n")
	require(t, w, "example.com/plain")
	if _, err := w.Go(t.Context(), []string{"mod", "tidy"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if got := readFile(t, filepath.Join(dir, "go.mod")); !strings.Contains(got, "example.com/plain v0.3.0") || strings.Contains(got, "raises") {
		t.Errorf("go.mod: %s", got)
	}
}

// A go.mod of the user's wins over pinned versions, which add what it does not
// name.
func TestPinBesideUserModule(t *testing.T) {
	const gomod = "module example.com/user\n\ngo 1.26\n\nrequire example.com/shared v1.1.0\n"
	w, dir := userModule(t, gomod)
	change, err := w.Pin(t.Context(), map[string]string{"example.com/plain": "v0.3.0"})
	if err != nil || change.Notice != "" {
		t.Fatalf("%+v, %v", change, err)
	}
	require(t, w, "example.com/plain", "example.com/shared")
	if got := versionOf(w, "example.com/plain"); got != "v0.3.0" {
		t.Errorf("example.com/plain is %s", got)
	}
	change, err = w.Pin(t.Context(), map[string]string{"example.com/shared": "v1.0.0"})
	if err != nil || !strings.Contains(change.Notice, "example.com/shared is v1.1.0") {
		t.Errorf("%+v, %v", change, err)
	}
	if got := readFile(t, filepath.Join(dir, "go.mod")); got != gomod {
		t.Errorf("go.mod was written: %s", got)
	}
	if _, err := w.Pin(t.Context(), map[string]string{"example.com/shared": "one"}); err == nil {
		t.Error("a version that is none is no error")
	}
}
