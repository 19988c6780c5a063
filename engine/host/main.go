package host

import (
	"fmt"
	"os"
	"runtime/debug"
	"syscall"

	"gomemo/engine/wire"
)

// maxStack ends an unlimited recursion in about a third of the time that
// Go's default of 1 GB takes.
const maxStack = 256_000_000

// Main is the engine process. It returns the exit status, when the kernel
// process has closed its end or is gone. File descriptor 3 is where frames
// come from, 4 where they go, 5 where the runtime copies the report of a
// crash to, 6 is the memory of rt.Shared. open is that of Options.
func Main(open func(path string) (Plugin, error)) int {
	for fd := 3; fd <= 6; fd++ {
		syscall.CloseOnExec(fd) // not for processes that cells start
	}
	// When the machine runs out of memory it is the engine that has to go. A
	// system that does not know this file decides by itself.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
	debug.SetMaxStack(maxStack)
	debug.SetTraceback("single") // the client reads the failing goroutine's stack
	in, out, crash := os.NewFile(3, "frames in"), os.NewFile(4, "frames out"), os.NewFile(5, "crash output")
	if in == nil || out == nil || crash == nil {
		fmt.Fprintln(os.Stderr, "engine: started without its pipes; it is started by gomemo, not by hand")
		return 2
	}
	if err := debug.SetCrashOutput(crash, debug.CrashOptions{}); err != nil {
		fmt.Fprintln(os.Stderr, "engine: started without its pipes; it is started by gomemo, not by hand")
		return 2
	}
	ready := wire.Ready{PID: os.Getpid()}
	ready.Stop, ready.Goroutines, ready.Shared = share(6)
	syscall.Close(6)
	if err := Serve(Options{In: in, Out: out, Open: open, Ready: ready}); err != nil {
		fmt.Fprintln(os.Stderr, "engine:", err)
		return 2
	}
	return 0
}
