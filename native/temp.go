package native

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Temporary directories of a process are in one of its own, with a file that it
// keeps locked: the system gives the lock up when the process ends, however that
// happens, and trim removes what nobody has locked.

// A tempDir is where a process has its temporary directories.
type tempDir struct {
	mu   sync.Mutex // guards all below
	path string     // "" until the first is made
	free func()     // gives up the lock
}

// tempPrefix starts the names of directories that have a lock.
const (
	tempPrefix = "of-"
	tempLock   = "lock"
)

// temp returns a new directory on the cache's file system.
func (c *cache) temp() (string, error) {
	base, err := c.temps.base(filepath.Join(c.dir, "tmp"))
	if err != nil {
		return "", fmt.Errorf("native: cache: %w", err)
	}
	dir, err := os.MkdirTemp(base, "")
	if err != nil {
		return "", fmt.Errorf("native: cache: %w", err)
	}
	return dir, nil
}

// base returns the process's directory in dir. A nil tempDir has none of its own.
func (t *tempDir) base(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil || t == nil {
		return dir, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.path != "" && filepath.Dir(t.path) == dir && isFile(filepath.Join(t.path, tempLock)) {
		return t.path, nil
	}
	path, err := os.MkdirTemp(dir, tempPrefix)
	if err != nil {
		return "", err
	}
	free, err := lockFile(filepath.Join(path, tempLock))
	if err != nil {
		return "", err
	}
	t.path, t.free = path, free
	return path, nil
}

// trimTemp removes the temporary directories of processes that have ended.
func (c *cache) trimTemp(now time.Time) {
	base := filepath.Join(c.dir, "tmp")
	dirs, _ := os.ReadDir(base)
	for _, d := range dirs {
		info, err := d.Info()
		if err != nil {
			continue
		}
		path := filepath.Join(base, d.Name())
		dead := now.Sub(info.ModTime()) > abandonedAfter
		if strings.HasPrefix(d.Name(), tempPrefix) {
			dead = abandoned(filepath.Join(path, tempLock), now.Sub(info.ModTime()))
		}
		if dead {
			_ = os.RemoveAll(path)
		}
	}
}

// abandoned reports whether nobody has the lock of a directory. One without a
// lock may be about to get it.
func abandoned(lock string, age time.Duration) bool {
	if !isFile(lock) {
		return age > time.Minute
	}
	unlock, ok := tryLockFile(lock)
	if ok {
		unlock()
	}
	return ok
}
