package memo

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// onlyFile returns the one file that glob matches.
func onlyFile(t *testing.T, glob string) string {
	t.Helper()
	names, err := filepath.Glob(glob)
	if err != nil || len(names) != 1 {
		t.Fatalf("%s: %v, %v", glob, names, err)
	}
	return names[0]
}

// tryDamaged opens a store whose only file holds b and fails if key 1 yields
// anything but want or a miss. It reports whether it was a hit.
func tryDamaged(t *testing.T, dir, file string, b []byte, want *Entry) bool {
	t.Helper()
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	e, err := s.Get(key(1))
	if err == nil && !same(e, want) {
		t.Fatalf("damaged entry was believed: %+v", e)
	}
	if err != nil && err != ErrMiss {
		t.Fatal(err)
	}
	return err == nil
}

func TestEveryBitFlipOfASmallEntryIsAMiss(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	want := entry(1, 40)
	mustPut(t, s, key(1), want)
	s.Close()
	file := onlyFile(t, filepath.Join(dir, "*.pack"))
	whole, _ := os.ReadFile(file)
	for i := range 8 * len(whole) {
		b := bytes.Clone(whole)
		b[i/8] ^= 1 << (i % 8)
		if tryDamaged(t, dir, file, b, want) {
			t.Fatalf("bit %d of %d flipped: still a hit", i, 8*len(whole))
		}
	}
	if !tryDamaged(t, dir, file, whole, want) {
		t.Fatal("the entry itself is a miss")
	}
}

func TestFlipsAndTruncationsOfALargeEntryAreMisses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	want := entry(1, 200_000)
	mustPut(t, s, key(1), want)
	file := onlyFile(t, filepath.Join(dir, "large", "*"))
	whole, _ := os.ReadFile(file)
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		b := bytes.Clone(whole)
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		if tryDamaged(t, dir, file, b, want) {
			t.Fatal("flipped bit: still a hit")
		}
	}
	for range 100 {
		if tryDamaged(t, dir, file, whole[:r.IntN(len(whole))], want) {
			t.Fatal("truncated: still a hit")
		}
	}
	if tryDamaged(t, dir, file, append(bytes.Clone(whole), 0), want) {
		t.Fatal("longer than it was: still a hit")
	}
	// The damaged file is replaced, and under another key it is no hit.
	os.Rename(file, s.largePath(key(2)))
	mustMiss(t, s, key(2))
	os.WriteFile(file, whole[:100], 0o600)
	mustMiss(t, s, key(1))
	mustPut(t, s, key(1), want)
	mustGet(t, s, key(1), want)
}

func TestTruncatedPackKeepsWhatIsWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	want := entry(1, 40)
	first := mustPut(t, s, key(1), want)
	mustPut(t, s, key(2), entry(2, 40))
	s.Close()
	file := onlyFile(t, filepath.Join(dir, "*.pack"))
	whole, _ := os.ReadFile(file)
	for n := range whole {
		hit := tryDamaged(t, dir, file, whole[:n], want)
		if complete := n >= fileHeaderSize+int(first); hit != complete {
			t.Fatalf("truncated to %d bytes: hit %v", n, hit)
		}
	}
}

func TestPackIsReadBehindDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	first := int(mustPut(t, s, key(2), entry(2, 40)))
	want := entry(1, 40)
	mustPut(t, s, key(1), want)
	s.Close()
	file := onlyFile(t, filepath.Join(dir, "*.pack"))
	whole, _ := os.ReadFile(file)
	for i := range first {
		b := bytes.Clone(whole)
		b[fileHeaderSize+i] ^= 0x40
		if !tryDamaged(t, dir, file, b, want) {
			t.Fatalf("byte %d of the record before is damaged: a miss", i)
		}
	}
}

func TestAppendingBehindATornRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	mustPut(t, s, key(1), entry(1, 40))
	mustPut(t, s, key(2), entry(2, 3000))
	s.Close()
	file := onlyFile(t, filepath.Join(dir, "*.pack"))
	fi, _ := os.Stat(file)
	os.Truncate(file, fi.Size()-100) // as a process killed in the middle of a write leaves it

	reader, s := open(t, dir), open(t, dir)
	mustMiss(t, reader, key(2))
	mustPut(t, s, key(3), entry(3, 40))
	onlyFile(t, filepath.Join(dir, "*.pack")) // the pack was adopted
	for _, s := range []*Store{s, reader, open(t, dir)} {
		mustGet(t, s, key(1), entry(1, 40))
		mustGet(t, s, key(3), entry(3, 40))
		mustMiss(t, s, key(2))
	}
}

func TestEmbeddedStoreFileIsNotAnEntry(t *testing.T) {
	t.Parallel()
	inner := t.TempDir()
	s := open(t, inner)
	mustPut(t, s, key(1), entry(1, 40))
	s.Close()
	content, _ := os.ReadFile(onlyFile(t, filepath.Join(inner, "*.pack")))

	// A payload that holds another pack, in a record that gets damaged.
	dir := t.TempDir()
	s = open(t, dir)
	e := entry(2, 0)
	e.Output = nil
	e.Payload = append(make([]byte, 8), content...)
	for range 8 { // at any alignment
		mustPut(t, s, key(2), e)
		e.Payload = e.Payload[1:]
	}
	s.Close()
	file := onlyFile(t, filepath.Join(dir, "*.pack"))
	b, _ := os.ReadFile(file)
	for i := fileHeaderSize; i < len(b); i++ {
		if bytes.HasPrefix(b[i:], []byte(recordMagic)) && b[i+4] == kindEntry && bytes.Equal(b[i+16:i+48], keyBytes(2)) {
			b[i+60] ^= 1
		}
	}
	if tryDamaged(t, dir, file, b, entry(1, 40)) {
		t.Error("an entry inside a payload was believed")
	}
}

func keyBytes(i int) []byte { k := key(i); return k[:] }

func FuzzParseRecord(f *testing.F) {
	_, s := newFileHeader()
	for _, r := range []*record{
		{kind: kindEntry, align: 8, key: key(1), Entry: *entry(1, 30)},
		{kind: kindEntry, align: 64, key: key(2), Entry: *entry(2, 500)},
		{kind: kindRemoved, align: 8, key: key(3)},
	} {
		f.Add(r.append(nil, s))
	}
	f.Add([]byte(recordMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, n, err := parseRecord(b, s, uint64(len(b)))
		if err == nil && !bytes.Equal(r.append(nil, s), b[:n]) {
			t.Error("a record does not encode to what it was decoded from")
		}
		// Behind the checksum, the lengths must be checked all the same.
		if len(b) >= recordFixed+checksumSize {
			r := record{}
			if err := r.decode(b); err == nil && len(r.Payload) > len(b) {
				t.Error("payload is longer than the record")
			}
		}
		p := pack{seal: s}
		p.scanWindow(b, 0, false, func(*record, int64, uint64) {})
	})
}
