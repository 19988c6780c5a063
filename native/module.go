package native

import (
	"errors"
	"fmt"
	"go/version"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// startModule is the go.mod that a notebook starts from. The zero one requires
// nothing.
type startModule struct {
	gomod []byte
	gosum []byte
	dir   string            // the notebook's; directories in gomod are relative to it
	users bool              // gomod is the user's, in dir, and dir has packages
	kept  string            // where a private module is kept between sessions; "" if it is not
	work  *workspaceFile    // go.work, or the module around a notebook with a private one; or nil
	pins  map[string]string // versions for modules that a user's gomod does not name
}

// notebookModule is the name of a notebook's own module, which has no
// packages.
const notebookModule = "notebook"

// sourcePlaceholder stands for the directory of the engine's source in the
// go.mod files that are kept, so that they name no place of the machine.
const sourcePlaceholder = "/gomemo/source"

// importPath is what a package in the notebook's directory would be called.
func (m startModule) importPath() string {
	if m.users {
		return modfile.ModulePath(m.gomod)
	}
	if m.work != nil {
		if p := m.work.importPath(m.dir); p != "" {
			return p
		}
	}
	return notebookModule
}

// readModule reads the go.mod and go.sum in dir. It reports false if there is
// none.
func readModule(dir string) (startModule, bool, error) {
	gomod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if os.IsNotExist(err) || dir == "" {
		return startModule{}, false, nil
	}
	if err != nil {
		return startModule{}, false, err
	}
	gosum, err := readOptional(filepath.Join(dir, "go.sum"))
	if err != nil {
		return startModule{}, false, err
	}
	return startModule{gomod: gomod, gosum: gosum, dir: dir, users: true}, true, nil
}

// derive returns the go.mod and go.sum of the notebook's module graph: what
// the notebook's go.mod requires, the user's module itself, those of the
// go.work, and gomemo. local reports that source directories are part of it,
// whose content may change at any time.
func (m startModule) derive(s *source) (gomod, gosum []byte, local bool, err error) {
	file, err := m.file()
	if err != nil {
		return nil, nil, false, err
	}
	for _, r := range file.Replace {
		local = local || modfile.IsDirectoryPath(r.New.Path)
	}
	engine, err := modfile.Parse("go.mod", s.gomod, nil)
	if err != nil {
		return nil, nil, false, err
	}
	// The graph has at least the language version of the engine's source. What
	// the user's go.mod says about toolchains, tools and run-time settings is
	// not for the engine's main package.
	if engine.Go != nil && (file.Go == nil || version.Compare("go"+file.Go.Version, "go"+engine.Go.Version) < 0) {
		err = file.AddGoStmt(engine.Go.Version)
	}
	file.DropToolchainStmt()
	for _, d := range slices.Clone(file.Godebug) {
		err = errors.Join(err, file.DropGodebug(d.Key))
	}
	for _, d := range slices.Clone(file.Tool) {
		err = errors.Join(err, file.DropTool(d.Path))
	}
	if err == nil {
		err = file.AddRequire(engineModule, "v0.0.0")
	}
	if err == nil {
		err = file.AddReplace(engineModule, "", sourcePlaceholder, "")
	}
	for _, dir := range extensions {
		if err == nil {
			err = file.AddReplace(engineModule+"/"+dir, "", sourcePlaceholder+"/"+dir, "")
		}
	}
	if err != nil {
		return nil, nil, false, err
	}
	file.Cleanup()
	if gomod, err = file.Format(); err != nil {
		return nil, nil, false, err
	}
	gosum = slices.Concat(m.gosum, s.gosum)
	if m.work != nil {
		gosum = append(gosum, m.work.gosum...)
	}
	return gomod, gosum, local, nil
}

// file is the go.mod without gomemo: of a module that is the notebook's own
// and has the user's module, those of the go.work and the pins in it.
func (m startModule) file() (*modfile.File, error) {
	file := new(modfile.File)
	if m.gomod != nil {
		var err error
		if file, err = modfile.Parse("go.mod", m.gomod, nil); err != nil {
			return nil, err
		}
	}
	users := ""
	if m.users && file.Module != nil {
		users = file.Module.Mod.Path
	}
	err := file.AddModuleStmt(notebookModule)
	for _, r := range slices.Clone(file.Replace) {
		if err == nil && modfile.IsDirectoryPath(r.New.Path) && !filepath.IsAbs(r.New.Path) {
			err = file.AddReplace(r.Old.Path, r.Old.Version, filepath.Join(m.dir, r.New.Path), "")
		}
	}
	if err == nil && users != "" && users != engineModule {
		err = localModule{path: users, dir: m.dir}.addTo(file)
	}
	if err == nil && m.work != nil {
		err = m.work.addTo(file, m.dir)
	}
	for _, path := range slices.Sorted(maps.Keys(m.pins)) {
		if err == nil && !requires(file, path) {
			err = pin(file, path, m.pins[path], m.dir)
		}
	}
	return file, err
}

// pin sets the version of a module in a go.mod. value is one of Modules.Pin.
func pin(file *modfile.File, path, value, dir string) error {
	version, replacement := value, ""
	if v, r, ok := strings.Cut(value, "=>"); ok {
		version, replacement = strings.TrimSpace(v), strings.TrimSpace(r)
	}
	if version == "" {
		version = anyVersion(path)
	}
	if err := module.Check(path, version); err != nil {
		return err
	}
	if err := file.AddRequire(path, version); err != nil || replacement == "" {
		return err
	}
	if modfile.IsDirectoryPath(replacement) {
		return file.AddReplace(path, "", absolute(dir, replacement), "")
	}
	other, v, ok := strings.Cut(replacement, "@")
	if !ok {
		return fmt.Errorf("%s is replaced by %q, which is neither a directory, such as ./x, nor path@version", path, replacement)
	}
	return file.AddReplace(path, "", other, v)
}

// relocate replaces in a go.mod the directory that the source's modules are in.
func relocate(gomod []byte, from, to string) []byte {
	for _, dir := range append([]string{""}, extensions[:]...) {
		if dir != "" {
			dir = "/" + dir
		}
		line := regexp.MustCompile(`(?m)^(.*=> )` + regexp.QuoteMeta(modfile.AutoQuote(from+dir)) + `$`)
		quoted := modfile.AutoQuote(to + dir)
		gomod = line.ReplaceAllFunc(gomod, func(b []byte) []byte {
			return append(append([]byte{}, line.FindSubmatch(b)[1]...), quoted...)
		})
	}
	return gomod
}

// install writes the graph to a directory for the go command.
func install(dir string, gomod, gosum []byte, source string) error {
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), relocate(gomod, sourcePlaceholder, source), 0o666); err != nil {
		return fmt.Errorf("native: module graph: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), gosum, 0o666); err != nil {
		return fmt.Errorf("native: module graph: %w", err)
	}
	return nil
}

// uninstall reads the graph back after the go command completed it.
func uninstall(dir, source string) (gomod, gosum []byte, err error) {
	if gomod, err = os.ReadFile(filepath.Join(dir, "go.mod")); err != nil {
		return nil, nil, fmt.Errorf("native: module graph: %w", err)
	}
	if gosum, err = os.ReadFile(filepath.Join(dir, "go.sum")); err != nil {
		return nil, nil, fmt.Errorf("native: module graph: %w", err)
	}
	return relocate(gomod, source, sourcePlaceholder), gosum, nil
}
