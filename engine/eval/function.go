package eval

import (
	"reflect"

	"gomemo/engine/wire"
)

// A Function is a function of the notebook that is interpreted. Its Program
// holds its leaves.
type Function struct {
	*Program
	Name string // in frames
	File string // of its text, in frames
	Body func() // runs its statements; to be set before the first call, unless its leaves are done in order

	b       *builder // whose local variables are those of the call that runs
	main    *Program // of the cell
	params  []int    // local variables
	results []int
	fun     reflect.Value // calls it
}

// activation is a call that has not ended.
type activation struct {
	f    *Function
	line int // of the call of f that is around it
}

// Functions returns the functions of the notebook, in the order of the script.
func (p *Program) Functions() []*Function { return p.functions }

// declare makes the functions before any leaf that calls them.
func (b *builder) declare(funcs []*wire.Func) {
	for _, w := range funcs {
		f := &Function{Program: &Program{file: w.Code}, Name: w.Title, File: w.File, main: b.p, params: w.Params, results: w.Results}
		f.b = &builder{env: b.env, p: f.Program, functions: b.functions}
		f.b.types = b.typesOf(w.Locals)
		in, out := f.b.pick(w.Params), f.b.pick(w.Results)
		f.fun = reflect.MakeFunc(reflect.FuncOf(in, out, w.Variadic), f.call)
		b.functions["main."+w.Name] = f
		b.p.functions = append(b.p.functions, f)
	}
	for i, w := range funcs {
		f := b.p.functions[i]
		for j := range w.Leaves {
			f.leaves = append(f.leaves, f.b.leaf(&w.Leaves[j]))
		}
	}
}

func (b *builder) typesOf(ts []*wire.Type) (types []reflect.Type) {
	for _, t := range ts {
		types = append(types, b.typ(t))
	}
	return types
}

func (b *builder) pick(locals []int) (types []reflect.Type) {
	for _, n := range locals {
		types = append(types, b.types[n])
	}
	return types
}

// call gives the function variables of its own, runs it and takes the results
// from them. A panic ends the cell, so nothing has to be put back after one,
// and the activations say where it was.
func (f *Function) call(args []reflect.Value) []reflect.Value {
	f.b.env.Poll()
	locals, loops := f.b.locals, f.b.loops
	f.main.active = append(f.main.active, activation{f, f.line})
	f.b.locals, f.b.loops = make([]reflect.Value, len(f.b.types)), map[int]step{}
	for i, n := range f.params {
		f.b.locals[n] = own(args[i])
	}
	for _, n := range f.results {
		f.b.locals[n] = reflect.New(f.b.types[n]).Elem()
	}
	if f.Body != nil {
		f.Body()
	} else {
		for i := range f.leaves {
			f.Do(i)
		}
	}
	f.b.env.Poll() // an interrupt may have cut the body short
	results := make([]reflect.Value, len(f.results))
	for i, n := range f.results {
		results[i] = f.b.locals[n]
	}
	top := len(f.main.active) - 1
	f.line = f.main.active[top].line
	f.main.active = f.main.active[:top]
	f.b.locals, f.b.loops = locals, loops
	return results
}

// Frames returns the calls that have not ended, innermost first.
func (p *Program) Frames() []wire.Frame {
	lines := map[*Function]int{}
	var frames []wire.Frame
	for i := len(p.active) - 1; i >= 0; i-- {
		a := p.active[i]
		line, ok := lines[a.f]
		if !ok {
			line = a.f.line
		}
		lines[a.f] = a.line
		frames = append(frames, wire.Frame{Func: "main." + a.f.Name, File: a.f.File, Line: line})
	}
	return frames
}
