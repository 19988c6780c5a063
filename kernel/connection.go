package kernel

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"hash"
	"net"
	"os"
	"strconv"
)

// ConnectionInfo is the content of a connection file: where to listen, and the
// key that messages are signed with. Port 0 lets the system choose.
type ConnectionInfo struct {
	Transport       string `json:"transport"`        // "tcp" (also if empty) or "ipc"
	IP              string `json:"ip"`               // for ipc, the start of the sockets' paths
	SignatureScheme string `json:"signature_scheme"` // "hmac-sha256" (also if empty), "hmac-sha384", "hmac-sha512"
	Key             string `json:"key"`              // empty: messages are not signed
	ShellPort       int    `json:"shell_port"`
	ControlPort     int    `json:"control_port"`
	IOPubPort       int    `json:"iopub_port"`
	StdinPort       int    `json:"stdin_port"`
	HBPort          int    `json:"hb_port"`
	KernelName      string `json:"kernel_name,omitempty"`
}

// ReadConnectionInfo reads a connection file.
func ReadConnectionInfo(name string) (ConnectionInfo, error) {
	var c ConnectionInfo
	data, err := os.ReadFile(name)
	if err != nil {
		return c, fmt.Errorf("kernel: read connection file: %w", err)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("kernel: connection file %s: %v", name, err)
	}
	return c, nil
}

// signer returns the hash of the signature scheme, nil if messages are not signed.
func (c *ConnectionInfo) signer() (func() hash.Hash, error) {
	if c.Key == "" {
		return nil, nil
	}
	switch c.SignatureScheme {
	case "", "hmac-sha256":
		return sha256.New, nil
	case "hmac-sha384":
		return sha512.New384, nil
	case "hmac-sha512":
		return sha512.New, nil
	}
	return nil, fmt.Errorf("kernel: unknown signature scheme %q", c.SignatureScheme)
}

// listen binds one port; with port 0 it stores the port it was given.
func (c *ConnectionInfo) listen(port *int) (net.Listener, error) {
	switch c.Transport {
	case "", "tcp":
		host := c.IP
		if host == "*" {
			host = ""
		} else if host == "" {
			host = "127.0.0.1"
		}
		ln, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(*port)))
		if err != nil {
			return nil, fmt.Errorf("kernel: %w", err)
		}
		*port = ln.Addr().(*net.TCPAddr).Port
		return ln, nil
	case "ipc":
		ln, err := net.Listen("unix", c.IP+"-"+strconv.Itoa(*port))
		if err != nil {
			return nil, fmt.Errorf("kernel: %w", err)
		}
		return ln, nil
	}
	return nil, fmt.Errorf("kernel: unknown transport %q", c.Transport)
}
