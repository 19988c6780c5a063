package memo

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A Lease is the exclusive right to compute one entry. It is a locked file,
// and the kernel unlocks it when its process ends, however that happens: no
// owner has to be pinged and no deadline guessed. Machines that share a
// directory exclude each other where the file system carries locks across
// (NFS does); where it does not, an entry may be computed twice.
type Lease struct {
	file *os.File
	path string
}

// TryLease takes the lease of k. It returns nil if another holder has it. The
// lease is no more than advice: Get and Put work without one. An error means
// that there can be no leases here, as in a directory that is read-only.
func (s *Store) TryLease(k Key) (*Lease, error) {
	path := filepath.Join(s.leaseDir(), k.String())
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if errors.Is(err, fs.ErrNotExist) {
			if err = os.MkdirAll(s.leaseDir(), 0o700); err == nil {
				continue
			}
		}
		if err != nil {
			return nil, err
		}
		if ok, err := tryLock(f); !ok {
			f.Close()
			return nil, err
		}
		// The holder before removed the file, perhaps after it was opened here.
		if fi, err := f.Stat(); err == nil && sameFile(fi, path) {
			return &Lease{file: f, path: path}, nil
		}
		f.Close()
	}
}

func sameFile(fi os.FileInfo, path string) bool {
	at, err := os.Stat(path)
	return err == nil && os.SameFile(fi, at)
}

// Release gives the lease back. It may be called on nil.
func (l *Lease) Release() {
	if l == nil {
		return
	}
	os.Remove(l.path)
	l.file.Close()
}

func (s *Store) leaseDir() string { return filepath.Join(s.dir, "leases") }

// Lease takes the lease of k, waiting until it is free, and returns nil where
// there are no leases. It polls: a holder may be on another machine. It gives
// up, returning nil, when stop returns true; stop may be nil.
func (s *Store) Lease(k Key, stop func() bool) *Lease {
	const longest = 50 * time.Millisecond
	for pause := time.Millisecond; ; pause = min(2*pause, longest) {
		l, err := s.TryLease(k)
		if l != nil || err != nil {
			return l
		}
		if stop != nil && stop() {
			return nil
		}
		time.Sleep(pause/2 + rand.N(pause))
	}
}

// flights makes the goroutines of one process that want the same entry wait
// for the first of them, without touching the disk.
type flights struct {
	mu sync.Mutex
	m  map[Key]chan struct{} // closed when the flight is over
}

// board returns when no other call computes k, here or in another process.
// The function it returns must be called when this call is over.
func (f *flights) board(s *Store, k Key) (done func()) {
	for {
		f.mu.Lock()
		other := f.m[k]
		if other == nil {
			break
		}
		f.mu.Unlock()
		<-other
	}
	if f.m == nil {
		f.m = make(map[Key]chan struct{})
	}
	mine := make(chan struct{})
	f.m[k] = mine
	f.mu.Unlock()
	l := s.Lease(k, nil)
	return func() {
		l.Release()
		f.mu.Lock()
		delete(f.m, k)
		f.mu.Unlock()
		close(mine)
	}
}
