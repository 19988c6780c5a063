//go:build unix

package engine

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"gomemo/engine/wire"
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
	over  bool       // it was killed because it used more than memory
	page  page

	severed bool // it had not ended when its pipes were closed

	life *os.File // write end of the pipe that ends the engine's process group with us
	cmd  *exec.Cmd
}

// pipeSize is asked for where the system lets us choose: fewer switches
// between the processes when much is printed.
const pipeSize = 1 << 20

// spawn starts the engine with the descriptors that package host expects.
func spawn(o Options) (*process, error) {
	p := &process{memory: o.Hello.Memory}
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

	shared, err := p.share()
	if err != nil {
		return err
	}
	theirs = append(theirs, shared)

	life, w, err := os.Pipe()
	if err != nil {
		return err
	}
	p.life = w
	theirs = append(theirs, life)

	cmd := exec.Command(o.Path, o.Args...)
	if o.Name != "" {
		cmd.Args[0] = o.Name
	}
	cmd.Env, cmd.Dir = o.Env, o.Dir
	cmd.Stdout, cmd.Stderr = theirs[stdout], theirs[stderr]
	cmd.ExtraFiles = []*os.File{r, theirs[frames], theirs[crash], shared, life}
	cmd.SysProcAttr = attributes()
	if err := cmd.Start(); err != nil {
		return err
	}
	p.cmd, p.pid = cmd, cmd.Process.Pid
	tie(life, p.pid)
	return nil
}

// share makes the memory that the engine shares with us.
func (p *process) share() (file *os.File, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.page, file, err = makePage()
	return file, err
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

// ready takes what the engine says at first.
func (p *process) ready(r *wire.Ready) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.page.locate(r)
}

// setStop sets the flag that the code of cells polls, if the engine has said
// where it is.
func (p *process) setStop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.page.setStop()
}

// clearStop clears it.
func (p *process) clearStop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.page.clearStop()
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

// overran kills the process group for its use of memory.
func (p *process) overran() {
	p.mu.Lock()
	p.over = !p.ended
	p.mu.Unlock()
	p.kill()
}

// end kills what is left of the group and waits for the process. Till then
// its number cannot become another's.
func (p *process) end() {
	p.severed = !p.ends()
	p.kill()
	p.mu.Lock()
	p.ended = true
	p.mu.Unlock()
	// A failure to exit well is in the state; others cannot happen, as nothing
	// is copied.
	_ = p.cmd.Wait()
}

// close closes our ends of the pipes and unmaps what we share.
func (p *process) close() {
	p.mu.Lock()
	p.page.unmap()
	p.mu.Unlock()
	for _, f := range append(p.files[:], p.in, p.waker, p.life) {
		if f != nil {
			f.Close()
		}
	}
}

// explain describes the end of the process in words.
func (p *process) explain() (message string, code int, signal string) {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		s := status.Signal()
		message = fmt.Sprintf("the engine process was killed (signal %d, %v)", int(s), s)
		if s == syscall.SIGKILL {
			message += ", as the system does when memory is short"
		}
		return message, -1, s.String()
	}
	code = p.cmd.ProcessState.ExitCode()
	return fmt.Sprintf("the cell ended its process with exit status %d (os.Exit or log.Fatal)", code), code, ""
}
