package native

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestReadSource(t *testing.T) {
	s, err := readSource(testEngine())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"root.go", "engine/rt/rt_test.go"} {
		if _, ok := s.files[name]; ok {
			t.Errorf("%s is part of the engine's source", name)
		}
	}
	if text := string(s.gomod); !strings.Contains(text, "example.com/shared v1.0.0") || strings.Contains(text, "zmq4") {
		t.Errorf("go.mod is\n%s", text)
	}
	// The hash is that of content.
	for name, same := range map[string]bool{"root.go": true, "engine/rt/rt_test.go": true, "engine/rt/rt.go": false, "go.sum": false} {
		fsys := testEngine().(fstest.MapFS)
		fsys[name] = &fstest.MapFile{Data: append(bytes.Clone(fsys[name].Data), "\n// changed\n"...)}
		other, err := readSource(fsys)
		if err != nil {
			t.Fatal(err)
		}
		if (other.hash == s.hash) != same {
			t.Errorf("a change of %s: same hash %v, want %v", name, other.hash == s.hash, same)
		}
	}
	for _, gomod := range []string{"module other\n", "module\n"} {
		fsys := testEngine().(fstest.MapFS)
		fsys["go.mod"] = &fstest.MapFile{Data: []byte(gomod)}
		if _, err := readSource(fsys); err == nil {
			t.Errorf("a go.mod that says %q is accepted", gomod)
		}
	}
}

// The reduced go.mod names every module of the real engine, in the version of
// gomemo's own go.mod.
func TestEngineModules(t *testing.T) {
	gomod, err := os.ReadFile(filepath.Join("..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]byte)
	for _, dir := range []string{"cmd/engine", "display", "engine", "internal", "memo", "persist"} {
		err := filepath.WalkDir(filepath.Join("..", filepath.FromSlash(dir)), func(name string, d os.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
				files[filepath.ToSlash(name)], err = os.ReadFile(name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	reduced, err := reduceModule(gomod, files)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "./cmd/engine")
	cmd.Dir = ".."
	for _, kv := range os.Environ() { // less what TestMain set
		if name, _, _ := strings.Cut(kv, "="); name != "GOMODCACHE" && name != "GOPROXY" && name != "GOSUMDB" {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(string(reduced), line) {
			t.Errorf("the engine links %s, which the reduced go.mod does not require:\n%s", line, reduced)
		}
	}
}
