package engine

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// attributes puts the engine in a process group of its own, out of reach of a
// terminal's interrupt key.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// tie makes the system kill the process group of an engine when the other end
// of the pipe life is closed, which it is when we die, however that happens.
// The parent death signal of Linux would not reach what cells have started. If
// it cannot be done, the engine still ends by itself when it reads the end of
// its input.
func tie(life *os.File, pid int) {
	fd := life.Fd()
	flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
	if err != nil {
		return
	}
	_, signal := unix.FcntlInt(fd, unix.F_SETSIG, int(unix.SIGKILL))
	_, owner := unix.FcntlInt(fd, unix.F_SETOWN, -pid)
	if signal == nil && owner == nil {
		_, _ = unix.FcntlInt(fd, unix.F_SETFL, flags|unix.O_ASYNC)
	}
}

// ends reports whether the process ends by itself. Its pipes are closed, which
// is done shortly before the end.
func (p *process) ends() bool {
	for deadline := time.Now().Add(lastBreath); ; time.Sleep(time.Millisecond) {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_PID, p.pid, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
		if err == nil && info.Signo == int32(unix.SIGCHLD) {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

// lastBreath is longer than a process takes from the end of its pipes to its
// own.
const lastBreath = 200 * time.Millisecond

// enlarge makes room in a pipe. Where that is not allowed, it works smaller.
func enlarge(f *os.File) {
	_, _ = unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, pipeSize)
}
