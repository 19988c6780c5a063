package kernel

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadConnectionInfo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "c.json")
	// As jupyter_client writes it.
	const data = `{"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5, "ip": "127.0.0.1",
		"key": "a-b", "transport": "tcp", "signature_scheme": "hmac-sha256", "kernel_name": "gomemo", "jupyter_session": "/x"}`
	if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := ReadConnectionInfo(name)
	want := ConnectionInfo{"tcp", "127.0.0.1", "hmac-sha256", "a-b", 1, 4, 2, 3, 5, "gomemo"}
	if err != nil || got != want {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := ReadConnectionInfo(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	os.WriteFile(name, []byte("{"), 0o600)
	if _, err := ReadConnectionInfo(name); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("broken file: %v", err)
	}
}

func TestListenErrors(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, info := range []ConnectionInfo{
		{Transport: "carrier pigeon"},
		{StdinPort: taken.Addr().(*net.TCPAddr).Port},
	} {
		k, err := New(Options{Conn: &info, NewEvaluator: newFake().make})
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Run(t.Context()); err == nil {
			t.Errorf("%+v: no error", info)
		}
	}
	if _, err := New(Options{Conn: &ConnectionInfo{}}); err == nil {
		t.Error("without NewEvaluator: no error")
	}
}

func TestIPC(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "k") // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	tk := start(t, func(o *Options) {
		o.Conn = &ConnectionInfo{Transport: "ipc", IP: filepath.Join(dir, "s"), Key: "k",
			ShellPort: 1, ControlPort: 2, IOPubPort: 3, StdinPort: 4, HBPort: 5}
	})
	c := connect(t, tk)
	if r, _ := c.execute("value 1"); r.Status != "ok" {
		t.Errorf("%+v", r)
	}
}
