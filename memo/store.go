package memo

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	// ErrMiss is returned by Get when the store has no entry for a key, or
	// none that is whole and of the present format.
	ErrMiss = errors.New("memo: no entry")

	// ErrUntrusted is returned by Open for a directory that another user
	// owns or may write to.
	ErrUntrusted = errors.New("directory is not this user's alone")
)

// A Store is a directory of call results. Any number of stores, in any number
// of processes and on any number of machines, may use one directory at a
// time. All methods may be called from several goroutines.
type Store struct {
	dir   string
	named bool // write temporary files under a name even where they could do without
	host  string
	limit int64 // of the directory's size in bytes; 0 is none

	index index

	// wmu serialises writing to the pack. It is taken before index.mu.
	wmu sync.Mutex
	own *writer // nil before the first Put

	hits, misses, puts, damaged atomic.Int64
	sinceTrim                   atomic.Int64 // bytes put
}

// An Option changes how a store is opened.
type Option func(*Store)

// Host sets the machine's name that is recorded with entries; the default is
// os.Hostname.
func Host(name string) Option { return func(s *Store) { s.host = name } }

// Open returns the store in directory dir, which it creates for this user
// alone if it is not there. Temporary files that killed processes left behind
// are removed. A directory that cannot be written to can still be read from.
func Open(dir string, opts ...Option) (*Store, error) {
	host, _ := os.Hostname() // an entry without a host is as good
	s := &Store{dir: dir, host: host}
	for _, o := range opts {
		o(s)
	}
	if err := s.prepare(); err != nil {
		return nil, fmt.Errorf("memo: open %s: %w", dir, err)
	}
	s.index.dir = dir
	now := time.Now()
	sweep(dir, isTemp, now)
	sweep(s.largeDir(), isTemp, now)
	sweep(s.leaseDir(), func(string) bool { return true }, now)
	s.grown(s.limit)
	return s, nil
}

// prepare makes the directories and checks whose they are.
func (s *Store) prepare() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	fi, err := os.Stat(s.dir)
	if err != nil {
		return err
	}
	if !fi.IsDir() {
		return errors.New("not a directory")
	}
	if err := checkOwner(fi); err != nil {
		return err
	}
	err = os.Mkdir(s.largeDir(), 0o700)
	if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return nil
	}
	return err
}

// Dir returns the store's directory.
func (s *Store) Dir() string { return s.dir }

func (s *Store) largeDir() string { return filepath.Join(s.dir, "large") }

func (s *Store) largePath(k Key) string { return filepath.Join(s.largeDir(), k.String()) }

// Get returns the entry for k. The error is ErrMiss whatever the reason: the
// entry may be absent, damaged or of another version of the format. The
// entry's slices belong to the caller.
func (s *Store) Get(k Key) (*Entry, error) {
	s.index.refresh(time.Second)
	for again := true; ; again = false {
		if e := s.lookup(k); e != nil {
			s.hits.Add(1)
			return e, nil
		}
		if !again || !s.index.refresh(0) {
			s.misses.Add(1)
			return nil, ErrMiss
		}
	}
}

func (s *Store) lookup(k Key) *Entry {
	if at, ok := s.index.find(k); ok && at.kind == kindEntry {
		if r := at.read(k); r != nil {
			return &r.Entry
		}
		s.damaged.Add(1)
		s.index.forget(k, at)
	}
	e, err := readLarge(s.largePath(k), k)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.damaged.Add(1)
	}
	return e
}

// readLarge reads an entry that has a file of its own.
func readLarge(path string, k Key) (*Entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	// The claimed length is checked against the file's before anything is
	// allocated.
	var head [fileHeaderSize + recordFixed]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		return nil, errDamaged
	}
	sl, ok := parseFileHeader(head[:])
	body := uint64(fi.Size() - fileHeaderSize)
	if n, err := recordLen(head[fileHeaderSize:], body); !ok || err != nil || n != body {
		return nil, errDamaged
	}
	b := make([]byte, body)
	if err := readPieces(f, b, fileHeaderSize); err != nil {
		return nil, errDamaged
	}
	r, _, err := parseRecord(b, sl, body)
	if err != nil || r.kind != kindEntry || r.key != k {
		return nil, errDamaged
	}
	touch(f, fi)
	return &r.Entry, nil
}

// readPieces is f.ReadAt on all processors: most of its time goes into making
// the memory present.
func readPieces(f *os.File, b []byte, off int64) error {
	var failed atomic.Pointer[error]
	inParallel((len(b)+pieceSize-1)/pieceSize, func(i int) {
		lo, hi := i*pieceSize, min((i+1)*pieceSize, len(b))
		if _, err := f.ReadAt(b[lo:hi], off+int64(lo)); err != nil {
			failed.Store(&err)
		}
	})
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Put stores e under k and returns its size on disk in bytes. A large entry
// is durable when Put returns, a small one survives the end of the process
// and becomes durable with the next Sync. An error (a full disk, a directory
// that cannot be written to) leaves the store as it was. Host and Computed
// are filled in if they are empty.
func (s *Store) Put(k Key, e *Entry) (int64, error) {
	r := &record{kind: kindEntry, align: 8, key: k, Entry: *e}
	if r.Host == "" {
		r.Host = s.host
	}
	if r.Computed.IsZero() {
		r.Computed = time.Now()
	}
	if r.size() > maxSmall {
		r.align = 64
		n, err := s.putLarge(r)
		if err != nil {
			return 0, fmt.Errorf("memo: store in %s: %w", s.dir, err)
		}
		s.puts.Add(1)
		s.grown(n)
		return n, nil
	}
	if err := s.putSmall(r); err != nil {
		return 0, fmt.Errorf("memo: store in %s: %w", s.dir, err)
	}
	s.puts.Add(1)
	n := int64(r.size())
	s.grown(n)
	return n, nil
}

func (s *Store) putLarge(r *record) (int64, error) {
	path := s.largePath(r.key)
	t, err := newTemp(s.largeDir(), s.named)
	if errors.Is(err, fs.ErrNotExist) { // someone removed the directories
		if err = s.prepare(); err == nil {
			t, err = newTemp(s.largeDir(), s.named)
		}
	}
	if err != nil {
		return 0, err
	}
	defer t.discard()
	h, sl := newFileHeader()
	if _, err := t.Write(h); err != nil {
		return 0, err
	}
	if err := r.writeTo(t, sl); err != nil {
		return 0, err
	}
	if err := t.publish(path); err != nil {
		return 0, err
	}
	n := fileHeaderSize + int64(r.size())

	// The pointer is for Earlier only: the entry is found without it.
	p := &record{kind: kindPointer, align: 8, key: r.key, Entry: r.Entry}
	p.Output, p.Payload = nil, nil
	if p.size() <= maxSmall {
		return n, s.putSmall(p)
	}
	return n, nil
}

// putSmall appends r to this store's pack.
func (s *Store) putSmall(r *record) error {
	s.wmu.Lock()
	defer s.wmu.Unlock()
	w, err := s.writer()
	if err != nil {
		return err
	}
	b := r.append(make([]byte, 0, r.size()), w.seal)
	off, err := w.append(b)
	if err != nil {
		return err
	}
	s.index.appended(w.pack, r, off, uint64(len(b)))
	return nil
}

// writer returns the pack to append to. wmu is held.
func (s *Store) writer() (*writer, error) {
	if s.own != nil && s.own.usable() {
		return s.own, nil
	}
	if s.own != nil {
		if err := s.own.sync(); err != nil {
			return nil, err
		}
		s.own.out.Close()
		s.own = nil
	}
	w := adoptPack(s.dir)
	if w == nil {
		var err error
		name := rand.Text() + packSuffix
		w, err = createPack(s.dir, name, s.named)
		if errors.Is(err, fs.ErrNotExist) {
			if err = s.prepare(); err == nil {
				w, err = createPack(s.dir, name, s.named)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	s.own = w
	s.index.own(w)
	return w, nil
}

// Remove makes the store forget k. Other processes notice within a second.
func (s *Store) Remove(k Key) error {
	r := &record{kind: kindRemoved, align: 8, key: k, Entry: Entry{Computed: time.Now()}}
	if err := s.putSmall(r); err != nil {
		return fmt.Errorf("memo: remove from %s: %w", s.dir, err)
	}
	if err := os.Remove(s.largePath(k)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("memo: %w", err)
	}
	return nil
}

// RemoveFunc makes the store forget all entries of the function name.
func (s *Store) RemoveFunc(name string) error {
	for _, k := range s.index.ofFunc(name) {
		if err := s.Remove(k); err != nil {
			return err
		}
	}
	return nil
}

// Clear removes every entry.
func (s *Store) Clear() error {
	s.wmu.Lock()
	defer s.wmu.Unlock()
	var errs []error
	for _, d := range []string{s.dir, s.largeDir()} {
		des, err := os.ReadDir(d)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
		for _, de := range des {
			if d == s.largeDir() || strings.HasSuffix(de.Name(), packSuffix) {
				if err := os.Remove(filepath.Join(d, de.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
					errs = append(errs, err)
				}
			}
		}
	}
	s.index.refresh(0)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("memo: clear: %w", err)
	}
	return nil
}

// Sync makes everything durable that was Put before.
func (s *Store) Sync() error {
	s.wmu.Lock()
	defer s.wmu.Unlock()
	if s.own == nil {
		return nil
	}
	if err := s.own.sync(); err != nil {
		return fmt.Errorf("memo: sync %s: %w", s.dir, err)
	}
	return nil
}

// Close syncs and releases the store's files.
func (s *Store) Close() error {
	err := s.Sync()
	s.wmu.Lock()
	defer s.wmu.Unlock()
	if s.own != nil {
		s.own.out.Close()
		s.own = nil
	}
	s.index.close()
	return err
}

// Stats counts what a store has done since it was opened and what its
// directory holds.
type Stats struct {
	Hits, Misses, Puts int64
	Damaged            int64 // entries found unreadable; each was a miss
	Entries            int   // in the directory, as far as they have been read
	Files              int
	Bytes              int64
}

// Stats reads the directory.
func (s *Store) Stats() Stats {
	s.index.refresh(0)
	st := Stats{
		Hits:    s.hits.Load(),
		Misses:  s.misses.Load(),
		Puts:    s.puts.Load(),
		Damaged: s.damaged.Load(),
		Entries: s.index.len(),
	}
	filepath.WalkDir(s.dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if fi, err := d.Info(); err == nil {
			st.Files++
			st.Bytes += fi.Size()
		}
		return nil
	})
	return st
}

// Earlier yields entries of the function name, newest first, without Output
// and Payload: what a miss is compared with to say why it is one.
func (s *Store) Earlier(name string) iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for _, f := range s.index.earlier(name) {
			r := f.place.read(f.key)
			if r == nil {
				continue
			}
			r.Output, r.Payload = nil, nil
			if !yield(&r.Entry) {
				return
			}
		}
	}
}
