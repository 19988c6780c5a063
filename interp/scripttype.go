package interp

import (
	"go/ast"
	"go/types"

	"gomemo/engine/wire"
)

// typ describes a type to the engine, which has to have it: the types of
// loaded code, of the standard library, and the common ones of the engine. A
// type that the engine would have to make is another one to the runtime than
// that of code which is compiled later.
func (sc *scripter) typ(n ast.Node, t types.Type) *wire.Type {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return sc.basic(n, t)
	case *types.Slice:
		return sc.composite(n, t, &wire.Type{Kind: "slice", Elem: sc.typ(n, t.Elem())})
	case *types.Array:
		return sc.composite(n, t, &wire.Type{Kind: "array", Elem: sc.typ(n, t.Elem()), Len: int(t.Len())})
	case *types.Pointer:
		w := &wire.Type{Kind: "pointer", Elem: sc.typ(n, t.Elem())}
		if w.Elem.Kind == "named" {
			sc.need(n, "type *T of a named type")
			return w
		}
		return sc.composite(n, t, w)
	case *types.Map:
		return sc.composite(n, t, &wire.Type{Kind: "map", Key: sc.typ(n, t.Key()), Elem: sc.typ(n, t.Elem())})
	case *types.Interface:
		if t.Empty() && !t.IsComparable() {
			sc.need(n, "type any")
			return &wire.Type{Kind: "any"}
		}
	case *types.Named:
		return sc.named(n, t)
	case *types.Chan:
		sc.needNamed(n, "a channel", "a value of type "+sc.typeName(t))
	case *types.Signature:
		sc.needNamed(n, "a function value", "a value of type "+sc.typeName(t))
	}
	sc.needNamed(n, "a type that no loaded code has", "a value of type "+sc.typeName(t))
	return nil
}

func (sc *scripter) typeName(t types.Type) string {
	return types.TypeString(t, types.RelativeTo(sc.p.pkg))
}

func (sc *scripter) basic(n ast.Node, t *types.Basic) *wire.Type {
	if t.Kind() == types.UnsafePointer {
		sc.need(n, "package unsafe")
	}
	sc.need(n, "basic types")
	name := t.Name()
	switch name {
	case "byte":
		name = "uint8"
	case "rune":
		name = "int32"
	}
	return &wire.Type{Kind: name}
}

func (sc *scripter) composite(n ast.Node, t types.Type, w *wire.Type) *wire.Type {
	if w.Common() {
		sc.need(n, "common composite types")
		return w
	}
	if sc.p.s.mode != Interpreted && !sc.holds(t) { // there, no code is ever loaded
		sc.needNamed(n, "a type that no loaded code has", "a value of type "+sc.typeName(t)+", a type that no loaded code has,")
	}
	sc.need(n, "types of loaded code")
	return w
}

func (sc *scripter) named(n ast.Node, t *types.Named) *wire.Type {
	if t.TypeArgs() != nil {
		sc.needNamed(n, "an instance of a generic type", "a value of type "+sc.typeName(t))
	}
	if t == types.Universe.Lookup("error").Type() {
		sc.need(n, "type error")
		return &wire.Type{Kind: "error"}
	}
	obj := t.Obj()
	switch {
	case obj.Pkg() == sc.p.pkg && obj.Parent() == sc.p.pkg.Scope():
		d := sc.p.table.byName[obj.Name()]
		if !sc.placed(d) {
			sc.needNamed(n, "a type that is not loaded yet", "the type "+obj.Name()+", which is not loaded yet")
		}
		if hiddenMethods(t) {
			sc.need(n, "an interface with hidden methods")
		}
		sc.need(n, "types of the notebook")
		return &wire.Type{Kind: "named", Name: sc.p.s.placed[d.group.hash] + "." + obj.Name()}
	case obj.Pkg() != nil && obj.Exported() && wire.Bound(obj.Pkg().Path(), obj.Name()):
		if hiddenMethods(t) {
			sc.need(n, "an interface with hidden methods")
		}
		sc.need(n, "types of the standard library")
		return &wire.Type{Kind: "named", Name: obj.Pkg().Path() + "." + obj.Name()}
	}
	sc.needNamed(n, "what engine/wire/bound.go does not list", "a value of type "+sc.typeName(t))
	return nil
}

// standard reports a type of the standard library, or a pointer to one.
func (sc *scripter) standard(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && wire.Bound(n.Obj().Pkg().Path(), n.Obj().Name())
}

func hiddenMethods(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for m := range i.Methods() {
		if !m.Exported() {
			return true
		}
	}
	return false
}

// holds reports whether loaded code has a composite type: it is a part of what
// the code declares.
func (sc *scripter) holds(t types.Type) bool {
	if sc.held == nil {
		sc.held = map[string]bool{}
		for _, d := range sc.p.table.all() {
			if !sc.placed(d) || d.kind == constDecl || d.key == "_" {
				continue
			}
			sc.note(sc.p.signature(d))
		}
	}
	return sc.held[sc.typeKey(t)]
}

func (sc *scripter) typeKey(t types.Type) string { return types.TypeString(t, nil) }

// note adds the types that go with t to those that loaded code has.
func (sc *scripter) note(t types.Type) {
	if sc.held == nil {
		sc.holds(types.Typ[types.Int])
	}
	if t == nil || sc.held[sc.typeKey(t)] {
		return
	}
	t = types.Unalias(t)
	sc.held[sc.typeKey(t)] = true
	switch u := t.(type) {
	case *types.Slice:
		sc.note(u.Elem())
	case *types.Array:
		sc.note(u.Elem())
	case *types.Pointer:
		sc.note(u.Elem())
	case *types.Map:
		sc.note(u.Key())
		sc.note(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			sc.note(f.Type())
		}
	case *types.Signature:
		if u.TypeParams() != nil || u.RecvTypeParams() != nil {
			return
		}
		for v := range u.Params().Variables() {
			sc.note(v.Type())
		}
		for v := range u.Results().Variables() {
			sc.note(v.Type())
		}
	case *types.Named:
		if u.TypeArgs() == nil && u.TypeParams() == nil && u.Obj().Pkg() == sc.p.pkg {
			if _, iface := u.Underlying().(*types.Interface); !iface {
				sc.note(u.Underlying())
			}
		}
	}
}
