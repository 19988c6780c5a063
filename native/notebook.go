package native

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// A Notebook says which notebook a workspace is for.
type Notebook struct {
	// Dir is the directory that the notebook is in. A go.mod there is the
	// notebook's; the modules of a go.work there or above are available, or
	// else that of a go.mod above. "" means that there is none.
	Dir string
	// File names the notebook. Its private module, which it has if there is no
	// go.mod, is kept for the next session under this name. "" means that of
	// the directory; the notebooks without a name there share one.
	File string
	// Pins are versions of modules, as Workspace.Pin takes them. A go.mod in
	// Dir wins over them.
	Pins map[string]string
}

// Open returns the workspace of the notebooks in a directory, as OpenNotebook
// does, and keeps nothing.
func (t *Toolchain) Open(ctx context.Context, dir string) (*Workspace, error) {
	m, err := t.start(Notebook{Dir: dir})
	if err != nil {
		return nil, err
	}
	m.kept = ""
	return t.openModule(ctx, m)
}

// OpenNotebook returns the workspace of a notebook. What does not work, a
// go.mod with an error for instance, is left out, and Options.Warn is told.
// The user's files are never written, except by Workspace.Go.
func (t *Toolchain) OpenNotebook(ctx context.Context, n Notebook) (*Workspace, error) {
	m, err := t.start(n)
	if err != nil {
		return nil, err
	}
	return t.openModule(ctx, m)
}

// openModule makes the workspace, with less and less of m until it works.
func (t *Toolchain) openModule(ctx context.Context, m startModule) (*Workspace, error) {
	w, err := t.workspace(ctx, m, new(progress))
	if err == nil || ctx.Err() != nil {
		return w, err
	}
	said := func(what string) {
		t.warn(fmt.Sprintf("%s is not used: %s", what, strings.TrimPrefix(err.Error(), "native: ")))
	}
	if m.work != nil {
		without := m
		without.work = nil
		if w, werr := t.workspace(ctx, without, new(progress)); werr == nil {
			said(m.work.path)
			return w, nil
		}
	}
	switch {
	case m.users:
		said(filepath.Join(m.dir, "go.mod"))
	case m.gomod != nil:
		said("the notebook's module")
	default:
		return nil, err
	}
	return t.workspace(ctx, startModule{dir: m.dir, kept: m.kept}, new(progress))
}

// start finds the go.mod and go.work of a notebook.
func (t *Toolchain) start(n Notebook) (startModule, error) {
	if n.Dir == "" && n.File == "" {
		m := startModule{}
		return m, m.pinned(n.Pins)
	}
	dir, err := filepath.Abs(n.Dir)
	if err != nil {
		return startModule{}, fmt.Errorf("native: directory of the notebook: %w", err)
	}
	m, found, err := readModule(dir)
	if err != nil {
		t.warn(fmt.Sprintf("%s is not used: %v", filepath.Join(dir, "go.mod"), err))
	}
	if !found {
		name := dir
		if n.File != "" {
			name = absolute(dir, n.File)
		}
		kept := filepath.Join(t.cache.dir, "module", sum("module", name))
		if m, _, err = readModule(kept); err != nil {
			return startModule{}, fmt.Errorf("native: the notebook's module: %w", err)
		}
		m.dir, m.users, m.kept = dir, false, kept
		touch(kept)
	}
	switch unused, err := m.findWork(); {
	case err != nil:
		t.warn(err.Error())
	case unused != "":
		t.warn(unused)
	}
	if err := m.pinned(n.Pins); err != nil {
		t.warn(fmt.Sprintf("pinned versions are not used: %v", err))
	}
	return m, nil
}

// findWork finds what is around the notebook's directory. unused says why a
// go.work there does not count.
func (m *startModule) findWork() (unused string, err error) {
	if m.work, err = readWork(m.dir); err != nil {
		return "", fmt.Errorf("go.work is not used: %w", err)
	}
	if m.work != nil && m.users && !m.work.has(m.dir) {
		unused = m.work.path + " is not used, because it does not list the directory of the notebook"
		m.work = nil
	}
	if m.work == nil && !m.users && m.dir != "" {
		if m.work, err = readEnclosing(m.dir); err != nil {
			return "", fmt.Errorf("the module around the notebook is not used: %w", err)
		}
	}
	return unused, nil
}

// pinned sets versions of modules: in a private go.mod itself, beside one of
// the user's.
func (m *startModule) pinned(pins map[string]string) error {
	if len(pins) == 0 {
		return nil
	}
	text := m.private()
	if m.users {
		text = nil // they are only checked here
	}
	file, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		return err
	}
	for path, value := range pins {
		if err := file.DropReplace(path, ""); err != nil {
			return err
		}
		if err := pin(file, path, value, m.dir); err != nil {
			return err
		}
	}
	if m.users {
		m.pins = pins
		return nil
	}
	file.Cleanup()
	data, err := file.Format()
	if err == nil {
		m.gomod = data
	}
	return err
}

// private is the text of a private go.mod.
func (m *startModule) private() []byte {
	if m.gomod != nil {
		return m.gomod
	}
	return []byte("module " + notebookModule + "\n")
}

// absorb takes over into a private module what the graph has come to require,
// so that the next session has the same versions.
func (m *startModule) absorb(g graph, s *source) error {
	file, err := modfile.Parse("go.mod", []byte(g.Mod), nil)
	if err != nil {
		return err
	}
	engine, err := modfile.Parse("go.mod", s.gomod, nil)
	if err != nil {
		return err
	}
	for _, r := range slices.Clone(file.Require) {
		p := r.Mod.Path
		drop := p == engineModule || m.work != nil && slices.ContainsFunc(m.work.modules, func(l localModule) bool { return l.path == p })
		for _, e := range engine.Require {
			drop = drop || r.Mod == e.Mod
		}
		if drop {
			err = file.DropRequire(p)
		}
		if err != nil {
			return err
		}
	}
	for _, r := range slices.Clone(file.Replace) {
		if ours(r.Old.Path) || m.work != nil && m.work.replaces(r) {
			if err := file.DropReplace(r.Old.Path, r.Old.Version); err != nil {
				return err
			}
		}
	}
	file.Cleanup()
	data, err := file.Format()
	if err != nil {
		return err
	}
	m.gomod = data
	m.gosum = withoutLines([]byte(g.Sum), s.gosum)
	if m.work != nil {
		m.gosum = withoutLines(m.gosum, m.work.gosum)
	}
	return nil
}

// keep writes a private module where the next session finds it.
func (m *startModule) keep() error {
	if m.kept == "" {
		return nil
	}
	err := writeFile(filepath.Join(m.kept, "go.sum"), m.gosum)
	if err == nil {
		err = writeFile(filepath.Join(m.kept, "go.mod"), m.gomod)
	}
	if err != nil {
		return fmt.Errorf("native: keep the notebook's module: %w", err)
	}
	return nil
}

// replaces reports whether a replacement came from the go.work.
func (w *workspaceFile) replaces(r *modfile.Replace) bool {
	same := func(o *modfile.Replace) bool { return o.Old == r.Old && o.New == r.New }
	for _, m := range w.modules {
		if r.Old.Path == m.path && r.New.Path == m.dir {
			return true
		}
		for _, o := range m.gomod.Replace {
			if same(absoluteReplace(m.dir, o)) {
				return true
			}
		}
	}
	return slices.ContainsFunc(w.replace, same)
}

func withoutLines(text, lines []byte) []byte {
	drop := make(map[string]bool)
	for line := range bytes.Lines(lines) {
		drop[string(line)] = true
	}
	var out []byte
	for line := range bytes.Lines(text) {
		if !drop[string(line)] {
			out = append(out, line...)
		}
	}
	return out
}

// files are those whose change changes the graph.
func (m *startModule) files() []string {
	var names []string
	if m.dir != "" {
		names = append(names, filepath.Join(m.dir, "go.mod"), filepath.Join(m.dir, "go.sum"))
	}
	if m.work != nil {
		names = append(names, m.work.path)
		for _, l := range m.work.modules {
			names = append(names, filepath.Join(l.dir, "go.mod"), filepath.Join(l.dir, "go.sum"))
		}
	}
	return names
}

// again reads the user's files anew.
func (m *startModule) again() (startModule, error) {
	n := *m
	if n.dir == "" {
		return n, nil
	}
	own, found, err := readModule(n.dir)
	if err != nil {
		return n, err
	}
	if found {
		n.gomod, n.gosum = own.gomod, own.gosum
		if !n.users { // the user has made one
			n.users, n.kept = true, ""
		}
	} else if n.users {
		return n, fmt.Errorf("%s: %w", filepath.Join(n.dir, "go.mod"), os.ErrNotExist)
	}
	_, err = n.findWork()
	return n, err
}
