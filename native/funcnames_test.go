package native

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMainNames(t *testing.T) {
	const names = "nb/0a.Run\x00nb/0a.Run.func1\x00nb/0a.Runner\x00nb/1b.(*T).M\x00fmt.Println\x00nb/1b.gen[...]\x00nb/1b.f.nb/1b.g.func2\x00xnb/1b.f"
	got := []byte(names)
	if !mainNames(got, "nb/0a") {
		t.Error("nothing changed")
	}
	at := 0
	for i, want := range []string{"main.main", "main.main.func1", "main.Runner", "main.(*T).M", "fmt.Println", "main.gen[...]", "main.f.main.g.func2", "xnb/1b.f"} {
		old := strings.Split(names, "\x00")[i]
		if s, _, _ := strings.Cut(string(got[at:]), "\x00"); s != want {
			t.Errorf("%s became %q, want %q", old, s, want)
		}
		at += len(old) + 1
	}
}

// A file that is no plugin is an error or left alone, and never changed.
func TestRenameFuncsRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "plugin.so")
	exe, err := os.ReadFile("/bin/sh")
	if err != nil {
		t.Skip(err)
	}
	for _, text := range [][]byte{[]byte("nb/1b.f"), exe} {
		if err := os.WriteFile(file, text, 0o666); err != nil {
			t.Fatal(err)
		}
		err := renameFuncs(file, "nb/0a")
		if len(text) > 100 && err == nil && strings.HasPrefix(string(text), "\x7fELF") {
			t.Error("an ELF file without functions of Go is accepted")
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != string(text) {
			t.Errorf("the file was changed (%v)", err)
		}
	}
}
