package interp_test

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gomemo/interp"
)

//go:embed testdata/loops/loops.go
var loopSource string

// loopRows are the functions of testdata/loops and the steps that take each
// about 20 ms.
var loopRows = []struct {
	name  string
	steps int
}{
	{"sum", 50_000_000}, {"sumRange", 50_000_000}, {"sumSlice", 50_000_000}, {"nested", 30_000_000}, {"matmul", 20_000_000},
	{"sieve", 4_000_000}, {"fibs", 10_000_000}, {"text", 10_000_000}, {"mapUpdates", 4_000_000}, {"ping", 100_000},
	{"methods", 30_000_000}, {"interfaces", 10_000_000}, {"mandelbrot", 10_000_000}, {"sorting", 4_000_000}, {"ownSorting", 6_000_000},
	{"scan", 50_000_000}, {"collatz", 5_000_000},
}

// loopTable is a map from the names of rows to their functions, which keeps
// the compiler from making a part of its caller of any.
func loopTable() string {
	var b strings.Builder
	b.WriteString("\nvar rows = map[string]func(int) int{\n")
	for _, r := range loopRows {
		fmt.Fprintf(&b, "\t%q: %s,\n", r.name, r.name)
	}
	b.WriteString("}\n")
	return b.String()
}

// loopProgram makes of loopSource a program that reads the names of rows and
// the steps, and answers the nanoseconds that each took.
func loopProgram() string {
	source := strings.Replace(loopSource, "package loops", "package main", 1)
	source = strings.Replace(source, "import (", "import (\n\t\"bufio\"\n\t\"fmt\"\n\t\"os\"\n\t\"time\"", 1)
	return source + loopTable() + `
func main() {
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var name string
		var n int
		fmt.Sscan(in.Text(), &name, &n)
		f := rows[name]
		began := time.Now()
		f(n)
		fmt.Println(int64(time.Since(began)))
	}
}
`
}

// plainLoops runs loopProgram as the go command builds it and returns how long
// a row takes there.
func plainLoops(b *testing.B) func(name string, n int) time.Duration {
	b.Helper()
	dir := b.TempDir()
	file, exe := filepath.Join(dir, "main.go"), filepath.Join(dir, "loops")
	if err := os.WriteFile(file, []byte(loopProgram()), 0o644); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-trimpath", "-o", exe, file).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(exe)
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); cmd.Wait() })
	lines := bufio.NewScanner(out)
	return func(name string, n int) time.Duration {
		fmt.Fprintln(in, name, n)
		lines.Scan()
		return nanoseconds(b, lines.Text())
	}
}

func nanoseconds(b *testing.B, s string) time.Duration {
	b.Helper()
	ns, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(ns)
}

// BenchmarkInstrumentation compares tight loops in cells, which poll for
// interrupts, with the same functions in an ordinary program. The fastest of
// several runs of each is taken, in turns, so that what else the machine does
// falls on both.
func BenchmarkInstrumentation(b *testing.B) {
	plain := plainLoops(b)
	s := newSession(b, interp.Compiled, filepath.Join(b.TempDir(), "calls"))
	_, body, _ := strings.Cut(loopSource, "package loops")
	mustRun(b, s, body+loopTable())
	cell := func(name string, n int) time.Duration {
		o := s.Execute(b.Context(), fmt.Sprintf("func() int64 { f, began := rows[%q], time.Now(); f(%d); return int64(time.Since(began)) }()", name, n), 2, &console{})
		if o.Err != nil {
			b.Fatal(o.Err)
		}
		var text string
		if err := json.Unmarshal(o.Result["text/plain"], &text); err != nil {
			b.Fatal(err)
		}
		return nanoseconds(b, text)
	}
	product, rows := 1.0, 0
	for _, r := range loopRows {
		b.Run(r.name, func(b *testing.B) {
			best := [2]time.Duration{math.MaxInt64, math.MaxInt64}
			for b.Loop() {
				best[0] = min(best[0], plain(r.name, r.steps))
				best[1] = min(best[1], cell(r.name, r.steps))
			}
			ratio := float64(best[1]) / float64(best[0])
			product, rows = product*ratio, rows+1
			b.ReportMetric(float64(best[0])/float64(r.steps), "plain-ns/step")
			b.ReportMetric(ratio, "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
	b.Logf("geometric mean of %d ratios: %.3f", rows, math.Pow(product, 1/float64(rows)))
}
