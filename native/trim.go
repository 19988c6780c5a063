package native

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// trimEvery is how often a process that starts looks for what can go. It
	// takes 0.1 s with 10,000 entries, in the background.
	trimEvery = 10 * time.Minute
	// unusedFor is when an entry goes: longer than a holiday, so that the
	// first notebook after it starts warm.
	unusedFor = 14 * 24 * time.Hour
	// usedFor is how long an entry stays in any case: somebody may have asked
	// for it and not opened it yet.
	usedFor = 5 * time.Minute
	// largeUnusedFor is the same for engines, sources and toolchains, which
	// take minutes to get back.
	largeUnusedFor = 60 * 24 * time.Hour
	// largeUsedFor is how long these stay when the cache is full. A session
	// renews the time when it starts and when it compiles.
	largeUsedFor = 7 * 24 * time.Hour
	// moduleUnusedFor is the same for private modules. They are small, and the
	// only place where a notebook's versions are written down.
	moduleUnusedFor = 365 * 24 * time.Hour
	// defaultCacheSize is some 1,100 new cells of 3.5 MB.
	defaultCacheSize = 4 << 30
	// abandonedAfter is when a temporary file whose owner cannot be told
	// belongs to a process that died: no preparation takes that long.
	abandonedAfter = 6 * time.Hour
)

// A trimmer keeps a cache below its size. It works in the background.
type trimmer struct {
	size    int64        // of everything that can be made again; 0 for no limit
	grown   atomic.Int64 // bytes published since it last looked
	working atomic.Bool
}

// published counts what was put into the cache and trims it after a thirtieth
// of its size.
func (c *cache) published(file string) {
	t := c.trimmer
	if t == nil || t.size == 0 {
		return
	}
	info, err := os.Stat(file)
	if err == nil && t.grown.Add(info.Size()) > t.size/30 {
		c.trimSoon()
	}
}

// trimSoon trims in the background unless that is being done.
func (c *cache) trimSoon() {
	if t := c.trimmer; t.working.CompareAndSwap(false, true) {
		t.grown.Store(0)
		go func() {
			defer t.working.Store(false)
			c.trim(context.Background(), time.Now())
		}()
	}
}

// trimIfDue is trimSoon at the start of a process, which others may have done.
func (c *cache) trimIfDue(now time.Time) {
	if info, err := os.Stat(c.trimmed()); err != nil || now.Sub(info.ModTime()) >= trimEvery {
		c.trimSoon()
	}
}

// trimmed is a file that is as old as the last trimming.
func (c *cache) trimmed() string { return filepath.Join(c.dir, "trimmed") }

// kept is what trim may remove.
type kept struct {
	path  string
	used  time.Time
	size  int64
	large bool // a directory that takes long to get back
}

// remove removes it. The sum of an entry goes first: data without one is absent.
func (k *kept) remove() {
	if k.large {
		_ = os.RemoveAll(k.path)
	} else if os.Remove(sumPath(k.path)) == nil {
		_ = os.Remove(k.path)
	}
}

// trim removes what was not used for long and then, if the cache is too large,
// what was not used for longest. Sessions may be using it: loaded plugins stay
// in memory without their files, and what is missing is made again. Whatever
// goes wrong leaves entries where they are. One process does it at a time.
func (c *cache) trim(ctx context.Context, now time.Time) {
	unlock, err := c.lock(ctx, "trim", func() {})
	if err != nil {
		return
	}
	defer unlock()
	var limit int64
	if c.trimmer != nil {
		limit = c.trimmer.size
	}
	// What takes minutes to get back may take half of it, and more if it is in use.
	large := trimAll(c.directories(), limit/2, now, largeUnusedFor, largeUsedFor)
	trimAll(c.entries(), max(limit-large, limit/2), now, unusedFor, usedFor)
	c.trimDirs("module", now.Add(-moduleUnusedFor))
	c.trimTemp(now)
	_ = publish(c.trimmed(), nil)
}

// trimAll removes what was not used for so long and, when it has not enough room,
// what was not used for longest, unless it was used of late. No room is any. It
// returns the size of what stays.
func trimAll(all []kept, room int64, now time.Time, long, late time.Duration) (total int64) {
	slices.SortFunc(all, func(a, b kept) int { return a.used.Compare(b.used) })
	for _, k := range all {
		total += k.size
	}
	full := room > 0 && total > room
	for _, k := range all {
		unused := now.Sub(k.used)
		full = full && total > room/10*9 // a tenth more, so that the next few do not fill it again
		if unused > long || full && unused > late {
			k.remove()
			total -= k.size
		}
	}
	return total
}

// entries lists the entries of the cache.
func (c *cache) entries() (all []kept) {
	for _, kind := range []string{"unit", "plugin", "answer", "archive"} {
		_ = filepath.WalkDir(filepath.Join(c.dir, kind), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".sum") {
				return nil
			}
			info, err := d.Info()
			if err != nil {
				return nil
			}
			k := kept{path: strings.TrimSuffix(path, ".sum"), used: info.ModTime(), size: info.Size()}
			if data, err := os.Stat(k.path); err == nil {
				k.size += data.Size()
			}
			if kind == "answer" || kind == "archive" {
				// Every session uses these, and the time may be that old.
				k.used = k.used.Add(touchAfter)
			}
			all = append(all, k)
			return nil
		})
	}
	return all
}

// directories lists the engines, sources and toolchains.
func (c *cache) directories() (all []kept) {
	for _, kind := range []string{"engine", "source", "toolchain"} {
		dirs, _ := os.ReadDir(filepath.Join(c.dir, kind))
		for _, d := range dirs {
			info, err := d.Info()
			if err != nil {
				continue
			}
			k := kept{path: filepath.Join(c.dir, kind, d.Name()), used: info.ModTime(), large: true}
			_ = filepath.WalkDir(k.path, func(_ string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					if info, err := d.Info(); err == nil {
						k.size += info.Size()
					}
				}
				return nil
			})
			all = append(all, k)
		}
	}
	return all
}

// trimDirs removes the directories of a kind that were last used before then.
func (c *cache) trimDirs(kind string, then time.Time) {
	dirs, _ := os.ReadDir(filepath.Join(c.dir, kind))
	for _, d := range dirs {
		if info, err := d.Info(); err == nil && info.ModTime().Before(then) {
			_ = os.RemoveAll(filepath.Join(c.dir, kind, d.Name()))
		}
	}
}
