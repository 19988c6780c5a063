package native

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"gomemo/interp"
)

// A Workspace is what one notebook compiles against: the standard library and
// a module graph with gomemo in it. It implements interp.Compiler. Its methods
// may be called by several goroutines.
type Workspace struct {
	t     *Toolchain
	local bool // directories of the user's are part of the graph: ask the go command each time

	mu       sync.Mutex // guards all below
	graph    graph
	required map[string]bool // import paths asked for so far
}

var _ interp.Compiler = (*Workspace)(nil)

// graph is a module graph and what is known of its packages. It is replaced,
// not changed.
type graph struct {
	Mod, Sum string
	Packages map[string]archive // outside the standard library, by import path
	Engine   string             // key of the engine: what it links
	local    string             // names the content of the user's own directories
}

// archive is a compiled package in the cache.
type archive struct {
	Key     string   // of the content
	Imports []string // outside the standard library
}

// base are the packages that every graph has.
var base = [...]string{engineModule + "/..."}

// Open returns the workspace of a notebook in dir. If dir has a go.mod, the
// graph is that module's; if that one does not work, Options.Warn is told and
// the workspace has a module of its own, as it has when dir is "" or has no
// go.mod. The user's files are never written.
func (t *Toolchain) Open(ctx context.Context, dir string) (*Workspace, error) {
	m, found, err := readModule(dir)
	if err == nil && found {
		var w *Workspace
		if w, err = t.workspace(ctx, m, new(progress)); err == nil {
			return w, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if err != nil {
		t.warn(fmt.Sprintf("%s is not used: %s", filepath.Join(dir, "go.mod"), strings.TrimPrefix(err.Error(), "native: ")))
	}
	return t.workspace(ctx, startModule{}, new(progress))
}

func (t *Toolchain) workspace(ctx context.Context, m startModule, p *progress) (*Workspace, error) {
	if t.source.hash == "" {
		return nil, errors.New("native: there are no sources of the engine")
	}
	gomod, gosum, local, err := m.derive(&t.source)
	if err != nil {
		return nil, fmt.Errorf("native: module graph: %w", err)
	}
	w := &Workspace{t: t, local: local, required: make(map[string]bool)}
	w.graph, err = w.resolve(ctx, graph{Mod: string(gomod), Sum: string(gosum)}, nil, p)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// ID names what compiled code depends on beside its source: the Go version,
// flags, processor, edits of the compiler, gomemo's own source and the module
// graph.
func (w *Workspace) ID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return sum("workspace", w.t.id, w.t.source.hash, w.graph.Mod, w.graph.local)
}

// Export opens the archive of a package of the standard library, of gomemo, or
// one that was required. Errors are fs.ErrNotExist for others.
func (w *Workspace) Export(path string) (io.ReadCloser, error) {
	name, ok := w.archive(path)
	if !ok {
		return nil, fmt.Errorf("native: export data of %s: %w", path, fs.ErrNotExist)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("native: export data: %w", err)
	}
	return f, nil
}

func (w *Workspace) archive(path string) (string, bool) {
	if name, ok := w.t.std[path]; ok {
		return name, true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	a, ok := w.graph.Packages[path]
	if !ok {
		return "", false
	}
	return w.t.cache.path("archive", a.Key, ".a"), true
}

// Require makes packages available, which adds the newest version of their
// modules to the graph if it has none. Packages that are there cost nothing,
// and a set of imports that was required before on the same graph costs
// milliseconds and no go command. changed reports that Engine names another
// engine than before.
func (w *Workspace) Require(ctx context.Context, paths []string) (changed bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var missing []string
	for _, p := range paths {
		if err := checkImportPath(p); err != nil {
			return false, fmt.Errorf("native: import %q: %w", p, err)
		}
		if _, ok := w.t.std[p]; ok || p == "unsafe" {
			continue
		}
		if _, ok := w.graph.Packages[p]; !ok || !w.required[p] && !strings.HasPrefix(p, engineModule+"/") {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return false, nil
	}
	all := maps.Clone(w.required)
	for _, p := range missing {
		all[p] = true
	}
	g, err := w.resolve(ctx, w.graph, slices.Sorted(maps.Keys(all)), new(progress))
	if err != nil {
		return false, err
	}
	changed = g.Engine != w.graph.Engine
	w.graph, w.required = g, all
	return changed, nil
}

// resolve completes a graph so that it has the packages, from the cache or by
// asking the go command.
func (w *Workspace) resolve(ctx context.Context, from graph, paths []string, p *progress) (graph, error) {
	key := w.t.answerKey(from, paths)
	if !w.local {
		if g, ok := w.answer(key); ok {
			return g, nil
		}
	}
	source, err := w.t.extract(ctx)
	if err != nil {
		return graph{}, err
	}
	tmp, err := w.t.cache.temp()
	if err != nil {
		return graph{}, err
	}
	defer os.RemoveAll(tmp)
	if err := install(tmp, []byte(from.Mod), []byte(from.Sum), source); err != nil {
		return graph{}, err
	}
	p.step("compiling the engine's packages")
	pkgs, err := w.t.env.goList(ctx, tmp, p.counter(shareEngine/2, enginePackages), append(base[:], paths...)...)
	if err == nil {
		err = refused(pkgs)
	}
	if err != nil {
		return graph{}, err
	}
	g, err := w.collect(pkgs)
	if err != nil {
		return graph{}, err
	}
	mod, modSum, err := uninstall(tmp, source)
	if err != nil {
		return graph{}, err
	}
	g.Mod, g.Sum = string(mod), string(modSum)
	if !w.local {
		if err := w.t.cache.putJSON("answer", key, g); err != nil {
			return graph{}, err
		}
	}
	return g, nil
}

// answerKey names the question of resolve.
func (t *Toolchain) answerKey(from graph, paths []string) string {
	return sum(append([]string{"answer", format, t.id, t.source.hash, from.Mod, from.Sum}, paths...)...)
}

// answer returns what the go command said before, if all its archives are
// still there.
func (w *Workspace) answer(key string) (graph, bool) {
	var g graph
	if !w.t.cache.readJSON("answer", key, &g) {
		return graph{}, false
	}
	for _, a := range g.Packages {
		if _, ok := w.t.cache.have("archive", a.Key, ".a"); !ok {
			return graph{}, false
		}
	}
	return g, true
}

// refused makes one error of what the go command could not do.
func refused(pkgs []listed) error {
	var lines []string
	for _, p := range pkgs {
		if p.Error == nil {
			continue
		}
		text := strings.TrimSpace(p.Error.Err)
		if !strings.Contains(text, p.ImportPath) {
			text = p.ImportPath + ": " + text
		}
		if !slices.Contains(lines, text) {
			lines = append(lines, text)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return errors.New("native: " + strings.Join(lines, "\n"))
}

// collect keeps the archives of packages outside the standard library and
// finds out what the engine links.
func (w *Workspace) collect(pkgs []listed) (graph, error) {
	g := graph{Packages: make(map[string]archive)}
	local := []string{"local"}
	for _, p := range pkgs {
		if p.Standard {
			continue
		}
		if p.Export == "" {
			return graph{}, fmt.Errorf("native: package %s was not compiled", p.ImportPath)
		}
		a, err := w.keep(p.Export)
		if err != nil {
			return graph{}, err
		}
		for _, imp := range p.Imports {
			if mapped, ok := p.ImportMap[imp]; ok {
				imp = mapped
			}
			if _, ok := w.t.std[imp]; !ok && imp != "unsafe" && imp != "C" {
				a.Imports = append(a.Imports, imp)
			}
		}
		g.Packages[p.ImportPath] = a
		if p.Module != nil && p.Module.Path != engineModule && p.Module.Replace != nil && p.Module.Replace.Version == "" {
			local = append(local, p.ImportPath, a.Key)
		}
	}
	if w.local {
		g.local = sum(local...)
	}
	parts := []string{"engine", w.t.id, w.t.source.hash}
	for _, path := range g.reach(engineMain) {
		parts = append(parts, path, g.Packages[path].Key)
	}
	g.Engine = sum(parts...)
	return g, nil
}

// reach returns the packages that roots reach outside the standard library,
// themselves included, sorted.
func (g *graph) reach(roots ...string) []string {
	seen := make(map[string]bool)
	for len(roots) > 0 {
		p := roots[len(roots)-1]
		roots = roots[:len(roots)-1]
		a, ok := g.Packages[p]
		if !ok || seen[p] {
			continue
		}
		seen[p] = true
		roots = append(roots, a.Imports...)
	}
	return slices.Sorted(maps.Keys(seen))
}

// keep copies an archive out of the build cache, which forgets.
func (w *Workspace) keep(file string) (archive, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return archive{}, fmt.Errorf("native: keep archive: %w", err)
	}
	a := archive{Key: sum("archive", string(data))}
	if _, ok := w.t.cache.have("archive", a.Key, ".a"); ok {
		return a, nil
	}
	tmp, err := w.t.cache.temp()
	if err != nil {
		return archive{}, err
	}
	defer os.RemoveAll(tmp)
	copied := filepath.Join(tmp, "archive")
	if err := os.WriteFile(copied, data, 0o666); err != nil {
		return archive{}, fmt.Errorf("native: keep archive: %w", err)
	}
	_, err = w.t.cache.put("archive", a.Key, ".a", copied)
	return a, err
}
