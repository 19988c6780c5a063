package yaegi

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"io"
	"path"
	"reflect"
	"regexp"
	"strconv"

	"github.com/traefik/yaegi/interp"

	"gomemo/engine/internal/trace"
	"gomemo/engine/rt"
	"gomemo/engine/session"
	"gomemo/engine/wire"
)

// ErrInterrupted is returned by Program.Run when the script was asked to end
// and did.
var ErrInterrupted = errors.New("interrupted")

// A Panic is returned by Program.Run when the script or a function that it
// called panicked.
type Panic struct {
	Value  any
	Frames []wire.Frame // the user's, innermost first
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// A Program is a script that is ready to run once.
type Program struct {
	interp *interp.Interpreter
	code   *interp.Program
	cell   *session.Cell
	result reflect.Value // pointer to what *v.R_ is; invalid if the script has no result
	line   *int          // source line of the statement that runs
	lines  []int         // wire.Script.Lines
}

// Compile prepares a script. result is the type of its last expression, nil
// if it has none. The session's variables must be bound.
func Compile(c *session.Cell, s *wire.Script, result *wire.Type) (*Program, error) {
	p := &Program{
		interp: interp.New(interp.Options{Stderr: io.Discard}), // it prints panics there
		cell:   c,
		line:   new(int),
		lines:  s.Lines,
	}
	symbols, err := p.bind(s, result)
	if err != nil {
		return nil, err
	}
	if err := p.interp.Use(symbols); err != nil {
		return nil, err
	}
	p.interp.ImportUsed()
	file, err := parser.ParseFile(p.interp.FileSet(), "", "package main; func main() {"+s.Source+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return nil, p.positioned(err)
	}
	body := file.Decls[0].(*ast.FuncDecl).Body
	mark(p.interp.FileSet(), body)
	if p.code, err = p.interp.CompileAST(body); err != nil {
		return nil, p.positioned(err)
	}
	return p, nil
}

// bind collects the packages that the script sees.
func (p *Program) bind(s *wire.Script, result *wire.Type) (interp.Exports, error) {
	vars := map[string]reflect.Value{lineName: reflect.ValueOf(p.line)}
	for _, name := range s.Vars {
		ptr, ok := p.cell.Var(name)
		if !ok {
			return nil, fmt.Errorf("variable %s has no storage", name)
		}
		vars[name] = ptr
	}
	if result != nil {
		t, err := Type(p.cell.Registry(), result)
		if err != nil {
			return nil, fmt.Errorf("result: %w", err)
		}
		p.result = reflect.New(t)
		vars["R_"] = p.result
	}
	funcs := make(map[string]reflect.Value, len(s.Funcs))
	for name, full := range s.Funcs {
		f, ok := p.cell.Registry().FuncNamed(full)
		if !ok {
			return nil, fmt.Errorf("function %s is not loaded", full)
		}
		if site, ok := s.Sites[name]; ok {
			f = p.cell.MemoFunc(site, f)
		}
		funcs[name] = f
	}
	// The doubled slash makes no difference to Use, except that it does not
	// recognise fmt and so neither redirects it nor compiles the
	// interpreter's source of generic packages, which takes 3 ms.
	all := interp.Exports{"v//v": vars, "f//f": funcs}
	for _, imp := range s.Imports {
		pkg, ok := packages[imp]
		if !ok {
			return nil, fmt.Errorf("package %s is not among those that are interpreted", imp)
		}
		all[imp+"//"+path.Base(imp)] = pkg
	}
	return all, nil
}

// Run runs the script on the calling goroutine, which must be the running
// cell's, and gives the cell its result. An interrupt that reaches a compiled
// callee ends the goroutine and Run does not return.
func (p *Program) Run() error {
	stop := rt.Stopped()
	over, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-stop:
			cancel(p.interp)
		case <-over:
		}
	}()
	defer func() {
		close(over)
		<-watched
	}()
	_, err := p.interp.Execute(p.code)
	var thrown interp.Panic
	switch {
	case errors.As(err, &thrown):
		return &Panic{plain(thrown.Value), append(trace.Callers(thrown.Callers), p.At())}
	case rt.Stopping():
		return ErrInterrupted
	case err != nil:
		return p.positioned(err)
	}
	if p.result.IsValid() {
		p.cell.SetResult([]any{p.result.Elem().Interface()})
	}
	return nil
}

// At returns the place in the cell of the statement that runs or ran last.
func (p *Program) At() wire.Frame { return p.frame(*p.line) }

func (p *Program) frame(line int) wire.Frame {
	if n := len(p.lines); line > 0 && n > 0 {
		line = p.lines[min(line, n)-1] // an error may be found behind the last line
	}
	return wire.Frame{Func: "cell", File: "cell", Line: line}
}

// plain returns the value that a script panicked with.
func plain(v any) any {
	if r, ok := v.(reflect.Value); ok && r.IsValid() && r.CanInterface() {
		return r.Interface()
	}
	return v
}

// An Error is a script that the interpreter does not accept.
type Error struct {
	Msg string
	At  wire.Frame
}

func (e *Error) Error() string { return e.Msg }

var position = regexp.MustCompile(`^(?:[^:\s]*:)?(\d+):\d+: `)

// positioned translates an error of the parser or of the interpreter.
func (p *Program) positioned(err error) error {
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		return &Error{list[0].Msg, p.frame(list[0].Pos.Line)}
	}
	msg := err.Error()
	m := position.FindStringSubmatch(msg)
	if m == nil {
		return &Error{msg, wire.Frame{}}
	}
	line, _ := strconv.Atoi(m[1]) // digits only; an overflow gives a line that is not there
	return &Error{msg[len(m[0]):], p.frame(line)}
}
