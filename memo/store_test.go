package memo

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func key(i int) Key { return KeyOf(fmt.Append(nil, i)) }

func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// entry returns an entry whose payload is n bytes that depend on seed.
func entry(seed, n int) *Entry {
	p := make([]byte, n)
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	for i := range p {
		p[i] = byte(r.Uint32())
	}
	return &Entry{
		Func: "train", Computed: time.Unix(int64(1e9+seed), 5), Took: 3 * time.Second, Host: "box",
		Record: fmt.Appendf(nil, "record %d", seed), Output: []byte("printed"), Payload: p,
	}
}

func mustPut(t testing.TB, s *Store, k Key, e *Entry) int64 {
	t.Helper()
	n, err := s.Put(k, e)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func mustGet(t testing.TB, s *Store, k Key, want *Entry) {
	t.Helper()
	got, err := s.Get(k)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	if !same(got, want) {
		t.Fatalf("Get = %+v, want %+v", got, want)
	}
}

func same(a, b *Entry) bool {
	return a.Func == b.Func && a.Computed.Equal(b.Computed) && a.Took == b.Took && a.Host == b.Host &&
		bytes.Equal(a.Record, b.Record) && bytes.Equal(a.Output, b.Output) && bytes.Equal(a.Payload, b.Payload)
}

func mustMiss(t testing.TB, s *Store, k Key) {
	t.Helper()
	if e, err := s.Get(k); e != nil || !errors.Is(err, ErrMiss) {
		t.Fatalf("Get = %v, %v, want ErrMiss", e, err)
	}
}

func TestStoreReturnsWhatWasPut(t *testing.T) {
	t.Parallel()
	for _, named := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "made", "here")
		s := open(t, dir)
		s.named = named
		sizes := []int{0, 1, 7, 100, 4000, maxSmall - 300, maxSmall, maxSmall + 1, 300_000}
		for i, n := range sizes {
			mustMiss(t, s, key(i))
			mustPut(t, s, key(i), entry(i, n))
			mustGet(t, s, key(i), entry(i, n))
		}
		other := open(t, dir)
		for i, n := range sizes {
			mustGet(t, other, key(i), entry(i, n))
		}
		st := other.Stats()
		if want := len(sizes); st.Hits != int64(want) || st.Entries != want || st.Misses != 0 || st.Damaged != 0 {
			t.Errorf("Stats = %+v", st)
		}
	}
}

func TestOpenStoresSeeEachOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := open(t, dir), open(t, dir)
	mustMiss(t, a, key(1))
	mustMiss(t, b, key(1))
	for i := range 20 {
		mustPut(t, a, key(2*i), entry(2*i, 10))
		mustPut(t, b, key(2*i+1), entry(2*i+1, 10))
		mustGet(t, a, key(2*i+1), entry(2*i+1, 10))
		mustGet(t, b, key(2*i), entry(2*i, 10))
	}
}

func TestNewerEntryReplacesOlder(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, 2 * maxSmall} {
		dir := t.TempDir()
		a, b := open(t, dir), open(t, dir)
		mustPut(t, a, key(1), entry(1, n))
		newer := entry(2, n)
		mustPut(t, b, key(1), newer)
		mustGet(t, b, key(1), newer)
		mustGet(t, open(t, dir), key(1), newer)
	}
}

func TestRemovedEntriesAreGoneForEveryone(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, 2 * maxSmall} {
		dir := t.TempDir()
		a, b := open(t, dir), open(t, dir)
		mustPut(t, a, key(1), entry(1, n))
		mustPut(t, a, key(2), entry(2, n))
		mustGet(t, b, key(1), entry(1, n))
		if err := b.Remove(key(1)); err != nil {
			t.Fatal(err)
		}
		mustMiss(t, b, key(1))
		a.index.refresh(0)
		mustMiss(t, a, key(1))
		mustMiss(t, open(t, dir), key(1))
		mustGet(t, a, key(2), entry(2, n))

		again := entry(3, n)
		again.Computed = time.Now()
		mustPut(t, a, key(1), again)
		mustGet(t, a, key(1), again)
		mustGet(t, open(t, dir), key(1), again)
	}
}

func TestClearWhileOthersWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := open(t, dir), open(t, dir)
	mustPut(t, a, key(1), entry(1, 10))
	mustPut(t, a, key(2), entry(2, 2*maxSmall))
	mustPut(t, b, key(3), entry(3, 10))
	if err := b.Clear(); err != nil {
		t.Fatal(err)
	}
	if st := b.Stats(); st.Files != 0 || st.Entries != 0 {
		t.Errorf("after Clear: %+v", st)
	}
	a.index.refresh(0)
	for i := range 3 {
		mustMiss(t, a, key(i+1))
		mustMiss(t, b, key(i+1))
	}
	mustPut(t, a, key(4), entry(4, 10))
	mustPut(t, b, key(5), entry(5, 2*maxSmall))
	mustGet(t, b, key(4), entry(4, 10))
	mustGet(t, a, key(5), entry(5, 2*maxSmall))
}

func TestDirectoryRemovedUnderneath(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "store")
	s := open(t, dir)
	mustPut(t, s, key(1), entry(1, 10))
	mustPut(t, s, key(2), entry(2, 2*maxSmall))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	s.index.refresh(0)
	mustMiss(t, s, key(1))
	mustMiss(t, s, key(2))
	mustPut(t, s, key(3), entry(3, 10))
	mustPut(t, s, key(4), entry(4, 2*maxSmall))
	mustGet(t, s, key(3), entry(3, 10))
	mustGet(t, s, key(4), entry(4, 2*maxSmall))
}

func TestManyTinyEntriesTakeFewFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for session := range 3 {
		s := open(t, dir)
		for i := range 1000 {
			e := &Entry{Func: "f", Took: time.Millisecond, Host: "box", Record: make([]byte, 64), Payload: make([]byte, 48)}
			mustPut(t, s, key(1000*session+i), e)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	st := open(t, dir).Stats()
	if st.Entries != 3000 || st.Files > 20 || st.Bytes > 1<<20 {
		t.Errorf("3000 tiny entries: %+v, want at most 20 files and 1 MiB", st)
	}
}

func TestFullPackIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	const n = 12_000
	for i := range maxPack/n + 10 {
		mustPut(t, s, key(i), entry(0, n))
	}
	names, _ := listPacks(dir)
	if len(names) < 2 {
		t.Errorf("packs: %v", names)
	}
	mustGet(t, s, key(0), entry(0, n))
	mustGet(t, open(t, dir), key(0), entry(0, n))
}

func TestEarlierIsNewestFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	for i := range 50 {
		n := 10
		if i%2 == 0 {
			n = 2 * maxSmall
		}
		mustPut(t, s, key(i), entry(i, n))
	}
	for _, s := range []*Store{s, open(t, dir)} {
		es := slices.Collect(s.Earlier("train"))
		if len(es) < perFunc {
			t.Fatalf("%d entries", len(es))
		}
		for i, e := range es {
			want := entry(49-i, 0)
			if string(e.Record) != string(want.Record) || !e.Computed.Equal(want.Computed) || e.Payload != nil {
				t.Errorf("%d: %+v", i, e)
			}
		}
		if es := slices.Collect(s.Earlier("other")); es != nil {
			t.Errorf("other: %v", es)
		}
	}
}

func TestConcurrentPutAndGet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stores := []*Store{open(t, dir), open(t, dir)}
	var wg sync.WaitGroup
	for g := range 6 {
		s := stores[g%2]
		wg.Go(func() {
			for i := range 60 {
				k, n := i%5, 20
				if k == 0 {
					n = 2 * maxSmall
				}
				switch {
				case g == 5 && i%10 == 0:
					s.Remove(key(k))
				case g%2 == 0:
					if _, err := s.Put(key(k), entry(k, n)); err != nil {
						t.Error(err)
					}
				default:
					if e, err := s.Get(key(k)); err == nil && !same(e, entry(k, n)) {
						t.Errorf("key %d: %+v", k, e)
					} else if err != nil && !errors.Is(err, ErrMiss) {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestOpenRefusesDirectoriesOfOthers(t *testing.T) {
	t.Parallel()
	loose := t.TempDir()
	if err := os.Chmod(loose, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(loose); !errors.Is(err, ErrUntrusted) || !strings.Contains(err.Error(), loose) {
		t.Errorf("directory with mode 0777: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	if _, err := Open(file); err == nil {
		t.Error("a file was opened as a store")
	}
	if os.Geteuid() == 0 {
		theirs := t.TempDir()
		if err := os.Chown(theirs, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(theirs); !errors.Is(err, ErrUntrusted) {
			t.Errorf("directory of another user: %v", err)
		}
	}
	made := filepath.Join(t.TempDir(), "new")
	open(t, made)
	if fi, err := os.Stat(made); err != nil || fi.Mode().Perm() != 0o700 {
		t.Errorf("new directory: %v, %v", fi.Mode(), err)
	}
}

func TestOpenSweepsTemporaryFilesOfTheDead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	dead, young := filepath.Join(s.largeDir(), tempPrefix+"dead"), filepath.Join(dir, tempPrefix+"young")
	os.WriteFile(dead, []byte("half"), 0o600)
	os.WriteFile(young, nil, 0o600)
	hour := time.Now().Add(-time.Hour)
	os.Chtimes(dead, hour, hour)
	live, err := newTemp(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	defer live.discard()
	os.Chtimes(live.name, hour, hour)
	open(t, dir)
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("temporary file of a dead process: %v", err)
	}
	for _, name := range []string{young, live.name} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}

func TestZeroStatsOfEmptyStore(t *testing.T) {
	t.Parallel()
	if st := open(t, t.TempDir()).Stats(); !reflect.DeepEqual(st, Stats{}) {
		t.Errorf("Stats = %+v", st)
	}
}
