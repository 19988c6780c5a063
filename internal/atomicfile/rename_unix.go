//go:build unix

package atomicfile

import (
	"os"
	"syscall"
)

// rename is os.Rename without its look at what is there before: it's only for
// a better message.
func rename(from, to string) error {
	for {
		err := syscall.Rename(from, to)
		if err == nil {
			return nil
		}
		if err != syscall.EINTR {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
		}
	}
}
