package engine_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"gomemo/display"
	"gomemo/engine"
	"gomemo/engine/wire"
)

// kernelOfTest is a kernel process: it starts an engine, has a cell start a
// child, prints the numbers of both, and waits.
func kernelOfTest() error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	c, err := engine.Start(context.Background(), engine.Options{Path: exe, Env: append(os.Environ(), "ENGINE_OF_TEST=1")})
	if err != nil {
		return err
	}
	done, err := c.Run(context.Background(), &wire.Run{Seq: 1, Entry: "child"}, new(transcript))
	if err != nil {
		return err
	}
	fmt.Println(c.PID(), display.Bundle{Data: done.Result}.Plain())
	select {}
}

// gone waits until a process has ended.
func gone(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); syscall.Kill(pid, 0) == nil && !zombie(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("process %d lives on", pid)
		}
	}
}

func TestNothingOutlivesAKernelThatIsKilled(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "KERNEL_OF_TEST=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	var pid, child int
	if _, scanErr := fmt.Sscan(line, &pid, &child); err != nil || scanErr != nil {
		t.Fatalf("%q: %v, %v", line, err, scanErr)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the kernel process ended well")
	}
	gone(t, pid)
	gone(t, child)
}

func TestWhatACellStartedEndsWithItsEngine(t *testing.T) {
	t.Parallel()
	s := start(t)
	child, _ := s.ok("child")
	death, _ := s.dies("exit")
	if death.ExitCode != 3 {
		t.Errorf("%+v", death)
	}
	var pid int
	if _, err := fmt.Sscan(child, &pid); err != nil {
		t.Fatal(err)
	}
	gone(t, pid)
}

// A cell in a system call cannot end by itself.
func TestInterruptOfASystemCall(t *testing.T) {
	t.Parallel()
	s := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	var asked time.Time
	time.AfterFunc(50*time.Millisecond, func() { asked = time.Now(); cancel() })
	_, _, err := s.run(ctx, "system call")
	took := time.Since(asked)
	var death *wire.Death
	if !errors.As(err, &death) || death.Message != `interrupted: the cell was in state "syscall" and did not end within 2.5s, so its process was ended` {
		t.Errorf("%v", err)
	}
	if took > 3*time.Second {
		t.Errorf("it ended %v after the interrupt", took)
	}
}

func TestAMillionInterrupts(t *testing.T) {
	s := start(t)
	n := 1_000_000
	if testing.Short() {
		n = 50_000
	}
	s.ok("count")
	files := openFiles(t)
	for i := range n {
		if err := s.Interrupt(i % 3); err != nil {
			t.Fatal(err)
		}
	}
	for range 200 { // of cells that run
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		done, _, err := s.run(ctx, "loop")
		if err != nil || done.Error == nil || done.Error.Kind != "interrupt" {
			if !errors.Is(err, context.Canceled) { // before it began
				t.Fatalf("%+v, %v", done, err)
			}
		}
	}
	if got, _ := s.ok("count"); got != "2" {
		t.Errorf("count is %s", got)
	}
	if now := openFiles(t); now > files+20 { // other tests run meanwhile
		t.Errorf("%d files were open, and now %d", files, now)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}
