package interp

import (
	"go/ast"
	"go/types"
	"runtime"

	"gomemo/engine/wire"
)

// In what order the parts of a statement are evaluated the language leaves to
// the compiler in part. This is what the compiler does (cmd/compile/internal/walk,
// order.go): calls, and some other operations, go to temporary variables at
// their turn, and all the rest is evaluated when these are there: variables
// are read, and elements and fields are looked for, after the last call of the
// statement, or of the arguments that they are among. Where that makes a
// difference a leaf does the same: what has its turn are statements before it.

// turn evaluates e of type t at its turn, ahead of what stays in the leaf.
func (sc *scripter) turn(n ast.Node, t types.Type, e wire.Expr) wire.Expr {
	if !sc.turns || e.Op == "const" || e.Op == "zero" {
		return e
	}
	return sc.ahead(n, []types.Type{t}, e)[0]
}

// atTurn reports calls and conversions that have their turn.
func (sc *scripter) atTurn(c *ast.CallExpr) bool {
	if !sc.isConversion(c) {
		_, tuple := sc.p.info.Types[c].Type.(*types.Tuple)
		return !tuple && sc.p.info.Types[c].IsValue()
	}
	_, slice := sc.typeOf(c).Underlying().(*types.Slice)
	b, basic := sc.typeOf(c.Args[0]).Underlying().(*types.Basic)
	return slice && basic && b.Info()&types.IsString != 0
}

// ahead evaluates e, whose results have these types, before the leaf.
func (sc *scripter) ahead(n ast.Node, ts []types.Type, e wire.Expr) (out []wire.Expr) {
	e.Line = sc.line
	as := wire.Expr{Op: "assign", N: len(ts)}
	for _, t := range ts {
		at := sc.local(n, nil, t)
		as.Args = append(as.Args, wire.Expr{Op: "fresh", N: at})
		out = append(out, wire.Expr{Op: "local", N: at})
	}
	as.Args = append(as.Args, e)
	sc.first = append(sc.first, as)
	return out
}

// withFirst makes an expression that does what is ahead of it itself.
func (sc *scripter) withFirst(make func() wire.Expr) wire.Expr {
	was := sc.first
	sc.first = nil
	e := make()
	if n := len(sc.first); n > 0 {
		e = wire.Expr{Op: "let", N: n, Args: append(sc.first, e)}
	}
	sc.first = was
	return e
}

// addressable is turn for an operand that the compiler needs the address of: it
// copies what has none.
func (sc *scripter) addressable(n ast.Node, t types.Type, e wire.Expr) wire.Expr {
	switch e.Op {
	case "var", "local", "field", "deref":
		return e
	case "index":
		if e.Name == "" || e.Name == "array" {
			return e
		}
	}
	return sc.turn(n, t, e)
}

// boxed is an operand of type t that is converted to an interface.
func (sc *scripter) boxed(n ast.Node, t types.Type, e wire.Expr) wire.Expr {
	if !sc.turns || types.IsInterface(t) || late(t) {
		return e
	}
	if x, ok := n.(ast.Expr); ok {
		if c, ok := ast.Unparen(x).(*ast.CallExpr); ok && sc.isConversion(c) {
			return sc.turn(n, t, e) // even to its own type
		}
	}
	return sc.addressable(n, t, e)
}

// late reports types that are passed by value to what puts them into an
// interface.
func late(t types.Type) bool {
	for {
		switch u := t.Underlying().(type) {
		case *types.Struct:
			if u.NumFields() == 1 {
				t = u.Field(0).Type()
				continue
			}
		case *types.Array:
			if u.Len() == 1 {
				t = u.Elem()
				continue
			}
		case *types.Slice:
			return true
		case *types.Basic:
			if u.Info()&types.IsString != 0 {
				return true
			}
		}
		break
	}
	sizes := types.SizesFor("gc", runtime.GOARCH)
	size, align := sizes.Sizeof(t), sizes.Alignof(t)
	return !hasPointers(t) && align == size && (size == 2 || size == 4 || size == 8)
}

func hasPointers(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0 || u.Kind() == types.UnsafePointer
	case *types.Array:
		return u.Len() > 0 && hasPointers(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if hasPointers(f.Type()) {
				return true
			}
		}
		return false
	}
	return true
}

// isDirect reports types whose values are pointers in memory: taken out of an
// interface they need no copy.
func isDirect(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature:
		return true
	case *types.Struct:
		return u.NumFields() == 1 && isDirect(u.Field(0).Type())
	case *types.Array:
		return u.Len() == 1 && isDirect(u.Elem())
	}
	return false
}

// key writes the key of a map's element.
func (sc *scripter) key(e ast.Expr, m *types.Map) wire.Expr {
	k := sc.exprAs(e, m.Key())
	if !sc.turns || k.Op == "const" {
		return k
	}
	switch m.Key().Underlying().(type) {
	case *types.Struct, *types.Array:
		sc.need(e, "a composite key beside a call")
	}
	if b, ok := m.Key().Underlying().(*types.Basic); ok && b.Info()&(types.IsString|types.IsInteger) != 0 && late(b) {
		if elem := types.SizesFor("gc", runtime.GOARCH).Sizeof(m.Elem()); elem <= 128 && b.Kind() != types.Int16 && b.Kind() != types.Uint16 {
			return k // by value
		}
	}
	if _, ok := m.Key().Underlying().(*types.Pointer); ok {
		return k
	}
	return sc.addressable(e, m.Key(), k)
}

// ofBytes reports a key made of bytes, which is looked for at its turn.
func (sc *scripter) ofBytes(e ast.Expr) bool {
	c, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || !sc.isConversion(c) || sc.p.info.Types[c].Value != nil {
		return false
	}
	b, basic := sc.typeOf(c).Underlying().(*types.Basic)
	_, slice := sc.typeOf(c.Args[0]).Underlying().(*types.Slice)
	return basic && b.Info()&types.IsString != 0 && slice
}

// entries writes the entries of a map literal: first the static ones.
func (sc *scripter) entries(e *wire.Expr, x *ast.CompositeLit, m *types.Map, element func(ast.Expr, types.Type) wire.Expr) wire.Expr {
	var others []*ast.KeyValueExpr
	for _, el := range x.Elts {
		kv := el.(*ast.KeyValueExpr)
		if sc.isStatic(kv.Key, m.Key()) && sc.isStatic(kv.Value, m.Elem()) {
			e.Args = append(e.Args, element(kv.Key, m.Key()), element(kv.Value, m.Elem()))
			continue
		}
		others = append(others, kv)
	}
	if !sc.turns || len(others) == 0 {
		for _, kv := range others {
			e.Args = append(e.Args, element(kv.Key, m.Key()), element(kv.Value, m.Elem()))
		}
		return *e
	}
	// Each of the others is an assignment of its own.
	made := sc.turn(x, sc.typeOf(x), *e)
	for _, kv := range others {
		if _, lit := kv.Key.(*ast.CompositeLit); lit {
			sc.need(kv, "a composite key beside a call")
		}
		k := sc.key(kv.Key, m)
		v := element(kv.Value, m.Elem())
		to := wire.Expr{Op: "index", Name: "map", Args: []wire.Expr{made, k}}
		sc.first = append(sc.first, wire.Expr{Op: "assign", N: 1, Line: sc.line, Args: []wire.Expr{to, v}})
	}
	return made
}

// isStatic reports an entry of a map literal that is there before the others
// are evaluated.
func (sc *scripter) isStatic(e ast.Expr, t types.Type) bool {
	if types.IsInterface(t) {
		return sc.p.info.Types[e].IsNil()
	}
	if sc.p.info.Types[e].Value != nil {
		return true
	}
	lit, ok := ast.Unparen(e).(*ast.CompositeLit)
	if !ok {
		return sc.p.info.Types[e].IsNil()
	}
	switch u := t.Underlying().(type) {
	case *types.Array:
		for _, el := range lit.Elts {
			if kv, ok := el.(*ast.KeyValueExpr); ok {
				el = kv.Value
			}
			if !sc.isStatic(el, u.Elem()) {
				return false
			}
		}
		return true
	case *types.Struct:
		for i, el := range lit.Elts {
			if kv, ok := el.(*ast.KeyValueExpr); ok {
				i, el = fieldNumber(u, kv.Key.(*ast.Ident).Name), kv.Value
			}
			if !sc.isStatic(el, u.Field(i).Type()) {
				return false
			}
		}
		return true
	}
	return false
}
