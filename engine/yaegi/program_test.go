package yaegi

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"gomemo/display"
	"gomemo/engine/rt"
	"gomemo/engine/session"
	"gomemo/engine/wire"
)

// noKernel is a kernel process that nobody needs here.
type noKernel struct{}

func (noKernel) Show(display.Command) error           { return nil }
func (noKernel) BeginCapture() (int, error)           { return 0, nil }
func (noKernel) EndCapture(int) ([]wire.Event, error) { return nil, nil }
func (noKernel) Judged(wire.Call)                     {}

type model struct{ W []float64 }

// newSession returns a session with variables x and s and some functions.
func newSession(t testing.TB) *session.Session {
	s := session.New(wire.Hello{NoMemo: true}, noKernel{})
	s.Func("nb/1", "fail", fail)
	s.Func("nb/1", "spin", spin)
	for name, kind := range map[string]string{"x": "int", "s": "string"} {
		typ, err := Type(&s.Registry, &wire.Type{Kind: kind})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Bind(name, "", typ, false); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

var integer = &wire.Type{Kind: "int"}

// leaves are what the scripts here do: by number, on lines 10, 20, and so on.
var leaves = []wire.Expr{
	{Op: "update", Name: "+", Type: integer, Args: []wire.Expr{{Op: "var", Name: "x"}, constant("1")}}, // x += 1
	{Op: "binary", Name: "<", Type: integer, Args: []wire.Expr{{Op: "var", Name: "x"}, constant("3")}}, // x < 3
	{Op: "call", Args: []wire.Expr{{Op: "func", Name: "nb/1.fail"}, {Op: "var", Name: "x"}}},           // fail(x)
	{Op: "call", Args: []wire.Expr{{Op: "func", Name: "nb/1.spin"}}},                                   // spin()
	{Op: "result", Args: []wire.Expr{{Op: "var", Name: "x"}}},                                          // x
	{Op: "binary", Name: "%", Type: integer, Args: []wire.Expr{{Op: "var", Name: "x"}, constant("2")}}, // x % 2
	{Op: "assign", N: 1, Args: []wire.Expr{{Op: "var", Name: "x"}, constant("0")}},                     // x = 0
	{Op: "binary", Name: "/", Type: integer, Args: []wire.Expr{constant("1"), {Op: "var", Name: "x"}}}, // 1 / x
	{Op: "const", Type: &wire.Type{Kind: "bool"}, Name: "true"},                                        // true
	{Op: "receive", Args: []wire.Expr{{Op: "zero", Type: &wire.Type{Kind: "chan", Elem: integer}}}},    // <-(chan int)(nil)
	{Op: "select", N: -1}, // select {}
}

func constant(n string) wire.Expr { return wire.Expr{Op: "const", Type: integer, Name: n} }

func script(source string) *wire.Script {
	s := &wire.Script{Source: source}
	for i, e := range leaves {
		s.Leaves = append(s.Leaves, wire.Leaf{Line: 10 * (i + 1), Expr: e})
	}
	return s
}

// run runs a script as the engine does, on a goroutine of its own.
func run(s *session.Session, sc *wire.Script) (string, error) {
	type end struct {
		result string
		err    error
	}
	ended := make(chan end, 1)
	go func() {
		e := end{err: errors.New("the goroutine ended")}
		defer func() { ended <- e }()
		rt.Enter(1)
		defer rt.Leave()
		c := s.NewCell(&wire.Run{})
		p, err := Compile(c, sc)
		if err != nil {
			e.err = err
			return
		}
		if e.err = p.Run(); e.err == nil {
			e.result = display.Bundle{Data: c.Result()}.Plain()
		}
	}()
	e := <-ended
	return e.result, e.err
}

func TestScripts(t *testing.T) {
	s := newSession(t)
	// One session: each script sees what the ones before have left.
	for source, want := range map[string]string{
		"o.L(6); o.L(0); o.L(4)":                                                                        "1",
		"o.L(6); for o.B(1) { o.L(0) }; o.L(4)":                                                         "3",
		"o.L(6); for ; o.B(1); o.L(0) { if o.B(8) { continue }; o.L(2) }; o.L(4)":                       "3",
		"o.L(6); for o.B(8) { o.L(0); if o.B(1) { continue } else { break } }; o.L(4)":                  "3",
		"o.L(6); switch o.I(5) { case 1: o.L(0); case 0: o.L(0); fallthrough; case 7: o.L(0) }; o.L(4)": "2",
	} {
		if got, err := run(s, script(source)); err != nil || got != want {
			t.Errorf("%q gave %q, %v; want %q", source, got, err, want)
		}
	}
}

func TestPanics(t *testing.T) {
	s := newSession(t)
	for _, test := range []struct {
		source, value string
		lines         []string // of the frames
	}{
		{"o.L(6); o.L(2); o.L(0)", "failed 0", []string{"decl-1a.go:2", "cell:30"}},
		{"o.L(6); for o.B(1) { o.L(0); if o.B(8) { o.L(2) } }", "failed 1", []string{"decl-1a.go:2", "cell:30"}},
		{"o.L(6); o.L(7)", "runtime error: integer divide by zero", []string{"cell:80"}},
	} {
		_, err := run(s, script(test.source))
		var p *Panic
		if !errors.As(err, &p) {
			t.Errorf("%q: %v", test.source, err)
			continue
		}
		var lines []string
		for _, f := range p.Frames {
			lines = append(lines, fmt.Sprintf("%s:%d", f.File, f.Line))
		}
		if fmt.Sprint(p.Value) != test.value || !reflect.DeepEqual(lines, test.lines) {
			t.Errorf("%q: panic %v at %v, want %v at %v", test.source, p.Value, lines, test.value, test.lines)
		}
	}
}

func TestScriptErrors(t *testing.T) {
	s := newSession(t)
	leaf := func(e wire.Expr) *wire.Script { return &wire.Script{Leaves: []wire.Leaf{{Expr: e}}} }
	for want, sc := range map[string]*wire.Script{
		"variable none has no storage":             leaf(wire.Expr{Op: "var", Name: "none"}),
		"function nb/1.none is not loaded":         leaf(wire.Expr{Op: "func", Name: "nb/1.none"}),
		"os.None is not among what is interpreted": leaf(wire.Expr{Op: "symbol", Name: "os.None"}),
		"unknown operation nothing":                leaf(wire.Expr{Op: "nothing"}),
		"no operator & on string":                  leaf(wire.Expr{Op: "binary", Name: "&", Type: &wire.Type{Kind: "string"}, Args: []wire.Expr{constant("1"), constant("1")}}),
		"a loop is long":                           {Limits: []wire.Limit{{Var: "x", Max: -1}}},
	} {
		if _, err := Compile(s.NewCell(&wire.Run{}), sc); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestInterruptOfScripts(t *testing.T) {
	s := newSession(t)
	for source, want := range map[string]string{
		"for o.B(8) { o.L(0) }":  "interrupted",
		"o.L(3)":                 "the goroutine ended",
		"o.L(9)":                 "the goroutine ended",
		"for o.B(8) { o.I(10) }": "the goroutine ended",
		"for { for o.B(8) { } }": "interrupted",
	} {
		var asked time.Time
		time.AfterFunc(20*time.Millisecond, func() { asked = time.Now(); rt.Interrupt() })
		_, err := run(s, script(source))
		took := time.Since(asked)
		if err == nil || err.Error() != want || took > time.Second {
			t.Errorf("%q: %v after %v", source, err, took)
		}
		if got, err := run(s, script("o.L(6); o.L(4)")); got != "0" {
			t.Errorf("after the interrupt: %s, %v", got, err)
		}
	}
}

func TestTypes(t *testing.T) {
	var r session.Registry
	r.Type("nb/2", "T", (*model)(nil))
	for _, test := range []struct {
		w    wire.Type
		want string
	}{
		{wire.Type{Kind: "map", Key: &wire.Type{Kind: "string"}, Elem: &wire.Type{Kind: "pointer", Elem: &wire.Type{Kind: "named", Name: "nb/2.T"}}}, "map[string]*yaegi.model"},
		{wire.Type{Kind: "array", Len: 3, Elem: &wire.Type{Kind: "error"}}, "[3]error"},
		{wire.Type{Kind: "named", Name: "strings.Builder"}, "strings.Builder"},
		{wire.Type{Kind: "named", Name: "strings.ToUpper"}, "type strings.ToUpper is not loaded"},
		{wire.Type{Kind: "named", Name: "nb/3.T"}, "type nb/3.T is not loaded"},
		{wire.Type{Kind: "map", Key: &wire.Type{Kind: "slice", Elem: &wire.Type{Kind: "int"}}, Elem: &wire.Type{Kind: "int"}}, "[]int cannot be a map key"},
		{wire.Type{Kind: "chan", Elem: &wire.Type{Kind: "int"}}, "chan int"},
		{wire.Type{Kind: "func", In: []*wire.Type{{Kind: "int"}}, Variadic: true}, "a variadic function without a slice"},
		{wire.Type{Kind: "set", Elem: &wire.Type{Kind: "int"}}, `a type of unknown kind "set"`},
		{wire.Type{Kind: "slice"}, "a type is missing"},
	} {
		got, err := Type(&r, &test.w)
		text := fmt.Sprint(got)
		if err != nil {
			text = err.Error()
		}
		if text != test.want {
			t.Errorf("%+v: %s, want %s", test.w, text, test.want)
		}
	}
}

// TestCommonTypes wants the engine to have every type that wire.Type.Common
// reports.
func TestCommonTypes(t *testing.T) {
	var r session.Registry
	simple := []*wire.Type{{Kind: "any"}, {Kind: "error"}}
	for _, kind := range wire.Basic {
		simple = append(simple, &wire.Type{Kind: kind})
	}
	var all []*wire.Type
	over := func(list []*wire.Type) {
		for _, e := range list {
			all = append(all, &wire.Type{Kind: "slice", Elem: e}, &wire.Type{Kind: "pointer", Elem: e})
			for n := range 6 {
				all = append(all, &wire.Type{Kind: "array", Len: n, Elem: e})
			}
			for _, k := range simple {
				all = append(all, &wire.Type{Kind: "map", Key: k, Elem: e})
			}
		}
	}
	over(simple)
	over(all[:len(all):len(all)])
	n := 0
	for _, w := range all {
		if !w.Common() {
			continue
		}
		n++
		typ, err := Type(&r, w)
		if err != nil || !common[typ] {
			t.Errorf("the engine does not have %v, %v", typ, err)
		}
	}
	if n < len(common)/2 {
		t.Errorf("%d of %d types are common", n, len(common))
	}
}

// TestBound wants every symbol to be one that the front end may name.
func TestBound(t *testing.T) {
	for _, path := range wire.BoundPackages() {
		if len(packages[path]) == 0 {
			t.Errorf("nothing of %s is bound: run go generate", path)
		}
	}
	for path, names := range packages {
		for name, v := range names {
			if !wire.Bound(path, name) || strings.Contains(v.Type().String(), "chan ") && path == "time" {
				t.Errorf("%s.%s is bound: run go generate", path, name)
			}
		}
	}
}

func BenchmarkScript(b *testing.B) {
	s := newSession(b)
	for name, source := range map[string]string{"straight": "", "with if": "if o.B(8) { o.L(4) }"} {
		b.Run(name, func(b *testing.B) {
			sc := script(source)
			sc.Leaves = []wire.Leaf{sc.Leaves[0], sc.Leaves[1], sc.Leaves[4]}
			sc.Source = strings.ReplaceAll(strings.ReplaceAll(source, "B(8)", "B(1)"), "L(4)", "L(2)")
			for b.Loop() {
				if _, err := run(s, sc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoop(b *testing.B) {
	s := newSession(b)
	sc := script("o.L(6); for o.B(1) { o.L(0) }")
	sc.Leaves[1].Expr.Args = []wire.Expr{{Op: "var", Name: "x"}, constant("100000")}
	for b.Loop() {
		if _, err := run(s, sc); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e5, "ns/round")
}

// What follows has the positions of generated code.

//line decl-1a.go:1
func fail(n int) {
	panic(fmt.Sprint("failed ", n))
}

//line decl-2b.go:1
func spin() {
	for {
		rt.Poll()
	}
}
