package native

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// workspaceFile is a go.work, modules under development that are used together,
// or stands for the go.mod of the module that the notebook is in.
type workspaceFile struct {
	path    string // of the go.work or go.mod
	modules []localModule
	replace []*modfile.Replace // of the go.work; directories are absolute
	gosum   []byte             // of the go.work and the modules
}

// localModule is a module in a directory of the user's.
type localModule struct {
	path  string // "example.com/geo/v2"
	dir   string // absolute
	gomod *modfile.File
	gosum []byte
}

// version is one that the go command accepts for the module. What it is does
// not matter: the directory replaces every version.
func (m localModule) version() string { return anyVersion(m.path) }

func anyVersion(path string) string {
	if _, major, ok := module.SplitPathVersion(path); ok && major != "" {
		return module.PathMajorPrefix(major) + ".0.0"
	}
	return "v0.0.0"
}

// above returns the file of this name in dir or in the nearest directory above
// it, "" if there is none.
func above(dir, name string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if file := filepath.Join(d, name); isFile(file) {
			return file
		}
		if d == filepath.Dir(d) {
			return ""
		}
	}
}

// readWork reads the go.work that the go command would use in dir: the one
// that GOWORK names, or that of dir or of the nearest directory above it. It
// returns nil if there is none.
func readWork(dir string) (*workspaceFile, error) {
	name := os.Getenv("GOWORK")
	if name == "off" || dir == "" {
		return nil, nil
	}
	if name == "" {
		name = above(dir, "go.work")
	}
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	file, err := modfile.ParseWork(name, data, nil)
	if err != nil {
		return nil, err
	}
	w := &workspaceFile{path: name}
	for _, use := range file.Use {
		m, err := readLocal(absolute(filepath.Dir(name), use.Path))
		if err != nil {
			return nil, err
		}
		w.modules = append(w.modules, m)
		w.gosum = append(w.gosum, m.gosum...)
	}
	for _, r := range file.Replace {
		w.replace = append(w.replace, absoluteReplace(filepath.Dir(name), r))
	}
	sum, err := readOptional(name + ".sum")
	w.gosum = append(w.gosum, sum...)
	return w, err
}

// readEnclosing reads the module that dir is in: the go command's main module
// there. It returns nil if there is none, or if it is gomemo's own, which every
// notebook has.
func readEnclosing(dir string) (*workspaceFile, error) {
	name := above(dir, "go.mod")
	if name == "" {
		return nil, nil
	}
	m, err := readLocal(filepath.Dir(name))
	if err != nil || ours(m.path) {
		return nil, err
	}
	return &workspaceFile{path: name, modules: []localModule{m}, gosum: m.gosum}, nil
}

// readOptional reads a file that need not be there.
func readOptional(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

func readLocal(dir string) (localModule, error) {
	name := filepath.Join(dir, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return localModule{}, err
	}
	file, err := modfile.Parse(name, data, nil)
	if err != nil {
		return localModule{}, err
	}
	if file.Module == nil {
		return localModule{}, fmt.Errorf("%s has no module line", name)
	}
	gosum, err := readOptional(filepath.Join(dir, "go.sum"))
	return localModule{path: file.Module.Mod.Path, dir: dir, gomod: file, gosum: gosum}, err
}

// has reports whether the module in dir is one of the workspace's.
func (w *workspaceFile) has(dir string) bool {
	for _, m := range w.modules {
		if m.dir == dir {
			return true
		}
	}
	return false
}

// importPath is what a package in dir would be called; "" if no module has dir.
func (w *workspaceFile) importPath(dir string) string {
	for _, m := range w.modules {
		if rel, err := filepath.Rel(m.dir, dir); err == nil && filepath.IsLocal(rel) {
			return path.Join(m.path, filepath.ToSlash(rel))
		}
	}
	return ""
}

// addTo makes the modules available to a go.mod, as the go command would: the
// replacements of every module count, and those of the go.work win. own is the
// directory of the go.mod itself, whose content is there already.
func (w *workspaceFile) addTo(file *modfile.File, own string) error {
	for _, m := range w.modules {
		if m.dir == own {
			continue
		}
		for _, r := range m.gomod.Replace {
			r = absoluteReplace(m.dir, r)
			if err := file.AddReplace(r.Old.Path, r.Old.Version, r.New.Path, r.New.Version); err != nil {
				return err
			}
		}
	}
	for _, m := range w.modules {
		if m.dir == own {
			continue
		}
		if err := m.addTo(file); err != nil {
			return err
		}
	}
	for _, r := range w.replace {
		if err := file.AddReplace(r.Old.Path, r.Old.Version, r.New.Path, r.New.Version); err != nil {
			return err
		}
	}
	return nil
}

// addTo makes the module available to a go.mod.
func (m localModule) addTo(file *modfile.File) error {
	if !requires(file, m.path) {
		file.AddNewRequire(m.path, m.version(), false)
	}
	return file.AddReplace(m.path, "", m.dir, "")
}

func requires(file *modfile.File, path string) bool {
	for _, r := range file.Require {
		if r.Mod.Path == path {
			return true
		}
	}
	return false
}

func absoluteReplace(dir string, r *modfile.Replace) *modfile.Replace {
	if !modfile.IsDirectoryPath(r.New.Path) {
		return r
	}
	abs := *r
	abs.New.Path = absolute(dir, r.New.Path)
	return &abs
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
