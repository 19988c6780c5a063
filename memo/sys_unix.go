//go:build unix

package memo

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// checkOwner refuses a directory that someone else could have filled: what a
// store returns is believed.
func checkOwner(fi os.FileInfo) error {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if uid := os.Geteuid(); int(st.Uid) != uid {
		return fmt.Errorf("%w: it belongs to user %d, not to user %d", ErrUntrusted, st.Uid, uid)
	}
	if fi.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%w: others may write to it (mode %04o; chmod go-w makes it usable)", ErrUntrusted, fi.Mode().Perm())
	}
	return nil
}

// unlinked reports whether no directory names the file any more.
func unlinked(fi os.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && st.Nlink == 0
}

// tryLock takes the exclusive lock of f's open file description if it is
// free, and reports whether it did. The kernel gives it back when the last
// descriptor is closed, however the process ends. An error means that the
// file system has no locks.
func tryLock(f *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
		}
	}
}
