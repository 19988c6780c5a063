package interp_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gomemo/interp"
)

// TestDeaths ends the engine in every way that a cell can, and wants a message
// that says what happened, the declarations, the values that can be had again,
// and the names of those that cannot.
func TestDeaths(t *testing.T) {
	s := newSession(t, interp.Auto, filepath.Join(t.TempDir(), "calls"))
	cells := []string{
		"func slow(n int) (s float64) { for i := range n { s += math.Sqrt(float64(i)) }; return s }\ntype P struct{ X int }\nfunc (p P) Twice() int { return 2 * p.X }",
		"a := slow(100_000_000)\np := P{21}\nxs := []int{1}",
		"xs = append(xs, p.Twice())",
		"now := time.Now()\nlater := now.Add(time.Hour)",
	}
	for i, c := range cells {
		if out := run(s, c, i+1); strings.Contains(out, "panic") || strings.Contains(out, "cell ") {
			t.Fatalf("cell %d: %s", i+1, out)
		}
	}
	for _, d := range []struct{ name, cell, want string }{
		{"os.Exit", "fmt.Println(\"printed before\")\nos.Exit(3)", "exit status 3"},
		{"log.Fatal", "log.Fatal(\"giving up\")", "exit status 1"},
		{"goroutine", "go func() { panic(\"boom\") }()\ntime.Sleep(5 * time.Second)", "panic: boom"},
		{"recursion", "var f func(int) int\nf = func(n int) int { return f(n+1) + 1 }\nf(0)", "stack overflow"},
		{"kill", "syscall.Kill(os.Getpid(), syscall.SIGKILL)\ntime.Sleep(5 * time.Second)", "signal 9"},
		{"map", "m := map[int]int{}\nfor range 4 { go func() { for { m[1]++ } }() }\ntime.Sleep(5 * time.Second)", "concurrent map"},
	} {
		t.Run(d.name, func(t *testing.T) {
			out := run(s, d.cell, 10)
			if !strings.Contains(out, d.want) {
				t.Errorf("the message does not say %q:\n%s", d.want, out)
			}
			if strings.Contains(out, "goroutine 1") || strings.Contains(out, "nb/") {
				t.Errorf("the runtime's own report shows:\n%s", out)
			}
			if d.name == "os.Exit" && !strings.HasPrefix(out, "printed before\n") {
				t.Errorf("output before the end is lost:\n%s", out)
			}
			if !strings.Contains(out, "a, p, xs") {
				t.Errorf("the message does not name the values that are back:\n%s", out)
			}
			if !strings.Contains(out, "Gone: ") && d.name == "os.Exit" {
				t.Errorf("the message does not name the values that are gone:\n%s", out)
			}
			began := time.Now()
			if out, want := run(s, "fmt.Println(a > 0, p.Twice(), xs)", 11), "true 42 [1 42]\n"; !strings.HasPrefix(out, want) {
				t.Errorf("afterwards: %q, want %q", out, want)
			}
			t.Logf("the next cell took %v", time.Since(began))
			if out := run(s, "now", 12); !strings.Contains(out, "run cell 4 again") {
				t.Errorf("the value that is gone: %s", out)
			}
			if out := run(s, "slow(100_000_000) == a", 13); !strings.Contains(out, "= true") || !strings.Contains(out, "hit") {
				t.Errorf("a remembered call: %s", out)
			}
		})
	}
}

// TestInterrupt ends endless cells and wants all values kept.
func TestInterrupt(t *testing.T) {
	s := newSession(t, interp.Auto, filepath.Join(t.TempDir(), "calls"))
	run(s, "n := 0\nfunc spin() int { for { n++ } }\nfunc fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }", 1)
	for _, cell := range []string{"for {\n\tn++\n}", "spin()", "fib(80)", "loop:\nn++\ngoto loop", "time.Sleep(time.Hour)"} {
		run(s, "n = 41", 2)
		ctx, cancel := context.WithCancel(context.Background())
		var c console
		var asked time.Time
		time.AfterFunc(time.Second, func() { asked = time.Now(); cancel() })
		o := s.Execute(ctx, cell, 3, &c)
		if o.Err == nil || o.Err.Name != "interrupted" {
			t.Errorf("%s: %v", cell, o.Err)
			continue
		}
		t.Logf("%q ended %v after the interrupt", cell, time.Since(asked))
		if out := run(s, "n >= 41", 4); out != "= true\n" {
			t.Errorf("%s: values after the interrupt: %s", cell, out)
		}
	}
}

// TestInterruptBlocked interrupts a cell that cannot answer: its engine is
// replaced, and what can be had again is.
func TestInterruptBlocked(t *testing.T) {
	s := newSession(t, interp.Auto, filepath.Join(t.TempDir(), "calls"))
	run(s, "x := 5\nfunc square(n int) int { return n * n }", 1)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var c console
	o := s.Execute(ctx, "select {}", 2, &c)
	if o.Err == nil || !strings.Contains(strings.Join(o.Err.Lines, "\n"), "x") {
		t.Fatalf("%+v", o.Err)
	}
	t.Log(strings.Join(o.Err.Lines, "\n"))
	if out := run(s, "square(x)", 3); !strings.HasPrefix(out, "= 25\n") {
		t.Errorf("afterwards: %s", out)
	}
}
