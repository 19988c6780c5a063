package interp_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"gomemo/interp"
	"gomemo/native"
)

// scratch holds the tests' module proxy and module cache.
var scratch string

// TestMain sets a module proxy of the tests' own, with a module cache that ends
// with the tests. Everything else comes from the user's module cache: nothing
// is downloaded.
func TestMain(m *testing.M) {
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		panic(err)
	}
	if scratch, err = os.MkdirTemp("", "interp-test-"); err != nil {
		panic(err)
	}
	file := func(dir string) string { return "file://" + filepath.ToSlash(dir) }
	for name, value := range map[string]string{
		"GOPROXY":    file(filepath.Join(scratch, "proxy")) + "," + file(filepath.Join(strings.TrimSpace(string(out)), "cache", "download")),
		"GONOSUMDB":  "example.com,github.com/klauspost/cpuid,gonum.org",
		"GOFLAGS":    "-modcacherw",
		"GOMODCACHE": filepath.Join(scratch, "mod"),
		"GOWORK":     "",
	} {
		os.Setenv(name, value)
	}
	proxied, err := txtar.ParseFile("testdata/modules/proxy.txt")
	if err != nil {
		panic(err)
	}
	versions := map[string]map[string]string{}
	for _, f := range proxied.Files {
		module, rest, _ := strings.Cut(f.Name, "@")
		version, name, _ := strings.Cut(rest, "/")
		if versions[module+"@"+version] == nil {
			versions[module+"@"+version] = map[string]string{}
		}
		versions[module+"@"+version][name] = string(f.Data)
	}
	for name, files := range versions {
		if err := publish(name, files); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

// publish gives the tests' proxy a module: name is "path@version".
func publish(name string, files map[string]string) error {
	module, version, _ := strings.Cut(name, "@")
	at := filepath.Join(scratch, "proxy", filepath.FromSlash(module), "@v")
	if err := os.MkdirAll(at, 0o777); err != nil {
		return err
	}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for file, text := range files {
		w, err := z.Create(name + "/" + file)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	list, err := os.OpenFile(filepath.Join(at, "list"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer list.Close()
	if _, err := io.WriteString(list, version+"\n"); err != nil {
		return err
	}
	for ext, data := range map[string][]byte{"info": []byte(`{"Version":"` + version + `"}`), "mod": []byte(files["go.mod"]), "zip": archive.Bytes()} {
		if err := os.WriteFile(filepath.Join(at, version+"."+ext), data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// openNotebook starts a session for a notebook in dir.
func openNotebook(t testing.TB, dir string, pins map[string]string) (*interp.Session, *native.Workspace) {
	t.Helper()
	tc, err := toolchain()
	if err != nil {
		t.Fatalf("preparing the toolchain: %v", err)
	}
	ws, err := tc.OpenNotebook(t.Context(), native.Notebook{Dir: dir, File: "n.ipynb", Pins: pins})
	if err != nil {
		t.Fatal(err)
	}
	return startSession(t, tc, ws, interp.Auto, filepath.Join(t.TempDir(), "calls")), ws
}

var (
	cellFile = regexp.MustCompile(`^(\d+)\.(go|out)$`)
	editFile = regexp.MustCompile(`^(\d+)/(.+)$`)
	tried    = regexp.MustCompile(`tried [^\n]+`)
	progress = regexp.MustCompile(`(?m)^go: downloading .*\n`) // not if another test was first
)

// TestModules runs every file of testdata/modules as the session of a notebook
// in a directory of its own. Files that are no cells are put there: "3/geo.go"
// before the third cell is run, others at the start.
func TestModules(t *testing.T) {
	files, err := filepath.Glob("testdata/modules/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata/modules: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "book")
			want := map[string]string{}
			edits := map[int][]txtar.File{}
			for _, f := range ar.Files {
				if cellFile.MatchString(f.Name) {
					want[f.Name] = string(f.Data)
				} else if m := editFile.FindStringSubmatch(f.Name); m != nil {
					n, _ := strconv.Atoi(m[1])
					edits[n] = append(edits[n], txtar.File{Name: m[2], Data: f.Data})
				} else {
					write(t, filepath.Join(dir, f.Name), f.Data)
				}
			}
			if err := os.MkdirAll(dir, 0o777); err != nil {
				t.Fatal(err)
			}
			s, _ := openNotebook(t, filepath.Join(dir, strings.TrimSpace(string(ar.Comment))), nil)
			var out []txtar.File
			for _, f := range ar.Files {
				m := cellFile.FindStringSubmatch(f.Name)
				if m == nil {
					out = append(out, f)
				}
				if m == nil || m[2] == "out" {
					continue
				}
				n, _ := strconv.Atoi(m[1])
				for _, e := range edits[n] {
					write(t, filepath.Join(dir, e.Name), e.Data)
				}
				got := run(s, string(f.Data), n)
				got = progress.ReplaceAllString(got, "")
				got = times.ReplaceAllString(tried.ReplaceAllString(strings.ReplaceAll(got, dir, "DIR"), "tried PROXY"), "$1 T")
				name := m[1] + ".out"
				out = append(out, f, txtar.File{Name: name, Data: []byte(got)})
				if got != want[name] && !*update {
					t.Errorf("cell %d:\n%s\ngot:\n%s\nwant:\n%s", n, f.Data, got, want[name])
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(&txtar.Archive{Comment: ar.Comment, Files: out}), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// The notebook's own module is there again in the next session, and pinned
// versions decide.
func TestModulesPersist(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, _ := openNotebook(t, dir, nil)
	if got := run(s, "%go get example.com/plain@v0.3.0\nimport \"example.com/plain\"\nplain.Version", 1); !strings.HasSuffix(got, "= v0.3.0\n") {
		t.Fatalf("first session: %s", got)
	}
	s, _ = openNotebook(t, dir, nil)
	if got := run(s, "import \"example.com/plain\"\nplain.Version", 1); got != "= v0.3.0\n" {
		t.Errorf("second session: %s", got)
	}
	var c console
	o := s.Execute(context.Background(), "%modules pin", 2, &c)
	pins, _ := o.Metadata["modules"].(map[string]string)
	if pins["example.com/plain"] != "v0.3.0" || !strings.Contains(c.take(), "%modules use example.com/plain@v0.3.0\n") {
		t.Errorf("pinned %v", o.Metadata)
	}
	s, _ = openNotebook(t, t.TempDir(), map[string]string{"example.com/plain": "v0.3.0"})
	if got := run(s, "import \"example.com/plain\"\nplain.Version", 1); got != "= v0.3.0\n" {
		t.Errorf("with pins: %s", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		t.Error("a go.mod was written into the notebook's directory")
	}
}

// Packages of gomemo with modules of their own are in the graph of a notebook
// that imports them, in its next session too, and in no other's.
func TestExtensions(t *testing.T) {
	t.Parallel()
	const use = "import \"gomemo/persist/arrow\"\nb := new(bytes.Buffer)\narrow.Write(b, map[string][]int{\"x\": {1}})"
	dir := t.TempDir()
	for session := range 2 {
		s, ws := openNotebook(t, dir, nil)
		old, err := ws.Engine(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := run(s, use, 1); got != "" {
			t.Errorf("session %d: %s", session, got)
		}
		if now, err := ws.Engine(t.Context()); err != nil || now != old {
			t.Errorf("session %d: another engine, %v", session, err)
		}
		if got := run(s, "b.Len() > 0", 2); got != "= true\n" {
			t.Errorf("session %d: %s", session, got)
		}
		// What the session has begun with is compiled in the same way as imports.
		if got := run(s, "import \"example.com/plain\"\nb.Len() > 0", 3); progress.ReplaceAllString(got, "") != "= true\n" {
			t.Errorf("session %d, another import: %s", session, got)
		}
	}
	_, ws := openNotebook(t, t.TempDir(), nil)
	for _, path := range []string{"gomemo/persist/arrow", "gomemo/persist/compress", "github.com/apache/arrow-go/v18/arrow"} {
		if f, err := ws.Export(path); err == nil {
			f.Close()
			t.Errorf("every notebook has %s", path)
		}
	}
}

// A module that needs a newer version of one that the engine links gets an
// engine of its own, and values are brought back.
func TestModuleChangesEngine(t *testing.T) {
	if testing.Short() {
		t.Skip("builds an engine")
	}
	t.Parallel()
	if _, err := toolchain(); err != nil {
		t.Fatal(err)
	}
	const cpuid = "github.com/klauspost/cpuid/v2"
	if err := publish(cpuid+"@v2.99.0", newest(t, cpuid)); err != nil {
		t.Fatal(err)
	}
	if err := publish("example.com/raises@v1.0.0", map[string]string{
		"go.mod":    "module example.com/raises\n\ngo 1.26\n\nrequire " + cpuid + " v2.99.0\n",
		"raises.go": "package raises\n\nimport \"" + cpuid + "\"\n\nfunc Marked() bool { return cpuid.Marked }\n",
	}); err != nil {
		t.Fatal(err)
	}
	s, ws := openNotebook(t, t.TempDir(), nil)
	run(s, "x := 20\nfunc twice(n int) int { return 2 * n }\ny := twice(x)", 1)
	old, err := ws.Engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := run(s, "import \"example.com/raises\"\nfmt.Println(raises.Marked(), x+y)", 2)
	want := cpuid + " is v2.99.0 now: a new engine is running; declarations are still there. Back after replaying 1 cell: x, y.\ntrue 60\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if now, err := ws.Engine(t.Context()); err != nil || now == old {
		t.Errorf("the engine is the same, or %v", err)
	}
	if got := run(s, "twice(y)", 3); !strings.HasPrefix(got, "= 80\n") {
		t.Errorf("afterwards: %s", got)
	}
}

// newest returns the files of the version of a module that gomemo uses, with a
// mark.
func newest(t *testing.T, module string) map[string]string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = ".."
	out, err := cmd.Output()
	var info struct{ Version, Zip string }
	if err != nil || json.Unmarshal(out, &info) != nil {
		t.Fatalf("go mod download %s: %v\n%s", module, err, out)
	}
	z, err := zip.OpenReader(info.Zip)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		files[strings.TrimPrefix(f.Name, module+"@"+info.Version+"/")] = string(data)
	}
	files["marked.go"] = "package " + path.Base(path.Dir(module)) + "\n\n// Marked is true in the tests' version.\nconst Marked = true\n"
	return files
}

// Two sessions that compile at the same time do not share what they pin.
func TestModulesApart(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for _, v := range []string{"v0.3.0", "v0.4.0"} {
		s, _ := openNotebook(t, t.TempDir(), nil)
		wg.Go(func() {
			if got := run(s, "%modules use example.com/plain@"+v+"\nimport \"example.com/plain\"\nplain.Version", 1); got != "= "+v+"\n" {
				t.Errorf("%s: %s", v, got)
			}
		})
	}
	wg.Wait()
}
