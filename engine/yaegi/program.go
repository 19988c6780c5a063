package yaegi

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/traefik/yaegi/interp"

	"gomemo/engine/eval"
	"gomemo/engine/internal/trace"
	"gomemo/engine/rt"
	"gomemo/engine/session"
	"gomemo/engine/wire"
)

// ErrInterrupted is returned by Program.Run when the script was asked to end
// and did.
var ErrInterrupted = errors.New("interrupted")

// ErrLong is returned by Compile when a loop of the script would run for
// longer than is worth interpreting.
var ErrLong = errors.New("a loop is long")

// A Panic is returned by Program.Run when the script or a function that it
// called panicked.
type Panic struct {
	Value  any
	Frames []wire.Frame // the user's, innermost first
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// A Program is a script that is ready to run once.
type Program struct {
	interp *interp.Interpreter // nil if the script is one leaf after another
	code   *interp.Program
	leaves *eval.Program
	n      int
	thrown func()
}

// OnPanic has f called on the goroutine that panics, by deferred calls, before
// the interpreter recovers and panics again.
func (p *Program) OnPanic(f func()) { p.thrown = f }

// Compile prepares a script. The session's variables must be bound.
func Compile(c *session.Cell, s *wire.Script) (*Program, error) {
	for _, b := range s.Limits {
		if v, ok := c.Var(b.Var); ok && size(v.Elem()) > b.Max {
			return nil, ErrLong
		}
	}
	leaves, err := eval.New(s, eval.Env{
		Var:     c.Var,
		Func:    c.Registry().FuncNamed,
		Symbol:  symbol,
		Judge:   c.MemoFunc,
		Type:    func(t *wire.Type) (reflect.Type, error) { return Type(c.Registry(), t) },
		Result:  c.SetResult,
		Generic: generic,
		Poll:    rt.Poll,

		Stopped: rt.Stopped,
	})
	if err != nil {
		return nil, err
	}
	p := &Program{leaves: leaves, n: len(s.Leaves)}
	if s.Source == "" && !slices.ContainsFunc(s.Funcs, func(f *wire.Func) bool { return f.Source != "" }) {
		return p, nil
	}
	p.interp = interp.New(interp.Options{Stderr: io.Discard}) // it prints panics there
	// The doubled slash makes no difference to Use, except that it does not
	// recognise fmt and so neither redirects it nor compiles the
	// interpreter's source of generic packages, which takes 3 ms.
	exports := interp.Exports{"o//o": p.symbolsOf(leaves)}
	var text strings.Builder
	for i, f := range leaves.Functions() {
		if s.Funcs[i].Source == "" {
			continue
		}
		name := "o" + strconv.Itoa(i)
		exports[name+"//"+name] = p.symbolsOf(f.Program)
		fmt.Fprintf(&text, "func f%d() {\n%s}\n", i, strings.ReplaceAll(s.Funcs[i].Source, "o.", name+"."))
	}
	if err := p.interp.Use(exports); err != nil {
		return nil, err
	}
	p.interp.ImportUsed()
	if err := p.declare(text.String()); err != nil {
		return nil, err
	}
	if s.Source == "" {
		return p, nil
	}
	p.code, err = p.interp.Compile(s.Source)
	return p, err
}

// symbolsOf is what the text of a script says of leaves.
func (p *Program) symbolsOf(leaves *eval.Program) map[string]reflect.Value {
	tell := func(i int) (v reflect.Value) {
		finished := false
		defer p.look(&finished)
		v = leaves.Tell(i)
		finished = true
		return v
	}
	return map[string]reflect.Value{
		"L": reflect.ValueOf(func(i int) {
			finished := false
			defer p.look(&finished)
			leaves.Do(i)
			finished = true
		}),
		"B": reflect.ValueOf(func(i int) bool { return tell(i).Bool() }),
		"I": reflect.ValueOf(func(i int) int { return int(tell(i).Int()) }),
	}
}

// look lets whoever wants to know see a panic where it leaves a leaf.
func (p *Program) look(finished *bool) {
	if !*finished && p.thrown != nil {
		p.thrown()
	}
}

// declare makes the functions of the notebook ready to be called.
func (p *Program) declare(text string) error {
	if text == "" {
		return nil
	}
	if _, err := p.interp.Eval(text); err != nil {
		return err
	}
	for i, f := range p.leaves.Functions() {
		if !strings.Contains(text, fmt.Sprintf("func f%d()", i)) {
			continue
		}
		v, err := p.interp.Eval("f" + strconv.Itoa(i))
		if err != nil {
			return err
		}
		f.Body = v.Interface().(func())
	}
	return nil
}

// size is the number of rounds of a loop over v, or up to v.
func size(v reflect.Value) int {
	switch {
	case v.CanInt():
		return int(v.Int())
	case v.CanUint():
		return int(min(v.Uint(), 1<<62))
	}
	return v.Len()
}

// Run runs the script on the calling goroutine, which must be the running
// cell's, and gives the cell its result. An interrupt that reaches a compiled
// callee ends the goroutine and Run does not return.
func (p *Program) Run() error {
	if p.interp != nil {
		defer rt.WhenAsked(func() { cancel(p.interp) })()
	}
	if p.code == nil {
		for i := range p.n {
			rt.Poll()
			p.leaves.Do(i)
		}
		return nil
	}
	_, err := p.interp.Execute(p.code)
	var thrown interp.Panic
	switch {
	case errors.As(err, &thrown):
		return &Panic{plain(thrown.Value), append(trace.Callers(thrown.Callers), p.At()...)}
	case rt.Stopping():
		return ErrInterrupted
	}
	return err
}

// At returns the places in functions and in the cell of what runs or ran last,
// innermost first.
func (p *Program) At() []wire.Frame {
	frames := trace.Shorten(p.leaves.Frames())
	for _, line := range p.leaves.Lines() {
		frames = append(frames, wire.Frame{Func: "cell", File: "cell", Line: line})
	}
	return frames
}

// plain returns the value that a script panicked with.
func plain(v any) any {
	if r, ok := v.(reflect.Value); ok && r.IsValid() && r.CanInterface() {
		return r.Interface()
	}
	return v
}

func symbol(path, name string) (reflect.Value, bool) {
	v, ok := packages[path][name]
	return v, ok
}
