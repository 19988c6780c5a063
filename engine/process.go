//go:build unix

package engine

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// The pipes that a relay polls.
const (
	stdout = iota
	stderr
	frames // from the engine
	crash  // the runtime's report of a crash
	wake   // written to by ourselves
	pipes
)

// A process is an engine process and our ends of its pipes. The ends that are
// read are raw non-blocking descriptors: they are polled together.
type process struct {
	pid    int
	memory int64    // limit, 0 if there is none
	in     *os.File // frames to the engine
	waker  *os.File // write end of wake
	files  [pipes]*os.File
	fds    [pipes]int // of files; File.Fd could make them blocking again

	mu    sync.Mutex // guards the fields below
	ended bool       // its number may soon be another's
	why   string     // why it was killed, if that is not said elsewhere

	reap   chan struct{}    // closed to have the process waited for
	exited chan struct{}    // closed when that has been done
	state  *os.ProcessState // valid then
}

// pipeSize is asked for where the system lets us choose: fewer switches
// between the processes when much is printed.
const pipeSize = 1 << 20

// spawn starts the engine with the descriptors that package host expects.
func spawn(o Options) (*process, error) {
	p := &process{memory: o.Hello.Memory, reap: make(chan struct{}), exited: make(chan struct{})}
	if err := p.start(o); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *process) start(o Options) error {
	var theirs []*os.File
	defer func() {
		for _, f := range theirs {
			f.Close()
		}
	}()
	for i := range pipes {
		w, err := p.pipe(i)
		if err != nil {
			return err
		}
		if i == wake {
			p.waker = w
		} else {
			theirs = append(theirs, w)
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	p.in = w
	theirs = append(theirs, r)

	cmd := exec.Command(o.Path, o.Args...)
	if o.Name != "" {
		cmd.Args[0] = o.Name
	}
	cmd.Env, cmd.Dir = o.Env, o.Dir
	cmd.Stdout, cmd.Stderr = theirs[stdout], theirs[stderr]
	cmd.ExtraFiles = []*os.File{r, theirs[frames], theirs[crash]}
	cmd.SysProcAttr = attributes()
	started := make(chan error)
	go func() {
		// On Linux the engine is killed when the thread that started it ends,
		// so that thread is kept until the engine has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		<-p.reap
		// A failure to exit well is in the state; others cannot happen, as
		// nothing is copied.
		_ = cmd.Wait()
		p.state = cmd.ProcessState
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return err
	}
	p.pid = cmd.Process.Pid
	return nil
}

// pipe makes the pipe that is read at index i and returns the end to write.
func (p *process) pipe(i int) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	enlarge(r)
	p.files[i], p.fds[i] = r, int(r.Fd())
	if err := unix.SetNonblock(p.fds[i], true); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// wakeUp makes a poll return.
func (p *process) wakeUp() {
	_, _ = p.waker.Write([]byte{0}) // closed, if the engine has ended
}

// kill ends the process group: the engine and what it started. A process that
// is already ending keeps its exit status. After end it does nothing.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		_ = syscall.Kill(-p.pid, syscall.SIGKILL) // gone already: fine
	}
}

// killFor kills the process group and keeps the first reason that is given.
func (p *process) killFor(why string) {
	p.mu.Lock()
	if p.why == "" {
		p.why = why
	}
	p.mu.Unlock()
	p.kill()
}

// end kills what is left of the group and waits for the process. Till then
// its number cannot become another's.
func (p *process) end() {
	p.kill()
	p.mu.Lock()
	p.ended = true
	p.mu.Unlock()
	close(p.reap)
	<-p.exited
}

// close closes our ends of the pipes.
func (p *process) close() {
	for _, f := range append(p.files[:], p.in, p.waker) {
		if f != nil {
			f.Close()
		}
	}
}

// explain describes the end of the process in words.
func (p *process) explain() (message string, code int, signal string) {
	status, ok := p.state.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		s := status.Signal()
		if p.why != "" {
			return p.why, -1, s.String()
		}
		return fmt.Sprintf("the engine process was killed (signal %d, %v)", int(s), s), -1, s.String()
	}
	code = p.state.ExitCode()
	return fmt.Sprintf("the cell ended its process with exit status %d (os.Exit or log.Fatal)", code), code, ""
}
