package conformance_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A helper is a declaration in another file of a package of tests.
type helper struct {
	text    string
	used    bool
	imports map[string]string // paths of its file's imports by name
}

// withHelpers is the source of a file and of what it lacks of the other files of
// its package.
func withHelpers(file, source string, imp types.Importer) (string, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, source, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	others, err := helpers(file, f.Name.Name)
	if err != nil {
		return "", err
	}
	at := fset.Position(f.Name.End()).Offset
	imports, decls := "\n", "\n"
	paths := map[string]string{} // that the files of helpers import
	for more := true; more; {
		more = false
		for _, name := range undefined(source[:at]+imports+source[at:]+decls, imp) {
			hs := others[name]
			delete(others, name)
			for _, h := range hs {
				if !h.used {
					h.used, more = true, true
					decls += h.text + "\n\n"
					maps.Copy(paths, h.imports)
				}
			}
			if hs != nil {
				continue
			}
			if paths[name] == "" {
				name = "." // it may come from there
			}
			if p := paths[name]; p != "" {
				imports += fmt.Sprintf("import %s %q\n", name, p)
				delete(paths, name)
				more = true
			}
		}
	}
	return source[:at] + imports + source[at:] + decls, nil
}

// undefined are the names of a file that nothing declares.
func undefined(source string, imp types.Importer) (names []string) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", source, parser.SkipObjectResolution)
	if err != nil {
		return nil // what is wrong is reported later
	}
	conf := types.Config{Importer: imp, Error: func(err error) {
		if e, ok := err.(types.Error); ok {
			if name, ok := strings.CutPrefix(e.Msg, "undefined: "); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}}
	_, _ = conf.Check("", fset, []*ast.File{f}, nil)
	return names
}

// helpers are the declarations of the other files of a package of tests; methods
// are under the name of their type.
func helpers(file, pkg string) (map[string][]*helper, error) {
	files, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*_test.go"))
	if err != nil {
		return nil, err
	}
	out := map[string][]*helper{}
	for _, other := range files {
		if here, err := build.Default.MatchFile(filepath.Split(other)); err != nil || !here || other == file {
			continue
		}
		source, err := os.ReadFile(other)
		if err != nil {
			return nil, err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, other, source, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		if f.Name.Name != pkg {
			continue
		}
		for _, d := range f.Decls {
			h := &helper{text: string(source[fset.Position(d.Pos()).Offset:fset.Position(d.End()).Offset]), imports: importNames(f)}
			for _, name := range declares(d) {
				out[name] = append(out[name], h)
			}
		}
	}
	return out, nil
}

// importNames are the paths that a file imports, by the name they have there.
func importNames(f *ast.File) map[string]string {
	names := map[string]string{}
	for _, s := range f.Imports {
		p, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			continue // the parser has checked it
		}
		if s.Name != nil {
			names[s.Name.Name] = p
		} else {
			names[path.Base(p)] = p
		}
	}
	return names
}

// declares lists the names that a declaration declares; for a method, that of its
// type.
func declares(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				names = append(names, id.Name)
			}
			return true
		})
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, id := range s.Names {
					names = append(names, id.Name)
				}
			}
		}
	}
	return names
}
