package native

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
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
	f, err := w.openArchive(path)
	if err != nil {
		return nil, fmt.Errorf("native: export data of %s: %w", path, err)
	}
	return f, nil
}

func (w *Workspace) openArchive(path string) (*os.File, error) {
	if name, ok := w.t.std[path]; ok {
		return os.Open(name)
	}
	w.mu.Lock()
	a, ok := w.graph.Packages[path]
	w.mu.Unlock()
	if !ok {
		return nil, fs.ErrNotExist
	}
	ctx := context.Background()
	if m := w.t.makings.find(a.Key); m != nil {
		name, release, err := m.acquire(ctx) // it is there since Require
		if err != nil {
			return nil, err
		}
		defer release()
		return os.Open(name)
	}
	if err := w.restore(ctx, slices.Values([]string{a.Key})); err != nil {
		return nil, err
	}
	return os.Open(w.t.cache.archive(a.Key))
}

// restore makes archives of the graph again that are no longer in the cache,
// which another process may have trimmed.
func (w *Workspace) restore(ctx context.Context, keys iter.Seq[string]) error {
	there := func() string {
		for key := range keys {
			if !isFile(w.t.cache.archive(key)) {
				return key
			}
		}
		return ""
	}
	if there() == "" {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	from := w.graph
	from.Packages = nil // the go command's archives may be gone too
	m := w.start
	g, err := w.resolve(ctx, &m, from, w.roots(nil), new(progress))
	if err != nil {
		return err
	}
	made := make([]string, 0, len(g.Packages))
	for _, a := range g.Packages {
		made = append(made, a.Key)
	}
	if err := w.t.await(ctx, slices.Values(made)); err != nil {
		return err
	}
	if there() != "" {
		return errors.New("native: a compiled package is gone from the cache, and its source has changed: restart the kernel")
	}
	return nil
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
