package native

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// prepareMain is the main function of a process that prepares, for
// TestPrepareProcesses. It prints each step.
func prepareMain() int {
	last := ""
	_, err := Prepare(context.Background(), Options{
		Dir:    os.Getenv("NATIVE_TEST_PREPARE"),
		Source: testEngine(),
		Progress: func(step string, fraction float64) {
			if step != last {
				last = step
				fmt.Println(step)
			}
		},
	})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// Of several processes that prepare at the same time one works. When it is
// killed another one goes on, and nothing half made is ever used.
func TestPrepareProcesses(t *testing.T) {
	toolchain(t) // so that the build cache is warm
	dir := t.TempDir()
	start := func() (*exec.Cmd, *bufio.Scanner) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "NATIVE_TEST_PREPARE="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, bufio.NewScanner(out)
	}
	// until reads steps up to the one that starts with want.
	until := func(s *bufio.Scanner, want string) {
		t.Helper()
		for s.Scan() {
			if strings.HasPrefix(s.Text(), want) {
				return
			}
		}
		t.Fatalf("no step %q", want)
	}
	prepared := func() []string {
		files, err := filepath.Glob(filepath.Join(dir, "toolchain", "*", "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}

	victim, steps := start()
	until(steps, "building the compiler")
	second, steps2 := start()
	until(steps2, "waiting")
	until(steps, "testing the compiler")
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = victim.Wait() // killed
	if files := prepared(); len(files) != 0 {
		t.Fatalf("prepared by a killed process: %v", files)
	}

	until(steps2, "building the compiler")
	third, steps3 := start()
	until(steps3, "waiting")
	for i, p := range []struct {
		cmd   *exec.Cmd
		steps *bufio.Scanner
	}{{second, steps2}, {third, steps3}} {
		var said []string
		for p.steps.Scan() {
			said = append(said, p.steps.Text())
		}
		if err := p.cmd.Wait(); err != nil {
			t.Fatalf("%v: %v", err, said)
		}
		for _, s := range said {
			if i == 1 && strings.HasPrefix(s, "building the compiler") {
				t.Errorf("the third process built what the second one had built: %v", said)
			}
		}
	}
	if files := prepared(); len(files) != 1 {
		t.Errorf("prepared: %v", files)
	}

	// What they made works, and is found without any work.
	tc, err := Prepare(t.Context(), Options{Dir: dir, Source: testEngine(), Progress: func(step string, _ float64) {
		t.Errorf("prepared again: %s", step)
	}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := tc.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.Build(t.Context(), pair("processes"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := run(t, w, p.Path), "main.t {n:3} processes\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
