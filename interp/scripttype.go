package interp

import (
	"go/ast"
	"go/types"

	"gomemo/engine/wire"
)

// typ describes a type to the engine, which has to have it or to make it of
// types that it has.
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
	case *types.Struct:
		return sc.structure(n, t)
	case *types.Interface:
		if t.Empty() && !t.IsComparable() {
			sc.need(n, "type any")
			return &wire.Type{Kind: "any"}
		}
		sc.needNamed(n, "an interface without a name", "a value of type "+sc.typeName(t))
	case *types.Named:
		return sc.named(n, t)
	case *types.Chan:
		return sc.chanType(n, t)
	case *types.Signature:
		return sc.funcType(n, t)
	}
	sc.needNamed(n, "another expression", "a value of type "+sc.typeName(t))
	return nil
}

// structure describes the type of a struct without a name.
func (sc *scripter) structure(n ast.Node, t *types.Struct) *wire.Type {
	sc.need(n, "a struct without a name")
	w := &wire.Type{Kind: "struct"}
	for i := range t.NumFields() {
		f := t.Field(i)
		if f.Embedded() || f.Name() == "_" {
			sc.needNamed(n, "an embedded or blank field of a struct without a name", "a value of type "+sc.typeName(t))
		}
		field := wire.Field{Name: f.Name(), Type: sc.typ(n, f.Type()), Tag: t.Tag(i)}
		if !f.Exported() {
			field.Path = f.Pkg().Path()
			if f.Pkg() == sc.p.pkg {
				field.Path = "main"
			}
		}
		w.Fields = append(w.Fields, field)
	}
	return sc.composite(n, t, w)
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
	if !wire.AnyType && !w.Common() && sc.p.s.mode != Interpreted { // there, no code is ever loaded
		sc.needNamed(n, "a type that has to be made", "a value of type "+sc.typeName(t)+", a type that has to be made,")
	}
	sc.need(n, "composite types")
	return w
}

func (sc *scripter) named(n ast.Node, t *types.Named) *wire.Type {
	if t.TypeArgs() != nil {
		if full := mapped(t); full != "" {
			sc.need(n, "types of the standard library")
			return &wire.Type{Kind: "named", Name: full}
		}
		if name := sc.loadedInstance(t.Obj(), t.TypeArgs()); name != "" {
			sc.hidden(n, t)
			sc.need(n, "a type of an instance that is loaded")
			return &wire.Type{Kind: "named", Name: name}
		}
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
		sc.hidden(n, t)
		sc.need(n, "types of the notebook")
		return &wire.Type{Kind: "named", Name: sc.p.s.placed[d.group.hash] + "." + obj.Name()}
	case obj.Pkg() != nil && obj.Exported() && wire.Bound(obj.Pkg().Path(), obj.Name()):
		sc.hidden(n, t)
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

func (sc *scripter) hidden(n ast.Node, t types.Type) {
	if hiddenMethods(t) {
		sc.need(n, "an interface with hidden methods")
	}
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
