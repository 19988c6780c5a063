package interp_test

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gomemo/engine"
	"gomemo/engine/wire"
	"gomemo/interp"
	"gomemo/interp/stubs"
)

var functionsFlag = flag.Int("functions", 0, "how many random functions TestFunctionsAgree compares; 0 is a short form")

// aloneSetup declares what the cells of TestFunctionsAgree use.
//
//go:embed testdata/alone/setup.txt
var aloneSetup string

// newAloneSession is a session on a machine without a compiler. Its engine is
// one that a compiler has built, which makes no difference.
func newAloneSession(t testing.TB) *interp.Session {
	t.Helper()
	_, ws := openWorkspace(t)
	s := interp.New(interp.Options{
		Compiler: &stubs.Compiler{Why: "there is no compiler here"},
		Mode:     interp.Interpreted,
		Start: func(ctx context.Context) (interp.Engine, error) {
			path, err := ws.Engine(ctx)
			if err != nil {
				return nil, err
			}
			c, err := engine.Start(ctx, engine.Options{Path: path, Hello: wire.Hello{NoMemo: true, Toolchain: "none"}})
			return client{c}, err
		},
	})
	t.Cleanup(func() { s.Close() })
	return s
}

// notebookTypes are what the generator has from types of the notebook, which
// only a compiler can make.
var notebookTypes = regexp.MustCompile(`\b(Point|Outer|Small|Shape|pt[12]|pp[12]|out1|sm[12]|ps|mp|sh|parr|apply|mk)\b`)

// signature is what a random function takes and gives, and how it is called.
type signature struct {
	params, results, args, early, last string
}

var signatures = []signature{
	{"", "", "", "return", ""},
	{"", "int", "", "return i1", "return i2 - 1"},
	{"i1 int, s1 string", "(string, int)", `i2, "arg"`, "return s2, i1", "return s1 + s2, i1"},
	{"xs []int, u8b uint8", "(sum int, err error)", "ys, 200", "return", "sum += len(xs)\nreturn sum, e1"},
	{"a1 any, ns ...int", "any", `"x", 1, i2`, "return nil", "return append(ns, len(ns))"},
	{"f64a float64, arr [3]int", "(f64b float64, s2 string)", "0.1, arr", "return f64a, s1", "f64b = f64a\nreturn"},
	{"ms map[string]int, b1 bool", "map[string]int", "ms, i1 > 0", "return ms", "return ms"},
}

// function writes a random function, which may call the one before it.
func (g *generator) function(name, before string, of signature) string {
	var lines []string
	for range 1 + g.r.IntN(3) {
		if g.chance(40) {
			lines = append(lines, g.define())
		}
		lines = append(lines, g.stmt(3))
		if g.chance(30) {
			lines = append(lines, "if "+g.expr("bool", 2)+" {\n"+g.simple(1)+"\n"+of.early+"\n}")
		}
		if g.chance(30) && before != "" {
			lines = append(lines, "fmt.Println("+before+")")
		}
	}
	return fmt.Sprintf("func %s(%s) %s {\n%s\n%s\n}", name, of.params, of.results, strings.Join(lines, "\n"), of.last)
}

// TestFunctionsAgree declares random functions in a session without a
// compiler and in a compiled one and wants that calls print, panic and leave
// behind the same.
func TestFunctionsAgree(t *testing.T) {
	n, seed := *functionsFlag, *seedFlag
	if n == 0 {
		n = 300
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("go test ./interp -run TestFunctionsAgree -functions %d -seed %d", n, seed)
	d := &functionPair{t: t, alone: newAloneSession(t), compiled: newSession(t, interp.Compiled, filepath.Join(t.TempDir(), "calls"))}
	for _, s := range []*interp.Session{d.alone, d.compiled} {
		if out := run(s, aloneSetup, 1); out != "" {
			t.Fatal(out)
		}
	}
	if out := run(d.compiled, compiledTrial, 2); out != "" {
		t.Fatal(out)
	}
	before, refused := "", 0
	for i := 0; d.compared+len(d.batch) < n && !t.Failed(); i++ {
		g := &generator{r: rand.New(rand.NewPCG(seed, uint64(i)))}
		of := signatures[g.r.IntN(len(signatures))]
		c := functionTrial{name: fmt.Sprintf("t%d", i), reset: g.r.IntN(64)}
		c.code = g.function(c.name, before, of)
		if notebookTypes.MatchString(c.code) {
			continue
		}
		c.call = c.name + "(" + of.args + ")"
		if g.chance(25) { // of a generic one only the call can be refused
			c.code = strings.Replace(c.code, "(", "[T any](", 1)
			c.call = c.name + "[" + g.pick("int", "string", "[]any") + "](" + of.args + ")"
		}
		call := c.call
		if of.results != "" {
			c.call = "fmt.Println(" + c.call + ")"
		}
		if strings.Contains(of.results, ",") {
			c.call = "r1, r2 := " + call + "\nfmt.Println(r1, r2)"
		}
		if out := run(d.alone, c.code, 3); out != "" {
			refused++
			continue
		}
		if c.got = d.interpreted(c); strings.Contains(c.got, "needs the compiler") {
			refused++
			continue
		}
		if d.batch = append(d.batch, c); len(d.batch) == 100 {
			d.compare()
		}
		before = ""
		if of.results != "" && !strings.Contains(of.results, ",") {
			before = call
		}
	}
	d.compare()
	t.Logf("%d functions agree; %d more are no Go or were refused", d.compared, refused)
}

// compiledTrial calls a function of the batch in the compiled session.
const compiledTrial = `func trial(n int, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println("panic:", r)
		}
		dump()
		fmt.Println("-- end --")
	}()
	reset(n)
	f()
}`

// functionTrial is a function and a call of it, on variables that reset sets.
type functionTrial struct {
	name, code, call string
	reset            int
	got              string
}

// functionPair is a session without a compiler and one that compiles.
type functionPair struct {
	t               *testing.T
	alone, compiled *interp.Session
	batch           []functionTrial
	compared        int
}

// interpreted calls a function in the session without a compiler.
func (d *functionPair) interpreted(c functionTrial) string {
	out := d.run(d.alone, fmt.Sprintf("reset(%d)\n%s", c.reset, c.call))
	return out + d.run(d.alone, "dump()")
}

// run returns what a cell prints and how it panics, without places.
func (d *functionPair) run(s *interp.Session, code string) string {
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	defer cancel()
	var c console
	o := s.Execute(ctx, code, 4, &c)
	out := c.take()
	if o.Err != nil {
		out += o.Err.Lines[0] + "\n"
		if o.Err.Name != "panic" {
			out += strings.Join(o.Err.Lines, "\n") + "\n"
		}
	}
	return out
}

// compare compiles a batch at once: linking one function takes as long as
// linking a hundred.
func (d *functionPair) compare() {
	if len(d.batch) == 0 {
		return
	}
	var decls, calls strings.Builder
	for _, c := range d.batch {
		decls.WriteString(c.code + "\n")
		fmt.Fprintf(&calls, "trial(%d, func() {\n%s\n})\n", c.reset, c.call)
	}
	wants := strings.Split(d.run(d.compiled, decls.String()+calls.String()), endMark)
	if len(wants) != len(d.batch)+1 {
		d.t.Errorf("the compiled batch ended early:\n%s", wants[len(wants)-1])
		return
	}
	for i, c := range d.batch {
		if wants[i] != c.got {
			d.t.Errorf("reset(%d)\n%s\n%s\ninterpreted:\n%s\ncompiled:\n%s", c.reset, c.code, c.call, c.got, wants[i])
			return
		}
	}
	d.compared += len(d.batch)
	d.batch = nil
}
