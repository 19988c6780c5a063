package session

import (
	"path/filepath"
	"testing"
	"time"

	"gomemo/engine/wire"
)

func benchCell(b *testing.B, min time.Duration) *Cell {
	s := New(wire.Hello{Cache: filepath.Join(b.TempDir(), "calls"), MemoMin: min, Toolchain: "go1"}, &quietKernel{})
	b.Cleanup(func() { s.CloseMemo() })
	return s.NewCell(&wire.Run{Sites: []wire.Site{site("f", "1")}})
}

// quietKernel forgets verdicts at once.
type quietKernel struct{ fakeKernel }

func (*quietKernel) Judged(wire.Call) {}

func half(x float64) float64 { return x / 2 }

func BenchmarkMemoHit(b *testing.B) {
	c := benchCell(b, 0)
	memoized(c, 0, half)(1)
	b.ReportAllocs()
	for b.Loop() {
		memoized(c, 0, half)(1)
	}
}

func BenchmarkMemoMissStored(b *testing.B) {
	c := benchCell(b, 0)
	x := 0.0
	b.ReportAllocs()
	for b.Loop() {
		x++
		memoized(c, 0, half)(x)
	}
}

func BenchmarkMemoCheap(b *testing.B) {
	c := benchCell(b, time.Hour)
	x := 0.0
	b.ReportAllocs()
	for b.Loop() {
		x++
		memoized(c, 0, half)(x)
		c.session.costOf("f\x001").recheck()
	}
}

func BenchmarkMemoBypassed(b *testing.B) {
	c := benchCell(b, time.Hour)
	for range 100 {
		memoized(c, 0, half)(1)
	}
	b.ReportAllocs()
	for b.Loop() {
		memoized(c, 0, half)(1)
	}
}

func BenchmarkMemoHit80MBArgument(b *testing.B) {
	c := benchCell(b, 0)
	xs := make([]float64, 10_000_000)
	f := func(xs []float64) int { return len(xs) }
	memoized(c, 0, f)(xs)
	b.SetBytes(80_000_000)
	for b.Loop() {
		memoized(c, 0, f)(xs)
	}
}
