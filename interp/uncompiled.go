package interp

import (
	"errors"
	"fmt"
	"slices"
)

// remedy says how a cell that is not interpreted could run.
func remedy(c Compiler) string {
	if u, ok := c.(Uncompiled); ok {
		return u.Remedy()
	}
	return "GOMEMO_ENGINE=interpreted runs only what the interpreter runs exactly; unset it to have the cell compiled"
}

// refuse is the outcome of a cell that would have to be compiled.
func (s *Session) refuse(p *plan, why notInterpreted) *Outcome {
	refused := fmt.Sprintf("cell %d declares it, but was not interpreted", p.src.cell)
	for _, d := range p.decls {
		for _, name := range d.names {
			s.gone[name] = refused
		}
	}
	for _, v := range p.vars {
		s.gone[v.name] = refused
	}
	o := compileFailure(diagnostics{p.src.diag(why.off, remedy(s.compiler), "%s needs the compiler", why.what)})
	return &o
}

// unavailable finds the first place where the cell names a package, or takes a
// name from one, that only a compiler could provide.
func (p *plan) unavailable() diagnostics {
	if _, ok := p.s.compiler.(Uncompiled); !ok {
		return nil
	}
	first, found := len(p.src.text)+1, diagnostics(nil)
	look := func(off int, what, path string) {
		_, err := p.s.importer.Import(path)
		if _, refused := errors.AsType[*ModuleError](err); refused && off < first {
			first, found = off, diagnostics{p.src.diag(off, remedy(p.s.compiler), "%s needs the compiler", what)}
		}
	}
	for id := range p.unresolved {
		_, off := p.s.offset(id.Pos())
		for path, names := range p.dotted {
			if slices.Contains(names, id.Name) {
				look(off, id.Name, path)
			}
		}
	}
	for name, off := range p.named {
		look(off, "package "+p.imports[name], p.imports[name])
	}
	return found
}
