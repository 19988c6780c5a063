package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"gomemo/display"
	"gomemo/engine/internal/frame"
	"gomemo/engine/rt"
	"gomemo/engine/wire"
)

// An engine is a host whose kernel process is the test.
type engine struct {
	t      *testing.T
	in     *io.PipeWriter
	out    *io.PipeReader
	served chan error
}

// serve starts a host. There can be one at a time: the stop flag is one per
// process.
func serve(t *testing.T, open func(string) (Plugin, error)) *engine {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	e := &engine{t, inW, outR, make(chan error, 1)}
	over := make(chan struct{})
	go func() {
		defer close(over)
		e.served <- Serve(Options{In: inR, Out: outW, Open: open})
	}()
	t.Cleanup(func() {
		inW.Close()
		outR.Close()
		<-over // it takes the display sink down with it
	})
	e.send(wire.ToEngine{Hello: &wire.Hello{NoMemo: true}})
	if f := e.receive(); f.Ready == nil {
		t.Fatalf("the engine's first frame is %+v", f)
	}
	return e
}

func (e *engine) send(f wire.ToEngine) {
	e.t.Helper()
	buf, err := frame.Append(nil, f)
	if err != nil {
		e.t.Fatal(err)
	}
	if _, err := e.in.Write(buf); err != nil {
		e.t.Fatal(err)
	}
}

func (e *engine) receive() (f wire.FromEngine) {
	e.t.Helper()
	if err := frame.Read(e.out, &f); err != nil {
		e.t.Fatal(err)
	}
	return f
}

// run runs a cell and returns what it shows or how it failed.
func (e *engine) run(r wire.Run) string {
	e.t.Helper()
	e.send(wire.ToEngine{Run: &r})
	d := e.receive().Done
	switch {
	case d == nil || d.Seq != r.Seq:
		e.t.Fatalf("no answer for cell %d", r.Seq)
	case d.Error != nil:
		return d.Error.Kind + ": " + d.Error.Message
	case d.Result == nil:
		return ""
	}
	return display.Bundle{Data: d.Result}.Plain()
}

// Units of generated code, as globals of this test would be.
type unit struct {
	x int
	s []string
}

func (u *unit) plugin(name string, run func(*rt.Cell)) Plugin {
	return Plugin{
		Register: func(r *rt.Registry) {
			r.Unit(name, "")
			r.Var(name, "x", &u.x)
			r.Var(name, "s", &u.s)
			r.Func(name, "double", func(n int) int { return 2 * n })
		},
		Run: run,
	}
}

func TestVariablesMove(t *testing.T) {
	var a, b unit
	opened := make(map[string]int)
	e := serve(t, func(path string) (Plugin, error) {
		opened[path]++
		switch path {
		case "a":
			return a.plugin("nb/a", func(c *rt.Cell) { a.x++; rt.Result(c, a.x, a.s) }), nil
		case "b":
			return b.plugin("nb/b", func(c *rt.Cell) { rt.Result(c, b.x, b.s) }), nil
		}
		return Plugin{}, errors.New("no such plugin")
	})
	integer, text := &wire.Type{Kind: "int"}, &wire.Type{Kind: "string"}
	at := func(name, unit string) wire.Var { return wire.Var{Name: name, Unit: unit} }
	for i, step := range []struct {
		run  wire.Run
		want string
	}{
		// From the heap into a unit, on to another, and back to the heap.
		{wire.Run{Vars: []wire.Var{{Name: "x", Type: integer}}, Script: assign("x", integer, "5")}, ""},
		{wire.Run{Plugins: []string{"a"}, Entry: "a", Vars: []wire.Var{at("x", "nb/a")}}, "6 []"},
		{wire.Run{Entry: "a", Vars: []wire.Var{at("x", "nb/a"), at("s", "nb/a")}}, "7 []"},
		{wire.Run{Plugins: []string{"a", "b"}, Entry: "b", Vars: []wire.Var{at("x", "nb/b")}}, "7 []"},
		{wire.Run{Entry: "a"}, "1 []"}, // the storage left behind was zeroed
		{wire.Run{Vars: []wire.Var{{Name: "x", Type: integer}},
			Script: result(wire.Expr{Op: "call", Args: []wire.Expr{{Op: "func", Name: "nb/a.double"}, {Op: "var", Name: "x"}}})}, "14"},
		// Another type starts at zero; so does a variable that was dropped.
		{wire.Run{Vars: []wire.Var{{Name: "x", Type: text}}, Script: result(wire.Expr{Op: "binary", Name: "+", Type: text,
			Args: []wire.Expr{{Op: "var", Name: "x"}, {Op: "const", Type: text, Name: `"!"`}}})}, "!"},
		{wire.Run{Entry: "b", Vars: []wire.Var{at("x", "nb/b")}}, "0 []"},
		{wire.Run{Drop: []string{"x", "s", "unknown"}, Vars: []wire.Var{{Name: "x", Type: integer}},
			Script: result(wire.Expr{Op: "var", Name: "x"})}, "0"},
		{wire.Run{Entry: "b", Vars: []wire.Var{at("none", "nb/b")}}, "load: no loaded plugin declares variable none in nb/b"},
		{wire.Run{Entry: "c"}, "load: plugin c: no such plugin"},
		{wire.Run{Entry: "c"}, "load: plugin c: no such plugin"},
		{wire.Run{Script: result(wire.Expr{Op: "var", Name: "none"})}, "load: variable none has no storage"},
		{wire.Run{Script: &wire.Script{Limits: []wire.Limit{{Var: "x", Max: -1}}}}, "long: a loop is long"},
	} {
		step.run.Seq = i + 1
		if got := e.run(step.run); got != step.want {
			t.Errorf("step %d: %q, want %q", i+1, got, step.want)
		}
	}
	if len(opened) != 3 || opened["a"] != 1 || opened["b"] != 1 || opened["c"] != 1 {
		t.Errorf("opened %v", opened)
	}
}

// assign is the script that gives a variable a constant value.
func assign(name string, t *wire.Type, value string) *wire.Script {
	return &wire.Script{Leaves: []wire.Leaf{{Line: 1, Expr: wire.Expr{Op: "assign", N: 1,
		Args: []wire.Expr{{Op: "var", Name: name}, {Op: "const", Type: t, Name: value}}}}}}
}

// result is the script that shows a value.
func result(e wire.Expr) *wire.Script {
	return &wire.Script{Leaves: []wire.Leaf{{Line: 1, Expr: wire.Expr{Op: "result", Args: []wire.Expr{e}}}}}
}

func TestDropReleasesStorage(t *testing.T) {
	var a unit
	e := serve(t, func(string) (Plugin, error) {
		return a.plugin("nb/a", func(*rt.Cell) { a.s = []string{"big"} }), nil
	})
	e.run(wire.Run{Seq: 1, Plugins: []string{"a"}, Entry: "a", Vars: []wire.Var{{Name: "s", Unit: "nb/a"}}})
	if len(a.s) != 1 {
		t.Fatal("the cell did not run")
	}
	e.run(wire.Run{Seq: 2, Drop: []string{"s"}, Script: &wire.Script{Source: ""}})
	if a.s != nil {
		t.Errorf("s still holds %v", a.s)
	}
}

// broken shows itself as something that is not JSON.
type broken struct{}

func (broken) Display() display.Bundle {
	return display.Bundle{Data: map[string]json.RawMessage{"text/plain": json.RawMessage("not json")}}
}

func TestAResultThatIsNotJSON(t *testing.T) {
	e := serve(t, func(string) (Plugin, error) {
		return Plugin{func(*rt.Registry) {}, func(c *rt.Cell) {
			if err := display.Show(broken{}); err == nil {
				panic("it was shown")
			}
			rt.Result(c, broken{})
		}}, nil
	})
	if got := e.run(wire.Run{Seq: 1, Entry: "p"}); !strings.Contains(got, "invalid character") {
		t.Errorf("%q", got)
	}
}

func TestTheEnd(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"end":       {"", ""},
		"truncated": {"\x10\x00\x00\x00{}", "unexpected EOF"},
		"not json":  {"\x02\x00\x00\x00{]", "invalid character"},
		"too large": {"\xff\xff\xff\xff", "too large"},
	} {
		e := serve(t, nil)
		go func() {
			io.WriteString(e.in, test.in)
			e.in.Close()
		}()
		err := <-e.served
		if got := fmt.Sprint(err); err == nil && test.want != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Serve(Options{In: strings.NewReader(""), Out: io.Discard}); err == nil {
		t.Error("no hello is no error")
	}
}

func TestCellsDoNotOverlap(t *testing.T) {
	release := make(chan struct{})
	e := serve(t, func(string) (Plugin, error) {
		return Plugin{func(*rt.Registry) {}, func(*rt.Cell) { <-release }}, nil
	})
	e.send(wire.ToEngine{Run: &wire.Run{Seq: 1, Entry: "p"}})
	e.send(wire.ToEngine{Run: &wire.Run{Seq: 2, Entry: "p"}})
	if err := <-e.served; err == nil || !strings.Contains(err.Error(), "asked to run cell 2 while 1 runs") {
		t.Errorf("Serve: %v", err)
	}
	close(release)
	if d := e.receive().Done; d == nil || d.Seq != 1 {
		t.Errorf("the first cell was answered with %+v", d)
	}
}
