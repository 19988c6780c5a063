package host

import (
	"errors"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// streams keeps standard output and standard error open: what one cell closes
// the next one needs. It also knows what nobody can open again.
type streams struct {
	std [2]stream
	own []int // descriptors of the engine and of the runtime
}

type stream struct {
	name  string
	v     **os.File // os.Stdout or os.Stderr
	file  *os.File  // what v was at first, or was replaced by
	fd    int
	spare int // another descriptor of the same pipe, out of reach
}

// keepStreams remembers the standard streams as they are. Those that are not
// open stay alone.
func keepStreams() *streams {
	s := &streams{std: [2]stream{{name: "output", v: &os.Stdout, fd: 1}, {name: "error", v: &os.Stderr, fd: 2}}}
	for i := range s.std {
		std := &s.std[i]
		std.file = *std.v
		var err error
		if std.spare, err = unix.FcntlInt(uintptr(std.fd), unix.F_DUPFD_CLOEXEC, farAway); err != nil {
			std.spare = -1
		}
	}
	for fd := farAway; fd < farAway+maxOwn; fd++ {
		if isOpen(fd) {
			s.own = append(s.own, fd)
		}
	}
	return s
}

// maxOwn is more than the engine has open at its start.
const maxOwn = 32

func isOpen(fd int) bool {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil
}

// intact reports whether the cell left open what the engine cannot do without.
func (s *streams) intact() bool {
	return s == nil || !slices.ContainsFunc(s.own, func(fd int) bool { return !isOpen(fd) })
}

// reopen opens what the cell has closed. It returns what to tell the user, ""
// if nothing was closed.
func (s *streams) reopen() string {
	if s == nil {
		return ""
	}
	var closed []string
	for i := range s.std {
		if s.std[i].spare >= 0 && s.std[i].reopen() {
			closed = append(closed, s.std[i].name)
		}
	}
	if closed == nil {
		return ""
	}
	return fmt.Sprintf("the cell closed its standard %s; what was printed after that is lost. The next cell can print again.",
		strings.Join(closed, " and its standard "))
}

// reopen reports whether the stream was closed and is open again. A file that
// has got its descriptor in the meantime keeps it.
func (s *stream) reopen() bool {
	_, err := s.file.Stat()
	fileClosed := errors.Is(err, os.ErrClosed)
	var now, ours unix.Stat_t
	free := unix.Fstat(s.fd, &now) != nil
	if err := unix.Fstat(s.spare, &ours); err != nil {
		return false // somebody closed that too
	}
	taken := !free && (now.Dev != ours.Dev || now.Ino != ours.Ino)
	if !fileClosed && !free && !taken {
		return false
	}
	if free && unix.Dup2(s.spare, s.fd) != nil {
		return false
	}
	if !fileClosed && !taken {
		return true
	}
	fd := s.fd
	if taken {
		var err error
		if fd, err = unix.FcntlInt(uintptr(s.spare), unix.F_DUPFD_CLOEXEC, farAway); err != nil {
			return false
		}
	}
	file := os.NewFile(uintptr(fd), s.file.Name())
	if *s.v == s.file {
		*s.v = file
	}
	if log.Writer() == s.file {
		log.SetOutput(file)
	}
	s.file = file
	return true
}
