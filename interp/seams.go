package interp

import (
	"context"
	"encoding/json"
	"fmt"
	"go/types"
	"io"
	"time"

	"gomemo/engine/wire"
)

// Unit is one generated package.
type Unit struct {
	Path    string   // import path "nb/<hash>"; the hash names the content
	Source  string   // one Go file, with //line directives
	Imports []string // import paths it names, generated ones included
}

// Build asks for one plugin: a generated main package and the generated
// packages it reaches.
type Build struct {
	Main  Unit   // package main; its Path is also the plugin's
	Units []Unit // transitive closure, dependencies first; compiled ones are taken from the cache
}

// A BuildError says what the compiler rejected in a generated package.
type BuildError struct {
	Unit  string // import path
	Diags []Diag // at least one
}

func (e *BuildError) Error() string {
	d := e.Diags[0]
	return fmt.Sprintf("%s:%d:%d: %s", d.File, d.Line, d.Col, d.Msg)
}

// Diag is one message of the compiler. File and Line are those of the //line
// directives.
type Diag struct {
	File string
	Line int
	Col  int // 0 if unknown
	Msg  string
}

// Plugin is a loadable file.
type Plugin struct {
	Path    string        // file to open
	Cached  bool          // nothing was compiled or linked
	Compile time.Duration // spent compiling
	Link    time.Duration // spent linking
}

// A Compiler turns generated packages into plugins. native.Workspace is one.
type Compiler interface {
	// Export opens the export data (or archive) of a package that is not
	// generated: the standard library's or a module's.
	Export(path string) (io.ReadCloser, error)
	// Require makes packages outside the standard library available, by
	// downloading their modules if need be, and looks whether those under
	// development have changed. It is called, with no paths too, before every
	// cell. Errors that a person can do something about are *ModuleErrors.
	Require(ctx context.Context, paths []string) (Change, error)
	// Build compiles and links. Positions in its errors are those of the
	// //line directives.
	Build(ctx context.Context, b Build) (Plugin, error)
	// ID names everything that compiled code depends on beside its source:
	// Go version, flags, processor, edits of the compiler, module graph.
	ID() string
}

// Initializer is the optional ability of a Compiler to tell whether others may
// notice that a package of a module, or one that it imports, is initialized.
// native.Workspace has it.
type Initializer interface{ Initializes(path string) bool }

// Fuser is the optional ability of a Compiler to tell whether it makes one
// instruction, which rounds once, of x*y + z of floats. native.Workspace has it.
type Fuser interface{ Fuses() bool }

// An Engine runs what was compiled. *engine.Client is one.
type Engine interface {
	// Run evaluates one cell and blocks until the engine answers or is gone.
	// Output arrives on out while it runs. The error is non-nil only when the
	// engine died: then it is a *wire.Death.
	Run(ctx context.Context, r *wire.Run, out Output) (*wire.Done, error)
	// Close ends the engine process.
	Close() error
}

// Output receives what a cell prints and shows while it runs, in order. It is
// passed to the Engine as it is, with the further abilities it may have.
type Output interface {
	Stream(name, text string) // "stdout" or "stderr"
	Display(data, metadata map[string]json.RawMessage)
}

// Change is what happened to the notebook's module graph.
type Change struct {
	// Engine says why the engine must be replaced by the graph's own one, and
	// plugins be built again: "golang.org/x/sys is v0.50.0 now". It is "" if
	// both go on working.
	Engine string
	// Notice is anything else that the user should know now; "" if nothing.
	Notice string
}

// Modules is the optional ability of a Compiler to manage the notebook's
// modules. native.Workspace has it.
type Modules interface {
	// Go runs the go command in the notebook's module, "get" or "mod edit" for
	// instance, and takes over what it did to go.mod. What it prints goes to
	// out. If the graph does not work afterwards go.mod is put back.
	Go(ctx context.Context, args []string, out io.Writer) (Change, error)
	// Modules lists the modules that imported packages come from, and where the
	// go.mod is that chose them.
	Modules() (list []Module, gomod string)
	// Pin sets the versions of modules, by path, in this notebook's own graph:
	// a version, or "=>" and what replaces the module, a directory or
	// "path@version".
	Pin(ctx context.Context, pins map[string]string) (Change, error)
}

// Module is a module that imported packages come from.
type Module struct {
	Path    string
	Version string // "" if a directory replaces it
	Replace string // what is used in its place: a directory, or "path@version"; "" if nothing
}

// A ModuleError says why a package or module cannot be used.
type ModuleError struct {
	Path string // of the package or module; "" if unknown
	Msg  string // one line
	Hint string // what to do
}

func (e *ModuleError) Error() string {
	if e.Hint == "" {
		return e.Msg
	}
	return e.Msg + "; " + e.Hint
}

// Uncompiled is the optional ability of a Compiler that compiles nothing to
// have cells checked and interpreted all the same. stubs.Compiler has it.
type Uncompiled interface {
	// Importer knows the packages that cells may import. Its errors about
	// others are *ModuleErrors.
	Importer() types.Importer
	// Remedy says why nothing is compiled and what to do about it.
	Remedy() string
}
