package atomicfile

import (
	"os"
	"path/filepath"
)

// A File is being written beside the path that it'll be published at.
type File struct {
	*os.File
	path string
	done bool
}

// Create makes a temporary file in the directory of path.
func Create(path string, perm os.FileMode) (*File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".tmp*")
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(perm); err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, err
	}
	return &File{File: f, path: path}, nil
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
		err = os.Rename(f.Name(), f.path)
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
