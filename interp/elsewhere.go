package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
)

// NotebookCell is a code cell of the notebook's file, whether it has run or not.
type NotebookCell struct {
	Name string // as messages call it: "cell 4 of model.ipynb"
	Text string
}

// definedElsewhere says which cell of the notebook's file defines a name that
// nothing in this session defines; "" if none does.
func (p *plan) definedElsewhere(name string) string {
	if p.s.notebook == nil {
		return ""
	}
	for _, c := range p.s.notebook() {
		src := cellSource(c.Text, 0, 0)
		if src.text == p.src.text {
			continue // the cell that is being checked
		}
		if off, ok := definition(src, name); ok {
			line, _ := src.position(off)
			return fmt.Sprintf("%s, line %d, defines it and has not run in this session: run it first", c.Name, line)
		}
	}
	return ""
}

// definition finds where a cell defines a name for other cells.
func definition(src *source, name string) (off int, ok bool) {
	_, text := directiveLines(src.text)
	s := &Session{checking: checking{fset: token.NewFileSet(), files: map[*token.File]*source{}}}
	src = newSource(text, 0)
	ps, errs := s.parse(src)
	if len(errs) > 0 {
		return 0, false
	}
	decls, stmts, _ := s.declsOf(ps)
	for _, d := range decls {
		if slices.Contains(d.names, name) {
			return d.off, true
		}
	}
	for _, st := range stmts {
		if slices.Contains(declaredNames(st), name) {
			from, _ := s.span(st)
			return from, true
		}
	}
	for _, spec := range ps.imported {
		if importName(spec) == name {
			_, off := s.offset(spec.Pos())
			return off, true
		}
	}
	return 0, false
}

// importName is the name that an import most likely gives a package.
func importName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	pth, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return ""
	}
	return path.Base(pth)
}
