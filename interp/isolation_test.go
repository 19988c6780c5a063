package interp_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gomemo/engine"
	"gomemo/engine/wire"
	"gomemo/interp"
	"gomemo/native"
)

// A watched session remembers its engines.
type watched struct {
	*interp.Session
	t    *testing.T
	temp string // TMPDIR of everything that it starts

	mu   sync.Mutex // guards pids
	pids []int
}

// newWatched starts a session whose engines may use memory bytes.
func newWatched(t *testing.T, memory int64) *watched {
	t.Helper()
	tc, ws := openWorkspace(t)
	calls := filepath.Join(t.TempDir(), "calls")
	w := &watched{t: t, temp: t.TempDir()}
	t.Setenv("TMPDIR", w.temp)
	w.Session = interp.New(interp.Options{Compiler: ws, Start: func(ctx context.Context) (interp.Engine, error) {
		path, err := ws.Engine(ctx)
		if err != nil {
			return nil, err
		}
		c, err := engine.Start(ctx, engine.Options{Path: path,
			Hello: wire.Hello{Cache: calls, MemoMin: 20 * time.Millisecond, Toolchain: tc.ID(), Memory: memory}})
		if err != nil {
			return nil, err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.pids = append(w.pids, c.PID())
		return client{c}, nil
	}})
	t.Cleanup(func() { w.Close() })
	return w
}

// pid returns the process number of the newest engine.
func (w *watched) pid() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pids[len(w.pids)-1]
}

// clean closes the session and wants nothing of it left: no process of any
// of its engines, no temporary file.
func (w *watched) clean() {
	w.t.Helper()
	began := time.Now()
	if err := w.Close(); err != nil {
		w.t.Error(err)
	}
	if took := time.Since(began); took > time.Second {
		w.t.Errorf("Close took %v", took)
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		w.t.Fatal("the system does not tell its processes", err)
	}
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has just ended
		}
		var state string
		var parent, group int
		_, rest, _ := strings.Cut(string(text), ") ")
		fmt.Sscan(rest, &state, &parent, &group)
		if slices.Contains(w.pids, group) && state != "Z" {
			w.t.Errorf("left behind: process %s", text)
		}
	}
	files, err := os.ReadDir(w.temp)
	if err != nil || len(files) > 0 {
		w.t.Errorf("left behind: %v, %v", files, err)
	}
}

// deaths are what cells may do to their engine. want is in the message; with
// kept set the engine lives on.
var deaths = []struct {
	name, cell, want string
	kept             bool
}{
	{"os.Exit", "fmt.Println(\"printed before\")\nos.Exit(3)", "exit status 3", false},
	{"log.Fatal", "log.Fatal(\"giving up\")", "exit status 1", false},
	{"goroutine", "go func() { panic(\"boom\") }()\ntime.Sleep(5 * time.Second)", "panic: boom [in a goroutine]\n    at cell 10, line 1", false},
	{"recursion", "var f func(int) int\nf = func(n int) int { return f(n+1) + 1 }\nf(0)", "stack overflow: a goroutine needs more than 256 MiB of stack", false},
	{"kill", "syscall.Kill(os.Getpid(), syscall.SIGKILL)\ntime.Sleep(5 * time.Second)", "signal 9", false},
	{"map", "m := map[int]int{}\nfor range 4 { go func() { for { m[1]++ } }() }\ntime.Sleep(5 * time.Second)", "concurrent map", false},
	{"nil pointer", "(*P)(nil).X = 1", "invalid memory address or nil pointer dereference\n    at cell 10, line 1", true},
	{"nil pointer in a goroutine", "go func() { (*P)(nil).X = 1 }()\nselect {}", "nil pointer dereference [in a goroutine]\n    at cell 10, line 1", false},
	{"wild pointer", "*(*int)(unsafe.Pointer(uintptr(0xdeadbeef000))) = 1", "there is no memory at address 0xdeadbeef000, where a pointer made with package unsafe leads\n    at cell 10", true},
	{"wild pointer in a goroutine", "go func() { *(*int)(unsafe.Pointer(uintptr(0xdeadbeef000))) = 1 }()\nselect {}",
		"there is no memory at address 0xdeadbeef000, where a pointer made with package unsafe leads [in a goroutine]", false},
	{"stdout", "fmt.Println(\"seen\")\nos.Stdout.Close()\nfmt.Println(\"lost\")", "seen\nthe cell closed its standard output; what was printed after that is lost", true},
	{"streams", "syscall.Close(1)\nsyscall.Close(2)", "the cell closed its standard output and its standard error", true},
	{"descriptors", "for fd := 3; fd < 64; fd++ { syscall.Close(fd) }", "", true},
	{"all descriptors and streams", "for fd := range 2000 { syscall.Close(fd) }", "closed file descriptors that are not its own", false},
	{"a crash without streams", "for fd := range 2000 { syscall.Close(fd) }\ngo func() { panic(1) }()\nselect {}", "the process of the cell crashed (exit status 2) and could not say why", false},
	{"all descriptors", "for fd := 3; fd < 2000; fd++ { syscall.Close(fd) }", "the cell closed file descriptors that are not its own", false},
	{"memory", "var all [][]byte\nfor {\n\tb := make([]byte, 1<<20)\n\tfor i := range b { b[i] = 1 }\n\tall = append(all, b)\n}", "out of memory: the cell took its engine past the limit of 512 MiB", false},
	{"one block", "b := make([]byte, 1<<40)\nfor i := range b { b[i] = 1 }", "out of memory", false},
	{"goroutines", "for { go func() { select {} }() }", " goroutines took its engine past the limit of 512 MiB", false},
	{"bomb", "func bomb() { for { go bomb() } }\nbomb()", " goroutines took its engine past the limit of 512 MiB", false},
	{"child", "c := exec.Command(\"sleep\", \"1000\")\nif err := c.Start(); err != nil { panic(err) }\nos.Exit(5)", "exit status 5", false},
}

// TestDeaths ends the engine in every way that a cell can, and wants a message
// that says what happened, the declarations, the values that can be had again,
// and the names of those that cannot.
func TestDeaths(t *testing.T) {
	w := newWatched(t, 512<<20)
	s := w.Session
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
	dead := false
	for _, d := range deaths {
		t.Run(d.name, func(t *testing.T) {
			began := time.Now()
			out := run(s, d.cell, 10)
			t.Logf("the cell took %v", time.Since(began))
			if !strings.Contains(out, d.want) {
				t.Errorf("the message does not say %q:\n%s", d.want, out)
			}
			if strings.Contains(out, "goroutine 1") || strings.Contains(out, "nb/") || strings.Contains(out, "lost\n") {
				t.Errorf("what nobody wants to see shows:\n%s", out)
			}
			if d.name == "os.Exit" && !strings.HasPrefix(out, "printed before\n") {
				t.Errorf("output before the end is lost:\n%s", out)
			}
			if !strings.Contains(out, "a, p, xs") != d.kept {
				t.Errorf("the values that are back are named %v, want %v:\n%s", !d.kept, d.kept, out)
			}
			if !strings.Contains(out, "Gone: ") && d.name == "os.Exit" {
				t.Errorf("the message does not name the values that are gone:\n%s", out)
			}
			dead = dead || !d.kept
			began = time.Now()
			if out, want := run(s, "fmt.Println(a > 0, p.Twice(), xs)", 11), "true 42 [1 42]\n"; !strings.HasPrefix(out, want) {
				t.Errorf("afterwards: %q, want %q", out, want)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("the next cell took %v", took)
			}
			if out := run(s, "now", 12); strings.Contains(out, "run cell 4 again") != dead {
				t.Errorf("the value that is gone: %s", out)
			}
			if out := run(s, "slow(100_000_000) == a", 13); !strings.Contains(out, "= true") || !strings.Contains(out, "hit") && d.name != "descriptors" { // which closes files of the cache
				t.Errorf("a remembered call: %s", out)
			}
		})
	}
	w.clean()
}

// TestKilled kills the engine from outside: while no cell runs, while one
// does, and while one prints.
func TestKilled(t *testing.T) {
	w := newWatched(t, 0)
	run(w.Session, "x := 5", 1)
	for i, cell := range []string{"", "for {\n}", "for {\n\tfmt.Println(\"0123456789012345678901234567890123456789\")\n}"} {
		pid := w.pid()
		kill := func() { syscall.Kill(pid, syscall.SIGKILL) }
		out := ""
		if cell == "" {
			kill()
			time.Sleep(100 * time.Millisecond) // it is noticed meanwhile
		} else {
			time.AfterFunc(300*time.Millisecond, kill)
			out = run(w.Session, cell, 2)
			if !strings.Contains(out, "the engine process was killed (signal 9, killed)") || !strings.Contains(out, "Back after replaying 1 cell: x.") {
				t.Errorf("%q: %s", cell, out[max(0, len(out)-500):])
			}
		}
		began := time.Now()
		out = run(w.Session, "x + 1", 3)
		if i == 0 { // only now it is noticed
			if !strings.Contains(out, "(while no cell ran)") {
				t.Errorf("while idle: %s", out)
			}
			out = run(w.Session, "x + 1", 3)
		}
		if out != "= 6\n" || time.Since(began) > time.Second {
			t.Errorf("%q: the next cell took %v: %s", cell, time.Since(began), out)
		}
	}
	w.clean()
}

// TestCloseEndsRunawayCode closes a session under cells that do not end.
func TestCloseEndsRunawayCode(t *testing.T) {
	for _, cell := range []string{"for {\n}", "select {}", "for { func() { defer func() { recover() }(); for { } }() }"} {
		w := newWatched(t, 0)
		run(w.Session, "x := 5", 1)
		ended := make(chan string)
		go func() { ended <- run(w.Session, cell, 2) }()
		time.Sleep(200 * time.Millisecond)
		began := time.Now()
		w.Close()
		t.Logf("%q: closed after %v", cell, time.Since(began))
		if out := <-ended; !strings.Contains(out, "the engine was closed") {
			t.Errorf("%q: %s", cell, out)
		}
		w.clean()
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

// interrupting is a compiler that interrupts the cell that it has compiled.
type interrupting struct {
	*native.Workspace
	interrupt context.CancelFunc
}

func (c *interrupting) Build(ctx context.Context, b interp.Build) (interp.Plugin, error) {
	defer c.interrupt()
	return c.Workspace.Build(ctx, b)
}

// TestInterruptBeforeRunning wants the engine and its values kept.
func TestInterruptBeforeRunning(t *testing.T) {
	tc, ws := openWorkspace(t)
	c := &interrupting{ws, func() {}}
	s := startSessionWith(t, tc, ws, c, interp.Compiled, filepath.Join(t.TempDir(), "calls"))
	run(s, "n := rand.Int()\nfirst := n", 1) // not to be replayed
	for i := range 8 {
		ctx, cancel := context.WithCancel(t.Context())
		c.interrupt = cancel
		o := s.Execute(ctx, fmt.Sprintf("func f%d(n int) int { return n + 1 }\nn = f%[1]d(n)", i), 2, &console{})
		if o.Err == nil || o.Err.Name != "interrupted" {
			t.Fatalf("%+v", o.Err)
		}
	}
	if out := run(s, "func f7(n int) int { return n }\nf7(n) == first", 3); !strings.HasPrefix(out, "= true\n") {
		t.Errorf("afterwards: %s", out)
	}
}

// computing are cells that nowhere look whether they are to end.
var computing = []string{
	"sum(1 << 62)",
	"func() { defer fmt.Print(\"deferred\"); sum(1 << 62) }()",
	"for { func() { defer func() { recover() }(); sum(1 << 62) }() }",
	"for { q := P{1, 2}; for { q.move(1); n += q.y } }",
	"wg := sync.WaitGroup{}\nfor range 3 { wg.Go(func() { sum(1 << 62) }) }\nwg.Wait()",
	"held(1)",
	"fib(80)",
	"for t := \"\"; ; {\n\tt += \"x\"\n\tif len(t) > 100_000 {\n\t\tt = \"\"\n\t}\n}",
	"func() {\n\tvar a, b [1 << 16]int\n\tfor {\n\t\ta = b\n\t\tb[a[3]&7]++\n\t}\n}()",
	"for range endless { n++ }",
}

// interruptRunning runs a cell and interrupts it after a while, again if it had
// not begun. It returns how long the cell took to end.
func interruptRunning(t *testing.T, s *interp.Session, cell string, after time.Duration, c *console) (o interp.Outcome, took time.Duration) {
	t.Helper()
	for {
		ctx, cancel := context.WithCancel(t.Context())
		var asked time.Time
		stop := time.AfterFunc(after, func() { asked = time.Now(); cancel() })
		o = s.Execute(ctx, cell, 2, c)
		stop.Stop()
		cancel()
		if o.Err == nil || o.Err.Name != "interrupted" && o.Err.Name != "engine died" {
			t.Fatalf("%s: %v", cell, o.Err)
		}
		if begun := !strings.HasPrefix(o.Err.Value, "interrupted "); begun {
			return o, time.Since(asked)
		}
		after *= 2
	}
}

// TestInterruptOfComputing ends them within 50 ms, many times while memory is
// collected: what they have deferred runs, and finds what it refers to.
func TestInterruptOfComputing(t *testing.T) {
	s := newSession(t, interp.Auto, filepath.Join(t.TempDir(), "calls"))
	const decls = "n := 0\nendless := slices.Values(make([]struct{}, 1<<50))\nvar trace []int\ntype P struct{ x, y int }\nfunc (p *P) move(d int) { p.x += d; p.y ^= p.x }\n" +
		"func sum(n int) (s int) { for i := range n { s += i ^ n }; return s }\n" +
		"func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }\n" +
		"func held(k int) (last *P) {\n\tp := &P{k, 2 * k}\n\tdefer func() { trace = append(trace, p.y, len(trace)) }()\n" +
		"\tdefer func(q *P) { trace = append(trace, q.x) }(p)\n\tfor { last = p; sum(1000) }\n}\n" +
		"go func() { var keep []*P; for { keep = append(keep, &P{}); if len(keep) > 10_000 { keep = nil }; time.Sleep(time.Microsecond) } }()"
	if out := run(s, decls, 1); out != "" {
		t.Fatal(out)
	}
	var took []time.Duration
	for i := range 10 * len(computing) {
		cell := computing[i%len(computing)]
		var c console
		o, d := interruptRunning(t, s, cell, time.Duration(20+i%7)*time.Millisecond, &c)
		if !strings.Contains(o.Err.Value, "kept") {
			t.Fatalf("%s:\n%s", cell, strings.Join(o.Err.Lines, "\n"))
		}
		took = append(took, d)
		if out := c.take(); strings.Contains(cell, "deferred") && out != "deferred" {
			t.Errorf("%s printed %q", cell, out)
		}
	}
	slices.Sort(took)
	t.Logf("half ended within %v, the last after %v", took[len(took)/2], took[len(took)-1])
	if took[len(took)/2] > 50*time.Millisecond {
		t.Errorf("half took more than %v", took[len(took)/2])
	}
	out := run(s, "for i := 0; i+2 < len(trace); i += 3 { if trace[i] != 1 || trace[i+1] != 2 || trace[i+2] != i+1 { fmt.Println(trace[i:i+3]) } }\nlen(trace) > 0", 3)
	if out != "= true\n" {
		t.Errorf("what deferred functions found: %s", out)
	}
}

// TestInterruptWaiting interrupts interpreted cells that wait for channels: they
// end within 50 ms, and the variables are as they were.
func TestInterruptWaiting(t *testing.T) {
	s := newSession(t, interp.Auto, filepath.Join(t.TempDir(), "calls"))
	run(s, "n := 0\nc := make(chan int)", 1)
	for _, cell := range []string{"n++\nselect {}", "n++\nc <- <-c", "n++\nc <- n", "n++\nselect { case v := <-c: n = v; case c <- 2: }"} {
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		var c console
		began := time.Now()
		o := s.Execute(ctx, cell, 2, &c)
		took := time.Since(began)
		cancel()
		if o.Metadata["tier"] != "interpreted" || o.Err == nil || o.Err.Name != "interrupted" {
			t.Errorf("%q: %+v, %v", cell, o.Err, o.Metadata["compiled_because"])
		}
		t.Logf("%q ended %v after the interrupt", cell, took-300*time.Millisecond)
		if took > 350*time.Millisecond && !testing.Short() {
			t.Errorf("%q took %v", cell, took)
		}
	}
	if out := run(s, "n", 3); out != "= 4\n" {
		t.Errorf("afterwards: %s", out)
	}
}

// TestInterruptBlocked interrupts a cell that cannot answer: its engine is
// replaced, and what can be had again is.
func TestInterruptBlocked(t *testing.T) {
	s := newSession(t, interp.Auto, filepath.Join(t.TempDir(), "calls"))
	run(s, "x := 5\nfunc square(n int) int { return n * n }\nfunc hang() { select {} }", 1)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var c console
	o := s.Execute(ctx, "hang()", 2, &c)
	if o.Err == nil || !strings.Contains(strings.Join(o.Err.Lines, "\n"), "x") {
		t.Fatalf("%+v", o.Err)
	}
	t.Log(strings.Join(o.Err.Lines, "\n"))
	if out := run(s, "square(x)", 3); !strings.HasPrefix(out, "= 25\n") {
		t.Errorf("afterwards: %s", out)
	}
}
