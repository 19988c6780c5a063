package interp_test

import (
	"context"
	"fmt"
	"path/filepath"
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
	s := newSession(b, interp.Auto, filepath.Join(b.TempDir(), "calls"))
	mustRun(b, s, "x := 1")
	for b.Loop() {
		mustRun(b, s, "x = x + 1\nfmt.Println(x)")
	}
}

// BenchmarkNewFunction compiles a function that no session has seen.
func BenchmarkNewFunction(b *testing.B) {
	s := newSession(b, interp.Auto, filepath.Join(b.TempDir(), "calls"))
	mustRun(b, s, "x := 1")
	n := time.Now().UnixNano()
	for b.Loop() {
		n++
		mustRun(b, s, fmt.Sprintf("func f(n int) int { return n + %d }\nfmt.Println(f(x))", n))
	}
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
