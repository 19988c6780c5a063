package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
)

// A meter reads how much memory a process uses.
type meter struct {
	status *os.File
	buf    []byte
}

func openMeter(pid int) (*meter, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return nil, err
	}
	return &meter{f, make([]byte, 8<<10)}, nil
}

func (m *meter) close() { m.status.Close() }

var errNoFigure = errors.New("the system does not say")

// used returns what the process alone keeps in memory or in swap. Files that
// are mapped do not count: they can be written back and read again.
func (m *meter) used() (int64, error) {
	n, err := m.status.ReadAt(m.buf, 0)
	if n == 0 {
		return 0, err
	}
	anon, ok := kilobytes(m.buf[:n], "RssAnon:")
	if !ok {
		return 0, errNoFigure // it has ended
	}
	swap, _ := kilobytes(m.buf[:n], "VmSwap:")
	return anon + swap, nil
}

// kilobytes finds a line such as "RssAnon:     123 kB" and returns the bytes.
func kilobytes(status []byte, name string) (int64, bool) {
	_, rest, ok := bytes.Cut(status, []byte("\n"+name))
	if !ok {
		return 0, false
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	number, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
	n, err := strconv.ParseInt(number, 10, 64)
	return n << 10, err == nil
}

// MachineMemory returns how many bytes of memory this process and its
// children may use: what the machine has, or less if a control group says so;
// 0 if that cannot be told.
func MachineMemory() int64 { return machineMemory(os.DirFS("/")) }

func machineMemory(root fs.FS) int64 {
	text, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return 0
	}
	total, ok := kilobytes(append([]byte("\n"), text...), "MemTotal:")
	if !ok {
		return 0
	}
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return total
	}
	for line := range strings.Lines(string(groups)) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		switch {
		case len(parts) != 3:
		case parts[1] == "": // version 2
			total = min(total, groupLimit(root, "sys/fs/cgroup", parts[2], "memory.max"))
		case strings.Contains(","+parts[1]+",", ",memory,"):
			total = min(total, groupLimit(root, "sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes"))
		}
	}
	return total
}

// groupLimit returns the least limit of a control group and those above it.
// In a container the group's path may be that outside, and then only the root
// is there.
func groupLimit(root fs.FS, mount, group, file string) int64 {
	limit := int64(math.MaxInt64)
	for group = path.Clean("/" + group); ; group = path.Dir(group) {
		if text, err := fs.ReadFile(root, path.Join(mount, group, file)); err == nil {
			if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil { // else "max"
				limit = min(limit, n)
			}
		}
		if group == "/" {
			return limit
		}
	}
}
