package atomicfile

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// A File is being written beside the path that it'll be published at.
type File struct {
	*os.File
	path string
	done bool
}

// Create makes a temporary file in the directory of path.
func Create(path string, perm os.FileMode) (File, error) {
	f, err := createTemp(path)
	if err != nil {
		return File{}, err
	}
	if err := f.Chmod(perm); err != nil {
		f.Close()
		os.Remove(f.Name())
		return File{}, err
	}
	return File{File: f, path: path}, nil
}

// createTemp is os.CreateTemp for a name made of that of path, with one
// allocation for the name: small files are written often.
func createTemp(path string) (*os.File, error) {
	var space [256]byte
	dir, base := filepath.Split(path)
	name := append(append(append(append(space[:0], dir...), '.'), base...), ".tmp"...)
	var err error
	for range 1000 {
		var f *os.File
		f, err = os.OpenFile(string(strconv.AppendUint(name, rand.Uint64(), 36)), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if !os.IsExist(err) {
			return f, err
		}
	}
	return nil, err
}

// Commit publishes the file. With sync, its content is on the disk before its
// name is: without, a power failure soon after may leave a file that is
// shorter than what was written. On error the file is discarded.
func (f *File) Commit(sync bool) error {
	if f.done {
		return os.ErrClosed
	}
	if sync {
		if err := f.Sync(); err != nil {
			f.Discard()
			return err
		}
	}
	f.done = true
	err := f.Close()
	if err == nil {
		err = rename(f.Name(), f.path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// Discard removes the file, unless it was published.
func (f *File) Discard() {
	if !f.done {
		f.done = true
		f.Close()
		os.Remove(f.Name())
	}
}
