//go:build unix

package kernel

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The test binary is also a kernel with the fake evaluator, and a process that
// starts one, when these variables name a connection file.
const (
	kernelVar = "GOMEMO_TEST_KERNEL"
	parentVar = "GOMEMO_TEST_PARENT"
)

func TestMain(m *testing.M) {
	if file := os.Getenv(kernelVar); file != "" {
		if err := runFake(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if file := os.Getenv(parentVar); file != "" {
		cmd := kernelCommand(file)
		if err := cmd.Start(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		io.Copy(io.Discard, os.Stdin)
		return
	}
	os.Exit(m.Run())
}

func runFake(file string) error {
	k, err := New(Options{ConnectionFile: file, NewEvaluator: newFake().make})
	if err != nil {
		return err
	}
	return k.Run(context.Background())
}

func kernelCommand(file string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), kernelVar+"="+file, parentVar+"=")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd
}

// connectionFile writes a connection file with ports that were free just now.
func connectionFile(t *testing.T) (string, ConnectionInfo) {
	t.Helper()
	info := ConnectionInfo{Transport: "tcp", IP: "127.0.0.1", Key: "secret", SignatureScheme: "hmac-sha256"}
	for _, port := range []*int{&info.ShellPort, &info.ControlPort, &info.IOPubPort, &info.StdinPort, &info.HBPort} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		*port = ln.Addr().(*net.TCPAddr).Port
	}
	data, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "kernel-1.json")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name, info
}

// process starts the test binary and returns a client of the kernel that it is
// or has started; done gets the error of Wait when all its output is closed.
func process(t *testing.T, variable string) (cmd *exec.Cmd, c *client, in io.Closer, done chan error) {
	t.Helper()
	file, info := connectionFile(t)
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), variable+"="+file)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out // a pipe: Wait waits for all who hold it
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	done = make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", info.HBPort))
		if err == nil {
			conn.Close()
			break
		}
		select {
		case err := <-done:
			t.Fatalf("%v: %s", err, out.String())
		case <-time.After(time.Millisecond):
		}
	}
	return cmd, connect(t, &testKernel{info: info}), in, done
}

func TestSurvivesSIGINT(t *testing.T) {
	t.Parallel()
	cmd, c, _, done := process(t, kernelVar)
	c.execute("value 1")
	cmd.Process.Signal(os.Interrupt) // idle: nothing happens
	if r, _ := c.execute("value 2"); r.Status != "ok" {
		t.Errorf("%+v", r)
	}
	parent := c.send(c.shell, "execute_request", executeRequest{Code: "wait"})
	for m := c.next(c.iopub); m.header.Type != "execute_input"; m = c.next(c.iopub) {
	}
	for len(c.shellMsgs) == 0 { // the first one may come before the cell has started
		cmd.Process.Signal(os.Interrupt)
		time.Sleep(time.Millisecond)
	}
	if r := content[executeReply](t, c.next(c.shellMsgs)); r.Name != "interrupted" || string(parent) == "" {
		t.Errorf("%+v", r)
	}
	c.send(c.control, "shutdown_request", shutdownRequest{})
	c.next(c.controlMsgs)
	if err := <-done; err != nil {
		t.Errorf("exit: %v", err)
	}
}

func TestDoesNotOutliveParent(t *testing.T) {
	t.Parallel()
	cmd, c, _, done := process(t, parentVar)
	if r, _ := c.execute("value 1"); r.Status != "ok" {
		t.Errorf("%+v", r)
	}
	cmd.Process.Kill()
	select {
	case <-done:
	case <-time.After(patience):
		t.Error("the kernel is still there")
	}
}
