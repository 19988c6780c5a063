//go:build unix

package kernel

import (
	"os"
	"strconv"
	"syscall"
)

// parentGone returns a function that reports whether the process that started
// this one has ended. Jupyter names it in JPY_PARENT_PID, since another process
// may stand between the two; without that, it is our parent.
func parentGone() func() bool {
	parent := os.Getppid()
	named, _ := strconv.Atoi(os.Getenv("JPY_PARENT_PID"))
	return func() bool {
		if named > 1 && named != parent && syscall.Kill(named, 0) == syscall.ESRCH {
			return true
		}
		return parent > 1 && os.Getppid() != parent
	}
}
