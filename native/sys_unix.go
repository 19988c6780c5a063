//go:build unix

package native

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// lockFile waits for the exclusive lock of a file, which it creates. The
// system gives the lock up when the process ends.
func lockFile(name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, &os.PathError{Op: "lock", Path: name, Err: err}
		}
	}
}

// tryLockFile takes the lock of a file that is there, unless somebody has it.
func tryLockFile(name string) (unlock func(), ok bool) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, false
	}
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		f.Close()
		return nil, false
	}
	return func() { f.Close() }, true
}

// lowerPriority makes a process of ours give way to others. A failure only means
// that it does not.
func lowerPriority(pid int) {
	const less = 5                                              // a third of the time of one that has not given way
	threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid)) // on Linux each has a priority
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = syscall.Setpriority(syscall.PRIO_PROCESS, id, less)
		}
	}
	if len(threads) == 0 {
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, pid, less)
	}
}

// ownedByOther reports whether the file belongs to a user other than the one
// this process runs as.
func ownedByOther(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) != os.Geteuid()
}
