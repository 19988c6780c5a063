package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// A loop that does nothing but compute does not look whether the cell is to be
// interrupted: the tightest ones would take up to 1.6 times as long. The
// engine ends them where they are (native/runtime.go). It can do so only where
// code of the notebook runs, not where a package's does; so loops that call
// packages look, and so do those whose callees are known only at run time. And
// it may do so only there: between mu.Lock() and mu.Unlock(), or before a
// loop has written back its variables (hoist.go), no code must end.

// ComputingLine is added to the numbers of lines that only compute, in the
// //line directives of generated code, for the engine's runtime, which takes it
// off wherever it shows a line. The compiler's limit for lines is twice as much.
const ComputingLine = 1 << 19

// position is a place in a text as compiled code calls it.
type position struct {
	file      string
	line, col int
}

func (p position) String() string { return fmt.Sprintf("%s:%d:%d", p.file, p.line, p.col) }

// inline is a directive that gives what follows this position.
func (p position) inline() string { return "/*line " + p.String() + "*/" }

// computing marks a position as that of code which only computes.
func (p position) computing() position {
	p.line += ComputingLine
	return p
}

// computes reports whether n, as far as its text shows, spends its time in code
// of the notebook itself. seen are the functions that are being looked at: one
// that calls itself does not leave the notebook by that.
func (e *emitter) computes(n ast.Node, seen map[*decl]bool) bool {
	ok := true
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt, *ast.DeferStmt, *ast.SelectStmt, *ast.SendStmt, *ast.FuncLit:
			ok = false
		case *ast.UnaryExpr:
			ok = ok && n.Op != token.ARROW
		case *ast.CallExpr:
			ok = ok && e.computesCall(n, seen)
		}
		return ok
	})
	return ok
}

// block is the size of values, in bytes, from which they are copied and compared
// by a call, or by one instruction that takes long.
const block = 256

// leaves reports whether n may spend its time outside the notebook without a
// call: in an iterator, waiting for a channel, with texts and with large values.
func (p *plan) leaves(n ast.Node) bool {
	leaves := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.RangeStmt:
			switch p.underlying(n.X).(type) {
			case *types.Signature, *types.Chan, *types.Interface:
				leaves = true
			}
		case *ast.BinaryExpr:
			switch n.Op {
			case token.ADD:
				leaves = leaves || p.isText(n.X) || p.isText(n.Y)
			case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
				nothing := p.info.Types[n.X].IsNil() || p.info.Types[n.Y].IsNil()
				leaves = leaves || !nothing && (p.isText(n.X) && p.isText(n.Y) || p.isLarge(n.X) || p.isInterface(n.X) || p.isInterface(n.Y))
			}
		case *ast.AssignStmt:
			for i, e := range n.Rhs {
				leaves = leaves || p.isLarge(e) || n.Tok == token.ADD_ASSIGN && p.isText(n.Lhs[i])
			}
		}
		return !leaves
	})
	return leaves
}

// isText reports whether e, which is no constant, is or may be a string.
func (p *plan) isText(e ast.Expr) bool {
	if t, ok := types.Unalias(p.info.TypeOf(e)).(*types.TypeParam); ok {
		c, ok := t.Constraint().Underlying().(*types.Interface)
		return !ok || types.Satisfies(types.Typ[types.String], c)
	}
	b, ok := p.underlying(e).(*types.Basic)
	return ok && b.Info()&types.IsString != 0 && p.info.Types[e].Value == nil
}

// underlying is nil for what has no type because it does not compile.
func (p *plan) underlying(e ast.Expr) types.Type {
	if t := p.info.TypeOf(e); t != nil {
		return t.Underlying()
	}
	return nil
}

func (p *plan) isInterface(e ast.Expr) bool {
	_, ok := p.underlying(e).(*types.Interface) // a type parameter's, too
	return ok
}

// hasTypeParam reports whether the size of t depends on a type parameter.
func hasTypeParam(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if hasTypeParam(arg) {
				return true
			}
		}
	case *types.Array:
		return hasTypeParam(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if hasTypeParam(f.Type()) {
				return true
			}
		}
	}
	return false
}

// isLarge reports whether e is of a type that takes a block, or may.
func (p *plan) isLarge(e ast.Expr) bool {
	switch p.underlying(e).(type) {
	case *types.Array, *types.Struct:
		t := p.info.TypeOf(e)
		return hasTypeParam(t) || p.s.sizes.Sizeof(t) >= block
	}
	return false
}

// quick are builtins, conversions and functions that the compiler makes a few
// instructions of.
var quick = map[string]bool{
	"len": true, "cap": true, "min": true, "max": true, "real": true, "imag": true, "complex": true,
	"int": true, "int8": true, "int16": true, "int32": true, "int64": true, "uint": true, "uint8": true, "uint16": true,
	"uint32": true, "uint64": true, "uintptr": true, "byte": true, "rune": true, "float32": true, "float64": true,
	"complex64": true, "complex128": true,

	"math.Sqrt": true, "math.Abs": true, "math.Float64bits": true, "math.Float64frombits": true, "math.Float32bits": true,
	"math.Float32frombits": true, "bits.TrailingZeros64": true, "bits.LeadingZeros64": true, "bits.Len64": true,
	"bits.OnesCount64": true, "bits.Add64": true, "bits.Mul64": true, "bits.RotateLeft32": true, "bits.RotateLeft64": true,
}

// computesCall reports a call of something quick, or of a function or method of
// the notebook that computes. Methods are told by their names: with any of that
// name.
func (e *emitter) computesCall(c *ast.CallExpr, seen map[*decl]bool) bool {
	switch x := calledFunc(c).(type) {
	case *ast.Ident:
		d := e.t.byName[x.Name]
		if d == nil {
			return quick[x.Name]
		}
		return d.kind == typeDecl || d.kind == funcDecl && e.computesDecl(d, seen)
	case *ast.SelectorExpr:
		if pkg, ok := x.X.(*ast.Ident); ok && e.t.byName[pkg.Name] == nil && quick[pkg.Name+"."+x.Sel.Name] {
			return true
		}
		found := false
		for _, d := range e.t.all() {
			if d.kind == methodDecl && strings.HasSuffix(d.key, "."+x.Sel.Name) {
				if found = e.computesDecl(d, seen); !found {
					return false
				}
			}
		}
		return found
	}
	return false
}

func (e *emitter) computesDecl(d *decl, seen map[*decl]bool) bool {
	if seen[d] {
		return true
	}
	seen[d] = true
	return !d.leaves && e.computes(d.node, seen)
}

// recursiveLiterals are the function literals in n that may call themselves,
// for all that the text shows: a variable or field gets them, and they call one
// that gets a literal, or a variable of the session.
func (e *emitter) recursiveLiterals(n ast.Node) map[*ast.FuncLit]bool {
	literals := map[string][]*ast.FuncLit{}
	bind := func(name, value ast.Expr) {
		if lit, ok := ast.Unparen(value).(*ast.FuncLit); ok {
			literals[lastName(name)] = append(literals[lastName(name)], lit)
		}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i := range min(len(n.Lhs), len(n.Rhs)) {
				bind(n.Lhs[i], n.Rhs[i])
			}
		case *ast.ValueSpec:
			for i := range min(len(n.Names), len(n.Values)) {
				bind(n.Names[i], n.Values[i])
			}
		}
		return true
	})
	recursive := map[*ast.FuncLit]bool{}
	for _, lits := range literals {
		for _, lit := range lits {
			for name := range calledNames(lit.Body) {
				d := e.t.byName[name]
				if len(literals[name]) > 0 || d != nil && d.kind == varDecl {
					recursive[lit] = true
				}
			}
		}
	}
	return recursive
}

// lastName is f for f, x.f and x.y.f.
func lastName(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
