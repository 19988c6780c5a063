package stubs

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"runtime"
	"strings"

	"gomemo/interp"
)

//go:embed decl
var decl embed.FS

// A Compiler is what a session has that can compile nothing.
type Compiler struct {
	// Why says why that is so, and what to do about it.
	Why string
}

var errNone = errors.New("stubs: there is no compiler")

// Export implements interp.Compiler: there is no export data of anything.
func (c *Compiler) Export(path string) (io.ReadCloser, error) {
	return nil, fmt.Errorf("export data of %s: %w", path, fs.ErrNotExist)
}

// Require implements interp.Compiler. Packages outside the standard library
// can only be compiled.
func (c *Compiler) Require(_ context.Context, paths []string) (interp.Change, error) {
	for _, path := range paths {
		if !known(path) {
			return interp.Change{}, c.refusal(path)
		}
	}
	return interp.Change{}, nil
}

// Build implements interp.Compiler.
func (c *Compiler) Build(context.Context, interp.Build) (interp.Plugin, error) {
	return interp.Plugin{}, errNone
}

// ID implements interp.Compiler.
func (c *Compiler) ID() string { return "none" }

// Remedy implements interp.Uncompiled.
func (c *Compiler) Remedy() string { return c.Why }

// Importer implements interp.Uncompiled. Its errors are *interp.ModuleErrors.
func (c *Compiler) Importer() types.Importer {
	return &importer{compiler: c, fset: token.NewFileSet(), packages: map[string]*types.Package{"unsafe": types.Unsafe}}
}

func (c *Compiler) refusal(path string) error {
	return &interp.ModuleError{Path: path, Msg: "package " + path + " needs the compiler", Hint: c.Why}
}

// importer makes packages of their texts.
type importer struct {
	compiler *Compiler
	fset     *token.FileSet
	packages map[string]*types.Package
}

// part marks the text of a package that is not declared whole.
const part = "// Only what other packages mention.\n"

func text(path string) (text string, ok bool) {
	data, err := decl.ReadFile("decl/" + path + ".txt")
	return string(data), err == nil
}

// known reports whether cells may import the package.
func known(path string) bool {
	text, ok := text(path)
	return ok && !strings.Contains(text, part)
}

// Import implements types.Importer.
func (i *importer) Import(path string) (*types.Package, error) {
	if !known(path) && path != "unsafe" {
		return nil, i.compiler.refusal(path)
	}
	return i.load(path)
}

// load makes a package that may be only mentioned.
func (i *importer) load(path string) (*types.Package, error) {
	if pkg := i.packages[path]; pkg != nil {
		return pkg, nil
	}
	src, ok := text(path)
	if !ok {
		return nil, fmt.Errorf("stubs: package %s is not declared", path)
	}
	file, err := parser.ParseFile(i.fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("stubs: package %s: %w", path, err)
	}
	conf := types.Config{Importer: loader{i}, IgnoreFuncBodies: true, Sizes: types.SizesFor("gc", runtime.GOARCH)}
	pkg, err := conf.Check(path, i.fset, []*ast.File{file}, nil)
	if err != nil {
		return nil, fmt.Errorf("stubs: package %s: %w", path, err)
	}
	i.packages[path] = pkg
	return pkg, nil
}

// loader imports for the packages themselves.
type loader struct{ i *importer }

func (l loader) Import(path string) (*types.Package, error) { return l.i.load(path) }
