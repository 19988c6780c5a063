package interp

import (
	"fmt"
	"go/ast"
	"go/token"
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

// lookingLoops are the loops of functions that defer something. At the beginning
// of such a function it is not known yet what it has deferred, and if it is
// short the engine cannot tell where its beginning ends.
func lookingLoops(n ast.Node) map[ast.Node]bool {
	looking := map[ast.Node]bool{}
	function := func(body *ast.BlockStmt) {
		defers := deferring(body)
		ast.Inspect(body, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt:
				looking[n] = defers
			}
			return true
		})
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			function(n.Body)
		case *ast.FuncDecl:
			function(n.Body)
		}
		return true
	})
	return looking
}

// deferring reports whether a statement defers something in the function that
// it belongs to.
func deferring(st ast.Stmt) bool {
	defers := false
	ast.Inspect(st, func(n ast.Node) bool {
		_, literal := n.(*ast.FuncLit)
		_, deferred := n.(*ast.DeferStmt)
		defers = defers || deferred
		return !literal
	})
	return defers
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
	return e.computes(d.node, seen)
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
