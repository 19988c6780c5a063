package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gomemo/kernel"
)

// page is a kernel.Output that writes down what a person sees.
type page struct {
	mu   sync.Mutex // guards text
	text string
}

func (p *page) add(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text += text
}

func (p *page) Stream(name, text string) { p.add("[" + name + "] " + text) }

func (p *page) Display(data, _ map[string]json.RawMessage) { p.DisplayAs("", data, nil) }

func (p *page) DisplayAs(id string, data, _ map[string]json.RawMessage) {
	p.add("[display " + id + "] " + plain(data) + "\n")
}

func (p *page) UpdateDisplay(id string, data, _ map[string]json.RawMessage) {
	p.add("[update " + id + "] " + plain(data) + "\n")
}

func (p *page) ClearOutput(wait bool) { p.add("[clear " + strconv.FormatBool(wait) + "]\n") }

// evaluate runs a cell and returns what a person sees of it.
func evaluate(ctx context.Context, e kernel.Evaluator, code string, number int) string {
	var p page
	o := e.Execute(ctx, kernel.Cell{Code: code, Number: number}, &p)
	p.mu.Lock()
	defer p.mu.Unlock()
	if o.Result != nil {
		p.text += "= " + plain(o.Result) + "\n"
	}
	if o.Err != nil {
		p.text += strings.Join(o.Err.Traceback, "\n") + "\n"
	}
	return p.text
}

// engineProcesses lists the engine processes that this one has started.
func engineProcesses(t *testing.T) (pids []int) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, stat := range stats {
		data, err := os.ReadFile(stat)
		if err != nil {
			continue // it has ended
		}
		name, rest, _ := strings.Cut(string(data), ") ")
		fields := strings.Fields(rest)
		if len(fields) < 2 || fields[1] != strconv.Itoa(os.Getpid()) || fields[0] == "Z" {
			continue
		}
		cmdline, err := os.ReadFile(filepath.Join(filepath.Dir(stat), "cmdline"))
		if err == nil && string(cmdline) == "gomemo\x00engine\x00" {
			pid, _, _ := strings.Cut(name, " ")
			n, err := strconv.Atoi(pid)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, n)
		}
	}
	return pids
}

// TestInterpreted runs a session on a machine without Go and C, in an engine
// that is this very program.
func TestInterpreted(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("finds processes in /proc")
	}
	t.Setenv("PATH", "/nowhere")
	t.Setenv("GOROOT", "/nowhere")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if path, err := exec.LookPath("go"); err == nil {
		t.Fatalf("go is not hidden: %s", path)
	}
	s, err := new(memoFlags).settings(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	s.again = "restart the kernel"
	e, err := newEvaluator(t.Context(), s, sessionNotebook(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	const why = "no go command on PATH: install Go 1.26 from https://go.dev/dl, or put it on PATH; then restart the kernel"
	number := 0
	cell := func(code, want string) {
		t.Helper()
		number++
		if got := evaluate(t.Context(), e, code, number); got != want {
			t.Errorf("%s\ngot:\n%s\nwant:\n%s", code, got, want)
		}
	}
	cell("x := 6 * 7", "[stderr] gomemo: there is no compiler, so cells are only interpreted: "+why+"\n")
	cell("fmt.Println(x)\nx", "[stdout] 42\n= 42\n")
	cell("x = f(x)\nfunc f(n int) int { go fmt.Println(n); return n }",
		"cell 3, line 2:21: a go statement needs the compiler\n    func f(n int) int { go fmt.Println(n); return n }\n                        ^\n    "+why+"\n")
	cell("expvar.Handler()", "cell 4, line 1:1: package expvar needs the compiler\n    expvar.Handler()\n    ^\n    "+why+"\n")
	cell("x + \"a\"", "cell 5, line 1:1: invalid operation: x + \"a\" (mismatched types int and untyped string)\n    x + \"a\"\n    ^\n")

	cell("func fact(n int) int {\n\tif n == 0 {\n\t\treturn 1 / n\n\t}\n\treturn n * fact(n-1)\n}\nfact(1)",
		"panic: runtime error: integer divide by zero\n    at fact (cell 6, line 3)\n        return 1 / n\n    at fact (cell 6, line 5)\n        return n * fact(n-1)\n    at cell 6, line 7\n        fact(1)\n")

	cell("spun := 0", "")

	// An interrupt ends loops and recursions, and keeps what there is.
	for _, code := range []string{"for {\n}", "func spin() {\n\tfor {\n\t\tspun++\n\t}\n}\nspin()",
		"func fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}\nbig := fib(70)"} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		begun := time.Now()
		got := evaluate(ctx, e, code, number)
		cancel()
		if !strings.HasPrefix(got, "interrupted: the cell was interrupted; all values are kept\n") {
			t.Errorf("%s\ngot:\n%s", code, got)
		}
		t.Logf("interrupted %v after it was asked to end", time.Since(begun)-200*time.Millisecond)
	}
	cell("spun > 1000", "= true\n")

	// Completion and inspection know the packages.
	found, start, end := e.Complete(t.Context(), "strings.Repl", 12)
	if start != 8 || end != 12 || !slices.ContainsFunc(found, func(c kernel.Completion) bool {
		return c.Text == "ReplaceAll" && c.Signature == "func ReplaceAll(s string, old string, new string) string"
	}) {
		t.Errorf("completion of strings.Repl: %v, %d to %d", found, start, end)
	}
	if got := plain(e.Inspect(t.Context(), "math.Hypot(", 8, 0)); got != "func math.Hypot(p float64, q float64) float64" {
		t.Errorf("inspection of math.Hypot: %s", got)
	}

	// An engine that is killed costs what it held, and comes back.
	pids := engineProcesses(t)
	if len(pids) != 1 {
		t.Fatalf("engines %v are running, want one", pids)
	}
	if err := syscall.Kill(pids[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if got := evaluate(t.Context(), e, "fmt.Println(x)", 9); !strings.Contains(got, "the engine process was killed (signal 9, killed)") ||
		!strings.Contains(got, "Back after replaying 2 cells: x. Gone: spun (cell 7)") {
		t.Errorf("after the engine was killed:\n%s", got)
	}
	number = 9
	cell("x + 1", "= 43\n")
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if pids := engineProcesses(t); len(pids) != 0 {
		t.Errorf("engines %v are left", pids)
	}
}
