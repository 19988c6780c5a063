package atomicfile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFile(t *testing.T) {
	t.Parallel()
	for _, sync := range []bool{true, false} {
		dir := t.TempDir()
		path := filepath.Join(dir, "x")
		if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Create(path, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString("new")
		if b, _ := os.ReadFile(path); string(b) != "old" {
			t.Fatalf("before Commit the file has %q", b)
		}
		if err := f.Commit(sync); err != nil {
			t.Fatal(err)
		}
		f.Discard()
		if b, _ := os.ReadFile(path); string(b) != "new" {
			t.Fatalf("after Commit the file has %q", b)
		}
		if err := f.Commit(sync); err == nil {
			t.Error("a second Commit succeeds")
		}
		g, err := Create(path, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		g.Discard()
		if names, _ := os.ReadDir(dir); len(names) != 1 {
			t.Errorf("%d files are left", len(names))
		}
	}
	if _, err := Create(filepath.Join(t.TempDir(), "no", "x"), 0o644); err == nil {
		t.Error("a file in no directory")
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x")
	for _, text := range []string{"one", "two"} {
		if err := Write(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != text {
			t.Fatalf("got %q, %v", b, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
