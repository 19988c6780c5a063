package native

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gomemo/interp"
)

// archiveKeys are the keys of packages' archives.
type archiveKeys struct {
	of    map[string]string // by import path
	made  map[string]bool   // by us, not by the go command
	quiet map[string]bool   // nobody notices that they are initialized
}

// compiled describes the packages of every graph and more, everything outside
// the standard library that they import included, and compiles them. It returns
// when all have export data; what still has none but that is awaited by
// [Workspace.Build]. The go command works in dir, whose go.mod it completes.
func (w *Workspace) compiled(ctx context.Context, dir string, from *graph, more []string, p *progress) ([]listed, archiveKeys, error) {
	paths := append(base[:], more...)
	pkgs, err := w.t.env.describe(ctx, dir, paths...)
	if err == nil {
		err = w.t.env.refused(pkgs)
	}
	if err != nil {
		return nil, archiveKeys{}, err
	}
	keys, broken := w.t.compileMixed(ctx, dir, from, pkgs, p)
	if broken == nil || ctx.Err() != nil {
		return pkgs, keys, broken
	}
	// The go command explains what is broken, or can do what we could not.
	pkgs, err = w.t.env.goList(ctx, dir, nil, paths...)
	if err == nil {
		err = w.t.env.refused(pkgs)
	}
	if err != nil {
		return nil, archiveKeys{}, err
	}
	w.t.warn(broken.Error())
	keys = archiveKeys{of: make(map[string]string)}
	return pkgs, keys, w.t.keepAll(pkgs, keys)
}

// compileMixed has the go command compile those packages that it must, unless
// an earlier graph has them, and begins to compile the others.
func (t *Toolchain) compileMixed(ctx context.Context, dir string, from *graph, pkgs []listed, p *progress) (archiveKeys, error) {
	keys := archiveKeys{of: make(map[string]string), made: make(map[string]bool), quiet: make(map[string]bool)}
	set := byGo(pkgs, t.env.GOARCH)
	if missing := from.missing(pkgs, set, keys.of); len(missing) > 0 {
		stock, err := t.env.goList(ctx, dir, p.counter(shareEngine/2, enginePackages), missing...)
		if err == nil {
			err = t.keepAll(stock, keys)
		}
		if err != nil {
			return keys, err
		}
	}
	makings := make(map[string]*making)
	for i := range pkgs { // dependencies come first
		p := &pkgs[i]
		if p.Standard || set[p.ImportPath] {
			continue
		}
		key, m, err := t.make(p, keys.of, makings)
		if err != nil {
			return keys, err
		}
		keys.of[p.ImportPath], keys.made[p.ImportPath] = key, true
		if m != nil {
			makings[p.ImportPath] = m
		}
	}
	quiets := t.newQuiets(pkgs)
	for i := range pkgs {
		if p := &pkgs[i]; keys.made[p.ImportPath] {
			keys.quiet[p.ImportPath] = quiets.quiet(p, keys.of[p.ImportPath])
		}
	}
	for _, m := range makings {
		_, release, err := m.acquire(ctx)
		if err != nil {
			return keys, err
		}
		release()
	}
	return keys, nil
}

// missing returns those packages of set, dependencies first, that the go
// command has not compiled for the graph in the same version. The archives of
// the others are added to keys. When one has changed, so may have all that
// import it.
func (g *graph) missing(pkgs []listed, set map[string]bool, keys map[string]string) (paths []string) {
	var all []string
	changed := false
	for i := range pkgs {
		p := &pkgs[i]
		if !set[p.ImportPath] {
			continue
		}
		all = append(all, p.ImportPath)
		a, ok := g.Packages[p.ImportPath]
		switch {
		case !ok:
			paths = append(paths, p.ImportPath)
		case a.Made || p.local() || p.Module == nil || g.Modules[a.Module] != p.module():
			changed = true
		default:
			keys[p.ImportPath] = a.Key
		}
	}
	if changed {
		return all
	}
	return paths
}

// keepAll keeps the archives that the go command has made.
func (t *Toolchain) keepAll(pkgs []listed, keys archiveKeys) error {
	for _, p := range pkgs {
		if p.Standard {
			continue
		}
		if p.Export == "" {
			return fmt.Errorf("native: package %s was not compiled", p.ImportPath)
		}
		key, err := t.keep(p.Export)
		if err != nil {
			return err
		}
		keys.of[p.ImportPath] = key
	}
	return nil
}

// await waits for archives.
func (t *Toolchain) await(ctx context.Context, keys iter.Seq[string]) error {
	for key := range keys {
		if m := t.makings.find(key); m != nil {
			if err := m.wait(ctx); err != nil {
				return err
			}
		}
	}
	return nil
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

// keep copies an archive out of the build cache, which forgets.
func (t *Toolchain) keep(file string) (key string, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("native: keep archive: %w", err)
	}
	key = sum("archive", string(data))
	if _, ok := t.cache.have("archive", key, ".a"); ok {
		return key, nil
	}
	tmp, err := t.cache.temp()
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	copied := filepath.Join(tmp, "archive")
	if err := os.WriteFile(copied, data, 0o666); err != nil {
		return "", fmt.Errorf("native: keep archive: %w", err)
	}
	_, err = t.cache.put("archive", key, ".a", copied)
	return key, err
}
