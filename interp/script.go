package interp

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"gomemo/engine/wire"
)

// The interpreted tier. A cell of statements only is interpreted when every
// construct in it is one that the interpreter runs exactly as compiled code
// does. The table below is the whole list; TestTiersAgree runs a cell for each
// row both ways. Whatever has no row is compiled. Loops are left out although
// they would be exact: compiled they are a hundred times faster.
//
//	construct                        exact for
//	---------                        ---------
//	constants                        bool, string, int, int64, float64, time.Duration
//	variables of the session         any type, as a whole: read, assigned, declared
//	+ - *                            int, int64, float64; + of strings
//	/                                float64; int and int64 by a constant
//	%                                int and int64 by a constant
//	== != < <= > >=                  bool (== !=), string, int, int64, float64
//	== != with nil                   error and pointers
//	&& || !                          bool
//	conversions                      among int, int64 and float64
//	len                              string
//	calls of notebook functions      not generic, not variadic, results assigned or used
//	calls of methods                 of notebook types that are not generic, through a variable
//	calls of standard functions      listed in scriptFuncs
//	x = e, x := e, var x = e         one variable; several from one call
//	x += e, x++ and the like         types as for the operator
//	if, else                         without an init statement
//	the last expression              any of the above
type scripter struct {
	p     *plan
	run   *wire.Run
	used  map[string]bool // session variables
	imps  map[string]bool
	funcs map[string]string
	sites map[string]int
	heap  map[*decl]bool // variables that this cell puts on the engine's heap
	lines []int
	out   strings.Builder
}

// scriptFuncs are the standard functions that scripts may call: their
// parameters and results are basic types, or any for what is printed.
var scriptFuncs = map[string]bool{
	"fmt.Print": true, "fmt.Printf": true, "fmt.Println": true, "fmt.Sprint": true, "fmt.Sprintf": true, "fmt.Sprintln": true,
	"math.Sqrt": true, "math.Pow": true, "math.Exp": true, "math.Log": true, "math.Log2": true, "math.Log10": true,
	"math.Sin": true, "math.Cos": true, "math.Tan": true, "math.Abs": true, "math.Floor": true, "math.Ceil": true,
	"math.Round": true, "math.Trunc": true, "math.Max": true, "math.Min": true, "math.Mod": true, "math.Hypot": true,
	"strings.Contains": true, "strings.HasPrefix": true, "strings.HasSuffix": true, "strings.Index": true,
	"strings.LastIndex": true, "strings.Count": true, "strings.Repeat": true, "strings.Replace": true,
	"strings.ReplaceAll": true, "strings.ToLower": true, "strings.ToUpper": true, "strings.TrimSpace": true,
	"strings.Trim": true, "strings.TrimPrefix": true, "strings.TrimSuffix": true, "strings.EqualFold": true,
	"strconv.Itoa": true, "strconv.Quote": true, "strconv.FormatInt": true, "strconv.FormatFloat": true,
}

// A notInterpreted is the construct that sends a cell to the compiler.
type notInterpreted struct {
	off  int
	what string
}

// script generates the interpreted form of the cell, or says why it has none.
func (p *plan) script() (run *wire.Run, why notInterpreted) {
	sc := &scripter{p: p, run: &wire.Run{}, used: map[string]bool{}, imps: map[string]bool{},
		funcs: map[string]string{}, sites: map[string]int{}, heap: map[*decl]bool{}}
	defer func() {
		if v := recover(); v != nil {
			n, ok := v.(notInterpreted)
			if !ok {
				panic(v)
			}
			run, why = nil, n
		}
	}()
	if len(p.decls) > 0 {
		d := p.decls[0]
		sc.refuse(d.off, "the declaration of "+d.title())
	}
	if p.callMain {
		sc.refuse(0, "a whole program")
	}
	if len(p.dotted) > 0 || len(p.blank) > 0 {
		sc.refuse(0, "an import of another form than names")
	}
	heap := map[*decl]*wire.Type{}
	for _, v := range p.vars {
		d := p.table.byName[v.name]
		if path := p.s.placed[d.group.hash]; path != "" && p.s.units[path].plugin != "" {
			continue // it has a place in compiled code already
		}
		t := sc.wireType(p.pkg.Scope().Lookup(v.name).Type())
		if t == nil {
			sc.refuse(v.off, "a variable of type "+d.typ.String())
		}
		heap[d] = t
		sc.heap[d] = true
	}
	for i, st := range p.ordered() {
		if i == len(p.body)-1 && p.last != nil && p.hasValue() {
			sc.result()
			continue
		}
		sc.stmt(st)
	}
	for d, t := range heap {
		d.heap = t
	}
	sc.run.Script = &wire.Script{Source: sc.out.String(), Vars: sortedKeys(sc.used), Funcs: sc.funcs,
		Sites: sc.sites, Imports: sortedKeys(sc.imps), Lines: sc.lines}
	return sc.run, why
}

func (sc *scripter) refuse(off int, what string) {
	panic(notInterpreted{off, what})
}

func (sc *scripter) refuseNode(n ast.Node, what string) {
	_, off := sc.p.s.offset(n.Pos())
	sc.refuse(off, what)
}

// line writes one line of the script for a node of the cell.
func (sc *scripter) line(n ast.Node, text string) {
	_, off := sc.p.s.offset(n.Pos())
	line, _ := sc.p.src.position(off)
	sc.out.WriteString(text + "\n")
	sc.lines = append(sc.lines, line)
}

func (sc *scripter) result() {
	e := sc.p.last
	tv := sc.p.info.Types[e]
	if _, ok := tv.Type.(*types.Tuple); ok {
		sc.refuseNode(e, "a result of several values")
	}
	if sc.p.endsInError() {
		sc.refuseNode(e, "a result that is an error")
	}
	t := tv.Type
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		t = types.Default(t)
	}
	sc.run.Result = sc.wireType(t)
	if sc.run.Result == nil {
		sc.refuseNode(e, "a result of type "+types.TypeString(t, types.RelativeTo(sc.p.pkg)))
	}
	sc.line(e, "*v.R_ = "+sc.expr(e))
}

func (sc *scripter) stmt(st ast.Stmt) {
	switch st := st.(type) {
	case *ast.EmptyStmt:
		if vs := sc.p.varSet[st]; vs != nil {
			for _, id := range vs.Names {
				if id.Name != "_" {
					t := sc.p.pkg.Scope().Lookup(id.Name).Type()
					sc.line(vs, sc.variable(id.Name)+" = "+sc.zero(vs, t))
				}
			}
		}
	case *ast.ExprStmt:
		c, ok := ast.Unparen(st.X).(*ast.CallExpr)
		if !ok {
			sc.refuseNode(st, "this expression")
		}
		sc.line(st, sc.call(c))
	case *ast.AssignStmt:
		sc.assign(st)
	case *ast.IncDecStmt:
		op := "+"
		if st.Tok == token.DEC {
			op = "-"
		}
		name := sc.target(st.X)
		kind := sc.arithmetic(st.X)
		sc.line(st, fmt.Sprintf("%s = %s %s %s(1)", name, name, op, kind))
	case *ast.IfStmt:
		if st.Init != nil {
			sc.refuseNode(st.Init, "an if with a statement")
		}
		sc.line(st, "if "+sc.expr(st.Cond)+" {")
		for _, s := range st.Body.List {
			sc.inner(s)
		}
		switch e := st.Else.(type) {
		case nil:
			sc.line(st.Body, "}")
		case *ast.BlockStmt:
			sc.line(e, "} else {")
			for _, s := range e.List {
				sc.inner(s)
			}
			sc.line(e, "}")
		default:
			sc.line(e, "} else {")
			sc.inner(e)
			sc.line(e, "}")
		}
	default:
		sc.refuseNode(st, construct(st))
	}
}

// inner is a statement inside a block, where := makes a local variable.
func (sc *scripter) inner(st ast.Stmt) {
	if as, ok := st.(*ast.AssignStmt); ok && as.Tok == token.DEFINE {
		sc.refuseNode(st, "a local variable")
	}
	if _, ok := st.(*ast.DeclStmt); ok {
		sc.refuseNode(st, "a local declaration")
	}
	sc.stmt(st)
}

func construct(st ast.Stmt) string {
	switch st.(type) {
	case *ast.ForStmt, *ast.RangeStmt:
		return "a loop"
	case *ast.GoStmt:
		return "a go statement"
	case *ast.DeferStmt:
		return "a defer statement"
	case *ast.SelectStmt:
		return "a select statement"
	case *ast.SwitchStmt, *ast.TypeSwitchStmt:
		return "a switch"
	case *ast.SendStmt:
		return "a send"
	case *ast.BlockStmt:
		return "a block"
	case *ast.LabeledStmt:
		return "a label"
	case *ast.BranchStmt:
		return "a branch"
	case *ast.ReturnStmt:
		return "a return"
	}
	return "this statement"
}

func (sc *scripter) assign(st *ast.AssignStmt) {
	if st.Tok != token.ASSIGN {
		ops := map[token.Token]token.Token{token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB,
			token.MUL_ASSIGN: token.MUL, token.QUO_ASSIGN: token.QUO, token.REM_ASSIGN: token.REM}
		op, ok := ops[st.Tok]
		if !ok {
			sc.refuseNode(st, "the operator "+st.Tok.String())
		}
		name := sc.target(st.Lhs[0])
		sc.line(st, fmt.Sprintf("%s = %s", name, sc.operation(st, op, st.Lhs[0], st.Rhs[0], name)))
		return
	}
	if len(st.Lhs) > 1 && len(st.Rhs) > 1 {
		sc.refuseNode(st, "an assignment of several values")
	}
	var lhs []string
	for _, l := range st.Lhs {
		lhs = append(lhs, sc.target(l))
	}
	if len(lhs) == 1 {
		id, _ := ast.Unparen(st.Lhs[0]).(*ast.Ident)
		if id.Name == "_" { // one of another type in the same script would be an error
			sc.refuseNode(st, "an assignment to _")
		}
		if !types.Identical(sc.p.info.Uses[id].Type(), sc.typeOf(st.Rhs[0])) {
			sc.refuseNode(st, "an assignment that converts")
		}
		sc.line(st, lhs[0]+" = "+sc.expr(st.Rhs[0]))
		return
	}
	c, ok := ast.Unparen(st.Rhs[0]).(*ast.CallExpr)
	if !ok {
		sc.refuseNode(st, "this assignment")
	}
	tuple := sc.p.info.Types[c].Type.(*types.Tuple)
	for i, l := range st.Lhs {
		if id := l.(*ast.Ident); id.Name != "_" && !types.Identical(sc.p.info.Uses[id].Type(), tuple.At(i).Type()) {
			sc.refuseNode(l, "an assignment that converts")
		}
	}
	sc.line(st, strings.Join(lhs, ", ")+" = "+sc.call(c))
}

// target is what an assignment to a session variable assigns to.
func (sc *scripter) target(e ast.Expr) string {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		sc.refuseNode(e, "an assignment to a part of a variable")
	}
	if id.Name == "_" {
		return "_"
	}
	if v, ok := sc.p.info.Uses[id].(*types.Var); !ok || v.Parent() != sc.p.pkg.Scope() {
		sc.refuseNode(e, "an assignment to "+id.Name)
	}
	return sc.variable(id.Name)
}

// A variable whose type has changed, or that no plugin holds, has to be moved
// by compiled code first.
func (sc *scripter) variable(name string) string {
	d := sc.p.table.byName[name]
	u := sc.p.s.units[sc.p.s.placed[d.group.hash]]
	if !sc.heap[d] && (u == nil || u.plugin == "") && (d.heap == nil || sc.p.s.hashOf[name] != d.group.hash) {
		sc.refuse(0, "the use of "+name+", which has to be moved")
	}
	sc.used[name] = true
	return "*v." + name
}

func (sc *scripter) typeOf(e ast.Expr) types.Type {
	t := sc.p.info.Types[e].Type
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return types.Default(t)
	}
	return t
}

// arithmetic is the name of e's type if operators on it are exact.
func (sc *scripter) arithmetic(e ast.Expr) string {
	if b, ok := types.Unalias(sc.typeOf(e)).(*types.Basic); ok {
		switch b.Kind() {
		case types.Int, types.Int64, types.Float64, types.String, types.Bool:
			return b.Name()
		}
	}
	sc.refuseNode(e, "an operation on "+types.TypeString(sc.typeOf(e), types.RelativeTo(sc.p.pkg)))
	return ""
}

func (sc *scripter) expr(e ast.Expr) string {
	tv := sc.p.info.Types[e]
	if tv.Value != nil {
		return sc.constant(e, sc.typeOf(e), tv.Value)
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return "(" + sc.expr(e.X) + ")"
	case *ast.Ident:
		if v, ok := sc.p.info.Uses[e].(*types.Var); ok && v.Parent() == sc.p.pkg.Scope() {
			return "(" + sc.variable(e.Name) + ")"
		}
		sc.refuseNode(e, "the use of "+e.Name)
	case *ast.BinaryExpr:
		return sc.operation(e, e.Op, e.X, e.Y, "")
	case *ast.UnaryExpr:
		if e.Op == token.NOT && sc.arithmetic(e.X) == "bool" {
			return "!" + sc.expr(e.X)
		}
		sc.refuseNode(e, "the operator "+e.Op.String())
	case *ast.CallExpr:
		if sc.p.info.Types[e.Fun].IsType() {
			return sc.conversion(e)
		}
		if b := sc.builtin(e); b == "len" && sc.arithmetic(e.Args[0]) == "string" {
			return "len(" + sc.expr(e.Args[0]) + ")"
		}
		return sc.call(e)
	}
	sc.refuseNode(e, "this expression")
	return ""
}

func (sc *scripter) builtin(c *ast.CallExpr) string {
	if id, ok := ast.Unparen(c.Fun).(*ast.Ident); ok {
		if b, ok := sc.p.info.Uses[id].(*types.Builtin); ok {
			return b.Name()
		}
	}
	return ""
}

// operation writes x op y; left, if not empty, is how x is written already.
func (sc *scripter) operation(n ast.Node, op token.Token, x, y ast.Expr, left string) string {
	if op == token.EQL || op == token.NEQ {
		if sc.p.info.Types[y].IsNil() && sc.nillable(x) {
			return "(" + sc.expr(x) + " " + op.String() + " nil)"
		}
	}
	kind := sc.arithmetic(x)
	if k := sc.arithmetic(y); k != kind {
		sc.refuseNode(n, "an operation on two types")
	}
	number := kind != "string" && kind != "bool"
	ok := false
	switch op {
	case token.ADD:
		ok = kind != "bool"
	case token.SUB, token.MUL:
		ok = number
	case token.QUO, token.REM:
		v := sc.p.info.Types[y].Value
		ok = op == token.QUO && kind == "float64" || (kind == "int" || kind == "int64") && v != nil && constant.Sign(v) > 0
	case token.EQL, token.NEQ:
		ok = true
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		ok = kind != "bool"
	case token.LAND, token.LOR:
		ok = kind == "bool"
	}
	if !ok {
		sc.refuseNode(n, "the operator "+op.String()+" on "+kind)
	}
	if left == "" {
		left = sc.expr(x)
	}
	return "(" + left + " " + op.String() + " " + sc.expr(y) + ")"
}

// nillable reports a session variable whose comparison with nil is exact.
func (sc *scripter) nillable(e ast.Expr) bool {
	if _, ok := ast.Unparen(e).(*ast.Ident); !ok {
		return false
	}
	t := types.Unalias(sc.typeOf(e))
	_, ptr := t.(*types.Pointer)
	return ptr || t == types.Universe.Lookup("error").Type()
}

func (sc *scripter) conversion(c *ast.CallExpr) string {
	to, ok := types.Unalias(sc.typeOf(c)).(*types.Basic)
	from := sc.arithmetic(c.Args[0])
	if !ok || from == "string" || from == "bool" {
		sc.refuseNode(c, "this conversion")
	}
	switch to.Kind() {
	case types.Int, types.Int64, types.Float64:
		return to.Name() + "(" + sc.expr(c.Args[0]) + ")"
	}
	sc.refuseNode(c, "this conversion")
	return ""
}

// constant writes a constant expression by its value, with its type.
func (sc *scripter) constant(n ast.Node, t types.Type, v constant.Value) string {
	name := ""
	switch u := types.Unalias(t).(type) {
	case *types.Basic:
		name = u.Name()
	case *types.Named:
		if u.String() == "time.Duration" {
			sc.imps["time"] = true
			name = "time.Duration"
		}
	}
	switch name {
	case "bool":
		return v.String()
	case "string":
		return strconv.Quote(constant.StringVal(v))
	case "int", "int64", "time.Duration":
		return name + "(" + constant.ToInt(v).ExactString() + ")"
	case "float64":
		f, _ := constant.Float64Val(v)
		return "float64(" + strconv.FormatFloat(f, 'g', -1, 64) + ")"
	}
	sc.refuseNode(n, "a constant of type "+types.TypeString(t, types.RelativeTo(sc.p.pkg)))
	return ""
}

func (sc *scripter) zero(n ast.Node, t types.Type) string {
	switch b, _ := types.Unalias(t).(*types.Basic); {
	case b == nil:
	case b.Info()&types.IsString != 0:
		return `""`
	case b.Kind() == types.Bool:
		return "false"
	case b.Kind() == types.Int, b.Kind() == types.Int64, b.Kind() == types.Float64:
		return b.Name() + "(0)"
	}
	sc.refuseNode(n, "a variable of type "+types.TypeString(t, types.RelativeTo(sc.p.pkg)))
	return ""
}

// call writes a call of a compiled function, method or standard function.
func (sc *scripter) call(c *ast.CallExpr) string {
	if c.Ellipsis.IsValid() {
		sc.refuseNode(c, "a call with …")
	}
	if name := sc.p.calleeName(c); scriptFuncs[name] {
		i := strings.LastIndex(name, ".")
		sc.imps[name[:i]] = true
		return name + "(" + sc.args(c, nil) + ")"
	}
	j := sc.p.judge(c)
	if j == nil || j.root == nil || j.root.group == nil {
		sc.refuseNode(c, "a call of "+sc.p.text(c.Fun))
	}
	sig := j.fn.Signature()
	if sig.Variadic() || sig.TypeParams() != nil || sig.RecvTypeParams() != nil {
		sc.refuseNode(c, "a call of the generic or variadic "+sc.p.text(c.Fun))
	}
	u := sc.p.s.units[sc.p.s.placed[j.root.group.hash]]
	if u == nil || u.plugin == "" {
		sc.refuseNode(c, "a call of "+sc.p.text(c.Fun)+", which is not loaded yet")
	}
	registered := u.Path + "." + j.root.key
	var recv []string
	if j.root.kind == methodDecl {
		if j.sel == nil {
			sc.refuseNode(c, "a method expression")
		}
		typ, name, _ := strings.Cut(j.root.key, ".")
		registered = u.Path + ".(*" + typ + ")." + name
		recv = []string{sc.receiver(j)}
	}
	name := fmt.Sprintf("S%d", len(sc.run.Sites))
	sc.funcs[name] = registered
	sc.sites[name] = len(sc.run.Sites)
	sc.run.Sites = append(sc.run.Sites, j.site)
	return "f." + name + "(" + sc.args(c, recv) + ")"
}

// receiver passes x of x.M(…) as the pointer that the method expression wants.
// Only variables of compiled code have an address that stays.
func (sc *scripter) receiver(j *judged) string {
	id, ok := ast.Unparen(j.sel.X).(*ast.Ident)
	if !ok || len(sc.p.info.Selections[j.sel].Index()) != 1 {
		sc.refuseNode(j.sel, "a method call through "+sc.p.text(j.sel.X))
	}
	v, ok := sc.p.info.Uses[id].(*types.Var)
	if !ok || v.Parent() != sc.p.pkg.Scope() {
		sc.refuseNode(j.sel, "a method call through "+id.Name)
	}
	if _, ok := types.Unalias(v.Type()).(*types.Pointer); ok {
		if _, ptr := j.fn.Signature().Recv().Type().(*types.Pointer); !ptr {
			sc.refuseNode(j.sel, "a value method called through a pointer")
		}
		return sc.expr(id)
	}
	d := sc.p.table.byName[id.Name]
	if d == nil || sc.p.s.placed[d.group.hash] == "" {
		sc.refuseNode(j.sel, "a method of a variable that no compiled code uses yet")
	}
	sc.used[id.Name] = true
	return "v." + id.Name
}

func (sc *scripter) args(c *ast.CallExpr, first []string) string {
	parts := first
	sig := sc.typeOf(c.Fun).(*types.Signature)
	if len(c.Args) == 1 && sig.Params().Len() > 1 {
		if _, ok := sc.p.info.Types[c.Args[0]].Type.(*types.Tuple); ok {
			sc.refuseNode(c, "a call with the results of another")
		}
	}
	for i, a := range c.Args {
		var want types.Type
		if sig.Variadic() && i >= sig.Params().Len()-1 {
			want = sig.Params().At(sig.Params().Len() - 1).Type().(*types.Slice).Elem()
		} else {
			want = sig.Params().At(i).Type()
		}
		have := sc.typeOf(a)
		if _, ok := have.(*types.Tuple); ok {
			sc.refuseNode(c, "a call with the results of another")
		}
		if !types.Identical(want, have) {
			// Only what is printed may be converted, and only to any.
			toAny := types.Identical(want.Underlying(), types.NewInterfaceType(nil, nil))
			if !toAny || types.IsInterface(have) && have != types.Universe.Lookup("error").Type() {
				sc.refuseNode(a, "an argument that is converted")
			}
		}
		parts = append(parts, sc.expr(a))
	}
	return strings.Join(parts, ", ")
}

// wireType describes a type to the engine; nil for one it cannot construct.
func (sc *scripter) wireType(t types.Type) *wire.Type {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer || t.Info()&types.IsUntyped != 0 {
			return nil
		}
		return &wire.Type{Kind: t.Name()}
	case *types.Slice:
		return sc.element("slice", t.Elem(), 0)
	case *types.Array:
		return sc.element("array", t.Elem(), int(t.Len()))
	case *types.Pointer:
		return sc.element("pointer", t.Elem(), 0)
	case *types.Map:
		k, e := sc.wireType(t.Key()), sc.wireType(t.Elem())
		if k == nil || e == nil {
			return nil
		}
		return &wire.Type{Kind: "map", Key: k, Elem: e}
	case *types.Interface:
		if t.Empty() && !t.IsComparable() {
			return &wire.Type{Kind: "any"}
		}
	case *types.Named:
		if t.TypeArgs() != nil {
			return nil
		}
		if t == types.Universe.Lookup("error").Type() {
			return &wire.Type{Kind: "error"}
		}
		obj := t.Obj()
		if obj.Pkg() == sc.p.pkg {
			d := sc.p.table.byName[obj.Name()]
			if d == nil || d.group == nil {
				return nil
			}
			u := sc.p.s.units[sc.p.s.placed[d.group.hash]]
			if u == nil || u.plugin == "" {
				return nil
			}
			return &wire.Type{Kind: "named", Name: u.Path + "." + obj.Name()}
		}
		if t.String() == "time.Duration" {
			return &wire.Type{Kind: "named", Name: "time.Duration"}
		}
	}
	return nil
}

func (sc *scripter) element(kind string, elem types.Type, n int) *wire.Type {
	e := sc.wireType(elem)
	if e == nil {
		return nil
	}
	return &wire.Type{Kind: kind, Elem: e, Len: n}
}
