package interp

import (
	"go/token"
	"strconv"
)

// A Warmer is the optional ability of a Compiler to compile packages in the
// background, before they are required. native.Workspace has it.
type Warmer interface {
	Warm(paths []string)
}

// warm has the packages compiled that cells of the notebook's file import.
func (s *Session) warm() {
	w, ok := s.compiler.(Warmer)
	if !ok || s.notebook == nil {
		return
	}
	var paths []string
	for _, c := range s.notebook() {
		paths = append(paths, outsideImports(c.Text)...)
	}
	if len(paths) > 0 {
		w.Warm(paths)
	}
}

// outsideImports lists what a cell imports from modules.
func outsideImports(text string) (paths []string) {
	_, text = directiveLines(cellSource(text, 0, 0).text)
	s := &Session{checking: checking{fset: token.NewFileSet(), files: map[*token.File]*source{}}}
	p, errs := s.parse(newSource(text, 0))
	if len(errs) > 0 {
		return nil
	}
	for _, spec := range p.imported {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil && !isStandard(path) {
			paths = append(paths, path)
		}
	}
	return paths
}
