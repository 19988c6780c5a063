package gomemo

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "gomemo"

// allowed lists for every package which packages of this module it may
// import. ARCHITECTURE.md shows the same table; a change of it is a change of
// the design.
var allowed = map[string][]string{
	".": {},

	// Leaves.
	"internal/atomicfile": {},
	"internal/mmap":       {},
	"engine/wire":         {},

	// What both ends of the engine's pipes need.
	"engine/internal/frame": {},
	"engine/internal/trace": {"engine/wire"},

	// The engine process only.
	"engine/retype": {},

	// Ordinary libraries: they know nothing of kernels, cells or engines.
	"display": {},
	"persist": {"internal/atomicfile", "internal/mmap"},
	"memo":    {"internal/atomicfile", "persist"},

	// What is predeclared in cells.
	"cells": {"persist"},

	"persist/arrow":    {"internal/atomicfile", "internal/mmap"},
	"persist/compress": {"persist"},
	"persist/npy":      {"internal/atomicfile", "internal/mmap"},

	// What generated code imports, and every plugin links.
	"engine/rt":       {},
	"engine/rt/clock": {"engine/rt"},

	// The engine process.
	"engine/session": {"display", "engine/rt", "engine/wire", "memo", "persist"},
	"engine/eval":    {"engine/wire"},
	"engine/yaegi":   {"cells", "display", "engine/eval", "engine/internal/trace", "engine/rt", "engine/session", "engine/wire", "persist"},
	"engine/host": {
		"cells", "display", "engine/internal/frame", "engine/internal/trace", "engine/rt", "engine/session", "engine/wire", "engine/yaegi", "persist",
	},
	"cmd/engine": {"engine/host", "engine/retype", "engine/rt", "engine/wire"},

	// The kernel process. kernel and interp declare what they need and get it
	// from cmd/kernel.
	"engine": {"engine/internal/frame", "engine/internal/trace", "engine/wire"},
	"interp": {"engine/wire"},
	"native": {"internal/atomicfile", "interp"},
	// The compiler of a machine that has none.
	"interp/stubs": {"interp"},
	"kernel":       {},
	"kernelspec":   {},
	"notebook":     {},

	// Only its tests need more: they run programs as notebooks.
	"conformance": {},

	"cmd/kernel": {
		".", "engine", "engine/host", "engine/wire", "internal/atomicfile", "interp", "interp/stubs", "kernel", "kernelspec", "memo", "native", "notebook",
	},
}

// allowedInTests lists what only the tests of a package may import beyond
// that: what stands behind an interface in production is real in them.
var allowedInTests = map[string][]string{
	"engine":                {"display", "engine/host", "engine/rt", "engine/rt/clock", "engine/session"},
	"engine/internal/frame": {"engine/wire"},
	"conformance":           {".", "engine", "engine/wire", "interp", "interp/stubs", "native"},
	"interp":                {".", "engine", "engine/host", "interp/stubs", "native", "notebook"},
	"interp/stubs":          {"display"},
	"native":                {"."},
}

// doors lists the modules that exactly one package may import.
var doors = map[string]string{
	"github.com/traefik/yaegi":  "engine/yaegi",
	"github.com/go-zeromq/zmq4": "kernel",
	"github.com/edsrzf/mmap-go": "internal/mmap",

	// Not linked by the engine: native makes these packages modules of their own.
	"github.com/apache/arrow-go":    "persist/arrow",
	"github.com/klauspost/compress": "persist/compress",
	"github.com/pierrec/lz4":        "persist/compress",
	"github.com/ulikunitz/xz":       "persist/compress",
}

// libraries must stay usable by any Go program.
var libraries = []string{"display", "memo", "parallel", "persist"}

// A file is what the test needs to know of one Go file.
type file struct {
	path    string
	pkg     string // directory below the module's root
	test    bool
	imports []string
}

// goFiles parses the import clauses of all Go files. It does not ask the go
// command: a test's result that depends on a subprocess is cached although
// the files have changed.
func goFiles(t *testing.T) []file {
	t.Helper()
	var files []file
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "bin") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := file{path: path, pkg: filepath.ToSlash(filepath.Dir(path)), test: strings.HasSuffix(name, "_test.go")}
		for _, spec := range tree.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imported)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// own is the directory of a package of this module.
func own(imported string) (dir string, ok bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

// row is the row of the table for a package. Packages below an internal
// directory belong to the package that they are internal to.
func row(pkg string) string {
	if _, ok := allowed[pkg]; ok {
		return pkg
	}
	if parent, _, ok := strings.Cut(pkg, "/internal/"); ok {
		return parent
	}
	return pkg
}

func TestImports(t *testing.T) {
	for _, f := range goFiles(t) {
		from := row(f.pkg)
		list, ok := allowed[from]
		if !ok {
			t.Errorf("%s: package %s is not in the table of allowed imports", f.path, f.pkg)
			continue
		}
		for _, imported := range f.imports {
			to, ok := own(imported)
			if !ok {
				continue
			}
			to = row(to)
			// A family shares what is internal to it.
			if to == from || strings.HasPrefix(from, to+"/") && strings.Contains(imported, "/internal/") {
				continue
			}
			if f.test && slices.Contains(allowedInTests[from], to) {
				continue
			}
			if !slices.Contains(list, to) {
				t.Errorf("%s: %s must not import %s", f.path, f.pkg, imported)
			}
		}
	}
}

// TestGeneratedCodeImportsLittle keeps what every plugin links small: a package
// that the runtime does not need anyway makes the link of each new cell longer.
func TestGeneratedCodeImportsLittle(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.pkg != "engine/rt" || f.test {
			continue
		}
		for _, imported := range f.imports {
			if !slices.Contains([]string{"runtime", "sync", "sync/atomic", "unsafe"}, imported) {
				t.Errorf("%s: every plugin would link %s", f.path, imported)
			}
		}
	}
}

func TestDoors(t *testing.T) {
	found := map[string]bool{}
	for _, f := range goFiles(t) {
		for _, imported := range f.imports {
			for mod, door := range doors {
				if imported != mod && !strings.HasPrefix(imported, mod+"/") {
					continue
				}
				found[mod] = true
				if f.pkg != door && !strings.HasPrefix(f.pkg, door+"/internal/") {
					t.Errorf("%s: only %s may import %s", f.path, door, imported)
				}
			}
		}
	}
	for _, mod := range slices.Sorted(maps.Keys(doors)) {
		if !found[mod] {
			t.Errorf("nothing imports %s: its row is out of date", mod)
		}
	}
}

// TestTableIsTrue finds rows for packages that are gone.
func TestTableIsTrue(t *testing.T) {
	exist := map[string]bool{}
	for _, f := range goFiles(t) {
		if !f.test || f.pkg == "." {
			exist[f.pkg] = true
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(allowed)) {
		if !exist[pkg] {
			t.Errorf("the table has a row for %s, which does not exist", pkg)
		}
		for _, to := range allowed[pkg] {
			if _, ok := allowed[to]; !ok {
				t.Errorf("the row of %s allows %s, which has no row", pkg, to)
			}
			if strings.HasPrefix(to, "cmd/") {
				t.Errorf("the row of %s allows the command %s", pkg, to)
			}
		}
	}
}

// TestLibrariesStandAlone checks that no row lets a library reach the kernel
// or the engine, not even through another package.
func TestLibrariesStandAlone(t *testing.T) {
	for _, lib := range libraries {
		todo := slices.Clone(allowed[lib])
		for len(todo) > 0 {
			to := todo[0]
			todo = append(todo[1:], allowed[to]...)
			if !slices.Contains(libraries, to) && !strings.HasPrefix(to, "internal/") {
				t.Errorf("%s may reach %s", lib, to)
			}
		}
	}
}

// TestSourceIsComplete checks that the sources from which the engine is built
// on the user's machine are all carried along.
func TestSourceIsComplete(t *testing.T) {
	imports := map[string][]string{}
	paths := map[string][]string{}
	for _, f := range goFiles(t) {
		if f.test {
			continue
		}
		paths[f.pkg] = append(paths[f.pkg], f.path)
		for _, imported := range f.imports {
			if dir, ok := own(imported); ok {
				imports[f.pkg] = append(imports[f.pkg], dir)
			}
		}
	}
	// Cells import the libraries by themselves, generated code imports clock.
	todo := []string{"cmd/engine", "engine/rt/clock", "display", "memo", "persist", "persist/arrow", "persist/compress", "persist/npy"}
	seen := map[string]bool{}
	for len(todo) > 0 {
		pkg := todo[0]
		todo = todo[1:]
		if seen[pkg] {
			continue
		}
		seen[pkg] = true
		todo = append(todo, imports[pkg]...)
		for _, path := range paths[pkg] {
			if _, err := fs.Stat(Source, filepath.ToSlash(path)); err != nil {
				t.Errorf("the engine needs %s: %v", path, err)
			}
		}
	}
}
