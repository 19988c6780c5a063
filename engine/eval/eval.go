package eval

import (
	"fmt"
	"reflect"

	"gomemo/engine/wire"
)

// Env is what leaves work on.
type Env struct {
	Var     func(name string) (ptr reflect.Value, ok bool)               // session variables
	Func    func(name string) (f reflect.Value, ok bool)                 // registered functions
	Symbol  func(path, name string) (v reflect.Value, ok bool)           // functions and variables of the standard library
	Judge   func(site int, f reflect.Value) reflect.Value                // f, looked up before it runs
	Type    func(*wire.Type) (reflect.Type, error)                       // makes types
	Result  func(vs []any)                                               // takes the cell's result
	Generic func(name string, t reflect.Type) (f reflect.Value, ok bool) // the instance of a generic function that has type t
	Poll    func()                                                       // ends the goroutine if the cell is to end

	Stopped func() <-chan struct{} // is closed when the cell is to end
}

// A Program is the leaves of a script, ready to run.
type Program struct {
	file      string // of its text in compiled code
	line      int
	leaves    []leaf
	functions []*Function
	active    []activation // calls of functions, outermost first
	calls     []int        // lines of the calls of literals of the cell, outermost first
}

type leaf struct {
	line int
	do   func()
	tell func() reflect.Value
}

// Do does leaf i.
func (p *Program) Do(i int) {
	p.line = p.leaves[i].line
	p.leaves[i].do()
}

// Tell evaluates leaf i.
func (p *Program) Tell(i int) reflect.Value {
	p.line = p.leaves[i].line
	return p.leaves[i].tell()
}

// Lines returns the line in the cell of what runs, or ran last, and those of the
// calls of literals around it, innermost first.
func (p *Program) Lines() []int {
	lines := []int{p.line}
	for i := len(p.calls) - 1; i >= 0; i-- {
		lines = append(lines, p.calls[i])
	}
	return lines
}

// code evaluates an expression to a value that nothing else refers to.
type code func() reflect.Value

// codes evaluates one with any number of results.
type codes func() []reflect.Value

type builder struct {
	env    Env
	p      *Program
	types  []reflect.Type  // of local variables
	locals []reflect.Value // where they are now
	loops  map[int]step

	functions map[string]*Function
}

// broken is an expression that cannot be: a mistake of the front end.
type broken struct{ error }

func (b *builder) fail(format string, args ...any) {
	panic(broken{fmt.Errorf(format, args...)})
}

// New makes a program of a script's leaves.
func New(s *wire.Script, env Env) (p *Program, err error) {
	b := &builder{env: env, p: &Program{file: s.File}, loops: map[int]step{}, functions: map[string]*Function{}}
	defer func() {
		if v := recover(); v != nil {
			e, ok := v.(broken)
			if !ok {
				panic(v)
			}
			p, err = nil, e.error
		}
	}()
	b.types = b.typesOf(s.Locals)
	b.locals = make([]reflect.Value, len(b.types))
	b.declare(s.Funcs)
	for i := range s.Leaves {
		l := &s.Leaves[i]
		b.p.leaves = append(b.p.leaves, b.leaf(l))
	}
	return b.p, nil
}

func (b *builder) leaf(l *wire.Leaf) leaf {
	e := &l.Expr
	out := leaf{line: l.Line}
	switch e.Op {
	case "assign", "update", "range", "send":
		out.do = b.doAt(e, b.statement(e))
	case "enter":
		out.do = func() { b.p.calls = append(b.p.calls, b.p.line) }
	case "leave":
		out.do = func() { b.p.calls = b.p.calls[:len(b.p.calls)-1] }
	case "let":
		first, last := b.statements(e.Args[:e.N]), b.leaf(&wire.Leaf{Expr: e.Args[e.N]})
		out.do = func() { first(); last.do() }
		out.tell = func() reflect.Value { first(); return last.tell() }
	case "result":
		vs := b.list(e.Args)
		out.do = func() {
			var shown []any
			for _, v := range vs() {
				shown = append(shown, v.Interface())
			}
			b.env.Result(shown)
		}
	case "results":
		vs := b.results(e)
		out.do = func() { b.env.Result(vs()) }
	default:
		out.tell = b.value(e)
		out.do = func() { out.tell() }
	}
	return out
}

// statement is what sets variables and has no value.
func (b *builder) statement(e *wire.Expr) func() {
	switch e.Op {
	case "assign":
		return b.assign(e)
	case "update":
		return b.update(e)
	case "send":
		return b.send(e)
	}
	return b.start(e)
}

// statements does several, each on its line.
func (b *builder) statements(es []wire.Expr) func() {
	var all []func()
	for i := range es {
		all = append(all, b.doAt(&es[i], b.statement(&es[i])))
	}
	return func() {
		for _, do := range all {
			do()
		}
	}
}

func (b *builder) doAt(e *wire.Expr, do func()) func() {
	if e.Line == 0 {
		return do
	}
	at := b.at(e, func() reflect.Value { do(); return reflect.Value{} })
	return func() { at() }
}

// results shows what a call returns, a last error only if there is one.
func (b *builder) results(e *wire.Expr) func() []any {
	many := b.many(&e.Args[0])
	return func() (shown []any) {
		vs := many()
		for _, v := range vs {
			shown = append(shown, v.Interface())
		}
		if n := len(vs) - 1; e.N == 1 && vs[n].IsNil() {
			shown = shown[:n]
		}
		return shown
	}
}

func (b *builder) typ(t *wire.Type) reflect.Type {
	r, err := b.env.Type(t)
	if err != nil {
		panic(broken{err})
	}
	return r
}

// list evaluates several expressions, from left to right.
func (b *builder) list(es []wire.Expr) codes {
	cs := make([]code, len(es))
	for i := range es {
		cs[i] = b.value(&es[i])
	}
	return func() []reflect.Value {
		vs := make([]reflect.Value, len(cs))
		for i, c := range cs {
			vs[i] = c()
		}
		return vs
	}
}

// own returns a variable of its own with the value v.
func own(v reflect.Value) reflect.Value {
	n := reflect.New(v.Type()).Elem()
	n.Set(v)
	return n
}

// value evaluates e to a copy.
func (b *builder) value(e *wire.Expr) code {
	switch e.Op {
	case "var", "local", "field", "deref", "index", "symbol":
		ref := b.ref(e)
		return func() reflect.Value { return own(ref()) }
	}
	return b.at(e, b.operation(e))
}

// at makes a panic in c, or in what it calls, be on the line of e.
func (b *builder) at(e *wire.Expr, c code) code {
	if e.Line == 0 {
		return c
	}
	p, line := b.p, e.Line
	return func() reflect.Value {
		was := p.line
		p.line = line
		v := c()
		p.line = was
		return v
	}
}
