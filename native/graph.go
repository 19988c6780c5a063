package native

import (
	"context"
	"maps"
	"os"
	"slices"

	"gomemo/interp"
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
	Key     string   // of the content, or of what it was made from
	Module  string   // path of its module
	Imports []string // outside the standard library
	Made    bool     // by us, not by the go command
	Quiet   bool     // nobody else notices that it is initialized
}

// base are the packages that every graph has.
var base = [...]string{engineModule + "/..."}

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
	pkgs, keys, err := w.compiled(ctx, tmp, &from, paths, p)
	if err != nil {
		return graph{}, err
	}
	g := w.collect(pkgs, keys, from.dirs)
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
	return sum(append([]string{"answer 3", format, t.id, t.source.hash, from.Mod, from.Sum}, paths...)...)
}

// answer returns what the go command said before, if all its archives are
// still there.
func (w *Workspace) answer(key string) (graph, bool) {
	var g graph
	if !w.t.cache.readJSON("answer", key, &g) {
		return graph{}, false
	}
	for _, a := range g.Packages {
		if _, ok := w.t.cache.have("archive", a.Key, ".a"); !ok && w.t.makings.find(a.Key) == nil {
			return graph{}, false
		}
	}
	return g, true
}

// collect makes a graph of packages and the keys of their archives, and finds
// out what the engine links.
func (w *Workspace) collect(pkgs []listed, keys archiveKeys, dirs bool) graph {
	g := graph{Packages: make(map[string]archive), Modules: make(map[string]interp.Module), dirs: dirs}
	local := []string{"local"}
	for _, p := range pkgs {
		if p.Standard {
			continue
		}
		a := archive{Key: keys.of[p.ImportPath], Made: keys.made[p.ImportPath], Quiet: keys.quiet[p.ImportPath]}
		for _, imp := range p.imported() {
			if _, ok := w.t.std[imp]; !ok {
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
	return g
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
