package native

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A cache is a directory of files named by kind and key. An entry is two
// files: the data, which tools open by its name, and its sum, published after
// it. An entry whose data does not match its sum is absent.
type cache struct {
	dir     string
	trimmer *trimmer  // nil if the cache does not trim itself
	temps   *tempDir  // nil if temporary directories have no owner
	checked *sync.Map // of files that this process has read, by path: their checked; nil if none are kept
}

// checked is a file whose data matched its sum.
type checked struct {
	info os.FileInfo
	sum  string
}

// newCache returns the cache in a directory, which keeps it below a size: 0 is
// the usual one, less is none.
func newCache(dir string, size int64) cache {
	if size == 0 {
		size = defaultCacheSize
	}
	return cache{dir: dir, trimmer: &trimmer{size: max(size, 0)}, temps: new(tempDir), checked: new(sync.Map)}
}

// castagnoli is computed by the processor: 10 GB/s, so that checking a linked
// plugin costs 0.3 ms.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// touchAfter is how old an entry's time of use may get before a use renews it.
const touchAfter = time.Hour

func (c *cache) path(kind, key, ext string) string {
	return filepath.Join(c.dir, kind, key[:2], key+ext)
}

// archive is the file of a package of a module.
func (c *cache) archive(key string) string { return c.path("archive", key, ".a") }

func sumPath(path string) string { return path + ".sum" }

// have reports whether the entry is present and undamaged.
func (c *cache) have(kind, key, ext string) (path string, ok bool) {
	path = c.path(kind, key, ext)
	want, err := os.ReadFile(sumPath(path))
	if err != nil {
		return path, false
	}
	info, err := os.Stat(path)
	if err != nil {
		return path, false
	}
	if !c.same(path, checked{info, string(want)}) {
		if got, err := sumFile(path); err != nil || got != string(want) {
			return path, false
		}
		if c.checked != nil {
			c.checked.Store(path, checked{info, string(want)})
		}
	}
	c.use(path)
	return path, true
}

// same reports whether the data is what this process has read before: reading
// the archives of a graph, 60 MB, would take most of the time of an import.
func (c *cache) same(path string, now checked) bool {
	if c.checked == nil {
		return false
	}
	v, ok := c.checked.Load(path)
	if !ok {
		return false
	}
	before := v.(checked)
	return before.sum == now.sum && os.SameFile(before.info, now.info) && before.info.Size() == now.info.Size() &&
		before.info.ModTime().Equal(now.info.ModTime())
}

// use renews the time by which trim judges the entry.
func (c *cache) use(path string) { touch(sumPath(path)) }

// touch renews a file's or directory's time of use.
func touch(name string) {
	if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > touchAfter {
		now := time.Now()
		_ = os.Chtimes(name, now, now) // a failure makes the entry look older, no more
	}
}

// read returns the data of an entry that is present and undamaged.
func (c *cache) read(kind, key, ext string) ([]byte, bool) {
	path := c.path(kind, key, ext)
	want, err := os.ReadFile(sumPath(path))
	if err != nil {
		return nil, false
	}
	data, err := os.ReadFile(path)
	if err != nil || sumText(int64(len(data)), crc32.Checksum(data, castagnoli)) != string(want) {
		return nil, false
	}
	c.use(path)
	return data, true
}

// readJSON decodes an entry into v.
func (c *cache) readJSON(kind, key string, v any) bool {
	data, ok := c.read(kind, key, ".json")
	return ok && json.Unmarshal(data, v) == nil
}

// put publishes file, which it moves away, as an entry. file must be on the
// cache's file system.
func (c *cache) put(kind, key, ext, file string) (string, error) {
	text, err := sumFile(file)
	if err != nil {
		return "", fmt.Errorf("native: cache: %w", err)
	}
	path := c.path(kind, key, ext)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return "", fmt.Errorf("native: cache: %w", err)
	}
	// Between the two renames the entry may be absent, never wrong: what a
	// concurrent writer published under the old sum has another content.
	if err := os.Rename(file, path); err != nil {
		return "", fmt.Errorf("native: cache: %w", err)
	}
	if err := publish(sumPath(path), []byte(text)); err != nil {
		return "", fmt.Errorf("native: cache: %w", err)
	}
	c.published(path)
	return path, nil
}

// putJSON publishes v as an entry.
func (c *cache) putJSON(kind, key string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("native: cache: %w", err)
	}
	dir, err := c.temp()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "entry")
	if err := os.WriteFile(file, data, 0o666); err != nil {
		return fmt.Errorf("native: cache: %w", err)
	}
	_, err = c.put(kind, key, ".json", file)
	return err
}

// lock waits for the lock of that name, which is shared by all processes that
// use the directory and given up by those that end. waiting is called when
// another one holds it.
func (c *cache) lock(ctx context.Context, name string, waiting func()) (unlock func(), err error) {
	type result struct {
		unlock func()
		err    error
	}
	base := filepath.Join(c.dir, "lock")
	if err := os.MkdirAll(base, 0o777); err != nil {
		return nil, fmt.Errorf("native: lock: %w", err)
	}
	got := make(chan result, 1)
	go func() {
		unlock, err := lockFile(filepath.Join(base, name))
		got <- result{unlock, err}
	}()
	for delay := time.After(100 * time.Millisecond); ; delay = nil {
		select {
		case r := <-got:
			if r.err != nil {
				return nil, fmt.Errorf("native: lock: %w", r.err)
			}
			return r.unlock, nil
		case <-delay:
			waiting()
		case <-ctx.Done():
			go func() { // the lock cannot be given back before it is got
				if r := <-got; r.err == nil {
					r.unlock()
				}
			}()
			return nil, ctx.Err()
		}
	}
}

func sumText(size int64, crc uint32) string {
	return fmt.Sprintf("gomemo entry 1 %d %08x\n", size, crc)
}

func sumFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := crc32.New(castagnoli)
	n, err := io.Copy(h, f)
	if err != nil {
		return "", err
	}
	return sumText(n, h.Sum32()), nil
}

// publish writes a small file under its name in one step.
func publish(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
