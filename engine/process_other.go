//go:build unix && !linux

package engine

import (
	"os"
	"syscall"
)

// tie does nothing: when we die, the engine reads the end of its input, and
// ends itself and what it started.
func tie(*os.File, int) {}

// ends cannot tell here.
func (*process) ends() bool { return true }

// attributes puts the engine in a process group of its own, out of reach of a
// terminal's interrupt key.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

func enlarge(*os.File) {}
