package interp_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gomemo/interp"
)

func mustRun(b *testing.B, s *interp.Session, code string) {
	b.Helper()
	if o := s.Execute(context.Background(), code, 1, &console{}); o.Err != nil {
		b.Fatal(o.Err)
	}
}

// BenchmarkStatement is a cell of statements that needs no compiler.
func BenchmarkStatement(b *testing.B) {
	for _, c := range []struct{ name, cell string }{
		{"call", "x = x + 1\nfmt.Println(x)"},
		{"instance", "x = next(x)\nfmt.Println(x)"}, // of a generic function, which is written for the cell
	} {
		b.Run(c.name, func(b *testing.B) {
			s := newSession(b, interp.Auto, filepath.Join(b.TempDir(), "calls"))
			mustRun(b, s, "func next[T int | float64](v T) T { return v + 1 }")
			mustRun(b, s, "x := 1")
			for b.Loop() {
				mustRun(b, s, c.cell)
			}
		})
	}
}

// median is the middle one of several times, in milliseconds.
func median(times []time.Duration) float64 {
	times = slices.Sorted(slices.Values(times))
	return float64(times[len(times)/2]) / 1e6
}

// BenchmarkNewFunction compiles a function that no session has seen.
func BenchmarkNewFunction(b *testing.B) {
	for _, c := range []struct{ name, setup, cell string }{
		{"plain", "x := 1", "func f(n int) int { return n + %d }\nfmt.Println(f(x))"},
		{"http", "import \"net/http\"", "func get(r *http.Request) string { return r.Method + http.StatusText(%d) }"},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := newSession(b, interp.Auto, filepath.Join(b.TempDir(), "calls"))
			mustRun(b, s, c.setup)
			var times []time.Duration
			n := time.Now().UnixNano()
			for b.Loop() {
				n++
				began := time.Now()
				mustRun(b, s, fmt.Sprintf(c.cell, n))
				times = append(times, time.Since(began))
			}
			b.ReportMetric(median(times), "median-ms")
		})
	}
}

// BenchmarkFirstCell is the first cell of a session, for which the engine is
// started: statements only, and with a function that no session has seen.
func BenchmarkFirstCell(b *testing.B) {
	for _, c := range []struct{ name, cell string }{
		{"statement", "x := %d\nfmt.Println(x)"},
		{"function", "func f(n int) int { return n + %d }\nfmt.Println(f(2))"},
	} {
		b.Run(c.name, func(b *testing.B) {
			n := time.Now().UnixNano()
			for b.Loop() {
				n++
				s := newSession(b, interp.Auto, filepath.Join(b.TempDir(), "calls"))
				mustRun(b, s, fmt.Sprintf(c.cell, n))
				b.StopTimer()
				s.Close()
				b.StartTimer()
			}
		})
	}
}

// BenchmarkEditedCells runs one session of 200 cells in which five functions
// are edited and called in turns. A plugin cannot be unloaded: the session's
// memory and what its cells take must not grow out of hand.
func BenchmarkEditedCells(b *testing.B) {
	const cells, some = 200, 20
	for b.Loop() {
		s := newSession(b, interp.Auto, filepath.Join(b.TempDir(), "calls"))
		mustRun(b, s, "total := 0")
		n := time.Now().UnixNano()
		var times []time.Duration
		for i := range cells {
			began := time.Now()
			mustRun(b, s, fmt.Sprintf("func f%[1]d(n int) int { return n ^ %[2]d }\ntotal += f%[1]d(total)\nfmt.Println(total)", i%5, n+int64(i)))
			times = append(times, time.Since(began))
		}
		b.ReportMetric(median(times[:some]), "first-ms/cell")
		b.ReportMetric(median(times[cells-some:]), "last-ms/cell")
		b.ReportMetric(median(times[cells-some:])/median(times[:some]), "last/first")
		b.ReportMetric(float64(resident(b))/1e6, "resident-MB")
		s.Close()
	}
}

// resident is the memory of this process and of the engines that it has
// started, in bytes.
func resident(b *testing.B) (bytes int) {
	b.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/statm")
	if err != nil || len(files) == 0 {
		b.Skip("the system does not tell the memory of processes")
	}
	for _, file := range files {
		var parent, pages, all int
		stat, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "stat"))
		_, behind, _ := strings.Cut(string(stat), ") ")
		fmt.Sscanf(behind, "%1s %d", new(string), &parent)
		if parent != os.Getpid() && filepath.Dir(file) != fmt.Sprint("/proc/", os.Getpid()) {
			continue
		}
		statm, _ := os.ReadFile(file) // nothing of a process that has ended
		fmt.Sscan(string(statm), &all, &pages)
		bytes += pages * os.Getpagesize()
	}
	return bytes
}

// BenchmarkCachedFunction is a function that another session has compiled.
func BenchmarkCachedFunction(b *testing.B) {
	cell := fmt.Sprintf("func f(n int) int { return n + %d }\nfmt.Println(f(2))", time.Now().UnixNano())
	mustRun(b, newSession(b, interp.Auto, filepath.Join(b.TempDir(), "calls")), cell)
	for b.Loop() {
		b.StopTimer()
		s := newSession(b, interp.Auto, filepath.Join(b.TempDir(), "calls"))
		mustRun(b, s, "1")
		b.StartTimer()
		mustRun(b, s, cell)
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
}

// BenchmarkLoop is a loop of 1e8 rounds in a new cell, compiling included.
func BenchmarkLoop(b *testing.B) {
	s := newSession(b, interp.Auto, filepath.Join(b.TempDir(), "calls"))
	n := time.Now().UnixNano()
	for b.Loop() {
		n++
		mustRun(b, s, fmt.Sprintf("s := %d\nfor i := 0; i < 100000000; i++ {\n\ts += i\n}\nfmt.Println(s)", n))
	}
}

// BenchmarkHit is a cell that is one remembered call of a scalar function.
func BenchmarkHit(b *testing.B) {
	s := newSession(b, interp.Auto, filepath.Join(b.TempDir(), "calls"))
	mustRun(b, s, "func slow(n int) (s float64) { for i := range n { s += math.Sqrt(float64(i)) }; return s }")
	mustRun(b, s, "y := slow(50_000_000)")
	for b.Loop() {
		mustRun(b, s, "y = slow(50_000_000)")
	}
}
