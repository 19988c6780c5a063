package interp

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"gomemo/engine/wire"
)

// A plugin registers the instances of generic functions and types that its cell
// mentions, and those of which the session has variables, if no other has done
// so: scripts cannot make them.

// instanceUnit stands for a package in the names by which the engine knows them.
const instanceUnit = "instance"

// instanceKey names an instance, the same as long as it is the same; "" if it
// cannot be written down outside a function.
func (p *plan) instanceKey(obj types.Object, args *types.TypeList) string {
	if obj.Pkg() == nil || obj.Parent() != obj.Pkg().Scope() || args.Len() == 0 {
		return ""
	}
	name := obj.Pkg().Path()
	if obj.Pkg() == p.pkg {
		d := p.table.byName[obj.Name()]
		if d == nil || d.group == nil || d.kind != funcDecl && d.kind != typeDecl {
			return ""
		}
		name = d.group.hash
	}
	var parts []string
	for t := range args.Types() {
		text, err := textOf(p.pkg, expanded(t))
		if err != nil {
			return ""
		}
		parts = append(parts, p.hashedType(text))
	}
	return name + "." + obj.Name() + "[" + strings.Join(parts, ", ") + "]"
}

// expanded is a type with other names for types replaced, where that makes a
// difference to its text: not inside of structs, functions and interfaces.
func expanded(t types.Type) types.Type {
	switch t := types.Unalias(t).(type) {
	case *types.Slice:
		return types.NewSlice(expanded(t.Elem()))
	case *types.Array:
		return types.NewArray(expanded(t.Elem()), t.Len())
	case *types.Pointer:
		return types.NewPointer(expanded(t.Elem()))
	case *types.Map:
		return types.NewMap(expanded(t.Key()), expanded(t.Elem()))
	default:
		return t
	}
}

// registerInstances writes what Register does about instances, and notes their
// names.
func (p *plan) registerInstances(e *emitter, prog *program) string {
	found := map[string]string{} // name -> statement
	add := func(obj types.Object, args *types.TypeList) {
		key := p.instanceKey(obj, args)
		if key == "" || p.s.instances[key] != "" || found[key] != "" || !p.reachable(e, obj, args) {
			return
		}
		text := e.instanceText(obj, args)
		if _, isType := obj.(*types.TypeName); isType {
			found[key] = fmt.Sprintf("\t_r.Type(%q, %q, (*%s)(nil))\n", instanceUnit, key, text)
		} else {
			found[key] = fmt.Sprintf("\t_r.Func(%q, %q, %s)\n", instanceUnit, key, text)
		}
	}
	var walk func(t types.Type, seen map[types.Type]bool)
	walk = func(t types.Type, seen map[types.Type]bool) {
		if t = types.Unalias(t); seen[t] {
			return
		}
		seen[t] = true
		if n, ok := t.(*types.Named); ok && n.TypeArgs().Len() > 0 && !constrains(n) {
			add(n.Obj(), n.TypeArgs())
		}
		for _, c := range components(t) {
			walk(c, seen)
		}
	}
	seen := map[types.Type]bool{}
	for id, inst := range p.info.Instances {
		if src, _ := p.s.offset(id.Pos()); src != p.src {
			continue
		}
		walk(inst.Type, seen)
		if fn, ok := p.info.Uses[id].(*types.Func); ok && (fn.Pkg() == p.pkg || plainPackage(fn.Pkg().Path())) {
			add(fn, inst.TypeArgs)
		}
	}
	for name, d := range p.table.byName {
		if obj := p.pkg.Scope().Lookup(name); d.kind == varDecl && obj != nil {
			walk(obj.Type(), seen)
		}
	}
	var b strings.Builder
	for _, key := range sortedKeys(found) {
		b.WriteString(found[key])
	}
	prog.instances = sortedKeys(found)
	return b.String()
}

// constrains reports an interface that only a type parameter can have.
func constrains(t *types.Named) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && !i.IsMethodSet()
}

// plainPackage reports packages of the standard library whose functions do not
// look at who called them.
func plainPackage(path string) bool {
	return slices.Contains([]string{"slices", "maps", "cmp", "iter", "errors", "sync", "sync/atomic", "math/rand/v2", "gomemo/persist", "gomemo/persist/npy"}, path)
}

// reachable reports an instance that the main package of the plugin can name: all
// that it is made of has a package.
func (p *plan) reachable(e *emitter, obj types.Object, args *types.TypeList) bool {
	var names []string
	if obj.Pkg() == p.pkg {
		names = append(names, obj.Name())
	} else if !obj.Exported() {
		return false
	}
	for t := range args.Types() {
		text, err := textOf(p.pkg, expanded(t))
		if err != nil {
			return false
		}
		notebook, _ := text.names()
		names = append(names, notebook...)
	}
	return !slices.ContainsFunc(names, func(name string) bool {
		d := p.table.byName[name]
		return d == nil || d.group == nil || d.broken != nil || p.s.placed[d.group.hash] == ""
	})
}

// instanceText writes an instance in a generated package.
func (e *emitter) instanceText(obj types.Object, args *types.TypeList) string {
	var parts []string
	for t := range args.Types() {
		text, _ := textOf(e.p.pkg, expanded(t)) // as in reachable
		parts = append(parts, e.typeText(text))
	}
	name := e.qualify(obj.Name()) + obj.Name()
	if obj.Pkg() != e.p.pkg {
		e.imports[obj.Pkg().Path()] = true
		name = alias(obj.Pkg().Path()) + "." + obj.Name()
	}
	return name + "[" + strings.Join(parts, ", ") + "]"
}

// instantiated notes that a plugin has the instances of a program.
func (s *Session) instantiated(prog *program, plugin string) {
	for _, key := range prog.instances {
		s.instances[key] = plugin
	}
}

// loadedInstance is the name by which the engine knows an instance, "" if no
// plugin has it. The script will need the plugin.
func (sc *scripter) loadedInstance(obj types.Object, args *types.TypeList) string {
	key := sc.p.instanceKey(obj, args)
	plugin := sc.p.s.instances[key]
	if key == "" || plugin == "" || sc.made == nil {
		return ""
	}
	sc.made.plugins[plugin] = true
	return instanceUnit + "." + key
}

// instancesIn adds the plugins that have the instances in a type to need.
func (s *Session) instancesIn(t *wire.Type, need map[string]bool) {
	if t == nil {
		return
	}
	if key, ok := strings.CutPrefix(t.Name, instanceUnit+"."); ok && s.instances[key] != "" {
		need[s.instances[key]] = true
	}
	for _, part := range append(append([]*wire.Type{t.Key, t.Elem}, t.In...), t.Out...) {
		s.instancesIn(part, need)
	}
	for _, f := range t.Fields {
		s.instancesIn(f.Type, need)
	}
}
