package interp

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"sort"
	"strings"

	"gomemo/engine/wire"
)

// judged is a call in a top-level statement that is looked up before it runs.
type judged struct {
	call *ast.CallExpr
	fn   *types.Func
	sel  *ast.SelectorExpr // a method call x.M(…) through a value, else nil
	site wire.Site
	root *decl
}

// judgedCalls finds the calls of notebook functions and methods that run once
// per execution of their statement on the cell's own goroutine: not those in
// function literals, nor those that go and defer start.
func (p *plan) judgedCalls(st ast.Stmt) (out []*judged) {
	skip := map[*ast.CallExpr]bool{}
	ast.Inspect(st, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.GoStmt:
			skip[n.Call] = true
		case *ast.DeferStmt:
			skip[n.Call] = true
		case *ast.CallExpr:
			if !skip[n] {
				if j := p.judge(n); j != nil {
					out = append(out, j)
				}
			}
		}
		return true
	})
	return out
}

func (p *plan) judge(call *ast.CallExpr) *judged {
	j := &judged{call: call}
	id := p.callee(j)
	if id == nil {
		return nil
	}
	fn, ok := p.info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() != p.pkg {
		return nil
	}
	j.fn, j.root = fn, p.declOf(fn)
	if j.root != nil && strings.Contains(j.root.doc, "//go:uintptr") {
		return nil // the compiler treats the arguments of its calls in a way of its own
	}
	_, off := p.s.offset(call.Pos())
	line, _ := p.src.position(off)
	j.site = wire.Site{Func: p.funcName(fn), Cell: p.src.cell, Line: line}
	if recv := fn.Signature().Recv(); recv != nil {
		j.site.Params = append(j.site.Params, recv.Name())
	}
	for v := range fn.Signature().Params().Variables() {
		j.site.Params = append(j.site.Params, v.Name())
	}
	if j.root == nil {
		j.site.Refuse = "it is called through an interface, so which code runs is only known when it does"
		j.site.Bare = p.table.looks()
	} else {
		p.judgeCode(j, id)
	}
	return j
}

// callee finds the identifier that names what the call of j calls, nil if it is
// called some other way, and sets j.sel for a method.
func (p *plan) callee(j *judged) *ast.Ident {
	switch x := calledFunc(j.call).(type) {
	case *ast.Ident:
		return x
	case *ast.SelectorExpr:
		if s := p.info.Selections[x]; s != nil && s.Kind() == types.MethodVal {
			j.sel = x
		}
		return x.Sel
	}
	return nil
}

// calledFunc is what a call calls, without parentheses and type arguments; of
// an element of a slice or map that is called it is the slice or map.
func calledFunc(c *ast.CallExpr) ast.Expr {
	switch x := ast.Unparen(c.Fun).(type) {
	case *ast.IndexExpr:
		return ast.Unparen(x.X)
	case *ast.IndexListExpr:
		return ast.Unparen(x.X)
	default:
		return x
	}
}

// judgeCode computes the code part of the call's key and the globals that it
// depends on, or why the call is refused. id names the function.
func (p *plan) judgeCode(j *judged, id *ast.Ident) {
	gs := []*group{j.root.group}
	parts := []string{j.root.group.hash, j.root.key}
	for _, t := range p.typeArgs(id, j.fn) {
		text, err := textOf(p.pkg, t)
		if err != nil {
			j.site.Refuse = "its type arguments have no name: " + err.Error()
			continue
		}
		parts = append(parts, p.hashedType(text))
		notebook, pkgs := text.names()
		for _, n := range notebook {
			if d := p.table.byName[n]; d != nil && d.group != nil {
				gs = append(gs, d.group)
			}
		}
		for _, pkg := range pkgs {
			if !purePackages[pkg] {
				j.site.Refuse = "a type argument is from package " + pkg + ", which is not known to be pure"
			}
		}
	}
	if j.site.Refuse == "" && j.root.impure != "" {
		j.site.Refuse = "it " + j.root.impure
	}
	for _, g := range gs {
		if j.site.Refuse == "" {
			j.site.Refuse = p.refusal(g)
		}
	}
	j.site.Bare = j.site.Refuse != "" && reachesLooker(j.root)
	j.site.Code = shortHash(parts...)
	j.site.Globals = p.globals(gs...)
}

// typeArgs lists what a call makes of the type parameters of the function that
// id names, or of the type that declares the method.
func (p *plan) typeArgs(id *ast.Ident, fn *types.Func) (out []types.Type) {
	if inst, ok := p.info.Instances[id]; ok {
		for t := range inst.TypeArgs.Types() {
			out = append(out, t)
		}
	}
	if recv := fn.Signature().Recv(); recv != nil {
		t := recv.Type()
		if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
			t = ptr.Elem()
		}
		if n, ok := types.Unalias(t).(*types.Named); ok {
			for a := range n.TypeArgs().Types() {
				out = append(out, a)
			}
		}
	}
	return out
}

// hashedType writes a type with notebook types replaced by their hashes.
func (p *plan) hashedType(t typeText) string {
	return t.render(func(pkg string) string { return pkg }, func(n string) string {
		if d := p.table.byName[n]; d != nil && d.group != nil {
			return d.group.hash + n
		}
		return n
	}, itself)
}

// funcName is how a person refers to fn: train, (*Model).Fit, Point.Norm.
func (p *plan) funcName(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return fn.Name()
	}
	t, ptr := recv.Type(), ""
	if pt, ok := types.Unalias(t).(*types.Pointer); ok {
		t, ptr = pt.Elem(), "*"
	}
	name := "interface"
	if n, ok := types.Unalias(t).(*types.Named); ok {
		name = n.Obj().Name()
	}
	if ptr != "" {
		name = "(*" + name + ")"
	}
	return name + "." + fn.Name()
}

// declOf finds the declaration of a function or method; nil for a method of
// an interface.
func (p *plan) declOf(fn *types.Func) *decl {
	recv := fn.Signature().Recv()
	if recv == nil {
		return p.table.byName[fn.Name()]
	}
	t := recv.Type()
	if pt, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pt.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || types.IsInterface(n) {
		return nil
	}
	return p.table.methods[n.Obj().Name()+"."+fn.Name()]
}

// globals lists the session variables that a call of g may read: those that
// its closure mentions, and those that methods of any type mention, because a
// value in an interface may be of that type.
func (p *plan) globals(gs ...*group) []string {
	if p.methodGroups == nil {
		p.methodGroups = []*group{}
		for _, m := range p.table.methods {
			if m.group != nil && !slices.Contains(p.methodGroups, m.group) {
				p.methodGroups = append(p.methodGroups, m.group)
			}
		}
	}
	var out []string
	for _, h := range closure(append(gs[:len(gs):len(gs)], p.methodGroups...)...) {
		for _, d := range h.decls {
			if d.kind == varDecl {
				out = append(out, d.key)
			}
		}
	}
	sort.Strings(out)
	return out
}

// refusal says why calls that reach g are never remembered, "" if they may be.
func (p *plan) refusal(g *group) string {
	if len(g.decls) == 1 && g.decls[0].impure != "" {
		return "it " + g.decls[0].impure
	}
	for _, h := range closure(g) {
		for _, d := range h.decls {
			if d.impure != "" {
				return "it reaches " + d.title() + ", which " + d.impure
			}
		}
	}
	return ""
}

// title names a declaration in a sentence.
func (d *decl) title() string {
	if d.kind == constDecl {
		return d.names[0]
	}
	return d.key
}

// memoEdits turns f(x) into _rt.Memo(_c, 0, f)(x) and x.M(y) into
// _rt.Memo(_c, 0, (*T).M)(&x, y), so that the receiver is an argument too.
// outer counts the nodes around the call: outer text comes first. The call is on
// the line of its parenthesis, wherever that comes to stand.
func (e *emitter) memoEdits(p *plan, j *judged, index, outer int, place func(off int) position) []edit {
	e.imports[rtPath] = true
	from, _ := p.s.span(j.call)
	_, lparen := p.s.offset(j.call.Lparen)
	src := p.src.text
	call := fmt.Sprintf("_rt.Memo(_c, %d, ", index)
	if j.sel == nil {
		instance, ok := e.instance(p, j.call.Fun)
		if !ok {
			return nil // a type argument has no name
		}
		funFrom, funTo := p.s.span(j.call.Fun)
		return append(instance, edit{funFrom, funFrom, call, 10 + outer}, edit{funTo, funTo, ")", -1000 - outer})
	}
	method, arg, path, ok := e.methodExpr(p, j)
	if !ok || e.spreadsCall(p, j) {
		if j.site.Refuse == "" {
			j.site.Refuse = "the receiver cannot be told apart from the function in this form of call; assign to variables first"
		}
		funFrom, funTo := p.s.span(j.call.Fun)
		return []edit{{funFrom, funFrom, call, 10 + outer}, {funTo, funTo, ")", -1000 - outer}}
	}
	xFrom, xEnd := p.s.span(j.sel.X) // in (x.M)(y) there are parentheses before it
	lines := func(from, to int) string { return strings.Repeat("\n", strings.Count(src[from:to], "\n")) }
	open := "("
	if at, start := place(lparen), place(from); at.line != start.line {
		open = at.inline() + "(" + start.inline()
	}
	return []edit{
		{from, xFrom, call + method + ")" + open + arg + "(" + lines(from, xFrom), 10 + outer},
		{xEnd, lparen + 1, path + "), " + lines(xEnd, lparen+1), -500},
	}
}

// spreadsCall reports x.M(f()) where f has several results: no argument can
// be put before them.
func (e *emitter) spreadsCall(p *plan, j *judged) bool {
	if len(j.call.Args) != 1 {
		return false
	}
	_, ok := p.info.Types[j.call.Args[0]].Type.(*types.Tuple)
	return ok
}

// methodExpr writes the method expression for x.M and how its receiver is
// passed: "&", "*" or nothing before x and, behind it, the embedded fields that
// lead to what declares the method. A nil pointer to a value fails before its
// method is called.
func (e *emitter) methodExpr(p *plan, j *judged) (expr, arg, path string, ok bool) {
	s := p.info.Selections[j.sel]
	t := s.Recv()
	if j.root != nil {
		index := s.Index()
		t, path = embeddedPath(t, index[:len(index)-1])
	}
	ptr, isPtr := types.Unalias(t).(*types.Pointer)
	wantPtr := isPointer(j.fn.Signature().Recv().Type())
	switch {
	case isPtr && !wantPtr:
		t, arg = ptr.Elem(), "*"
	case !isPtr && wantPtr && !types.IsInterface(t):
		t, arg = types.NewPointer(t), "&"
	}
	text, err := textOf(p.pkg, t)
	if err != nil {
		return "", "", "", false
	}
	return "(" + e.typeText(text) + ")." + j.fn.Name(), arg, path, true
}

// embeddedPath goes from a type through embedded fields, and the pointers on the
// way.
func embeddedPath(t types.Type, index []int) (end types.Type, path string) {
	for _, i := range index {
		if ptr, ok := t.Underlying().(*types.Pointer); ok {
			t = ptr.Elem()
		}
		f := t.Underlying().(*types.Struct).Field(i)
		t, path = f.Type(), path+"."+f.Name()
	}
	return t, path
}

// instance writes the type arguments that a call of a generic function leaves
// to inference; a function value needs them. It fails if one has no name here.
func (e *emitter) instance(p *plan, fun ast.Expr) (edits []edit, ok bool) {
	fun = ast.Unparen(fun)
	given := 0
	_, at := p.s.span(fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun, given = x.X, 1
		_, at = p.s.offset(x.Rbrack)
	case *ast.IndexListExpr:
		fun, given = x.X, len(x.Indices)
		_, at = p.s.offset(x.Rbrack)
	}
	id, isName := ast.Unparen(fun).(*ast.Ident)
	if !isName {
		return nil, true
	}
	inst, generic := p.info.Instances[id]
	if !generic || inst.TypeArgs.Len() == given {
		return nil, true
	}
	var parts []string
	for i := given; i < inst.TypeArgs.Len(); i++ {
		text, err := textOf(p.pkg, inst.TypeArgs.At(i))
		if err != nil {
			return nil, false
		}
		parts = append(parts, e.typeText(text))
	}
	list := strings.Join(parts, ", ")
	if given > 0 {
		return []edit{{at, at, ", " + list, -2000}}, true
	}
	return []edit{{at, at, "[" + list + "]", -2000}}, true
}
