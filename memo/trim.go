package memo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// usedAgain is how old the note of an entry's last use may be before a hit
// renews it: one more system call for a file that is read as a whole, and none
// for most hits. The note is the file's modification time, set by us; access
// times depend on how the file system is mounted.
const usedAgain = time.Hour

// Limit makes the store keep the directory's size near n bytes by itself: it
// trims when it is opened and as it grows, as far as it can.
func Limit(n int64) Option { return func(s *Store) { s.limit = n } }

// trimPart is the part of the limit that may be put between two trims.
const trimPart = 16

// grown takes note of n bytes put, and trims if it is time to.
func (s *Store) grown(n int64) {
	if s.limit <= 0 || s.sinceTrim.Add(n) < s.limit/trimPart {
		return
	}
	s.sinceTrim.Store(0)
	// What was put is there all the same, and the next trim may do better.
	_ = s.Trim(s.limit)
}

// Trim removes entries until the directory holds at most limit bytes: those
// with files of their own by the time of their last use, to the hour, and
// small ones by whole packs, by the time of the last entry. A pack that
// someone writes to stays.
func (s *Store) Trim(limit int64) error {
	var total int64
	var files []trimFile
	for _, dir := range []string{s.dir, s.largeDir()} {
		des, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("memo: trim: %w", err)
		}
		for _, de := range des {
			fi, err := de.Info()
			if err != nil || !fi.Mode().IsRegular() || isTemp(de.Name()) {
				continue
			}
			total += fi.Size()
			files = append(files, trimFile{filepath.Join(dir, de.Name()), fi.Size(), fi.ModTime()})
		}
	}
	slices.SortFunc(files, func(a, b trimFile) int { return a.used.Compare(b.used) })
	for _, f := range files {
		if total <= limit {
			break
		}
		removed, err := f.remove()
		if err != nil {
			return fmt.Errorf("memo: trim: %w", err)
		}
		if removed {
			total -= f.size
		}
	}
	s.index.refresh(0)
	return nil
}

type trimFile struct {
	path string
	size int64
	used time.Time
}

func (f trimFile) remove() (bool, error) {
	if strings.HasSuffix(f.path, packSuffix) {
		// The lock keeps a session from adopting the pack at this moment.
		file, err := os.OpenFile(f.path, os.O_RDWR, 0)
		if err != nil {
			return false, nil
		}
		defer file.Close()
		if ok, _ := tryLock(file); !ok {
			return false, nil
		}
	}
	err := os.Remove(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return err == nil, err
}

// touch notes that the entry in f was used now.
func touch(f *os.File, fi os.FileInfo) {
	if now := time.Now(); now.Sub(fi.ModTime()) > usedAgain {
		// Without the right to, the entry goes a little too early.
		_ = os.Chtimes(f.Name(), now, now)
	}
}
