package host

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"gomemo/engine/rt"
	"gomemo/engine/wire"
)

// maxStack is half of the room that Go's default of 1 GB leaves: stacks are
// powers of two. An unlimited recursion of small frames ends in 1.3 s instead
// of 2.6 s of processor time, most of it spent on copying frames.
const maxStack = 256 << 20

// What the kernel process gives us, by file descriptor.
const (
	fdIn     = 3 + iota // where frames come from
	fdOut               // where they go
	fdCrash             // where the runtime copies the report of a crash to
	fdShared            // the memory of rt.Shared
	fdLife              // a pipe that nothing is written to: our process group ends with it
)

// Main is the engine process. It returns the exit status when it was not
// started by package engine; otherwise it ends the process, and what cells
// have started, when the kernel process has closed its end or is gone. o has what
// the process is made for; the rest of it is set here.
func Main(o Options) int {
	debug.SetMaxStack(maxStack)
	debug.SetTraceback("single") // the client reads the failing goroutine's stack
	rt.Fmt = rt.Functions{
		Print: fmt.Print, Println: fmt.Println, Printf: fmt.Printf, Sprint: fmt.Sprint, Sprintln: fmt.Sprintln, Sprintf: fmt.Sprintf, Errorf: fmt.Errorf,
	}
	ready := wire.Ready{PID: os.Getpid()}
	if ready.Shared = share(fdShared, &ready); ready.Shared && o.Exiting != nil {
		ready.TellsExits = o.Exiting(func() { atomic.StoreUint32(&rt.Shared.Exits, 1) })
	}
	syscall.Close(fdShared)
	in, out, crash, life := away(fdIn, "frames in"), away(fdOut, "frames out"), away(fdCrash, "crash output"), away(fdLife, "life")
	var err error
	whileNearIsTaken(func() {
		err = debug.SetCrashOutput(crash, debug.CrashOptions{})
		// When the machine runs out of memory it is the engine that has to go. A
		// system that does not know this file decides by itself. With the first
		// file the runtime opens what it waits for files with, too.
		_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
	})
	if in == nil || out == nil || crash == nil || life == nil || err != nil {
		fmt.Fprintln(os.Stderr, "engine: started without its pipes; it is started by gomemo, not by hand")
		return 2
	}
	crash.Close() // the runtime has its own
	o.In, o.Out, o.Ready, o.streams = in, out, ready, keepStreams()
	err = Serve(o)
	runtime.KeepAlive(life) // else it would be closed when it is collected
	if err == nil && syscall.Getpgrp() == os.Getpid() {
		_ = syscall.Kill(0, syscall.SIGKILL) // the group, which is ours
	}
	return sever(out)
}

// sever ends the connection to the kernel process after a cell has closed what
// the engine needs: the client sees that from its end, and ends the process.
func sever(out io.Closer) int {
	out.Close()
	select {}
}

// whileNearIsTaken calls f while no descriptor below farAway is free.
func whileNearIsTaken(f func()) {
	var taken []int
	for {
		fd, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
		if err != nil {
			break // so many are not allowed
		}
		taken = append(taken, fd)
		if fd >= farAway {
			break
		}
	}
	f()
	for _, fd := range taken {
		syscall.Close(fd)
	}
}

// away moves a descriptor out of the reach of programs that close all those
// which they do not know, and keeps it from processes that cells start. nil
// means that there is none.
func away(fd int, name string) *os.File {
	if far, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, farAway); err == nil {
		syscall.Close(fd)
		return os.NewFile(uintptr(far), name)
	}
	syscall.CloseOnExec(fd) // so many are not allowed
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil {
		return nil
	}
	return os.NewFile(uintptr(fd), name)
}

// farAway is more than programs have open, and less than the 1024 that many
// systems allow.
const farAway = 1000
