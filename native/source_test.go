package native

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"gomemo"
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

// What only extensions need is required by their go.mod, not by the engine's.
func TestExtensions(t *testing.T) {
	s, err := readSource(gomemo.Source)
	if err != nil {
		t.Fatal(err)
	}
	for dir, wants := range map[string][]string{
		"persist/arrow":    {"github.com/apache/arrow-go/v18", "github.com/google/flatbuffers"},
		"persist/compress": {"github.com/klauspost/compress", "github.com/pierrec/lz4/v4", "github.com/ulikunitz/xz"},
	} {
		gomod := string(s.files[dir+"/go.mod"])
		if !strings.HasPrefix(gomod, "module gomemo/"+dir+"\n") {
			t.Errorf("go.mod of %s is\n%s", dir, gomod)
		}
		for _, m := range wants {
			if !strings.Contains(gomod, m+" v") || strings.Contains(string(s.gomod), m) {
				t.Errorf("%s: go.mod of %s is\n%sand the engine's\n%s", m, dir, gomod, s.gomod)
			}
		}
	}
	gomod, _, _, err := startModule{}.derive(&s)
	if err != nil {
		t.Fatal(err)
	}
	there := filepath.Join(t.TempDir(), "a b")
	moved := relocate(gomod, sourcePlaceholder, there)
	if !strings.Contains(string(moved), there+"/persist/arrow") || !bytes.Equal(relocate(moved, there, sourcePlaceholder), gomod) {
		t.Errorf("moved to another directory:\n%s", moved)
	}
}

// The go.mod files of the engine and of the extensions name every module that
// they link, in the version of gomemo's own go.mod.
func TestEngineModules(t *testing.T) {
	s, err := readSource(gomemo.Source)
	if err != nil {
		t.Fatal(err)
	}
	checkModules(t, "cmd/engine", string(s.gomod), "")
	for _, dir := range extensions {
		checkModules(t, dir, string(s.files[dir+"/go.mod"]), string(s.gomod))
	}
}

// checkModules checks a go.mod, together with that of the engine if the package
// may import packages of it.
func checkModules(t *testing.T, pkg, gomod, engine string) {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "./"+pkg)
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
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(gomod, line) && !strings.Contains(engine, line) {
			t.Errorf("%s links %s, which its go.mod does not require:\n%s", pkg, line, gomod)
		}
	}
}
