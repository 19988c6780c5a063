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
	"time"

	"gomemo/interp"
)

// A Workspace is what one notebook compiles against: the standard library and
// a module graph with gomemo in it. It implements interp.Compiler. Its methods
// may be called by several goroutines.
type Workspace struct {
	t *Toolchain

	mu       sync.Mutex // guards all below
	start    startModule
	graph    graph
	required map[string]bool // import paths asked for so far
	watched  watched
	seen     string     // state of what is watched when the graph was made
	warming  []*warming // what is compiled in the background
}

var (
	_ interp.Compiler = (*Workspace)(nil)
	_ interp.Fuser    = (*Workspace)(nil)
	_ interp.Modules  = (*Workspace)(nil)
)

// graph is a module graph and what is known of its packages. It is replaced,
// not changed.
type graph struct {
	Mod, Sum string
	Roots    []string                 // the packages asked for
	Packages map[string]archive       // outside the standard library, by import path
	Modules  map[string]interp.Module // that packages come from, by path
	Engine   string                   // key of the engine: what it links
	local    string                   // names the content of the user's own directories
	dirs     bool                     // there are such directories: ask the go command each time
	watched  watched
}

// archive is a compiled package in the cache.
type archive struct {
	Key     string   // of the content
	Module  string   // path of its module
	Imports []string // outside the standard library
}

// base are the packages that every graph has.
var base = [...]string{engineModule + "/..."}

func (t *Toolchain) workspace(ctx context.Context, m startModule, p *progress) (*Workspace, error) {
	w := &Workspace{t: t, start: m, required: make(map[string]bool)}
	from, err := w.from(&m)
	if err != nil {
		return nil, err
	}
	g, err := w.resolve(ctx, &m, from, nil, p)
	if err != nil {
		return nil, err
	}
	w.take(m, g)
	return w, nil
}

// from is the graph of a start module as long as nothing is known of it.
func (w *Workspace) from(m *startModule) (graph, error) {
	if w.t.source.hash == "" {
		return graph{}, errors.New("native: there are no sources of the engine")
	}
	gomod, gosum, local, err := m.derive(&w.t.source)
	if err != nil {
		return graph{}, fmt.Errorf("native: module graph: %w", err)
	}
	return graph{Mod: string(gomod), Sum: string(gosum), dirs: local}, nil
}

// take makes a graph the workspace's. The caller holds the lock, or the only
// reference.
func (w *Workspace) take(m startModule, g graph) {
	w.start, w.graph = m, g
	w.required = make(map[string]bool, len(g.Roots))
	for _, p := range g.Roots {
		w.required[p] = true
	}
	w.watched = g.watched
	if !g.dirs {
		w.watched = watch(&m, nil)
	}
	w.seen, _ = w.watched.state()
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
// milliseconds and no go command. First it looks for changes in the user's own
// files; if these do not compile, what they were before stays in use.
func (w *Workspace) Require(ctx context.Context, paths []string) (interp.Change, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change := w.refresh(ctx)
	importer := w.start.importPath()
	var missing []string
	for _, p := range paths {
		if err := checkImportPath(p, importer); err != nil {
			return change, fmt.Errorf("native: %w", &interp.ModuleError{Path: p, Msg: fmt.Sprintf("cannot import %q: %v", p, err)})
		}
		if _, ok := w.t.std[p]; ok || p == "unsafe" {
			continue
		}
		if _, ok := w.graph.Packages[p]; !ok || !w.required[p] && !strings.HasPrefix(p, engineModule+"/") {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return change, nil
	}
	w.await(ctx, missing)
	m := w.start
	g, err := w.resolve(ctx, &m, w.graph, w.roots(missing), new(progress))
	if err != nil {
		return change, err
	}
	if !m.users {
		if err := w.keepModule(&m, g); err != nil {
			return change, err
		}
	}
	more := w.graph.changed(&g)
	w.take(m, g)
	return join(change, more), nil
}

func (w *Workspace) roots(more []string) []string {
	all := maps.Clone(w.required)
	for _, p := range more {
		all[p] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// refresh makes the graph anew if the user's files have changed. The caller
// holds the lock.
func (w *Workspace) refresh(ctx context.Context) interp.Change {
	state, _ := w.watched.state()
	if state == w.seen {
		return interp.Change{}
	}
	change, err := w.rebuild(ctx)
	if err != nil {
		if ctx.Err() == nil {
			w.seen = state // said once
		}
		text := strings.TrimPrefix(err.Error(), "native: ")
		if module := (*interp.ModuleError)(nil); errors.As(err, &module) {
			text = module.Msg
		}
		return interp.Change{Notice: text + "\nWhat was there before stays in use."}
	}
	return change
}

// rebuild makes the graph from the user's files as they are now.
func (w *Workspace) rebuild(ctx context.Context) (interp.Change, error) {
	m, err := w.start.again()
	if err != nil {
		return interp.Change{}, fmt.Errorf("native: %w", err)
	}
	return w.replace(ctx, m)
}

// replace makes the graph anew from a start module.
func (w *Workspace) replace(ctx context.Context, m startModule) (interp.Change, error) {
	began := time.Now()
	from, err := w.from(&m)
	if err != nil {
		return interp.Change{}, err
	}
	g, err := w.resolve(ctx, &m, from, w.roots(nil), new(progress))
	if err != nil {
		return interp.Change{}, err
	}
	if !m.users {
		if err := w.keepModule(&m, g); err != nil {
			return interp.Change{}, err
		}
	}
	change := w.graph.changed(&g)
	w.take(m, g)
	if _, newest := w.watched.state(); newest.After(began) {
		w.seen = "" // written while it was read: look again next time
	}
	return change, nil
}

// keepModule makes the versions of the graph those of a private module, and
// the graph the answer to what its next session asks first.
func (w *Workspace) keepModule(m *startModule, g graph) error {
	if err := m.absorb(g, &w.t.source); err != nil {
		return fmt.Errorf("native: the notebook's module: %w", err)
	}
	if err := m.keep(); err != nil {
		return err
	}
	if g.dirs {
		return nil
	}
	next, err := w.from(m)
	if err != nil {
		return err
	}
	return w.t.cache.putJSON("answer", w.t.answerKey(next, nil), g)
}

// resolve completes a graph so that it has the packages, from the cache or by
// asking the go command.
func (w *Workspace) resolve(ctx context.Context, m *startModule, from graph, paths []string, p *progress) (graph, error) {
	key := w.t.answerKey(from, paths)
	if !from.dirs {
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
		err = w.t.env.refused(pkgs)
	}
	if err != nil {
		return graph{}, err
	}
	g, err := w.collect(pkgs, from.dirs)
	if err != nil {
		return graph{}, err
	}
	mod, modSum, err := uninstall(tmp, source)
	if err != nil {
		return graph{}, err
	}
	g.Mod, g.Sum, g.Roots = string(mod), string(modSum), paths
	if g.dirs {
		g.watched = watch(m, pkgs)
		return g, nil
	}
	return g, w.t.cache.putJSON("answer", key, g)
}

// answerKey names the question of resolve.
func (t *Toolchain) answerKey(from graph, paths []string) string {
	return sum(append([]string{"answer 2", format, t.id, t.source.hash, from.Mod, from.Sum}, paths...)...)
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

// refused makes one error of what the go command could not do: the first one,
// and how many more there are.
func (e *environ) refused(pkgs []listed) error {
	var first *interp.ModuleError
	var more []string
	for _, p := range pkgs {
		if p.Error == nil {
			continue
		}
		err := e.explain(p.ImportPath, p.Error.Err)
		if first == nil {
			first = err
		} else if err.Path != first.Path && !slices.Contains(more, err.Path) {
			more = append(more, err.Path)
		}
	}
	if first == nil {
		return nil
	}
	if len(more) > 0 {
		first.Msg += fmt.Sprintf(" (and %s)", strings.Join(more, ", "))
	}
	return fmt.Errorf("native: %w", first)
}

// collect keeps the archives of packages outside the standard library and
// finds out what the engine links.
func (w *Workspace) collect(pkgs []listed, dirs bool) (graph, error) {
	g := graph{Packages: make(map[string]archive), Modules: make(map[string]interp.Module), dirs: dirs}
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
		if p.Module != nil {
			a.Module = p.Module.Path
			g.Modules[a.Module] = p.module()
		}
		g.Packages[p.ImportPath] = a
		if p.local() {
			local = append(local, p.ImportPath, a.Key)
		}
	}
	if dirs {
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
