package memo

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTrimRemovesWhatWasUsedLeastRecently(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	const n = 100_000
	for i := range 10 {
		mustPut(t, s, key(i), entry(i, n))
		at := time.Now().Add(time.Duration(i-20) * time.Hour)
		if err := os.Chtimes(s.largePath(key(i)), at, at); err != nil {
			t.Fatal(err)
		}
	}
	mustPut(t, s, key(100), entry(100, 10))
	mustGet(t, s, key(0), entry(0, n)) // the oldest, used now
	if err := s.Trim(5*n + n/2); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if i == 0 || i > 5 {
			mustGet(t, s, key(i), entry(i, n))
		} else {
			mustMiss(t, s, key(i))
		}
	}
	mustGet(t, s, key(100), entry(100, 10))

	// A pack goes only when nobody writes to it.
	if err := s.Trim(0); err != nil {
		t.Fatal(err)
	}
	if st := s.Stats(); st.Files != 1 {
		t.Errorf("%+v", st)
	}
	mustGet(t, s, key(100), entry(100, 10))
	s.Close()
	s = open(t, dir)
	if err := s.Trim(0); err != nil {
		t.Fatal(err)
	}
	if st := s.Stats(); st.Files != 0 {
		t.Errorf("%+v", st)
	}
}

func TestLimitHoldsWhileTheStoreGrows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const limit = 1_000_000
	s, err := Open(dir, Limit(limit))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		mustPut(t, s, key(i), entry(i, 50_000))
	}
	if st := s.Stats(); st.Bytes > limit+limit/trimPart+100_000 || st.Bytes < limit/2 {
		t.Errorf("%+v", st)
	}
	s.Close()
	os.WriteFile(filepath.Join(dir, "large", "old"), make([]byte, limit), 0o600)
	os.Chtimes(filepath.Join(dir, "large", "old"), time.Unix(1e9, 0), time.Unix(1e9, 0))
	s, err = Open(dir, Limit(limit))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if st := s.Stats(); st.Bytes > limit {
		t.Errorf("after Open: %+v", st)
	}
}
