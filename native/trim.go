package native

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	trimEvery = 24 * time.Hour
	// unusedFor is when an entry goes: longer than a holiday, so that the
	// first notebook after it starts warm.
	unusedFor = 14 * 24 * time.Hour
	// largeUnusedFor is the same for engines, sources and toolchains, which
	// take minutes to get back.
	largeUnusedFor = 60 * 24 * time.Hour
	// moduleUnusedFor is the same for private modules. They are small, and the
	// only place where a notebook's versions are written down.
	moduleUnusedFor = 365 * 24 * time.Hour
	// trimAbove bounds the plugins and units together: some 600 cells of
	// 3.5 MB.
	trimAbove = 2 << 30
	// abandonedAfter is when a temporary file belongs to a process that died:
	// no preparation takes that long.
	abandonedAfter = 6 * time.Hour
)

// trim removes what was not used for long, at most once a day. Whatever goes
// wrong leaves entries where they are.
func (c *cache) trim(now time.Time) {
	mark := filepath.Join(c.dir, "trimmed")
	if info, err := os.Stat(mark); err == nil && now.Sub(info.ModTime()) < trimEvery {
		return
	}
	if publish(mark, nil) != nil {
		return
	}
	type entry struct {
		path string // of the data
		used time.Time
		size int64
	}
	var entries []entry
	var total int64
	for _, kind := range []string{"unit", "plugin", "answer", "archive"} {
		_ = filepath.WalkDir(filepath.Join(c.dir, kind), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".sum") {
				return nil
			}
			info, err := d.Info()
			if err != nil {
				return nil
			}
			e := entry{path: strings.TrimSuffix(path, ".sum"), used: info.ModTime()}
			if data, err := os.Stat(e.path); err == nil {
				e.size = data.Size()
			}
			if kind == "archive" || kind == "answer" {
				e.size = 0 // small in number, slow to get back: only age counts
			}
			total += e.size
			entries = append(entries, e)
			return nil
		})
	}
	slices.SortFunc(entries, func(a, b entry) int { return a.used.Compare(b.used) })
	for _, e := range entries {
		old := now.Sub(e.used) > unusedFor
		if !old && (total <= trimAbove || e.size == 0) {
			continue
		}
		// The sum goes first: data without one is absent.
		if os.Remove(sumPath(e.path)) == nil {
			_ = os.Remove(e.path)
			total -= e.size
		}
	}
	c.trimDirs("tmp", now.Add(-abandonedAfter))
	for _, kind := range []string{"engine", "source", "toolchain"} {
		c.trimDirs(kind, now.Add(-largeUnusedFor))
	}
	c.trimDirs("module", now.Add(-moduleUnusedFor))
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
