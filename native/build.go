package native

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"gomemo/interp"
)

// Build compiles what is not in the cache, each package as soon as those that
// it imports are there, and links the plugin. What the compiler rejects is an
// *interp.BuildError; of several packages with errors the first one's are
// reported.
func (w *Workspace) Build(ctx context.Context, b interp.Build) (interp.Plugin, error) {
	w.mu.Lock()
	j := job{t: w.t, graph: w.graph, nodes: make(map[string]*node)}
	w.mu.Unlock()
	for _, u := range b.Units {
		if err := j.add(u); err != nil {
			return interp.Plugin{}, err
		}
	}
	if err := j.add(b.Main); err != nil {
		return interp.Plugin{}, err
	}
	main := j.nodes[b.Main.Path]
	key := j.pluginKey(main)
	if path, ok := w.t.cache.have("plugin", key, ".so"); ok {
		return interp.Plugin{Path: path, Cached: true}, nil
	}

	touch(w.t.dir)
	plugin, err := w.build(ctx, &j, main, key)
	if err != nil && ctx.Err() == nil && !j.complete() {
		// Another process has trimmed the cache meanwhile.
		plugin, err = w.build(ctx, j.again(), main, key)
	}
	return plugin, err
}

// build compiles and links.
func (w *Workspace) build(ctx context.Context, j *job, main *node, key string) (interp.Plugin, error) {
	start := time.Now()
	if err := w.t.await(ctx, j.archives()); err != nil {
		return interp.Plugin{}, err
	}
	if err := w.restore(ctx, j.archives()); err != nil {
		return interp.Plugin{}, err
	}
	if err := j.compile(ctx); err != nil {
		return interp.Plugin{}, err
	}
	compiled := time.Now()
	path, err := j.link(ctx, main, key)
	if err != nil {
		return interp.Plugin{}, err
	}
	return interp.Plugin{Path: path, Compile: compiled.Sub(start), Link: time.Since(compiled)}, nil
}

// A job is one Build.
type job struct {
	t     *Toolchain
	graph graph
	order []*node          // dependencies first
	nodes map[string]*node // by import path
}

// A node is a generated package within a job.
type node struct {
	interp.Unit
	key     string // names the archive: everything that it depends on
	archive string
	done    chan struct{} // closed when archive is there or err is set
	err     error
}

// add computes a package's key. Packages that it imports must have been added.
func (j *job) add(u interp.Unit) error {
	if !strings.HasPrefix(u.Path, Prefix) {
		return fmt.Errorf("native: generated package %q has no path below %s", u.Path, Prefix)
	}
	if j.nodes[u.Path] != nil {
		return fmt.Errorf("native: generated package %s occurs twice", u.Path)
	}
	parts := []string{"unit", j.t.id, u.Path, u.Source}
	for _, imp := range u.Imports {
		id := ""
		if n := j.nodes[imp]; n != nil {
			id = n.key
		} else if a, ok := j.graph.Packages[imp]; ok {
			id = a.Key
		} else if _, ok := j.t.std[imp]; !ok && imp != "unsafe" {
			return fmt.Errorf("native: %s imports %s, which is not there", u.Path, imp)
		}
		parts = append(parts, imp, id)
	}
	n := &node{Unit: u, key: sum(parts...), done: make(chan struct{})}
	j.order = append(j.order, n)
	j.nodes[u.Path] = n
	return nil
}

// complete reports whether all archives are there that the link needs.
func (j *job) complete() bool {
	for key := range j.archives() {
		if !isFile(j.t.cache.archive(key)) {
			return false
		}
	}
	for _, n := range j.order {
		if n.archive != "" && !isFile(n.archive) {
			return false
		}
	}
	return true
}

// again forgets what was compiled.
func (j *job) again() *job {
	for _, n := range j.order {
		n.archive, n.err, n.done = "", nil, make(chan struct{})
	}
	return j
}

// modules returns the packages of modules that the job reaches.
func (j *job) modules() []string {
	var roots []string
	for _, n := range j.order {
		roots = append(roots, n.Imports...)
	}
	return j.graph.reach(roots...)
}

// archives are the keys of their archives.
func (j *job) archives() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, path := range j.modules() {
			if !yield(j.graph.Packages[path].Key) {
				return
			}
		}
	}
}

// pluginKey names the linked plugin.
func (j *job) pluginKey(main *node) string {
	parts := []string{"plugin with functions of main", j.t.linker.Name, main.key}
	for _, path := range j.modules() {
		parts = append(parts, path, j.graph.Packages[path].Key)
	}
	return sum(parts...)
}

// compile fills in the archive of every node.
func (j *job) compile(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for _, n := range j.order {
		wg.Go(func() {
			defer close(n.done)
			if n.err = j.compileNode(ctx, n, slots); n.err != nil {
				cancel()
			}
		})
	}
	wg.Wait()
	// A package that failed makes others fail with context.Canceled.
	var first error
	for _, n := range j.order {
		if n.err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = n.err
		}
	}
	return first
}

func (j *job) compileNode(ctx context.Context, n *node, slots chan struct{}) error {
	var ok bool
	if n.archive, ok = j.t.cache.have("unit", n.key, ".a"); ok {
		return nil
	}
	imports := make(map[string]string, len(n.Imports))
	for _, imp := range n.Imports {
		if dep := j.nodes[imp]; dep != nil {
			<-dep.done
			if dep.err != nil {
				return context.Canceled
			}
			imports[imp] = dep.archive
		} else if a, ok := j.graph.Packages[imp]; ok {
			imports[imp] = j.t.cache.archive(a.Key)
		} else if imp != "unsafe" {
			imports[imp] = j.t.std[imp]
		}
	}
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	tmp, err := j.t.cache.temp()
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	out := filepath.Join(tmp, "unit.a")
	if err := j.t.compile(ctx, tmp, compilation{path: n.Path, source: n.Source, imports: imports, out: out}); err != nil {
		return err
	}
	n.archive, err = j.t.cache.put("unit", n.key, ".a", out)
	return err
}

// link makes the plugin and publishes it.
func (j *job) link(ctx context.Context, main *node, key string) (string, error) {
	packages := make(map[string]string, len(j.t.std)+len(j.nodes))
	maps.Copy(packages, j.t.std)
	for _, path := range j.modules() {
		packages[path] = j.t.cache.archive(j.graph.Packages[path].Key)
	}
	for path, n := range j.nodes {
		packages[path] = n.archive
	}
	tmp, err := j.t.cache.temp()
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	out, err := j.t.link(ctx, tmp, j.t.linker, linking{path: main.Path, archive: main.archive, packages: packages})
	if err != nil {
		return "", err
	}
	return j.t.cache.put("plugin", key, ".so", out)
}
