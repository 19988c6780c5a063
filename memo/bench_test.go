package memo

import "testing"

func BenchmarkGetSmall(b *testing.B) {
	s := open(b, b.TempDir())
	mustPut(b, s, key(1), entry(1, 48))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Get(key(1)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPutSmall(b *testing.B) {
	s := open(b, b.TempDir())
	e := entry(1, 48)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		mustPut(b, s, key(i), e)
	}
}

func BenchmarkGetMissing(b *testing.B) {
	s := open(b, b.TempDir())
	mustPut(b, s, key(1), entry(1, 48))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Get(key(2)); err == nil {
			b.Fatal("a hit")
		}
	}
}

func BenchmarkGet80MB(b *testing.B) {
	s := open(b, b.TempDir())
	mustPut(b, s, key(1), entry(1, 80_000_000))
	b.SetBytes(80_000_000)
	for b.Loop() {
		if _, err := s.Get(key(1)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPut80MB(b *testing.B) {
	s := open(b, b.TempDir())
	e := entry(1, 80_000_000)
	b.SetBytes(80_000_000)
	for b.Loop() {
		mustPut(b, s, key(1), e)
	}
}

func BenchmarkOpen3000(b *testing.B) {
	dir := b.TempDir()
	s := open(b, dir)
	for i := range 3000 {
		mustPut(b, s, key(i), entry(i, 48))
	}
	s.Close()
	for b.Loop() {
		s := open(b, dir)
		if _, err := s.Get(key(7)); err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
