package interp

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// A value in an interface points to the table of its methods for that
// interface. Plugins share a table that the first of them brings, but not one
// that the runtime made before, for an assertion or because the value was
// printed. Cells compare types all the same; the runtime, for keys of maps, and
// compiled packages, for errors.Is, compare tables. So the plugin that brings a
// type, or an interface, brings the tables for those of the notebook that it
// goes with, and for error.

// tables writes statements for Register, which never run, and functions that
// these need.
func (p *plan) tables(e *emitter, fresh []*unit) (stmts, funcs string) {
	isFresh := map[*group]bool{}
	for _, u := range fresh {
		for _, g := range u.groups {
			isFresh[g] = true
		}
	}
	var ifaces, concrete []*types.TypeName
	declOf := map[*types.TypeName]*decl{}
	for _, d := range p.table.all() {
		if d.kind != typeDecl || d.group == nil || !p.compiled(d.group, isFresh) {
			continue
		}
		obj, ok := p.pkg.Scope().Lookup(d.key).(*types.TypeName)
		if !ok || obj.IsAlias() {
			continue
		}
		named, ok := obj.Type().(*types.Named)
		if !ok || named.TypeParams().Len() > 0 {
			continue
		}
		declOf[obj] = d
		if iface, ok := named.Underlying().(*types.Interface); !ok {
			concrete = append(concrete, obj)
		} else if iface.NumMethods() > 0 && iface.IsMethodSet() {
			ifaces = append(ifaces, obj)
		}
	}
	var calls, helpers strings.Builder
	ifaces = append(ifaces, types.Universe.Lookup("error").(*types.TypeName))
	for n, i := range ifaces {
		freshIface := declOf[i] != nil && isFresh[declOf[i].group]
		iface := i.Type().Underlying().(*types.Interface)
		var values []string
		for _, t := range concrete {
			if !freshIface && !isFresh[declOf[t].group] || !types.Implements(types.NewPointer(t.Type()), iface) {
				continue
			}
			name := e.qualify(t.Name()) + t.Name()
			values = append(values, "(*"+name+")(nil)")
			if types.Implements(t.Type(), iface) {
				values = append(values, "*new("+name+")")
			}
		}
		if len(values) > 0 {
			fmt.Fprintf(&calls, "\t\t_t%d(%s)\n", n, strings.Join(values, ", "))
			fmt.Fprintf(&helpers, "//go:noinline\nfunc _t%d(...%s) {}\n", n, e.qualify(i.Name())+i.Name())
		}
	}
	if calls.Len() == 0 {
		return "", ""
	}
	return "\tif _r == nil {\n" + calls.String() + "\t}\n", helpers.String()
}

// compiled reports whether the package of g is there, or about to be.
func (p *plan) compiled(g *group, fresh map[*group]bool) bool {
	if fresh[g] {
		return true
	}
	u := p.s.units[p.s.placed[g.hash]]
	return u != nil && u.plugin != "" && !slices.ContainsFunc(g.decls, func(d *decl) bool { return d.broken != nil })
}
