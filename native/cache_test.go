package native

import (
	"bytes"
	"os"
	"path/filepath"
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
	c := cache{t.TempDir()}
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
	c.trim(time.Now())
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

	// Once a day.
	late := put("unit", "late", 15*day)
	c.trim(time.Now().Add(time.Hour))
	if _, err := os.Stat(c.path("unit", late, ".a")); err != nil {
		t.Error("trimmed twice a day")
	}
	c.trim(time.Now().Add(25 * time.Hour))
	if _, err := os.Stat(c.path("unit", late, ".a")); err == nil {
		t.Error("not trimmed on the next day")
	}
}
