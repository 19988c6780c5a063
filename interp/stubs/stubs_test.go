package stubs_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "gomemo/display"
	"gomemo/interp"
	"gomemo/interp/stubs"
)

// bound lists the packages that the interpreter's symbols are of.
func bound(t testing.TB) (paths []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash("../../engine/yaegi/symbols.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, e := range g.Specs[0].(*ast.ValueSpec).Values[0].(*ast.CompositeLit).Elts {
			path, err := strconv.Unquote(e.(*ast.KeyValueExpr).Key.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
	}
	if len(paths) < 10 {
		t.Fatalf("symbols.go binds only %v", paths)
	}
	return paths
}

// TestAsExportData compares every package that scripts may import, and every
// type that it mentions, with the export data of the running Go release, object
// by object. Where it fails run "go generate ./interp/stubs".
func TestAsExportData(t *testing.T) {
	real := exportData(t)
	stub := new(stubs.Compiler).Importer()
	want, got := newDescription(), newDescription()
	for _, path := range bound(t) {
		for d, imp := range map[*description]types.Importer{want: real, got: stub} {
			pkg, err := imp.Import(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range pkg.Scope().Names() {
				if token.IsExported(name) {
					d.object(pkg.Scope().Lookup(name))
				}
			}
		}
	}
	if len(got.lines) < 500 {
		t.Errorf("only %d objects were compared", len(got.lines))
	}
	for _, name := range slices.Sorted(maps.Keys(want.lines)) {
		if got.lines[name] != want.lines[name] {
			t.Errorf("%s is declared as\n%s\nbut is\n%s", name, got.lines[name], want.lines[name])
		}
		delete(got.lines, name)
	}
	for _, name := range slices.Sorted(maps.Keys(got.lines)) {
		t.Errorf("%s is declared as\n%s\nand does not exist", name, got.lines[name])
	}
}

// exportData is an importer of what the go command has compiled. The
// imports above of packages of this module are for the cache of test results.
func exportData(t *testing.T) types.Importer {
	t.Helper()
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}"}, bound(t)...)
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		files[path] = file
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(files[path]) })
}

// A description is what there is to know of objects and all types that they
// mention, by full names.
type description struct {
	lines map[string]string
}

func newDescription() *description { return &description{map[string]string{}} }

func full(p *types.Package) string { return p.Path() }

func (d *description) object(obj types.Object) {
	if obj.Pkg() == nil {
		return // of the universe
	}
	name := obj.Pkg().Path() + "." + obj.Name()
	if _, ok := d.lines[name]; ok {
		return
	}
	text := types.ObjectString(obj, full)
	d.lines[name] = text
	if c, ok := obj.(*types.Const); ok {
		text += fmt.Sprintf(" kind %v, exactly %s", c.Val().Kind(), c.Val().ExactString())
	}
	text += d.text(obj.Type())
	if tn, ok := obj.(*types.TypeName); ok && !tn.IsAlias() {
		text += "\nunderlying " + d.text(tn.Type().Underlying())
		named := tn.Type().(*types.Named)
		var methods []string
		for m := range named.Methods() {
			if m.Exported() {
				methods = append(methods, types.ObjectString(m, full)+d.text(m.Signature()))
			}
		}
		slices.Sort(methods)
		text += "\n" + strings.Join(methods, "\n")
		text += fmt.Sprintf("\ncomparable %v, size %d", types.Comparable(named), size(named))
	}
	text = unnamedResult.ReplaceAllString(text, "$1")
	d.lines[name] = unnamed.ReplaceAllString(text, "")
}

// Results without a name get one from the compiler where it inlines the
// function.
var (
	unnamedResult = regexp.MustCompile(`\(#rv[0-9]+ ([^()]*)\)`)
	unnamed       = regexp.MustCompile(`#rv[0-9]+`)
)

func size(t *types.Named) int64 {
	if t.TypeParams() != nil {
		return 0
	}
	return types.SizesFor("gc", "amd64").Sizeof(t)
}

// text writes a type with all that types.TypeString leaves out, and describes
// the types that it mentions.
func (d *description) text(t types.Type) string {
	switch t := t.(type) {
	case *types.Alias:
		d.object(t.Obj())
		return " alias " + d.text(t.Rhs())
	case *types.Named:
		d.object(t.Obj())
	case *types.Pointer:
		return " *" + d.text(t.Elem())
	case *types.Slice:
		return " []" + d.text(t.Elem())
	case *types.Array:
		return fmt.Sprintf(" [%d]%s", t.Len(), d.text(t.Elem()))
	case *types.Chan:
		return fmt.Sprint(" chan ", t.Dir(), d.text(t.Elem()))
	case *types.Map:
		return " map " + d.text(t.Key()) + d.text(t.Elem())
	case *types.Tuple:
		var b strings.Builder
		for v := range t.Variables() {
			b.WriteString(" " + v.Name() + d.text(v.Type()))
		}
		return b.String()
	case *types.Signature:
		return fmt.Sprint(" func(", d.text(t.Params()), ")(", d.text(t.Results()), ") variadic ", t.Variadic())
	case *types.Struct:
		var b strings.Builder
		b.WriteString(" struct")
		for i := range t.NumFields() {
			f := t.Field(i)
			fmt.Fprintf(&b, "\n\t%s embedded %v tag %q: %s", f.Name(), f.Embedded(), t.Tag(i), d.text(f.Type()))
		}
		return b.String()
	case *types.Interface:
		var b strings.Builder
		b.WriteString(" interface")
		for m := range t.Methods() {
			b.WriteString("\n\t" + m.Name() + d.text(m.Signature()))
		}
		for e := range t.EmbeddedTypes() {
			b.WriteString(d.text(e))
		}
		return b.String()
	case *types.Union:
		var b strings.Builder
		for term := range t.Terms() {
			fmt.Fprint(&b, " | ", term.Tilde(), d.text(term.Type()))
		}
		return b.String()
	}
	return " " + types.TypeString(t, full)
}

func TestOtherPackages(t *testing.T) {
	c := &stubs.Compiler{Why: "no go command: install Go"}
	for _, path := range []string{"net/http", "mime", "no/such", "example.com/mod"} {
		_, err := c.Importer().Import(path)
		var refused *interp.ModuleError
		if !errors.As(err, &refused) || refused.Path != path || refused.Hint != c.Remedy() {
			t.Errorf("import of %s: %v", path, err)
		}
		if _, err := c.Require(t.Context(), []string{path}); !errors.As(err, &refused) {
			t.Errorf("requiring %s: %v", path, err)
		}
	}
	if _, err := c.Importer().Import("unsafe"); err != nil {
		t.Error(err)
	}
}

// BenchmarkImport makes all packages, as the first cell that completes in each
// of them would.
func BenchmarkImport(b *testing.B) {
	for _, paths := range [][]string{{"fmt"}, {"fmt", "strings", "math"}, bound(b)} {
		b.Run(fmt.Sprint(len(paths), "packages"), func(b *testing.B) {
			for b.Loop() {
				imp := new(stubs.Compiler).Importer()
				for _, path := range paths {
					if _, err := imp.Import(path); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
