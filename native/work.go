package native

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// workspaceFile is a go.work: modules under development that are used together.
type workspaceFile struct {
	path    string // of the go.work
	modules []localModule
	replace []*modfile.Replace // of the go.work; directories are absolute
}

// localModule is a module in a directory of the user's.
type localModule struct {
	path  string // "example.com/geo/v2"
	dir   string // absolute
	gomod *modfile.File
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

// readWork reads the go.work that the go command would use in dir: the one
// that GOWORK names, or that of dir or of the nearest directory above it. It
// returns nil if there is none.
func readWork(dir string) (*workspaceFile, error) {
	name := os.Getenv("GOWORK")
	if name == "off" || dir == "" {
		return nil, nil
	}
	if name == "" {
		for d := dir; ; d = filepath.Dir(d) {
			if isFile(filepath.Join(d, "go.work")) {
				name = filepath.Join(d, "go.work")
				break
			}
			if d == filepath.Dir(d) {
				return nil, nil
			}
		}
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
	}
	for _, r := range file.Replace {
		w.replace = append(w.replace, absoluteReplace(filepath.Dir(name), r))
	}
	return w, nil
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
	return localModule{path: file.Module.Mod.Path, dir: dir, gomod: file}, nil
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
