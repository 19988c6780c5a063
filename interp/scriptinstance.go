package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gomemo/engine/wire"
)

// A call at cell level of a function that no loaded code has, an instance of a
// generic one above all, can be interpreted if all of the function's code is what
// the table has and none of its loops may be long: it is written like a part of
// the cell. What it is called with makes no difference to what is looked up
// before it runs.

// instances are the functions that one cell has written in this way.
type instances struct {
	all    []*instance
	funcs  []*wire.Func
	limits []wire.Limit

	plugins map[string]bool // that have other instances
}

// An instance is a function, with types for its type parameters.
type instance struct {
	d    *decl
	args []types.Type
	name string // what leaves call it by; "" while it is written
}

// find is the instance of d with these type arguments, nil if there is none.
func (is *instances) find(d *decl, args []types.Type) *instance {
	for _, in := range is.all {
		if in.d == d && slices.EqualFunc(in.args, args, types.Identical) {
			return in
		}
	}
	return nil
}

// maxDepth is how deep such functions may call each other: a chain of them may
// double the work at each step.
const maxDepth = 3

// calledInstance writes the call of a function of the notebook that is
// interpreted.
func (sc *scripter) calledInstance(c *ast.CallExpr, d *decl) wire.Expr {
	id := calledName(c)
	var args []types.Type
	for t := range sc.p.info.Instances[id].TypeArgs.Types() {
		args = append(args, t)
	}
	if fn, ok := sc.p.info.Uses[id].(*types.Func); ok && len(args) > 0 {
		if name := sc.loadedInstance(fn, sc.p.info.Instances[id].TypeArgs); name != "" {
			sc.need(c, "a call of an instance that is loaded")
			sc.unlooked(c, reachesLooker(d))
			return wire.Expr{Op: "func", Name: name}
		}
	}
	name := sc.instance(c, d, args)
	if len(args) > 0 {
		sc.need(c, "a call of a generic function")
	} else {
		sc.need(c, "a call of a function that is interpreted")
	}
	return wire.Expr{Op: "func", Name: "main." + name}
}

// libraryInstance is an instance of a generic function of a library.
func (sc *scripter) libraryInstance(c *ast.CallExpr) (e wire.Expr, ok bool) {
	id, fn := calledName(c), sc.function(calledFunc(c))
	if id == nil || fn == nil {
		return e, false
	}
	args := sc.p.info.Instances[id].TypeArgs
	if name := sc.loadedInstance(fn, args); name != "" {
		sc.need(c, "a call of an instance that is loaded")
		return wire.Expr{Op: "func", Name: name}, true
	}
	if !hasInstance(fn.FullName(), args.At(args.Len()-1)) {
		return e, false
	}
	sc.need(c, "a call of a generic function of the engine")
	return wire.Expr{Op: "generic", Name: fn.FullName(), Type: sc.typ(c, sc.typeOf(c.Fun))}, true
}

// hasInstance reports whether the engine has the instance of a function of a
// library whose last type argument is t.
func hasInstance(full string, t types.Type) bool {
	switch wire.Generic(full) {
	case "any":
		return true
	case "basic":
		_, ok := types.Unalias(t).(*types.Basic)
		return ok
	case "ordered":
		b, ok := t.Underlying().(*types.Basic)
		return ok && b.Info()&types.IsOrdered != 0
	case "comparable":
		return types.IsInterface(t) || !holdsInterface(t)
	case "numbers":
		s, ok := types.Unalias(t).(*types.Slice)
		if !ok {
			return false
		}
		b, ok := types.Unalias(s.Elem()).(*types.Basic)
		return ok && b.Info()&(types.IsInteger|types.IsFloat) != 0 && b.Kind() != types.Uint && b.Kind() != types.Uintptr
	}
	return false
}

// mapped is the name of a type that an instance of the engine returns a pointer
// to, "" if t is none.
func mapped(t *types.Named) string {
	obj := t.Obj()
	if obj.Pkg() == nil || obj.Pkg().Path() != "gomemo/persist" || obj.Name() != "Mapped" || !hasInstance("gomemo/persist.Open", t.TypeArgs().At(0)) {
		return ""
	}
	elem := types.Unalias(types.Unalias(t.TypeArgs().At(0)).(*types.Slice).Elem()).(*types.Basic)
	return "gomemo/persist.Mapped[[]" + types.Typ[elem.Kind()].Name() + "]" // of a byte uint8
}

// calledName is the name of what a call calls, nil if it has none.
func calledName(c *ast.CallExpr) *ast.Ident {
	switch x := calledFunc(c).(type) {
	case *ast.Ident:
		return x
	case *ast.SelectorExpr:
		return x.Sel
	}
	return nil
}

// instance writes a function, unless that is done, and returns what leaves call
// it by. It refuses one that is not in the table as a whole.
func (sc *scripter) instance(c *ast.CallExpr, d *decl, args []types.Type) string {
	refuse := func() {
		what := "a call of " + sc.p.text(c.Fun) + ", which is not loaded yet"
		if len(args) > 0 {
			what = "a call of the generic " + sc.p.text(c.Fun)
		}
		sc.needNamed(c, "a function that is not loaded yet", what)
	}
	if d == nil || d.kind != funcDecl || d.doc != "" || d.broken != nil || d.group == nil || sc.made == nil || sc.depth == maxDepth {
		refuse()
	}
	sc.unlooked(c, reachesLooker(d))
	in := sc.made.find(d, args)
	if in == nil {
		in = &instance{d: d, args: args}
		sc.made.all = append(sc.made.all, in)
		f := sc.writeInstance(d, args)
		if f == nil {
			refuse()
		}
		f.Name = fmt.Sprintf("%s#%d", d.key, len(sc.made.funcs))
		sc.made.funcs, in.name = append(sc.made.funcs, f), f.Name
	}
	if in.name == "" { // it calls itself
		refuse()
	}
	return in.name
}

// writeInstance is the interpreted form of a function with these type
// arguments, nil if it has none.
func (sc *scripter) writeInstance(d *decl, args []types.Type) (f *wire.Func) {
	p, lit := sc.p.monomorphic(d, args)
	if p == nil {
		return nil
	}
	in := newScripter(p)
	in.src, in.heap, in.moved, in.used, in.called, in.made = d.src, sc.heap, sc.moved, sc.used, sc.called, sc.made
	in.all, in.rounds, in.depth, in.inside, in.alike = lit.Body.List, sc.rounds, sc.depth+1, true, len(args) > 0
	defer func() {
		if v := recover(); v != nil {
			if _, ok := v.(notInterpreted); !ok {
				panic(v)
			}
			f = nil
		}
	}()
	f = in.writeFunc(d, lit.Type, p.info.Types[lit].Type.(*types.Signature), lit.Body.List)
	if len(args) > 0 {
		f.Title = d.key + "[...]"
	} else {
		f.Title = d.key
	}
	sc.made.limits = append(sc.made.limits, in.script.Limits...)
	return f
}

// monomorphic checks a function with its type parameters being other names for
// these types. It returns a plan that knows what the checker found, and the
// function as a literal, or nil if code that is compiled for all types may differ.
func (p *plan) monomorphic(d *decl, args []types.Type) (*plan, *ast.FuncLit) {
	node := d.node.(*ast.FuncDecl)
	at := node.Pos()
	lit := &ast.FuncLit{Type: &ast.FuncType{Func: at, Params: node.Type.Params, Results: node.Type.Results}, Body: node.Body}
	var body []ast.Stmt
	if node.Type.TypeParams != nil {
		for _, field := range node.Type.TypeParams.List {
			for _, id := range field.Names {
				name := fmt.Sprintf("%s\x00%d", id.Name, p.pkg.Scope().Len()) // of no source
				p.pkg.Scope().Insert(types.NewAlias(types.NewTypeName(token.NoPos, p.pkg, name, nil), args[0]).Obj())
				args = args[1:]
				if id.Name != "_" {
					spec := &ast.TypeSpec{Name: &ast.Ident{NamePos: at, Name: id.Name}, Assign: at, Type: &ast.Ident{NamePos: at, Name: name}}
					body = append(body, &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: at, Tok: token.TYPE, Specs: []ast.Spec{spec}}})
				}
			}
		}
	}
	body = append(body, &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: at, Name: "_"}}, TokPos: at, Tok: token.ASSIGN, Rhs: []ast.Expr{lit}})
	blank := func(t *ast.FuncType, list []ast.Stmt) *ast.FuncDecl {
		return &ast.FuncDecl{Name: &ast.Ident{NamePos: at, Name: "_"}, Type: t, Body: &ast.BlockStmt{Lbrace: at, List: list, Rbrace: node.End()}}
	}
	one := p.checkAlone(d, blank(&ast.FuncType{Func: at, Params: &ast.FieldList{}}, body))
	if one == nil {
		return nil, nil
	}
	if node.Type.TypeParams != nil {
		all := p.checkAlone(d, blank(node.Type, node.Body.List))
		if all == nil || !sameForAll(node.Body, all, one) {
			return nil, nil
		}
	}
	q, text := *p, *p.parsed
	q.parsed, q.info, text.src = &text, one, d.src
	return &q, lit
}

// checkAlone checks a declaration in the package of the cell, with the imports
// of d. It returns nil if there are errors.
func (p *plan) checkAlone(d *decl, node ast.Decl) *types.Info {
	dots := map[string][]string{}
	for _, r := range d.refs {
		if r.dot != "" {
			dots[r.dot] = append(dots[r.dot], d.src.text[r.off:r.end])
		}
	}
	file := &ast.File{Name: ast.NewIdent("main"), Decls: append(p.importNodes(d.imports, dots), node)}
	listImports(file)
	info, ok := newInfo(), true
	conf := types.Config{Importer: p.parts, Sizes: p.s.sizes, Error: func(err error) { ok = ok && ignorable(userNames(err.(types.Error).Msg)) }}
	// Errors are told one by one.
	_ = types.NewChecker(&conf, p.s.fset, p.pkg, info).Files([]*ast.File{file})
	if !ok {
		return nil
	}
	return info
}

// sameForAll reports whether the code of a generic function, which the checker
// knows as all, does what it does for one choice of its types. What is a
// constant there but not in the generic code is computed otherwise, as -T(0) is,
// and methods of type parameters are called in another way.
func sameForAll(body *ast.BlockStmt, all, one *types.Info) bool {
	same := true
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if s := all.Selections[n]; s != nil && s.Kind() != types.FieldVal && ofParam(s.Recv()) {
				same = false
			}
		case *ast.RangeStmt: // it may not evaluate an array
			if ofParam(all.Types[n.X].Type) {
				same = false
			}
		}
		if e, ok := n.(ast.Expr); ok && one.Types[e].Value != nil && all.Types[e].Value == nil {
			c, ok := ast.Unparen(e).(*ast.CallExpr) // T(1) is what it is
			same = same && ok && all.Types[c.Fun].IsType() && all.Types[c.Args[0]].Value != nil
		}
		return same
	})
	return same
}

// ofParam reports a type parameter, or a pointer to one.
func ofParam(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	_, ok := types.Unalias(t).(*types.TypeParam)
	return ok
}

// straight takes the text of a function that is one leaf after another away:
// these are done in order.
func straight(text string, leaves int) string {
	var b strings.Builder
	for i := range leaves {
		fmt.Fprintf(&b, "o.L(%d)\n", i)
	}
	if strings.TrimSuffix(text, "return\n") == b.String() {
		return ""
	}
	return text
}
