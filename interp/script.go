package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"strings"

	"gomemo/engine/wire"
)

// The interpreted tier. A cell of statements only is interpreted when the
// table in subset.go says of all that it is made of that the interpreter does
// exactly what compiled code does. A scripter makes the script of such a cell:
// statements that have to do with order and choice are its text, and what they
// do are its leaves, in which every conversion is explicit.
type scripter struct {
	p      *plan
	run    *wire.Run
	script *wire.Script
	out    strings.Builder
	text   bool                 // the script is more than one leaf after another
	heap   map[*decl]bool       // variables that this cell puts on the engine's heap
	moved  map[*decl]*wire.Type // of those the ones that were elsewhere, or of another type
	locals map[types.Object]int
	line   int // of what is being written
	rounds int // of the loops around, at most
	nloops int
	used   map[string]bool // rows of the table that said yes

	turns bool        // what has its turn comes before the leaf
	first []wire.Expr // what comes before the leaf

	grown    types.Object          // the variable x of x = append(x, …)
	pointed  map[*types.Var]bool   // variables that may be reached by a pointer; see shared
	counters map[types.Object]bool // variables of for statements

	all    []ast.Stmt      // of the cell, or of the function
	jumps  bool            // the text has to be a function's
	behind map[string]bool // labels that are written already
	label  string          // the label of the loop or switch that comes next

	// Where nothing can be compiled:
	src     *source          // what is written; that of the cell, or of a function
	sig     *types.Signature // of the function that is written, nil for the cell
	results []int            // its results' numbers
	inside  bool             // it is a literal or a function, whose calls are not judged
	called  map[string]int   // functions of the notebook that are interpreted -> where

	made  *instances // other functions that are interpreted
	depth int        // of calls of these around what is written
	alike bool       // it is an instance: compiled code may be that of other types, too
}

func newScripter(p *plan) *scripter {
	return &scripter{p: p, run: &wire.Run{}, script: &wire.Script{}, heap: map[*decl]bool{}, moved: map[*decl]*wire.Type{}, locals: map[types.Object]int{},
		rounds: 1, used: map[string]bool{}, all: p.body, behind: map[string]bool{}, counters: map[types.Object]bool{}, src: p.src, called: map[string]int{},
		made: &instances{plugins: map[string]bool{}}}
}

// A notInterpreted is what sends a cell to the compiler.
type notInterpreted struct {
	off  int
	what string
	row  string // of the table
}

// script generates the interpreted form of the cell, or says why it has none.
func (p *plan) script() (run *wire.Run, why notInterpreted) {
	sc := newScripter(p)
	defer func() {
		if v := recover(); v != nil {
			n, ok := v.(notInterpreted)
			if !ok {
				panic(v)
			}
			run, why = nil, n
		}
	}()
	if p.callMain && !p.s.uncompiled() {
		sc.needAt(0, "a whole program", "a whole program")
	}
	if len(p.decls) > 0 && !p.s.uncompiled() {
		sc.needAt(p.decls[0].off, "a declaration", "the declaration of "+p.decls[0].title())
	}
	if len(p.blank) > 0 {
		sc.needAt(0, "a blank import", "a blank import")
	}
	for _, v := range p.vars {
		if v.lent {
			sc.need(v.id, "a variable that gets another type from its own value")
		}
	}
	heap := sc.variables()
	if p.s.uncompiled() {
		sc.scriptDecls()
	}
	for i, st := range p.ordered() {
		if i == len(p.body)-1 && p.last != nil && p.hasValue() {
			sc.result()
			continue
		}
		sc.stmt(st)
	}
	if p.callMain && p.s.uncompiled() {
		sc.called["main"] = 0
		sc.do(p.file, func() wire.Expr { return wire.Expr{Op: "call", Args: []wire.Expr{{Op: "func", Name: "main.main"}}} })
	}
	sc.functions()
	sc.script.Funcs = append(sc.script.Funcs, sc.made.funcs...)
	sc.script.Limits = append(sc.script.Limits, sc.made.limits...)
	sc.run.Plugins = sortedKeys(sc.made.plugins)
	maps.Copy(heap, sc.moved)
	for d, t := range heap {
		d.heap = t
	}
	if sc.text {
		sc.script.Source = sc.out.String()
	}
	if sc.jumps {
		sc.script.Source = "func() {\n" + sc.script.Source + "}()\n"
	}
	sc.run.Script = sc.script
	p.constructs = sc.used
	return sc.run, why
}

// variables finds places for the variables that the cell declares: those that
// compiled code does not have yet live on the engine's heap.
func (sc *scripter) variables() map[*decl]*wire.Type {
	heap := map[*decl]*wire.Type{}
	for _, v := range sc.p.vars {
		d := sc.p.table.byName[v.name]
		if sc.placed(d) {
			continue
		}
		heap[d] = sc.typ(v.id, sc.p.pkg.Scope().Lookup(v.name).Type())
		sc.heap[d] = true
	}
	return heap
}

// placed reports a declaration that is in loaded code.
func (sc *scripter) placed(d *decl) bool {
	return d != nil && d.group != nil && sc.p.loadedUnit(d) != ""
}

// need consults the table: a construct that is not exact ends the script.
func (sc *scripter) need(n ast.Node, row string) {
	sc.needNamed(n, row, row)
}

// needNamed is need where the user is told more than the row's name.
func (sc *scripter) needNamed(n ast.Node, row, what string) {
	_, off := sc.p.s.offset(n.Pos())
	sc.needAt(off, row, what)
}

func (sc *scripter) needAt(off int, row, what string) {
	c, ok := subset[row]
	if !ok {
		panic(fmt.Sprintf("interp: the table has no row %q", row))
	}
	if c.why != "" {
		panic(notInterpreted{off, what, row})
	}
	sc.used[row] = true
}

func (sc *scripter) lineOf(pos token.Pos) int {
	_, off := sc.p.s.offset(pos)
	line, _ := sc.src.position(off)
	return line
}

// leaf adds a leaf for a node of the cell.
func (sc *scripter) leaf(n ast.Node, make func() wire.Expr) int {
	sc.line = sc.lineOf(n.Pos())
	line := sc.line
	e := sc.withFirst(make)
	sc.turns = false
	sc.script.Leaves = append(sc.script.Leaves, wire.Leaf{Line: line, Expr: e})
	return len(sc.script.Leaves) - 1
}

// do writes the statement that does a leaf.
func (sc *scripter) do(n ast.Node, make func() wire.Expr) {
	fmt.Fprintf(&sc.out, "o.L(%d)\n", sc.leaf(n, make))
}

// on makes e on the line of pos if that is not the line of what is around it.
func (sc *scripter) on(pos token.Pos, make func() wire.Expr) wire.Expr {
	was := sc.line
	line := sc.lineOf(pos)
	sc.line = line
	e := make()
	sc.line = was
	if line != was {
		e.Line = line
	}
	return e
}

// result shows the value of the last expression.
func (sc *scripter) result() {
	e := sc.p.last
	if c, lit := calledLiteral(e); lit != nil {
		sc.need(e, "the result of a call")
		x := wire.Expr{Op: "results", Args: []wire.Expr{{Op: "tuple", Args: sc.callLiteral(c, lit)}}}
		if sc.p.endsInError() {
			x.N = 1
		}
		sc.do(e, func() wire.Expr { return x })
		return
	}
	sc.ordered(e)
	sc.do(e, func() wire.Expr {
		if c, ok := ast.Unparen(e).(*ast.CallExpr); ok && !sc.isConversion(c) && sc.p.info.Types[e].Value == nil {
			sc.need(e, "the result of a call")
			x := wire.Expr{Op: "results", Args: []wire.Expr{sc.on(c.Lparen, func() wire.Expr { return sc.call(c) })}}
			if sc.p.endsInError() {
				x.N = 1
			}
			return x
		}
		sc.need(e, "the last expression")
		return wire.Expr{Op: "result", Args: []wire.Expr{sc.expr(e)}}
	})
}
