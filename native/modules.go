package native

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"gomemo/interp"
)

// Modules lists the modules that the required packages come from, those of
// what they import included but without gomemo and what it imports, and names
// the go.mod that chose them: "" if it is the notebook's own.
func (w *Workspace) Modules() (list []interp.Module, gomod string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	used := make(map[string]bool)
	roots := slices.DeleteFunc(w.roots(nil), func(p string) bool { return ours(w.graph.Packages[p].Module) })
	for _, p := range w.graph.reach(roots...) {
		if m := w.graph.Packages[p].Module; m != "" && !ours(m) {
			used[m] = true
		}
	}
	for _, path := range slices.Sorted(maps.Keys(used)) {
		list = append(list, w.graph.Modules[path])
	}
	if w.start.users {
		gomod = filepath.Join(w.start.dir, "go.mod")
	}
	return list, gomod
}

// module describes the module of a listed package.
func (p *listed) module() interp.Module {
	m := interp.Module{Path: p.Module.Path, Version: p.Module.Version}
	if r := p.Module.Replace; r != nil {
		m.Replace = r.Path
		if r.Version != "" {
			m.Replace += "@" + r.Version
		} else {
			m.Version = "" // a directory has none
		}
	}
	return m
}

// Pin sets the versions of modules. A private module has them from now on, in
// the next session too. A go.mod of the user's is not written and wins over
// them, which the change's notice says.
func (w *Workspace) Pin(ctx context.Context, pins map[string]string) (interp.Change, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.start
	all := maps.Clone(m.pins)
	if all == nil {
		all = make(map[string]string)
	}
	maps.Copy(all, pins)
	if !m.users {
		all = pins
	}
	if err := m.pinned(all); err != nil {
		return interp.Change{}, fmt.Errorf("native: %w", &interp.ModuleError{Msg: err.Error()})
	}
	change, err := w.replace(ctx, m)
	if err != nil {
		return change, err
	}
	change.Notice = strings.Join(append(nonEmpty(change.Notice), w.graph.unmet(pins)...), "\n")
	return change, nil
}

// unmet says which pinned versions the graph does not have.
func (g *graph) unmet(pins map[string]string) (lines []string) {
	for _, path := range slices.Sorted(maps.Keys(pins)) {
		want, _, replaced := strings.Cut(pins[path], "=>")
		if m, ok := g.Modules[path]; ok && !replaced && m.Version != strings.TrimSpace(want) {
			lines = append(lines, fmt.Sprintf("%s is %s, because something else requires that, not %s.", path, m.Version, want))
		}
	}
	return lines
}

// changed says why what was built with g cannot be used together with what is
// built with n: a package of both has another content.
func (g *graph) changed(n *graph) interp.Change {
	var versions, packages []string
	differ := false
	for _, path := range slices.Sorted(maps.Keys(g.Packages)) {
		a := g.Packages[path]
		b, ok := n.Packages[path]
		if !ok || a.Key == b.Key {
			continue
		}
		differ = true
		if ours(a.Module) {
			continue
		}
		before, now := g.Modules[a.Module], n.Modules[b.Module]
		if before == now {
			packages = append(packages, path+" has changed")
		} else if text := now.Path + " is " + describe(now) + " now"; !slices.Contains(versions, text) {
			versions = append(versions, text)
		}
	}
	if !differ {
		return interp.Change{}
	}
	// What has another version makes others differ that only import it.
	reasons := append(versions, packages...)
	if len(versions) > 0 {
		reasons = versions
	}
	const most = 3
	if len(reasons) > most {
		reasons = append(reasons[:most], fmt.Sprintf("%d more", len(reasons)-most))
	}
	if len(reasons) == 0 {
		reasons = []string{"the engine's packages have changed"}
	}
	return interp.Change{Engine: strings.Join(reasons, ", ")}
}

// describe is a module's version, or what replaces it.
func describe(m interp.Module) string {
	if m.Replace != "" {
		return m.Replace
	}
	return m.Version
}

// join makes one change of two.
func join(a, b interp.Change) interp.Change {
	return interp.Change{
		Engine: strings.Join(append(nonEmpty(a.Engine), nonEmpty(b.Engine)...), ", "),
		Notice: strings.Join(append(nonEmpty(a.Notice), nonEmpty(b.Notice)...), "\n"),
	}
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
