package native

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// format is raised when what is kept in the cache directory changes its shape.
const format = "1"

// A Toolchain is a prepared Go installation. Its methods may be called by
// several goroutines.
type Toolchain struct {
	env    *environ
	cache  cache
	dir    string            // of the prepared files
	id     string            // names Go, flags, processor and edits
	linker hostLinker        // for plugins
	std    map[string]string // archive of each package of the standard library
	source source            // of the engine
	warn   func(string)

	makings *makings // of packages of modules
}

// manifest is what a prepared directory says about itself. It is written last:
// a directory without it is not prepared.
type manifest struct {
	Format string
	Go     string
	Std    []string // import paths
	Linker hostLinker
}

// compileFlags are those of every generated package. DWARF would double the
// time of a link and no debugger reads it.
var compileFlags = [...]string{"-dynlink", "-pack", "-nolocalimports", "-dwarf=false", "-buildid="}

// linkFlags are those of every plugin.
var linkFlags = [...]string{"-buildmode=plugin", "-s", "-w", "-compressdwarf=false", "-buildid="}

// toolchainID names what compiled code depends on beside sources and modules.
func toolchainID(e *environ) string {
	parts := []string{"toolchain", format, e.id(), buildFlags, strings.Join(compileFlags[:], " "), strings.Join(linkFlags[:], " ")}
	for _, ed := range edits {
		parts = append(parts, ed.file, ed.anchor, ed.with)
	}
	for _, name := range slices.Sorted(maps.Keys(additions)) {
		parts = append(parts, name, additions[name])
	}
	for _, ed := range runtimeEdits {
		parts = append(parts, ed.file, ed.anchor, ed.with)
	}
	for _, name := range slices.Sorted(maps.Keys(runtimeAdditions)) {
		parts = append(parts, name, runtimeAdditions[name])
	}
	parts = append(parts, wrapper)
	return sum(parts...)
}

// Prepare finds the Go installation and makes a toolchain of it: the edited
// compiler, the standard library for plugins, and the engine of a notebook
// without modules of its own. It takes minutes the first time and milliseconds
// afterwards. It may be interrupted at any time, by killing the process too;
// of several processes that prepare the same thing one works and the others
// wait.
//
// Errors are [*MissingError] when the machine lacks something, and
// [*EditError] when the Go release's compiler is not one that can be edited.
func Prepare(ctx context.Context, o Options) (*Toolchain, error) {
	t, err := open(ctx, &o)
	if err != nil {
		return nil, err
	}
	p := &progress{report: o.Progress}
	if err := t.prepare(ctx, p); err != nil {
		return nil, err
	}
	base, err := t.workspace(ctx, startModule{}, p)
	if err != nil {
		return nil, err
	}
	if _, err := base.engine(ctx, p); err != nil {
		return nil, err
	}
	p.done()
	t.cache.trimIfDue(time.Now())
	return t, nil
}

// open finds Go and the sources and makes nothing.
func open(ctx context.Context, o *Options) (*Toolchain, error) {
	dir, err := o.dir()
	if err != nil {
		return nil, err
	}
	e, err := findGo(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := e.supported(); err != nil {
		return nil, err
	}
	t := &Toolchain{env: e, cache: newCache(dir, o.CacheSize), id: toolchainID(e), warn: o.Warn, makings: newMakings()}
	if t.warn == nil {
		t.warn = func(string) {}
	}
	t.dir = filepath.Join(dir, "toolchain", e.GOVERSION+"-"+t.id)
	if t.source, err = readSource(o.Source); err != nil {
		return nil, err
	}
	return t, nil
}

// load reads a prepared directory.
func (t *Toolchain) load() bool {
	data, err := os.ReadFile(filepath.Join(t.dir, "manifest.json"))
	if err != nil {
		return false
	}
	var m manifest
	if json.Unmarshal(data, &m) != nil || m.Format != format {
		return false
	}
	t.std = make(map[string]string, len(m.Std))
	for _, path := range m.Std {
		t.std[path] = filepath.Join(t.dir, "std", filepath.FromSlash(path)+".a")
	}
	t.linker = m.Linker
	t.env.overlay = t.runtimeOverlay()
	touch(t.dir)
	return true
}

func (t *Toolchain) compiler() string { return filepath.Join(t.dir, "compile") }

// prepare makes the toolchain's directory if it is not there.
func (t *Toolchain) prepare(ctx context.Context, p *progress) error {
	if err := lookCompiler(t.env); err != nil {
		return err // what is prepared cannot link without it, either
	}
	if t.load() {
		return nil
	}
	if err := checkC(ctx, t.env); err != nil {
		return err
	}
	unlock, err := t.cache.lock(ctx, t.id, func() { p.step("waiting for another gomemo that prepares this toolchain") })
	if err != nil {
		return err
	}
	defer unlock()
	if t.load() {
		return nil
	}
	tmp, err := t.cache.temp()
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	m, err := t.build(ctx, p, tmp)
	if err != nil {
		return err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("native: prepare: %w", err)
	}
	if err := os.WriteFile(filepath.Join(tmp, "out", "manifest.json"), data, 0o666); err != nil {
		return fmt.Errorf("native: prepare: %w", err)
	}
	// What is there has no manifest that load could read.
	if err := os.RemoveAll(t.dir); err != nil {
		return fmt.Errorf("native: prepare: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(t.dir), 0o777); err != nil {
		return fmt.Errorf("native: prepare: %w", err)
	}
	if err := os.Rename(filepath.Join(tmp, "out"), t.dir); err != nil {
		return fmt.Errorf("native: prepare: %w", err)
	}
	if !t.load() {
		return errors.New("native: prepare: what was written cannot be read back")
	}
	return nil
}

// build makes the toolchain below tmp/out. The standard library and the
// compiler are built at the same time: each has stretches that keep one core
// busy only.
func (t *Toolchain) build(ctx context.Context, p *progress, tmp string) (*manifest, error) {
	out := filepath.Join(tmp, "out")
	if err := os.MkdirAll(out, 0o777); err != nil {
		return nil, fmt.Errorf("native: prepare: %w", err)
	}
	compiler, err := editedFiles(t.env.GOROOT, t.env.GOVERSION)
	if err != nil {
		return nil, err
	}
	overlay, err := writeOverlay(t.env.GOROOT, tmp, tmp, compiler)
	if err != nil {
		return nil, err
	}
	if err := t.editRuntime(filepath.Join(tmp, runtimeDir), filepath.Join(out, runtimeDir)); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var std map[string]string
	p.step("building the compiler and the standard library for " + t.env.GOVERSION)
	wg.Go(func() {
		var err error
		if std, err = t.buildStd(ctx, p, out); err != nil {
			cancel(err)
		}
	})
	wg.Go(func() {
		if err := t.buildCompiler(ctx, p, overlay, filepath.Join(out, "compile")); err != nil {
			cancel(err)
		}
	})
	wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	p.step("testing the compiler")
	linker, err := t.selfTest(ctx, tmp, out, std)
	if err != nil {
		return nil, err
	}
	return &manifest{Format: format, Go: t.env.GOVERSION, Std: slices.Sorted(maps.Keys(std)), Linker: linker}, nil
}

// buildCompiler compiles cmd/compile with the overlay. Its profile is not
// used: that would compile the standard library once more for a compiler that
// is 5 % faster.
func (t *Toolchain) buildCompiler(ctx context.Context, p *progress, overlay, out string) error {
	cmd := t.env.goCommand(ctx, os.TempDir(), "build", "-v", "-trimpath", "-pgo=off", "-ldflags=-s -w",
		"-overlay="+overlay, "-o", out, "cmd/compile")
	stderr, err := runCounted(cmd, p.counter(shareCompiler, compilerPackages))
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("native: %s: build the edited compiler: %s", t.env.GOVERSION, message(stderr, err))
	}
	return nil
}

// buildStd compiles the standard library for plugins and keeps its archives,
// because the build cache forgets. It returns them by import path.
func (t *Toolchain) buildStd(ctx context.Context, p *progress, out string) (map[string]string, error) {
	pkgs, err := t.env.goList(ctx, "", p.counter(shareStd, stdPackages), "std")
	if err != nil {
		return nil, err
	}
	std := make(map[string]string, len(pkgs))
	for _, pkg := range pkgs {
		if pkg.Error != nil {
			return nil, fmt.Errorf("native: build %s for plugins: %s", pkg.ImportPath, pkg.Error.Err)
		}
		if pkg.Export == "" { // unsafe, and directories with nothing but tests
			continue
		}
		to := filepath.Join(out, "std", filepath.FromSlash(pkg.ImportPath)+".a")
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return nil, fmt.Errorf("native: keep the standard library: %w", err)
		}
		if err := linkOrCopy(pkg.Export, to); err != nil {
			return nil, fmt.Errorf("native: keep the standard library: %w", err)
		}
		std[pkg.ImportPath] = to
	}
	return std, nil
}

// linkOrCopy makes to a second name of from, or a copy where that is not
// possible. The build cache never writes into a file that it has published.
func linkOrCopy(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, in)
	return errors.Join(err, f.Close())
}
