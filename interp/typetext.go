package interp

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"slices"
	"strings"
)

// typeText is the source text of a type with its names left open, so that the
// same type can be written in packages that import things differently. A
// package name is \x00p<import path>\x01, a type of the notebook
// \x00n<name>\x01, a predeclared type \x00u<name>\x01.
type typeText string

// itself is a name as it is.
func itself(name string) string { return name }

// aliasOf is the name of a predeclared type in package engine/rt.
func aliasOf(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// render fills the names in.
func (t typeText) render(pkg, notebook, universe func(string) string) string {
	var b strings.Builder
	s := string(t)
	for {
		before, rest, ok := strings.Cut(s, "\x00")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "\x01")
		switch name[0] {
		case 'p':
			b.WriteString(pkg(name[1:]))
		case 'u':
			b.WriteString(universe(name[1:]))
		default:
			b.WriteString(notebook(name[1:]))
		}
		s = after
	}
}

// names lists the notebook types and the packages that the type mentions.
func (t typeText) names() (notebook, pkgs []string) {
	t.render(
		func(p string) string { pkgs = append(pkgs, p); return "" },
		func(n string) string { notebook = append(notebook, n); return "" }, itself)
	return
}

// String writes the type as the user would.
func (t typeText) String() string {
	return t.render(func(p string) string { return p[strings.LastIndex(p, "/")+1:] }, itself, itself)
}

// textOf writes down a type of the checked package pkg. It fails for a type
// that has no name outside the function or the package that declares it.
func textOf(pkg *types.Package, t types.Type) (typeText, error) {
	if err := nameable(pkg, t, map[types.Type]bool{}); err != nil {
		return "", err
	}
	// Names are told apart by their meaning in a text that parses: fields and
	// parameters may be called like types.
	var names []string
	text := types.TypeString(t, func(p *types.Package) string {
		names = append(names, p.Path())
		return fmt.Sprintf("_p%d_", len(names)-1)
	})
	expr, err := parser.ParseExpr(text)
	if err != nil {
		return "", fmt.Errorf("its type %s cannot be written down", text)
	}
	var edits []edit
	write := func(n ast.Node, kind byte, name string) {
		edits = append(edits, edit{int(n.Pos()) - 1, int(n.End()) - 1, fmt.Sprintf("\x00%c%s\x01", kind, name), 0})
	}
	var walk func(n ast.Node) bool
	walk = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			var i int
			x, ok := n.X.(*ast.Ident)
			if !ok {
				return true
			}
			if _, err := fmt.Sscanf(x.Name, "_p%d_", &i); err != nil {
				return true
			}
			if names[i] == pkg.Path() {
				write(n, 'n', n.Sel.Name)
			} else {
				write(x, 'p', names[i])
			}
			return false
		case *ast.Field:
			ast.Inspect(n.Type, walk)
			return false
		case *ast.Ident:
			write(n, 'u', n.Name)
		}
		return true
	}
	ast.Inspect(expr, walk)
	return typeText(applyEdits(text, 0, len(text), edits)), nil
}

func isIdentByte(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// nameable says why a type, or one that it is written with, cannot be written
// outside the function or the package that declares it.
func nameable(pkg *types.Package, t types.Type, seen map[types.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		if err := nameableName(pkg, t.Obj()); err != nil {
			return err
		}
	case *types.Alias:
		if err := nameableName(pkg, t.Obj()); err != nil {
			return err
		}
	case *types.Struct:
		for f := range t.Fields() {
			if f.Pkg() != pkg && !f.Exported() {
				return fmt.Errorf("field %s of %s is not exported", f.Name(), f.Pkg().Name())
			}
		}
	case *types.TypeParam:
		return fmt.Errorf("type parameter %s has no meaning here", t.Obj().Name())
	}
	for _, c := range components(t) {
		if err := nameable(pkg, c, seen); err != nil {
			return err
		}
	}
	return nil
}

func nameableName(pkg *types.Package, obj *types.TypeName) error {
	switch {
	case obj.Pkg() == nil:
	case obj.Pkg() == pkg && obj.Parent() != pkg.Scope():
		return fmt.Errorf("type %s is local to a function", obj.Name())
	case obj.Pkg() != pkg && !obj.Exported():
		return fmt.Errorf("type %s.%s is not exported", obj.Pkg().Name(), obj.Name())
	}
	return nil
}

// components lists the types that a type is written with.
func components(t types.Type) (out []types.Type) {
	switch t := t.(type) {
	case *types.Named:
		out = slices.Collect(t.TypeArgs().Types())
	case *types.Alias:
		out = slices.Collect(t.TypeArgs().Types())
	case *types.Map:
		out = append(out, t.Key(), t.Elem())
	case interface{ Elem() types.Type }: // pointers, slices, arrays and channels
		out = append(out, t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			out = append(out, f.Type())
		}
	case *types.Signature:
		out = append(out, t.Params(), t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			out = append(out, v.Type())
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			out = append(out, m.Type())
		}
		out = slices.AppendSeq(out, t.EmbeddedTypes())
	}
	return out
}
