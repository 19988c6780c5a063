package native

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"gomemo/interp"
)

// testEngine stands for gomemo's sources: its engine opens plugins and prints
// what their Run functions return.
func testEngine() fs.FS {
	return fstest.MapFS{
		"go.mod": {Data: []byte("module gomemo\n\ngo 1.26.0\n\nrequire (\n\texample.com/shared v1.0.0\n\tgithub.com/go-zeromq/zmq4 v0.17.0\n)\n")},
		"go.sum": {},
		"engine/rt/rt.go": {Data: []byte(`package rt

import "example.com/shared"

var Loaded []string

func Version() string { return shared.Version }
`)},
		"cmd/engine/main.go": {Data: []byte(`package main

import (
	"os"
	"plugin"

	"gomemo/engine/rt"
)

func main() {
	for _, name := range os.Args[1:] {
		p, err := plugin.Open(name)
		if err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		run, err := p.Lookup("Run")
		if err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		rt.Loaded = append(rt.Loaded, rt.Version())
		os.Stdout.WriteString(run.(func() string)() + "\n")
	}
}
`)},
		"engine/rt/rt_test.go": {Data: []byte("package broken tests are left out")},
		"root.go":              {Data: []byte("package gomemo\n\nimport _ \"github.com/go-zeromq/zmq4\"\n")},
	}
}

// modules are what the tests' module proxy has.
var modules = map[string]map[string]string{
	"example.com/shared@v1.0.0": {
		"go.mod":    "module example.com/shared\n\ngo 1.26\n",
		"shared.go": "package shared\n\nconst Version = \"v1.0.0\"\n",
	},
	"example.com/shared@v1.1.0": {
		"go.mod":    "module example.com/shared\n\ngo 1.26\n",
		"shared.go": "package shared\n\nconst Version = \"v1.1.0\"\n",
	},
	"example.com/plain@v0.3.0": {
		"go.mod":               "module example.com/plain\n\ngo 1.26\n",
		"plain.go":             "package plain\n\nimport \"example.com/plain/internal/deep\"\n\nfunc Max[T int | string](a, b T) T { return deep.Max(a, b) }\n",
		"internal/deep/max.go": "package deep\n\nfunc Max[T int | string](a, b T) T { return max(a, b) }\n",
	},
	"example.com/raises@v1.0.0": {
		"go.mod":    "module example.com/raises\n\ngo 1.26\n\nrequire example.com/shared v1.1.0\n",
		"raises.go": "package raises\n\nimport \"example.com/shared\"\n\nfunc Version() string { return \"raises with \" + shared.Version }\n",
	},
	"example.com/broken@v1.0.0": {
		"go.mod":    "module example.com/broken\n\ngo 1.26\n",
		"broken.go": "package broken\n\nvar x int = \"no\"\n",
	},
}

// scratch is the tests' directory: the module proxy, the module cache, and the
// cache of everything but the toolchain.
var scratch string

func TestMain(m *testing.M) {
	if os.Getenv("NATIVE_TEST_PREPARE") != "" {
		os.Exit(prepareMain())
	}
	var err error
	if scratch, err = os.MkdirTemp("", "native-test-"); err != nil {
		panic(err)
	}
	if err := writeProxy(filepath.Join(scratch, "proxy")); err != nil {
		panic(err)
	}
	for name, value := range map[string]string{
		"GOPROXY":    "file://" + filepath.ToSlash(filepath.Join(scratch, "proxy")),
		"GOSUMDB":    "off",
		"GOMODCACHE": filepath.Join(scratch, "mod"),
	} {
		os.Setenv(name, value)
	}
	code := m.Run()
	// The go command makes its module cache read-only.
	_ = filepath.WalkDir(scratch, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = os.Chmod(path, 0o777)
		}
		return nil
	})
	os.RemoveAll(scratch)
	os.Exit(code)
}

// writeProxy writes modules in the layout of the module proxy protocol.
func writeProxy(dir string) error {
	for name, files := range modules {
		path, version, _ := strings.Cut(name, "@")
		at := filepath.Join(dir, filepath.FromSlash(path), "@v")
		if err := os.MkdirAll(at, 0o777); err != nil {
			return err
		}
		list, err := os.OpenFile(filepath.Join(at, "list"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			return err
		}
		var archive bytes.Buffer
		z := zip.NewWriter(&archive)
		for file, text := range files {
			w, zerr := z.Create(name + "/" + file)
			if zerr == nil {
				_, zerr = io.WriteString(w, text)
			}
			err = errors.Join(err, zerr)
		}
		_, lerr := fmt.Fprintln(list, version)
		err = errors.Join(err, lerr, list.Close(), z.Close(),
			os.WriteFile(filepath.Join(at, version+".info"), []byte(`{"Version":"`+version+`"}`), 0o666),
			os.WriteFile(filepath.Join(at, version+".mod"), []byte(files["go.mod"]), 0o666),
			os.WriteFile(filepath.Join(at, version+".zip"), archive.Bytes(), 0o666))
		if err != nil {
			return err
		}
	}
	return nil
}

// shared is the toolchain of all tests. Its prepared files are those in the
// user's cache directory, because making them takes half a minute; everything
// else goes to scratch.
var shared = sync.OnceValues(func() (*Toolchain, error) {
	tc, err := open(context.Background(), &Options{Source: testEngine()})
	if err != nil {
		return nil, err
	}
	if err := tc.prepare(context.Background(), new(progress)); err != nil {
		return nil, err
	}
	tc.cache.dir = filepath.Join(scratch, "cache")
	return tc, nil
})

// toolchain returns the shared toolchain.
func toolchain(t testing.TB) *Toolchain {
	t.Helper()
	tc, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return tc
}

// workspace returns one of the shared toolchain, whose engine is built.
func workspace(t testing.TB) *Workspace {
	t.Helper()
	w, err := toolchain(t).Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// run opens plugins in the workspace's engine and returns what they print.
func run(t testing.TB, w *Workspace, plugins ...string) string {
	t.Helper()
	engine, err := w.Engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), engine, plugins...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, stderr.String())
	}
	return string(out)
}

// unit makes a generated package.
func unit(name, source string, imports ...string) interp.Unit {
	return interp.Unit{Path: Prefix + name, Source: source, Imports: imports}
}

// pair is a build of two packages.
func pair(salt string) interp.Build {
	return interp.Build{
		Units: []interp.Unit{unit("u"+salt, "package u\n\nimport \"fmt\"\n\ntype t struct{ n int }\n\nfunc text(x t) string { return fmt.Sprintf(\"%T %+v "+salt+"\", x, x) }\n", "fmt")},
		Main:  unit("m"+salt, "package main\n\nimport . \"nb/u"+salt+"\"\n\nfunc Run() string { return text(t{3}) }\n", Prefix+"u"+salt),
	}
}

func TestBuild(t *testing.T) {
	w := workspace(t)
	p, err := w.Build(t.Context(), pair("build"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Cached || p.Compile == 0 || p.Link == 0 {
		t.Errorf("first build: %+v", p)
	}
	if got, want := run(t, w, p.Path), "main.t {n:3} build\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	again, err := workspace(t).Build(t.Context(), pair("build"))
	if err != nil {
		t.Fatal(err)
	}
	if !again.Cached || again.Path != p.Path {
		t.Errorf("second build: %+v", again)
	}
}

// Plugins that share a package share its variables, and the engine's packages
// are the plugins'.
func TestShare(t *testing.T) {
	w := workspace(t)
	counter := unit("share1", "package u\n\nimport \"gomemo/engine/rt\"\n\nvar n int\n\nfunc next() int { n++; return n*10 + len(rt.Loaded) }\n", "gomemo/engine/rt")
	var plugins []string
	for _, name := range []string{"share2", "share3"} {
		p, err := w.Build(t.Context(), interp.Build{
			Units: []interp.Unit{counter},
			Main:  unit(name, "package main\n\nimport (\n\t\"strconv\"\n\t. \"nb/share1\"\n)\n\nfunc Run() string { return strconv.Itoa(next()) }\n", "strconv", "nb/share1"),
		})
		if err != nil {
			t.Fatal(err)
		}
		plugins = append(plugins, p.Path)
	}
	if got, want := run(t, w, plugins...), "11\n22\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Stack frames have the names of the //line directives, and nothing of the
// machine is in a plugin.
func TestTrace(t *testing.T) {
	w := workspace(t)
	p, err := w.Build(t.Context(), interp.Build{
		Units: []interp.Unit{unit("trace1", "package u\n\nfunc fail(m map[string]int) {\n//line decl-3f.go:7:1\n\tm[\"a\"] = 1\n}\n")},
		Main: unit("trace2", `package main

import (
	"fmt"
	. "nb/trace1"
	"runtime"
	"strings"
)

func Run() (s string) {
	defer func() {
		recover()
		pcs := make([]uintptr, 32)
		frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
		for {
			f, more := frames.Next()
			if strings.Contains(f.File, "cell-") || strings.Contains(f.File, "decl-") {
				s += fmt.Sprintf("%s:%d ", f.File, f.Line)
			}
			if !more {
				return
			}
		}
	}()
/*line cell-1.go:1:1*/ fail(nil)
	return ""
}
`, "fmt", "nb/trace1", "runtime", "strings"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := run(t, w, p.Path), "decl-3f.go:7 cell-1.go:1 \n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	data, err := os.ReadFile(p.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{w.t.cache.dir, w.t.env.GOROOT + "/src"} {
		if bytes.Contains(data, []byte(dir)) {
			t.Errorf("the plugin contains %s", dir)
		}
	}
}

func TestBuildError(t *testing.T) {
	w := workspace(t)
	_, err := w.Build(t.Context(), interp.Build{
		Units: []interp.Unit{
			unit("err1", "package u\n\nfunc f() int {\n//line decl-aa.go:3:2\n\treturn \"x\" + undefined\n}\n\nvar s []int = 5\n"),
			unit("err2", "package u\n\nimport . \"nb/err1\"\n\nvar x = f()\n", "nb/err1"),
		},
		Main: unit("err3", "package main\n\nimport . \"nb/err2\"\n\nfunc Run() string { _ = x; return \"\" }\n", "nb/err2"),
	})
	var be *interp.BuildError
	if !errors.As(err, &be) {
		t.Fatalf("got %v, want an *interp.BuildError", err)
	}
	if be.Unit != "nb/err1" || len(be.Diags) != 2 {
		t.Fatalf("got %+v", be)
	}
	if d := be.Diags[0]; d.File != "decl-aa.go" || d.Line != 3 || d.Col == 0 || !strings.Contains(d.Msg, "undefined") {
		t.Errorf("got %+v", d)
	}
	if d := be.Diags[1]; d.File != "decl-aa.go" || d.Line != 6 {
		t.Errorf("got %+v", d)
	}
}

func TestBuildRefuses(t *testing.T) {
	w := workspace(t)
	good := unit("refuse", "package u\n")
	for name, b := range map[string]interp.Build{
		"no path below":  {Main: interp.Unit{Path: "main"}},
		"occurs twice":   {Units: []interp.Unit{good, good}, Main: unit("main", "package main\n")},
		"imports x.y/z,": {Main: unit("main", "package main\nimport _ \"x.y/z\"\n", "x.y/z")},
	} {
		if _, err := w.Build(t.Context(), b); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

// A user's own package outside the notebook keeps the ordinary rules.
func TestOrdinaryPackageRules(t *testing.T) {
	tc := toolchain(t)
	dir := t.TempDir()
	err := tc.compile(t.Context(), dir, compilation{
		path: "example.com/p", source: "package p\n\nfunc f() { x := 1 }\n", out: filepath.Join(dir, "p.a"),
	})
	if err == nil || !strings.Contains(err.Error(), "declared and not used: x") {
		t.Errorf("got error %v", err)
	}
}

func TestExport(t *testing.T) {
	w := workspace(t)
	for _, path := range []string{"fmt", "net/http", "gomemo/engine/rt", "example.com/shared"} {
		r, err := w.Export(path)
		if err != nil {
			t.Error(err)
			continue
		}
		head := make([]byte, 8)
		if _, err := io.ReadFull(r, head); err != nil || string(head) != "!<arch>\n" {
			t.Errorf("%s: starts with %q, %v", path, head, err)
		}
		r.Close()
	}
	if _, err := w.Export("example.com/nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got error %v, want fs.ErrNotExist", err)
	}
}

func TestCancel(t *testing.T) {
	w := workspace(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Build(ctx, pair("cancel")); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
}
