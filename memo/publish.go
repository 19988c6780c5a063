package memo

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const tempPrefix = "tmp-"

// A temp is a file being written. It becomes visible to other processes only
// by publish, and nothing stays of one whose process was killed: it has no
// name where the file system allows that, else it is locked and swept by the
// next Open when the lock is free.
type temp struct {
	*os.File
	dir  string
	name string // path; "" for a file without a name
}

func newTemp(dir string, named bool) (*temp, error) {
	if !named {
		if f, err := anonymousTemp(dir); err == nil {
			return &temp{File: f, dir: dir}, nil
		}
	}
	name := tempName(dir)
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	// Without locks the file would not be swept, and never by mistake.
	_, _ = tryLock(f)
	return &temp{File: f, dir: dir, name: name}, nil
}

func tempName(dir string) string { return filepath.Join(dir, tempPrefix+rand.Text()) }

// publish syncs t and gives it the name path, replacing what is there. t is
// still open afterwards.
func (t *temp) publish(path string) error {
	if err := t.Sync(); err != nil {
		return err
	}
	if t.name == "" {
		err := linkTemp(t.File, path)
		if err == nil {
			return syncDir(t.dir)
		}
		if !errors.Is(err, os.ErrExist) {
			return err
		}
		name := tempName(t.dir)
		if err := linkTemp(t.File, name); err != nil {
			return err
		}
		t.name = name
	}
	if err := os.Rename(t.name, path); err != nil {
		return err
	}
	t.name = ""
	return syncDir(t.dir)
}

// discard closes t and removes it unless it was published.
func (t *temp) discard() {
	t.Close()
	if t.name != "" {
		os.Remove(t.name)
	}
}

// syncDir makes the names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}

// sweep removes the files of dir that match, and whose writers are gone. A
// writer locks its file right after creating it; those younger than a minute
// are left alone for the moment in between.
func sweep(dir string, match func(name string) bool, now time.Time) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	for _, name := range names {
		if !match(name) {
			continue
		}
		path := filepath.Join(dir, name)
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if fi, err := f.Stat(); err == nil && now.Sub(fi.ModTime()) > time.Minute {
			if ok, _ := tryLock(f); ok {
				os.Remove(path)
			}
		}
		f.Close()
	}
}

func isTemp(name string) bool { return strings.HasPrefix(name, tempPrefix) }
