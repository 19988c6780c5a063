package engine

import (
	"testing"
	"testing/fstest"
	"time"
)

func TestMachineMemory(t *testing.T) {
	const gib = 1 << 30
	machine := map[string]string{"proc/meminfo": "MemTotal:       16777216 kB\nMemFree:        1 kB\n"}
	for _, test := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"no group", nil, 16 * gib},
		{"version 2", map[string]string{"proc/self/cgroup": "0::/user/a\n", "sys/fs/cgroup/user/a/memory.max": "max\n",
			"sys/fs/cgroup/user/memory.max": "2147483648\n"}, 2 * gib},
		{"version 2 without a limit", map[string]string{"proc/self/cgroup": "0::/user/a\n", "sys/fs/cgroup/user/a/memory.max": "max\n"}, 16 * gib},
		{"version 1", map[string]string{"proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/x\n0::/\n",
			"sys/fs/cgroup/memory/x/memory.limit_in_bytes": "3221225472\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 3 * gib},
		{"in a container", map[string]string{"proc/self/cgroup": "4:memory:/docker/0123\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n"}, gib},
		{"more than the machine", map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "99999999999999\n"}, 16 * gib},
	} {
		root := fstest.MapFS{}
		for _, files := range []map[string]string{machine, test.files} {
			for name, text := range files {
				root[name] = &fstest.MapFile{Data: []byte(text)}
			}
		}
		if got := machineMemory(root); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
	if got := machineMemory(fstest.MapFS{}); got != 0 {
		t.Errorf("a system that does not say has %d", got)
	}
	if MachineMemory() < 1<<27 {
		t.Errorf("this machine has %d bytes", MachineMemory())
	}
}

func TestLooksAreNeverTooFarApart(t *testing.T) {
	for left, want := range map[int64]time.Duration{0: shortLook, 1 << 20: shortLook, 1 << 30: 62500 * time.Microsecond, 1 << 40: longLook} {
		if got := lookAfter(left); got != want {
			t.Errorf("with %d bytes left: %v, want %v", left, got, want)
		}
	}
}
