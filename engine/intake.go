//go:build unix

package engine

import "golang.org/x/sys/unix"

// An intake reads the pipes of an engine without ever waiting on one of them
// alone.
type intake struct {
	fds  [pipes]int
	shut [pipes]bool // the other end is closed
	buf  []byte
}

func newIntake(fds [pipes]int) intake {
	return intake{fds: fds, buf: make([]byte, 256<<10)}
}

// poll waits until a pipe can be read, or for timeout milliseconds, -1 meaning
// for ever. With full set nothing that the engine says is wanted, only its
// end.
func (in *intake) poll(timeout int, full bool) (ready [pipes]bool) {
	var fds [pipes]unix.PollFd
	for i := range fds {
		fds[i] = unix.PollFd{Fd: int32(in.fds[i]), Events: unix.POLLIN}
		if in.shut[i] || full && (i == stdout || i == stderr) {
			fds[i].Fd = -1
		}
		if full && i == frames {
			fds[i].Events = 0 // the end of the process is still reported
		}
	}
	if _, err := unix.Poll(fds[:], timeout); err != nil {
		return ready // a signal
	}
	for i := range fds {
		ready[i] = fds[i].Revents != 0
	}
	if ready[wake] {
		in.fill(wake)
	}
	return ready
}

// fill reads once from pipe i. The result is valid until the next call.
func (in *intake) fill(i int) []byte {
	for {
		n, err := unix.Read(in.fds[i], in.buf)
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN:
			return nil
		case err != nil || n == 0:
			in.shut[i] = true
			return nil
		}
		return in.buf[:n]
	}
}
