package memo

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// perFunc is how many entries of one function Earlier knows.
const perFunc = 16

// listAgain is how long after a directory's modification time it is listed
// again although that time has not changed: file systems round it, to 10 ms
// at most on Linux.
const listAgain = 100 * time.Millisecond

// A place is where a record is.
type place struct {
	pack     *pack
	off      int64
	computed int64 // Unix nanoseconds
	n        uint32
	kind     uint8
}

// read returns the record of key k at p, or nil if it is not there or damaged.
func (p place) read(k Key) *record {
	b := make([]byte, p.n)
	if _, err := p.pack.file.ReadAt(b, p.off); err != nil {
		return nil
	}
	r, _, err := parseRecord(b, p.pack.seal, uint64(p.n))
	if err != nil || r.key != k || r.kind != p.kind {
		return nil
	}
	return &r
}

// found is a key and its place.
type found struct {
	key   Key
	place place
}

// index knows where the records of a directory's packs are.
type index struct {
	dir string

	mu      sync.RWMutex // guards what follows
	packs   map[string]*pack
	places  map[Key]place
	removed map[Key]int64    // time of the removal, Unix nanoseconds
	byFunc  map[string][]Key // newest last
	dirTime time.Time        // modification time of the listed directory
	read    time.Time        // when refresh last ran
}

func (x *index) find(k Key) (place, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	p, ok := x.places[k]
	return p, ok
}

func (x *index) len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.places)
}

// forget drops k if it is still thought to be at p.
func (x *index) forget(k Key, p place) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.places[k] == p {
		delete(x.places, k)
	}
}

// earlier returns the newest records of function name, newest first.
func (x *index) earlier(name string) []found {
	x.refresh(time.Second)
	x.mu.RLock()
	defer x.mu.RUnlock()
	var fs []found
	for _, k := range slices.Backward(x.byFunc[name]) {
		if p, ok := x.places[k]; ok {
			fs = append(fs, found{k, p})
		}
	}
	slices.SortStableFunc(fs, func(a, b found) int { return int(min(max(b.place.computed-a.place.computed, -1), 1)) })
	return fs
}

// ofFunc returns the keys of all entries of function name. It reads the packs
// again: byFunc knows the newest only.
func (x *index) ofFunc(name string) []Key {
	x.refresh(0)
	x.mu.Lock()
	defer x.mu.Unlock()
	var ks []Key
	for _, p := range x.packs {
		again := pack{file: p.file, seal: p.seal, scanned: fileHeaderSize}
		again.scan(p.scanned, func(r *record, off int64, n uint64) {
			if at := x.places[r.key]; r.Func == name && at.pack == p && at.off == off {
				ks = append(ks, r.key)
			}
		})
	}
	return ks
}

// add takes note of a record. mu is held.
func (x *index) add(p *pack, r *record, off int64, n uint64) {
	at := place{pack: p, off: off, n: uint32(n), kind: r.kind, computed: r.Computed.UnixNano()}
	old, known := x.places[r.key]
	if r.kind == kindRemoved {
		if known && old.computed <= at.computed {
			delete(x.places, r.key)
		}
		x.removed[r.key] = max(x.removed[r.key], at.computed)
		return
	}
	if known && old.computed > at.computed || x.removed[r.key] >= at.computed {
		return
	}
	x.places[r.key] = at
	if known {
		return
	}
	ks := append(x.byFunc[r.Func], r.key)
	if len(ks) >= 2*perFunc {
		ks = append(ks[:0], ks[len(ks)-perFunc:]...)
	}
	x.byFunc[r.Func] = ks
}

// appended takes note of a record that this store has just written.
func (x *index) appended(p *pack, r *record, off int64, n uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if p.size == off {
		p.size += int64(n)
		p.scanned = p.size
	}
	x.add(p, r, off, n)
}

// own makes the pack that this store writes to one of the known ones.
func (x *index) own(w *writer) {
	x.refresh(0)
	x.mu.Lock()
	defer x.mu.Unlock()
	if p := x.packs[w.name]; p != nil {
		w.pack = p
		return
	}
	p, err := openPack(filepath.Join(x.dir, w.name))
	if err != nil {
		return // gone already; the next Put notices
	}
	x.packs[w.name] = p
	w.pack = p
	x.scan(p)
}

// refresh looks for what other processes wrote or removed, unless that was
// done less than maxAge ago. It reports whether anything has changed.
func (x *index) refresh(maxAge time.Duration) bool {
	now := time.Now()
	if maxAge > 0 {
		x.mu.RLock()
		fresh := now.Sub(x.read) < maxAge
		x.mu.RUnlock()
		if fresh {
			return false
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.packs == nil {
		x.packs = make(map[string]*pack)
		x.places = make(map[Key]place)
		x.removed = make(map[Key]int64)
		x.byFunc = make(map[string][]Key)
	}
	x.read = now
	changed := x.list(now)
	for _, p := range x.packs {
		if x.scan(p) {
			changed = true
		}
	}
	return changed
}

// list opens packs that are new and drops those that are gone. mu is held.
func (x *index) list(now time.Time) bool {
	fi, err := os.Stat(x.dir)
	if err == nil && fi.ModTime().Equal(x.dirTime) && now.Sub(x.dirTime) > listAgain {
		return false
	}
	var names []string
	if err == nil {
		x.dirTime = fi.ModTime()
		names, _ = listPacks(x.dir)
	}
	changed := false
	for name, p := range x.packs {
		if _, ok := slices.BinarySearch(names, name); !ok {
			x.drop(p)
			changed = true
		}
	}
	for _, name := range names {
		if x.packs[name] != nil {
			continue
		}
		if p, err := openPack(filepath.Join(x.dir, name)); err == nil {
			x.packs[name] = p
			changed = true
		}
	}
	return changed
}

// scan reads what was appended to p. mu is held.
func (x *index) scan(p *pack) bool {
	fi, err := p.file.Stat()
	if err != nil || unlinked(fi) {
		x.drop(p)
		return true
	}
	if fi.Size() == p.size {
		return false
	}
	// A pack that shrank or cannot be read keeps what is known of it: each
	// record is verified again when it is read.
	p.scan(fi.Size(), func(r *record, off int64, n uint64) { x.add(p, r, off, n) })
	return true
}

// drop forgets a pack and everything in it. mu is held.
func (x *index) drop(p *pack) {
	p.file.Close()
	delete(x.packs, p.name)
	for k, at := range x.places {
		if at.pack == p {
			delete(x.places, k)
		}
	}
}

func (x *index) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range x.packs {
		x.drop(p)
	}
	x.dirTime, x.read = time.Time{}, time.Time{}
}
