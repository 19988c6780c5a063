package interp

import (
	"fmt"
	"go/ast"
	"go/types"
	"sort"
	"strings"

	"gomemo/engine/wire"
)

// unit is a generated package that this session has compiled or is about to.
// Its text never changes: an engine that has loaded a package refuses another
// one of the same path.
type unit struct {
	Unit
	groups []*group
	deps   []string // generated packages it imports
	plugin string   // the plugin that registered it, "" before it is loaded
}

// place gives every group that the cell needs a package. Groups with an identity (types, and what types reach)
// are packages of their own, named by their hash, the same in every session.
// The other new functions share one package, and so do the other new variables.
func (p *plan) place(roots []*group) {
	s := p.s
	var funcs, vars, lent []*group
	var fresh []*unit
	for _, g := range closure(roots...) {
		if g.copied() || s.placed[g.hash] != "" {
			continue
		}
		switch {
		case g.owned:
			path := "nb/" + g.hash[:20]
			s.placed[g.hash] = path
			fresh = append(fresh, &unit{Unit: Unit{Path: path}, groups: []*group{g}})
		case p.isLent(g):
			lent = append(lent, g)
		case g.decls[0].kind == varDecl:
			vars = append(vars, g)
		default:
			funcs = append(funcs, g)
		}
	}
	share := func(tag string, gs []*group) {
		if len(gs) == 0 {
			return
		}
		parts := []string{tag}
		for _, g := range gs {
			parts = append(parts, g.hash)
			for _, d := range g.decls { // line numbers differ with the layout
				if d.kind != varDecl {
					parts = append(parts, d.src.text[d.off:d.end])
				}
			}
			for _, h := range closure(g) {
				parts = append(parts, s.placed[h.hash])
			}
		}
		path := "nb/" + shortHash(parts...)
		for _, g := range gs {
			s.placed[g.hash] = path
		}
		fresh = append(fresh, &unit{Unit: Unit{Path: path}, groups: gs})
	}
	for _, g := range lent { // beside the new variable of its name
		share("variables", []*group{g})
	}
	share("variables", vars)
	share("functions", funcs)
	for _, u := range fresh {
		p.write(u)
		s.units[u.Path] = u
	}
}

// write generates the text of u.
func (p *plan) write(u *unit) {
	e := p.newEmitter()
	var ds []*decl
	for _, g := range u.groups {
		e.own[g] = true
		ds = append(ds, g.decls...)
	}
	sort.SliceStable(ds, func(i, j int) bool {
		if ds[i].kind != ds[j].kind {
			return ds[i].kind > ds[j].kind
		}
		return ds[i].key < ds[j].key
	})
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(e.decl(d))
	}
	u.Source, u.Imports = e.file("u", b.String())
	for _, imp := range u.Imports {
		if strings.HasPrefix(imp, "nb/") {
			u.deps = append(u.deps, imp)
		}
	}
}

// reach lists the units that paths need, dependencies first.
func (s *Session) reach(paths []string) []Unit {
	seen := map[string]bool{}
	var out []Unit
	var visit func(path string)
	visit = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		u := s.units[path]
		for _, d := range u.deps {
			visit(d)
		}
		out = append(out, u.Unit)
	}
	for _, p := range paths {
		visit(p)
	}
	return out
}

// register writes the start of the Register function of a plugin: it tells the engine what
// the new packages hold and keeps the linker from dropping it.
func (p *plan) register(e *emitter, fresh []*unit) string {
	var b strings.Builder
	e.imports[rtPath] = true
	b.WriteString("func Register(_r *_rt.Registry) {\n")
	for _, u := range fresh {
		e.imports[u.Path] = true
		q := unitAlias(u.Path) + "."
		refuse := ""
		for _, g := range u.groups {
			if g.typed {
				refuse = p.refusal(g)
			}
		}
		fmt.Fprintf(&b, "\t_r.Unit(%q, %q)\n", u.Path, refuse)
		for _, g := range u.groups {
			for _, d := range g.decls {
				switch d.kind {
				case funcDecl:
					if d.node.(*ast.FuncDecl).Type.TypeParams == nil && d.key != "_" {
						fmt.Fprintf(&b, "\t_r.Func(%q, %q, %s%s)\n", u.Path, d.key, q, d.key)
					}
				case varDecl:
					fmt.Fprintf(&b, "\t_r.Var(%q, %q, &%s%s)\n", u.Path, d.key, q, d.key)
				case typeDecl:
					ts := d.node.(*ast.TypeSpec)
					if ts.TypeParams == nil && d.key != "_" && !isConstraint(p.pkg, d.key) {
						fmt.Fprintf(&b, "\t_r.Type(%q, %q, (*%s%s)(nil))\n", u.Path, d.key, q, d.key)
						if !ts.Assign.IsValid() && !wire.AnyType {
							b.WriteString(p.spell(q, d.key))
						}
					}
				case methodDecl:
					recv, name, _ := strings.Cut(d.key, ".")
					if t := p.table.byName[recv]; t != nil && name != "_" && t.node.(*ast.TypeSpec).TypeParams == nil {
						fmt.Fprintf(&b, "\t_r.Func(%q, %q, %s.%s)\n", u.Path, d.key, p.receiverText(q, recv, name), name)
					}
				}
			}
		}
	}
	return b.String()
}

// receiverText writes the type of a method's receiver.
func (p *plan) receiverText(q, recv, name string) string {
	if obj := p.pkg.Scope().Lookup(recv); obj != nil && types.NewMethodSet(obj.Type()).Lookup(p.pkg, name) == nil {
		return "(*" + q + recv + ")"
	}
	return q + recv
}

// spell writes a statement of Register that names types which package reflect
// makes of type name: of its methods, and of slices and maps of it.
func (p *plan) spell(q, name string) string {
	t := q + name
	zeros := []string{"[]" + t + "{}", "[]*" + t + "{}", "map[_rt.String]" + t + "{}", "map[_rt.String]*" + t + "{}"}
	if obj := p.pkg.Scope().Lookup(name); obj != nil && !types.IsInterface(obj.Type()) {
		for recv, typ := range map[string]types.Type{t: obj.Type(), "(*" + t + ")": types.NewPointer(obj.Type())} {
			for m := range types.NewMethodSet(typ).Methods() {
				if m.Obj().Exported() {
					zeros = append(zeros, recv+"."+m.Obj().Name())
				}
			}
		}
	}
	sort.Strings(zeros)
	return "\t_rt.Spell(" + strings.Join(zeros, ", ") + ")\n"
}

// declFile is the name that positions in the text of d have in compiled code.
// It is made from the text alone, so that compiled code can be shared.
func (s *Session) declFile(d *decl) string {
	text := d.src.text[d.off:d.end]
	name := "decl-" + shortHash(text)[:12] + ".go"
	s.layouts[name] = layout{src: d.src, off: d.off}
	return name
}
