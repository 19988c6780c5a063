//go:build unix && !linux

package engine

import (
	"os"
	"syscall"
)

// attributes puts the engine in a process group of its own, out of reach of a
// terminal's interrupt key. When we die, the engine reads the end of its
// input and ends.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

func enlarge(*os.File) {}
