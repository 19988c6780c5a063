package yaegi

import (
	"errors"
	"fmt"
	"math"
	"os"
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

type model struct {
	W []float64
	n int
}

func (m *model) Fit(x float64) int { m.W = append(m.W, x); m.n++; return m.n }
func (m model) Size() int          { return len(m.W) }

// newSession returns a session with some variables and functions.
func newSession(t testing.TB) *session.Session {
	s := session.New(wire.Hello{NoMemo: true}, noKernel{})
	s.Func("nb/1", "twice", func(x int) int { return 2 * x })
	s.Func("nb/1", "fail", fail)
	s.Func("nb/1", "spin", spin)
	s.Func("nb/1", "sum", func(xs ...int) (n int) {
		for _, x := range xs {
			n += x
		}
		return n
	})
	s.Func("nb/1", "divmod", func(a, b int) (int, error) {
		if b == 0 {
			return 0, errors.New("by zero")
		}
		return a / b, nil
	})
	s.Func("nb/1", "(*model).Fit", (*model).Fit)
	s.Type("nb/1", "model", (*model)(nil))
	for name, typ := range map[string]*wire.Type{
		"x": {Kind: "int"}, "y": {Kind: "int"}, "f": {Kind: "float64"}, "s": {Kind: "string"}, "err": {Kind: "error"},
		"xs": {Kind: "slice", Elem: &wire.Type{Kind: "int"}},
		"m":  {Kind: "map", Key: &wire.Type{Kind: "string"}, Elem: &wire.Type{Kind: "int"}},
		"mo": {Kind: "named", Name: "nb/1.model"}, "a": {Kind: "any"}, "d": {Kind: "named", Name: "time.Duration"},
	} {
		typ, err := Type(&s.Registry, typ)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Bind(name, "", typ, false); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func script(source string) *wire.Script {
	s := &wire.Script{
		Source:  source,
		Vars:    []string{"x", "y", "f", "s", "err", "xs", "m", "mo", "a", "d"},
		Funcs:   map[string]string{"fit": "nb/1.(*model).Fit"},
		Imports: []string{"fmt", "strings", "math", "time", "unicode/utf8", "errors", "sort", "strconv", "bytes", "unicode", "gomemo/display"},
	}
	for _, name := range []string{"twice", "fail", "spin", "sum", "divmod"} {
		s.Funcs[name] = "nb/1." + name
	}
	for i := range strings.Count(source, "\n") + 1 {
		s.Lines = append(s.Lines, 10*(i+1))
	}
	return s
}

// run runs a script as the engine does, on a goroutine of its own.
func run(t testing.TB, s *session.Session, source string, result *wire.Type) (string, error) {
	type end struct {
		result string
		err    error
	}
	ended := make(chan end, 1)
	go func() {
		e := end{err: errors.New("the goroutine ended")}
		defer func() { ended <- e }()
		rt.Enter()
		defer rt.Leave()
		c := s.NewCell(&wire.Run{})
		p, err := Compile(c, script(source), result)
		if err != nil {
			e.err = err
			return
		}
		if e.err = p.Run(); e.err == nil && result != nil {
			e.result = display.Bundle{Data: c.Result()}.Plain()
		}
	}()
	e := <-ended
	return e.result, e.err
}

func TestScripts(t *testing.T) {
	s := newSession(t)
	typ := func(kind string) *wire.Type { return &wire.Type{Kind: kind} }
	// One session: each script sees what the ones before have left.
	for _, test := range []struct {
		source string
		result *wire.Type
		want   string
	}{
		{"*v.x = 20 + 1\n*v.R_ = f.twice(*v.x)", typ("int"), "42"},
		{"*v.x, *v.y = *v.y, *v.x\n*v.R_ = *v.y", typ("int"), "21"},
		{"*v.x++\n*v.x += 4\n*v.R_ = *v.x * 2", typ("int"), "10"},
		{"*v.s = strings.Repeat(\"ab\", 3) + \"é\"\n*v.R_ = utf8.RuneCountInString(*v.s)", typ("int"), "7"},
		{"*v.f = math.Sqrt(2) * math.Pi\n*v.R_ = *v.f", typ("float64"), fmt.Sprint(math.Sqrt(2) * math.Pi)},
		{"for i := 0; i < 5; i++ { *v.xs = append(*v.xs, i*i) }\n*v.R_ = *v.xs", &wire.Type{Kind: "slice", Elem: typ("int")}, "[0 1 4 9 16]"},
		{"*v.R_ = f.sum((*v.xs)...)", typ("int"), "30"},
		{"*v.m = map[string]int{}\nfor i, x := range *v.xs { (*v.m)[strconv.Itoa(x)] = i }\n*v.R_ = len(*v.m)", typ("int"), "5"},
		{"*v.R_ = (*v.m)[\"16\"]", typ("int"), "4"},
		{"*v.x, *v.err = f.divmod(7, 0)\n*v.R_ = *v.err", typ("error"), "by zero"},
		{"*v.x, *v.err = f.divmod(7, 2)\n*v.R_ = *v.err", typ("error"), "<nil>"},
		{"if *v.err == nil && *v.x == 3 {\n*v.s = \"three\"\n} else {\n*v.s = \"other\"\n}\n*v.R_ = *v.s", typ("string"), "three"},
		{"switch { case *v.x > 2: *v.y = 1\ndefault: *v.y = 2 }\n*v.R_ = *v.y", typ("int"), "1"},
		{"f.fit(v.mo, 1.5)\n*v.R_ = f.fit(v.mo, 2.5)", typ("int"), "2"},
		{"*v.R_ = v.mo.Fit(3.5)", typ("int"), "3"},
		{"*v.R_ = v.mo.Size()", typ("int"), "3"},
		{"*v.R_ = *v.mo", &wire.Type{Kind: "named", Name: "nb/1.model"}, "{W:[1.5 2.5 3.5] n:3}"},
		{"*v.a = *v.x\n*v.R_ = *v.a", typ("any"), "3"},
		{"*v.d = 3 * time.Second\n*v.R_ = *v.d", &wire.Type{Kind: "named", Name: "time.Duration"}, "3s"},
		{"local := 3\nlocal++\n*v.R_ = local", typ("int"), "4"},
		{"*v.R_ = fmt.Sprintf(\"%T %v\", *v.xs, *v.mo)", typ("string"), "[]int {[1.5 2.5 3.5] 3}"},
		{"*v.R_ = fmt.Sprintf(\"%T\", *v.a)", typ("string"), "int"},
		{"*v.x = 1 << 40\n*v.R_ = *v.x", typ("int"), "1099511627776"},
	} {
		if got, err := run(t, s, test.source, test.result); err != nil || got != test.want {
			t.Errorf("%q gave %q, %v; want %q", test.source, got, err, test.want)
		}
	}
}

func TestPanics(t *testing.T) {
	s := newSession(t)
	for _, test := range []struct {
		source, value string
		lines         []string // of the frames
	}{
		{"*v.x = 1\n\nf.fail(3)\n*v.x = 2", "failed 3", []string{"decl-1a.go:2", "cell:30"}},
		{"for i := 0; i < 3; i++ {\n*v.x = i\nif i == 1 {\nf.fail(i)\n}\n}", "failed 1", []string{"decl-1a.go:2", "cell:40"}},
		{"*v.x = 0\n*v.y = 1 / *v.x", "runtime error: integer divide by zero", []string{"cell:20"}},
		{"*v.m = nil\n(*v.m)[\"a\"] = 1", "assignment to entry in nil map", []string{"cell:20"}},
		{"panic(\"own\")", "own", []string{"cell:10"}},
		{"panic(*v.d)", "0s", []string{"cell:10"}},
		{"panic(errors.New(\"e\"))", "e", []string{"cell:10"}},
	} {
		_, err := run(t, s, test.source, nil)
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
	for _, test := range []struct {
		source, msg string
		line        int
	}{
		{"*v.x = 1\n*v.x = undefinedName", "undefined: undefinedName", 20},
		{"*v.x = 1\n*v.x = (", "expected operand, found '}'", 20},
	} {
		_, err := run(t, s, test.source, nil)
		var e *Error
		if !errors.As(err, &e) || e.Msg != test.msg || e.At.Line != test.line {
			t.Errorf("%q: %v %+v", test.source, err, e)
		}
	}
	for want, sc := range map[string]*wire.Script{
		"variable none has no storage":                       {Vars: []string{"none"}},
		"function nb/1.none is not loaded":                   {Funcs: map[string]string{"g": "nb/1.none"}},
		"package os is not among those that are interpreted": {Imports: []string{"os"}},
	} {
		if _, err := Compile(s.NewCell(&wire.Run{}), sc, nil); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestInterruptOfScripts(t *testing.T) {
	s := newSession(t)
	for source, want := range map[string]string{
		"for {\n*v.x++\n}":                       "interrupted",
		"for { f.twice(1) }":                     "interrupted",
		"f.spin()":                               "the goroutine ended",
		"for i := range *v.xs { for { _ = i } }": "interrupted",
	} {
		if _, err := run(t, s, "*v.xs = append(*v.xs, 1)", nil); err != nil {
			t.Fatal(err)
		}
		var asked time.Time
		time.AfterFunc(20*time.Millisecond, func() { asked = time.Now(); rt.Interrupt() })
		_, err := run(t, s, source, nil)
		took := time.Since(asked)
		if err == nil || err.Error() != want || took > time.Second {
			t.Errorf("%q: %v after %v", source, err, took)
		}
		if got, err := run(t, s, "*v.R_ = f.twice(4)", &wire.Type{Kind: "int"}); got != "8" {
			t.Errorf("after the interrupt: %s, %v", got, err)
		}
	}
}

func TestPrinting(t *testing.T) {
	s := newSession(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	_, err = run(t, s, "fmt.Println(\"a\", 1, 2.5)\nfmt.Printf(\"%v\\n\", f.twice(2))", nil)
	os.Stdout = stdout
	w.Close()
	var buf [100]byte
	n, _ := r.Read(buf[:])
	if got := string(buf[:n]); got != "a 1 2.5\n4\n" || err != nil {
		t.Errorf("printed %q, %v", got, err)
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
		{wire.Type{Kind: "chan", Elem: &wire.Type{Kind: "int"}}, `a type of unknown kind "chan"`},
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

func BenchmarkScript(b *testing.B) {
	s := newSession(b)
	for b.Loop() {
		if _, err := run(b, s, "*v.x = f.twice(3)\n*v.R_ = *v.x", &wire.Type{Kind: "int"}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoop(b *testing.B) {
	for name, source := range map[string]string{
		"one line": "for i := 0; i < 1000000; i++ { *v.x += i }",
		"lines":    "for i := 0; i < 1000000; i++ {\n*v.x += i\n}",
		"calls":    "for i := 0; i < 1000000; i++ {\n*v.x = f.twice(i)\n}",
	} {
		b.Run(name, func(b *testing.B) {
			s := newSession(b)
			for b.Loop() {
				if _, err := run(b, s, source, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/iteration")
		})
	}
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
