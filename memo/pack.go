package memo

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	packSuffix = ".pack"

	// maxSmall is the longest record that goes into a pack, in bytes.
	// Larger ones get a file each: they would make a pack slow to index,
	// and only a file of its own can be mapped.
	maxSmall = 16 << 10

	// maxPack is the size at which a session starts another pack, in bytes:
	// some ten thousand entries, indexed in 10 ms.
	maxPack = 8 << 20

	scanWindow = 256 << 10
)

// A pack is a file of small records. One process at a time appends to it and
// holds its lock; any number read it meanwhile.
type pack struct {
	file *os.File
	name string
	seal seal

	// Guarded by Store.mu.
	size    int64 // of the file when it was last scanned
	scanned int64 // end of the last good record
}

// openPack opens a pack for reading.
func openPack(path string) (*pack, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s, ok := readFileHeader(f)
	if !ok {
		f.Close()
		return nil, errDamaged
	}
	return &pack{file: f, name: filepath.Base(path), seal: s, scanned: fileHeaderSize}, nil
}

func readFileHeader(f *os.File) (seal, bool) {
	var h [fileHeaderSize]byte
	if _, err := f.ReadAt(h[:], 0); err != nil {
		return seal{}, false
	}
	return parseFileHeader(h[:])
}

// scan calls visit for every good record between the end of the last scan and
// size, and skips what is damaged or not yet written. The record's slices are
// valid during the call only.
func (p *pack) scan(size int64, visit func(r *record, off int64, n uint64)) error {
	off := p.scanned
	buf := make([]byte, min(scanWindow, max(size-off, 0)))
	for off < size {
		b := buf[:min(int64(len(buf)), size-off)]
		if _, err := p.file.ReadAt(b, off); err != nil {
			return err
		}
		pos := p.scanWindow(b, off, off+int64(len(b)) < size, visit)
		off += int64(pos)
	}
	p.size = size
	return nil
}

// scanWindow visits the good records of b, which is at off in the file, and
// returns how much of b is done with: all of it, unless more follows and the
// last record is cut off by the window's end.
func (p *pack) scanWindow(b []byte, off int64, more bool, visit func(*record, int64, uint64)) int {
	pos := 0
	for pos < len(b) {
		r, n, err := parseRecord(b[pos:], p.seal, maxSmall)
		if err == nil {
			visit(&r, off+int64(pos), n)
			pos += int(n)
			p.scanned = off + int64(pos)
			continue
		}
		if err == errShort && more && pos > 0 {
			return pos
		}
		pos = nextMagic(b, pos+8)
	}
	return len(b)
}

// nextMagic returns the first multiple of 8 from pos on at which b has a
// record's magic, or len(b).
func nextMagic(b []byte, pos int) int {
	for pos < len(b) {
		i := bytes.Index(b[pos:], []byte(recordMagic))
		if i < 0 {
			break
		}
		if (pos+i)%8 == 0 {
			return pos + i
		}
		pos = (pos + i + 8) &^ 7
	}
	return len(b)
}

// A writer appends to the pack that this store has locked.
type writer struct {
	*pack
	out   *os.File // holds the lock
	end   int64    // where the next record goes
	dirty bool     // there are records that were not synced
}

// adoptPack locks a pack that nobody writes to any more and that has room.
// It returns nil if there is none.
func adoptPack(dir string) *writer {
	names, _ := listPacks(dir)
	for _, name := range names {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if w := lockPack(f, name); w != nil {
			return w
		}
		f.Close()
	}
	return nil
}

func lockPack(f *os.File, name string) *writer {
	s, ok := readFileHeader(f)
	if !ok {
		return nil
	}
	if locked, _ := tryLock(f); !locked {
		return nil
	}
	fi, err := f.Stat()
	if err != nil || unlinked(fi) || fi.Size() >= maxPack {
		return nil
	}
	return &writer{
		pack: &pack{file: f, name: name, seal: s, scanned: fileHeaderSize},
		out:  f,
		end:  int64(roundUp(uint64(fi.Size()), 8)),
	}
}

// createPack makes a pack of this store's own.
func createPack(dir, name string, named bool) (*writer, error) {
	t, err := newTemp(dir, named)
	if err != nil {
		return nil, err
	}
	h, s := newFileHeader()
	// Without locks nobody else adopts it either.
	_, _ = tryLock(t.File)
	if _, err = t.Write(h); err == nil {
		err = t.publish(filepath.Join(dir, name))
	}
	if err != nil {
		t.discard()
		return nil, err
	}
	return &writer{
		pack: &pack{file: t.File, name: name, seal: s, size: fileHeaderSize, scanned: fileHeaderSize},
		out:  t.File,
		end:  fileHeaderSize,
	}, nil
}

// append writes one encoded record and returns where it is.
func (w *writer) append(b []byte) (int64, error) {
	off := w.end
	if _, err := w.out.WriteAt(b, off); err != nil {
		// A full disk: readers skip what is there, and the next record
		// overwrites it.
		w.out.Truncate(off)
		return 0, err
	}
	w.end += int64(len(b))
	w.dirty = true
	return off, nil
}

// usable reports whether another record may go to w.
func (w *writer) usable() bool {
	if w.end >= maxPack {
		return false
	}
	fi, err := w.out.Stat()
	return err == nil && !unlinked(fi)
}

func (w *writer) sync() error {
	if !w.dirty {
		return nil
	}
	if err := w.out.Sync(); err != nil {
		return err
	}
	w.dirty = false
	return nil
}

// listPacks returns the names of the packs in dir, sorted.
func listPacks(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	names = slices.DeleteFunc(names, func(n string) bool { return !strings.HasSuffix(n, packSuffix) })
	slices.Sort(names)
	return names, err
}
