package memo

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// anonymousTemp creates a file in dir that has no name yet; the kernel
// removes it if the process ends before linkTemp. It fails where the file
// system cannot do that.
func anonymousTemp(dir string) (*os.File, error) {
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: dir, Err: err}
	}
	f := os.NewFile(uintptr(fd), dir+"/(unnamed)")
	if _, err := os.Lstat(procPath(f)); err != nil { // no /proc
		f.Close()
		return nil, err
	}
	return f, nil
}

// linkTemp gives f a name. It fails with os.ErrExist if path exists.
func linkTemp(f *os.File, path string) error {
	err := unix.Linkat(unix.AT_FDCWD, procPath(f), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
	if err != nil {
		return &os.LinkError{Op: "link", Old: f.Name(), New: path, Err: err}
	}
	return nil
}

func procPath(f *os.File) string { return "/proc/self/fd/" + strconv.Itoa(int(f.Fd())) }
