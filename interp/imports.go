package interp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// explicit is an import of the cell.
type explicit struct {
	name, path string
	off        int
}

// takeImports reads the cell's import declarations and makes the packages
// available. Without imports too, the change says what else is different.
func (p *plan) takeImports(ctx context.Context) (change Change, errs diagnostics) {
	var outside, perhaps []string
	for _, spec := range p.imported {
		pth, err := strconv.Unquote(spec.Path.Value)
		_, off := p.s.offset(spec.Path.Pos())
		if err != nil || pth == "" {
			errs = append(errs, p.src.diag(off, "", "invalid import path %s", spec.Path.Value))
			continue
		}
		if pth == "C" {
			errs = append(errs, p.src.diag(off, "put the C code into a package of a module and import that", "cells cannot use cgo"))
			continue
		}
		e := explicit{path: pth, off: off}
		if spec.Name != nil {
			e.name = spec.Name.Name
		}
		p.explicit = append(p.explicit, e)
		if !isStandard(pth) {
			outside = append(outside, pth)
		} else if !p.s.exported(pth) {
			perhaps = append(perhaps, pth)
		}
	}
	if len(errs) > 0 {
		return change, errs
	}
	change, err := p.s.compiler.Require(ctx, outside)
	if err != nil {
		return change, diagnostics{p.importError(ctx, err)}
	}
	for _, pth := range perhaps { // a module under development may be called anything
		if more, err := p.s.compiler.Require(ctx, []string{pth}); err == nil && more.Engine != "" {
			change.Engine = more.Engine
		}
	}
	return change, nil
}

// exported reports whether a package is available as it is.
func (s *Session) exported(pth string) bool {
	r, err := s.compiler.Export(pth)
	if err != nil {
		return pth == "unsafe"
	}
	r.Close()
	return true
}

// importError puts what is wrong with a module at the import that wants it.
func (p *plan) importError(ctx context.Context, err error) Diagnostic {
	if ctx.Err() != nil {
		return p.src.diag(p.explicit[0].off, "", "interrupted while its module was looked for")
	}
	module := &ModuleError{Msg: err.Error()}
	errors.As(err, &module)
	off := 0
	for _, e := range p.explicit {
		if module.Path == e.path || module.Path == "" && strings.Contains(module.Msg, e.path) {
			off = e.off
			break
		}
		if !isStandard(e.path) && off == 0 {
			off = e.off
		}
	}
	return p.src.diag(off, module.Hint, "%s", module.Msg)
}

// bindImports gives the cell's imports their names.
func (p *plan) bindImports() (errs diagnostics) {
	for _, e := range p.explicit {
		name := path.Base(e.path)
		if e.path != "unsafe" {
			pkg, err := p.s.importer.Import(e.path)
			if module, ok := errors.AsType[*ModuleError](err); ok {
				return diagnostics{p.src.diag(e.off, module.Hint, "%s", module.Msg)}
			}
			if err != nil {
				if errors.Is(err, fs.ErrNotExist) {
					err = errors.New("there is no such package in the standard library")
				}
				errs = append(errs, p.src.diag(e.off, importHint(e.path), "cannot import %q: %v", e.path, err))
				continue
			}
			name = pkg.Name()
		}
		if e.name == "_" || p.hasEffect(e.path) {
			p.blank = append(p.blank, e.path)
		}
		switch e.name {
		case "":
			p.imports[name] = e.path
		case "_":
		case ".":
			p.dots = append(p.dots, e.path)
		default:
			p.imports[e.name] = e.path
		}
	}
	for _, pth := range p.s.effects { // after the end of an engine
		if !p.s.linked[pth] && !slices.Contains(p.blank, pth) && p.s.exported(pth) {
			p.blank = append(p.blank, pth)
		}
	}
	return errs
}

// effects are the standard packages that are imported for what their
// initialization does.
var effects = map[string]bool{
	"expvar": true, "image/gif": true, "image/jpeg": true, "image/png": true, "net/http/pprof": true, "time/tzdata": true,
	"crypto/md5": true, "crypto/sha1": true, "crypto/sha256": true, "crypto/sha512": true,
}

// hasEffect reports whether an import has to initialize its package at once, as
// in a program: it may register a driver before the notebook uses one of its
// names.
func (p *plan) hasEffect(pth string) bool {
	if isStandard(pth) {
		return effects[pth] && !p.s.linked[pth] && !p.s.uncompiled()
	}
	return !strings.HasPrefix(pth, "gomemo/") && !p.s.linked[pth] && !p.s.uncompiled() && initializes(p.s.compiler, pth)
}

// initializes is c's Initializes: true if it cannot tell.
func initializes(c Compiler, pth string) bool {
	i, ok := c.(Initializer)
	return !ok || i.Initializes(pth)
}

// isStandard reports whether a path looks like the standard library's.
func isStandard(pth string) bool {
	first, _, _ := strings.Cut(pth, "/")
	return !strings.Contains(first, ".") && first != "gomemo"
}

func importHint(pth string) string {
	if real, ok := stdPackages[path.Base(pth)]; ok && real != pth {
		return fmt.Sprintf("did you mean %q?", real)
	}
	return ""
}
