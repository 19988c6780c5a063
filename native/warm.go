package native

import (
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// Compiling what a module brings takes longer than anything else that a cell
// waits for. It can be done when the module is there and before a cell imports
// it: the go command keeps what it compiled.

// warming is a compilation that nobody waits for yet.
type warming struct {
	paths []string
	done  chan struct{}
}

const warmTimeout = 10 * time.Minute

// Warm compiles packages in the background, with the versions that the graph
// has; nothing is downloaded. [Workspace.Require] waits for it. What cannot be
// compiled is left to Require, which says why.
func (w *Workspace) Warm(paths []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.warm(paths)
}

// warm is Warm for a caller that holds the lock.
func (w *Workspace) warm(paths []string) {
	importer := w.start.importPath()
	paths = slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		_, std := w.t.std[p]
		_, have := w.graph.Packages[p]
		return std || have || checkImportPath(p, importer) != nil
	})
	if len(paths) == 0 {
		return
	}
	// One at a time: they would compile what they share twice.
	before := slices.Clone(w.warming)
	n := &warming{paths: paths, done: make(chan struct{})}
	w.warming = append(w.warming, n)
	go func(g graph) {
		defer close(n.done)
		for _, b := range before {
			<-b.done
		}
		ctx, cancel := context.WithTimeout(context.Background(), warmTimeout)
		defer cancel()
		w.t.warm(ctx, g, paths)
	}(w.graph)
}

// await waits for what compiles one of the packages in the background. The
// caller holds the lock.
func (w *Workspace) await(ctx context.Context, paths []string) {
	var rest []*warming
	for _, b := range w.warming {
		if slices.ContainsFunc(b.paths, func(p string) bool { return slices.Contains(paths, p) }) {
			select {
			case <-b.done:
			case <-ctx.Done():
				rest = append(rest, b)
			}
			continue
		}
		rest = append(rest, b)
	}
	w.warming = rest
}

func (t *Toolchain) warm(ctx context.Context, g graph, paths []string) {
	source, err := t.extract(ctx)
	if err != nil {
		return
	}
	tmp, err := t.cache.temp()
	if err != nil {
		return
	}
	defer os.RemoveAll(tmp)
	if install(tmp, []byte(g.Mod), []byte(g.Sum), source) != nil {
		return
	}
	offline := *t.env
	offline.env = append(slices.Clone(offline.env), "GOPROXY=off")
	pkgs, err := offline.describe(ctx, tmp, append(base[:], paths...)...)
	if err != nil {
		return // it is said when a cell imports it
	}
	pkgs = slices.DeleteFunc(pkgs, func(p listed) bool { return p.Error != nil || len(p.DepsErrors) > 0 })
	if keys, err := t.compileMixed(ctx, tmp, &g, pkgs, new(progress)); err == nil {
		_ = t.await(ctx, maps.Values(keys.of))
	}
}

// gotten are the packages that the arguments of go get name.
func gotten(args []string) (paths []string) {
	for _, a := range args {
		path, version, _ := strings.Cut(a, "@")
		if !strings.HasPrefix(a, "-") && version != "none" && !strings.Contains(path, "...") {
			paths = append(paths, path)
		}
	}
	return paths
}
