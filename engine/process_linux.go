package engine

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes puts the engine in a process group of its own, out of reach of a
// terminal's interrupt key, and lets the system kill it when we die.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// enlarge makes room in a pipe. Where that is not allowed, it works smaller.
func enlarge(f *os.File) {
	_, _ = unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, pipeSize)
}
