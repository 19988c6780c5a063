package native

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestGotten(t *testing.T) {
	got := gotten([]string{"-u", "example.com/a@v1.2.3", "example.com/b/...", "example.com/c", "example.com/d@none"})
	if want := []string{"example.com/a", "example.com/c"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// compiles reports whether a package of the workspace's graph would have to be
// compiled.
func compiles(t *testing.T, w *Workspace, path string) bool {
	t.Helper()
	source, err := w.t.extract(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := install(dir, []byte(w.graph.Mod), []byte(w.graph.Sum), source); err != nil {
		t.Fatal(err)
	}
	pkgs, err := w.t.env.describe(t.Context(), dir, path)
	if err != nil {
		t.Fatal(err)
	}
	keys := make(map[string]string)
	for i := range pkgs {
		p := &pkgs[i]
		if p.Standard {
			continue
		}
		key, err := w.t.packageKey(p, keys)
		if err != nil {
			t.Fatal(err)
		}
		keys[p.ImportPath] = key
	}
	_, have := w.t.cache.have("archive", keys[path], ".a")
	return !have
}

// A package that was announced is not compiled when it is required, and one
// that does not exist is no error before.
func TestWarm(t *testing.T) {
	w, dir := userModule(t, "module example.com/user\n\ngo 1.26\n")
	for _, name := range []string{"announced", "other"} {
		src := fmt.Sprintf("package p\n\nconst Made = %q\n", time.Now().String())
		if err := writeFile(filepath.Join(dir, name, "p.go"), []byte(src)); err != nil {
			t.Fatal(err)
		}
	}
	w.Warm([]string{"example.com/user/announced", "fmt", "example.com/nosuch/package"})
	if len(w.warming) != 1 {
		t.Fatalf("%d compilations in the background", len(w.warming))
	}
	<-w.warming[0].done
	if compiles(t, w, "example.com/user/announced") {
		t.Error("it was not compiled")
	}
	if !compiles(t, w, "example.com/user/other") {
		t.Error("what was not announced was compiled too")
	}
	require(t, w, "example.com/user/announced")
	if len(w.warming) != 0 {
		t.Error("Require has not waited")
	}
}

// What go get has downloaded is compiled at once.
func TestGetWarms(t *testing.T) {
	w, _ := userModule(t, "module example.com/user\n\ngo 1.26\n")
	if _, err := w.Go(t.Context(), []string{"get", "example.com/plain@latest"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if len(w.warming) != 1 {
		t.Fatalf("%d compilations in the background", len(w.warming))
	}
	<-w.warming[0].done
	if compiles(t, w, "example.com/plain") {
		t.Error("it was not compiled")
	}
}
