package native

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// engineModule is the module that the engine and what cells may import from us
// belong to.
const engineModule = "gomemo"

// engineMain is the engine's package.
const engineMain = engineModule + "/cmd/engine"

// extensions are directories of the source with packages for cells that need
// modules which the engine does not. They are made modules of their own, which
// a notebook's graph has only once a cell imports them: what they require does
// not constrain other notebooks.
var extensions = [...]string{"persist/arrow", "persist/compress"}

// indirect are modules that the direct ones of the engine ("") and of extensions
// need. They are named so that these have the versions of gomemo's own go.mod;
// everything else there is the kernel's and must not constrain the modules of
// notebooks.
var indirect = map[string][]string{
	"": {"github.com/klauspost/cpuid/v2"},
	"persist/arrow": {
		"github.com/goccy/go-json", "github.com/klauspost/compress", "github.com/klauspost/cpuid/v2", "github.com/pierrec/lz4/v4",
		"github.com/zeebo/xxh3", "golang.org/x/exp", "golang.org/x/sys",
	},
}

// ours reports whether a module is part of the source.
func ours(module string) bool {
	dir, ok := strings.CutPrefix(module, engineModule+"/")
	return module == engineModule || ok && slices.Contains(extensions[:], dir)
}

// source is gomemo's own code as the engine and cells need it.
type source struct {
	files map[string][]byte // by slash-separated path, with the go.mod of extensions
	gomod []byte            // of engineModule, with the requirements of files only
	gosum []byte
	hash  string
}

// readSource reads the sources. A nil fsys gives the zero source, from which
// nothing can be built.
func readSource(fsys fs.FS) (source, error) {
	s := source{files: make(map[string][]byte)}
	if fsys == nil {
		return s, nil
	}
	var gomod []byte
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		switch {
		case name == "go.mod":
			gomod = data
		case name == "go.sum":
			s.gosum = data
		case path.Dir(name) != ".": // the root package is not the engine's
			s.files[name] = data
		}
		return nil
	})
	if err != nil {
		return s, fmt.Errorf("native: read the engine's source: %w", err)
	}
	if err := s.split(gomod); err != nil {
		return s, fmt.Errorf("native: read the engine's source: %w", err)
	}
	parts := []string{"source", string(s.gomod), string(s.gosum)}
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		parts = append(parts, name, string(s.files[name]))
	}
	s.hash = sum(parts...)
	return s, nil
}

// split divides the module with this go.mod into that of the engine and the
// extensions.
func (s *source) split(gomod []byte) error {
	rest := maps.Clone(s.files)
	for _, dir := range extensions {
		files := make(map[string][]byte)
		for name, data := range rest {
			if strings.HasPrefix(name, dir+"/") {
				files[name] = data
				delete(rest, name)
			}
		}
		if len(files) == 0 {
			continue
		}
		reduced, err := reduceModule(gomod, dir, files)
		if err != nil {
			return err
		}
		s.files[dir+"/go.mod"] = reduced
	}
	var err error
	s.gomod, err = reduceModule(gomod, "", rest)
	return err
}

// reduceModule keeps the requirements of gomod that files need, for the engine's
// module or, if dir names one, an extension's.
func reduceModule(gomod []byte, dir string, files map[string][]byte) ([]byte, error) {
	full, err := modfile.Parse("go.mod", gomod, nil)
	if err != nil {
		return nil, err
	}
	if full.Module == nil || full.Module.Mod.Path != engineModule {
		return nil, errors.New("go.mod is not that of module " + engineModule)
	}
	imports := make(map[string]bool)
	fset := token.NewFileSet()
	for name, data := range files {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, data, parser.ImportsOnly)
		if err != nil {
			return nil, err
		}
		for _, spec := range file.Imports {
			if p, err := strconv.Unquote(spec.Path.Value); err == nil {
				imports[p] = true
			}
		}
	}
	out := new(modfile.File)
	err = out.AddModuleStmt(path.Join(engineModule, dir))
	if full.Go != nil {
		err = errors.Join(err, out.AddGoStmt(full.Go.Version))
	}
	for _, r := range full.Require {
		needed := slices.Contains(indirect[dir], r.Mod.Path)
		for p := range imports {
			needed = needed || p == r.Mod.Path || strings.HasPrefix(p, r.Mod.Path+"/")
		}
		if needed {
			out.AddNewRequire(r.Mod.Path, r.Mod.Version, false)
		}
	}
	for _, r := range full.Replace {
		if !modfile.IsDirectoryPath(r.New.Path) {
			err = errors.Join(err, out.AddReplace(r.Old.Path, r.Old.Version, r.New.Path, r.New.Version))
		}
	}
	if err != nil {
		return nil, err
	}
	out.SortBlocks()
	return out.Format()
}

// extract writes the sources to the cache and returns their directory.
func (t *Toolchain) extract(ctx context.Context) (string, error) {
	dir := filepath.Join(t.cache.dir, "source", t.source.hash)
	mark := filepath.Join(dir, "go.mod") // written last
	if data, err := os.ReadFile(mark); err == nil && bytes.Equal(data, t.source.gomod) {
		touch(dir)
		return dir, nil
	}
	unlock, err := t.cache.lock(ctx, "source", func() {})
	if err != nil {
		return "", err
	}
	defer unlock()
	for name, data := range t.source.files {
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(name)), data); err != nil {
			return "", fmt.Errorf("native: extract the engine's source: %w", err)
		}
	}
	err = writeFile(filepath.Join(dir, "go.sum"), t.source.gosum)
	if err == nil {
		err = writeFile(mark, t.source.gomod)
	}
	if err != nil {
		return "", fmt.Errorf("native: extract the engine's source: %w", err)
	}
	return dir, nil
}

func writeFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return publish(name, data)
}

// checkImportPath reports a path that cells may not import, or that is none.
// importer is the import path of the directory that the notebook is in.
func checkImportPath(p, importer string) error {
	if strings.HasPrefix(p, Prefix) {
		return fmt.Errorf("import paths that start with %q are gomemo's own", Prefix)
	}
	if err := module.CheckImportPath(p); err != nil {
		return err
	}
	elems := strings.Split(p, "/")
	if elems[0] == "vendor" {
		return fmt.Errorf("use of vendored package %s not allowed", p)
	}
	for i := len(elems) - 1; i >= 0; i-- {
		if elems[i] != "internal" {
			continue
		}
		parent := strings.Join(elems[:i], "/")
		if parent == "" || !strings.HasPrefix(importer+"/", parent+"/") {
			return fmt.Errorf("use of internal package %s not allowed", p)
		}
		break // as the go command, which looks at the last one only
	}
	return nil
}
