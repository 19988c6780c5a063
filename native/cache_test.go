package native

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// damage changes a file in one of several ways and returns their number.
func damage(t *testing.T, name string, way int) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.Clone(data)
	switch way {
	case 0: // one flipped bit
		data[len(data)/2] ^= 4
	case 1: // cut short
		data = data[:len(data)/2]
	case 2: // emptied
		data = nil
	case 3: // grown
		data = append(data, 0)
	case 4:
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		return
	}
	// As a disk would: the file keeps its name, another inode keeps loaded
	// plugins intact.
	if err := publish(name, data); err != nil {
		t.Fatal(err)
	}
}

const waysToDamage = 5

// Damaged units, plugins and answers are made again.
func TestDamage(t *testing.T) {
	w := workspace(t)
	b := pair("damage")
	p := build(t, w, b)
	cacheDir := w.t.cache.dir
	units, err := filepath.Glob(filepath.Join(cacheDir, "unit", "*", "*.a"))
	if err != nil || len(units) == 0 {
		t.Fatal(units, err)
	}
	for way := range waysToDamage {
		for _, name := range []string{p.Path, p.Path + ".sum"} {
			damage(t, name, way)
			for _, u := range units {
				damage(t, u, way)
			}
			p2 := build(t, w, b)
			if p2.Cached {
				t.Fatalf("way %d: a damaged %s was used", way, filepath.Base(name))
			}
			if got, want := run(t, w, p2.Path), "main.t {n:3} damage\n"; got != want {
				t.Errorf("way %d: got %q, want %q", way, got, want)
			}
			if !build(t, w, b).Cached {
				t.Errorf("way %d: what was made again is not cached", way)
			}
		}
	}
}

func TestDamageAnswer(t *testing.T) {
	require(t, workspace(t), "example.com/plain")
	tc := toolchain(t)
	for way := range waysToDamage {
		for _, kind := range []string{"answer", "archive"} {
			files, err := filepath.Glob(filepath.Join(tc.cache.dir, kind, "*", "*[an]")) // .json, .a
			if err != nil || len(files) == 0 {
				t.Fatal(files, err)
			}
			for _, f := range files {
				damage(t, f, way)
			}
			w := workspace(t)
			require(t, w, "example.com/plain")
			p := build(t, w, uses("damageanswer", `plain.Max("x", "y")`, "example.com/plain"))
			if got, want := run(t, w, p.Path), "y\n"; got != want {
				t.Errorf("way %d: got %q, want %q", way, got, want)
			}
		}
	}
}

func TestTrim(t *testing.T) {
	c := cache{dir: t.TempDir()}
	put := func(kind, key string, age time.Duration) string {
		t.Helper()
		tmp, err := c.temp()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(tmp, "x")
		if err := os.WriteFile(file, []byte(key), 0o666); err != nil {
			t.Fatal(err)
		}
		path, err := c.put(kind, key, ".a", file)
		if err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(sumPath(path), then, then); err != nil {
			t.Fatal(err)
		}
		return key
	}
	day := 24 * time.Hour
	fresh := put("unit", "fresh", 13*day)
	old := put("plugin", "old", 15*day)
	used := put("unit", "used", 15*day)
	if _, ok := c.have("unit", used, ".a"); !ok {
		t.Fatal("an entry is not there")
	}
	dirs := map[string]bool{"tmp/old": false, "tmp/new": true, "engine/old": false, "engine/new": true, "toolchain/old": false}
	for name, keep := range dirs {
		dir := filepath.Join(c.dir, filepath.FromSlash(name))
		if err := writeFile(filepath.Join(dir, "x"), nil); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-61 * day)
		if keep {
			then = time.Now().Add(-5 * time.Hour)
		}
		if err := os.Chtimes(dir, then, then); err != nil {
			t.Fatal(err)
		}
	}
	c.trim(t.Context(), time.Now())
	for name, keep := range dirs {
		if _, err := os.Stat(filepath.Join(c.dir, filepath.FromSlash(name))); (err == nil) != keep {
			t.Errorf("%s: %v", name, err)
		}
	}
	for key, want := range map[string]bool{fresh: true, used: true} {
		if _, ok := c.have("unit", key, ".a"); ok != want {
			t.Errorf("%s: present %v, want %v", key, ok, want)
		}
	}
	if _, ok := c.have("plugin", old, ".a"); ok {
		t.Error("an unused entry is still there")
	}
	if _, err := os.Stat(c.path("plugin", old, ".a")); err == nil {
		t.Error("its data is still there")
	}
}

// What was not used for longest goes when the cache is too large, and engines
// and toolchains that somebody may use stay.
func TestTrimSize(t *testing.T) {
	c := newCache(t.TempDir(), 1150)
	hour := time.Hour
	put := func(kind, key string, age time.Duration) {
		t.Helper()
		name := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(name, make([]byte, 200), 0o666); err != nil {
			t.Fatal(err)
		}
		path, err := c.put(kind, key, ".a", name)
		if err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(sumPath(path), then, then); err != nil {
			t.Fatal(err)
		}
	}
	c.trimmer.working.Store(true) // not by itself now
	ages := map[string]time.Duration{"aaa": 9 * hour, "bbb": 3 * hour, "ccc": 8 * hour, "ddd": 2 * hour, "eee": 7 * hour}
	kinds := []string{"unit", "plugin", "archive", "answer", "plugin"}
	for i, key := range slices.Sorted(maps.Keys(ages)) {
		put(kinds[i], key, ages[key])
	}
	for name, age := range map[string]time.Duration{"engine/used": 6 * 24 * hour, "engine/unused": 8 * 24 * hour} {
		dir := filepath.Join(c.dir, filepath.FromSlash(name))
		if err := writeFile(filepath.Join(dir, "x"), make([]byte, 500)); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(dir, then, then); err != nil {
			t.Fatal(err)
		}
	}
	c.trim(t.Context(), time.Now())
	for i, key := range slices.Sorted(maps.Keys(ages)) {
		_, ok := c.have(kinds[i], key, ".a")
		if want := ages[key] < 5*hour; ok != want {
			t.Errorf("%s, not used for %v: present %v", key, ages[key], ok)
		}
	}
	for name, want := range map[string]bool{"used": true, "unused": false} {
		if got := isFile(filepath.Join(c.dir, "engine", name, "x")); got != want {
			t.Errorf("engine %s: present %v", name, got)
		}
	}
}

// A cache that grows trims itself, and one that starts does when nobody has for
// some time.
func TestTrimsItself(t *testing.T) {
	c := newCache(t.TempDir(), 3000)
	trimmed := func() bool {
		for c.trimmer.working.Load() {
			time.Sleep(time.Millisecond)
		}
		return isFile(c.trimmed())
	}
	put := func(size int) {
		t.Helper()
		name := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(name, make([]byte, size), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := c.put("unit", fmt.Sprint("key", size), ".a", name); err != nil {
			t.Fatal(err)
		}
	}
	put(60)
	if trimmed() {
		t.Error("trimmed after 60 bytes of 3000")
	}
	put(50)
	if !trimmed() {
		t.Error("not trimmed after 110 bytes of 3000")
	}
	if err := os.Remove(c.trimmed()); err != nil {
		t.Fatal(err)
	}
	c.trimIfDue(time.Now())
	if !trimmed() {
		t.Error("not trimmed at the start")
	}
	then := time.Now().Add(-time.Minute)
	if err := os.Chtimes(c.trimmed(), then, then); err != nil {
		t.Fatal(err)
	}
	c.trimIfDue(time.Now())
	trimmed()
	if info, err := os.Stat(c.trimmed()); err != nil || !info.ModTime().Equal(then) {
		t.Errorf("trimmed again after a minute: %v, %v", info.ModTime(), err)
	}
}

// The temporary directories of processes that have ended go, and no others.
func TestTrimTemp(t *testing.T) {
	dir := t.TempDir()
	living, dead := newCache(dir, 0), newCache(dir, 0)
	keep, err := living.temp()
	if err != nil {
		t.Fatal(err)
	}
	gone, err := dead.temp()
	if err != nil {
		t.Fatal(err)
	}
	dead.temps.free() // as the system does
	living.trimTemp(time.Now())
	if _, err := os.Stat(keep); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Dir(gone)); err == nil {
		t.Error("what a dead process had is still there")
	}
	if again, err := dead.temp(); err != nil || filepath.Dir(again) == filepath.Dir(gone) {
		t.Errorf("a directory that is gone was used: %s, %v", again, err)
	}
}
