//go:build unix

package memo

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets a test run this binary again as another process: what it
// does is the value of MEMO_TEST_CHILD, on the directory MEMO_TEST_DIR.
func TestMain(m *testing.M) {
	what := os.Getenv("MEMO_TEST_CHILD")
	if what == "" {
		os.Exit(m.Run())
	}
	s, err := Open(os.Getenv("MEMO_TEST_DIR"))
	if err == nil {
		err = children[what](s)
	}
	if err != nil {
		fmt.Println("child:", err)
		os.Exit(1)
	}
}

var children = map[string]func(*Store) error{
	"put-forever": func(s *Store) error {
		s.named = os.Getenv("MEMO_TEST_NAMED") != ""
		fmt.Println("ready")
		for i := 0; ; i++ {
			if _, err := s.Put(key(i%40), entry(i%40, 1+(i%40)%2*500_000)); err != nil {
				return err
			}
		}
	},
	"exchange": func(s *Store) error { return exchange(s, 1) },
	"full": func(s *Store) error {
		signal.Ignore(syscall.SIGXFSZ)
		limit := syscall.Rlimit{Cur: 100_000, Max: 100_000}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
		return fillUp(s)
	},
}

// exchange puts the entries of one of two processes and waits for the other's.
func exchange(s *Store, me int) error {
	for i := range 30 {
		k := 2*i + me
		if _, err := s.Put(key(k), entry(k, 100+i%3*20_000)); err != nil {
			return err
		}
		theirs := 2*i + 1 - me
		for deadline := time.Now().Add(20 * time.Second); ; {
			e, err := s.Get(key(theirs))
			if err == nil && same(e, entry(theirs, 100+i%3*20_000)) {
				break
			}
			if err == nil || !errors.Is(err, ErrMiss) || time.Now().After(deadline) {
				return fmt.Errorf("key %d: %v", theirs, err)
			}
		}
	}
	return nil
}

// fillUp puts until files cannot grow, and checks that the store goes on.
func fillUp(s *Store) error {
	if _, err := s.Put(key(1), entry(1, 50)); err != nil {
		return err
	}
	if _, err := s.Put(key(2), entry(2, 1<<20)); err == nil {
		return errors.New("a large entry was stored on a full disk")
	}
	var full error
	n := 3
	for ; full == nil && n < 1000; n++ {
		_, full = s.Put(key(n), entry(n, 5000))
	}
	if full == nil || !strings.Contains(full.Error(), s.Dir()) {
		return fmt.Errorf("full disk: %v", full)
	}
	for i := range n - 1 {
		e, err := s.Get(key(i))
		stored := i == 1 || i >= 3
		if stored && (err != nil || !same(e, entry(i, len(e.Payload)))) || !stored && !errors.Is(err, ErrMiss) {
			return fmt.Errorf("key %d on a full disk: %v", i, err)
		}
	}
	if names, _ := filepath.Glob(filepath.Join(s.Dir(), "*", "*")); len(names) != 0 {
		return fmt.Errorf("left behind: %v", names)
	}
	return nil
}

// child starts this binary again.
func child(t *testing.T, what, dir string, env ...string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "MEMO_TEST_CHILD="+what, "MEMO_TEST_DIR="+dir)
	c.Env = append(c.Env, env...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewReader(out)
}

func waitChild(t *testing.T, c *exec.Cmd, out *bufio.Reader) {
	t.Helper()
	text, _ := io.ReadAll(out)
	if err := c.Wait(); err != nil {
		t.Errorf("%v: %s", err, text)
	}
}

func TestTwoProcessesShareADirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, out := child(t, "exchange", dir)
	if err := exchange(open(t, dir), 0); err != nil {
		t.Error(err)
	}
	waitChild(t, c, out)
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	c, out := child(t, "full", t.TempDir())
	waitChild(t, c, out)
}

func TestKilledWriterLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, named := range []string{"", "1"} {
		dir := t.TempDir()
		for round := range 8 {
			c, out := child(t, "put-forever", dir, "MEMO_TEST_NAMED="+named)
			if _, err := out.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			// Killed at some point of its work, another one each time.
			for range 500 * round {
				os.Stat(dir)
			}
			c.Process.Kill()
			c.Wait()
			s := open(t, dir)
			for i := range 40 {
				if e, err := s.Get(key(i)); err == nil && !same(e, entry(i, 1+i%2*500_000)) {
					t.Errorf("key %d: %+v", i, e)
				}
			}
			s.Close()
		}
		hour := time.Now().Add(-time.Hour)
		temps, _ := filepath.Glob(filepath.Join(dir, "large", tempPrefix+"*"))
		for _, name := range temps {
			os.Chtimes(name, hour, hour)
		}
		s := open(t, dir)
		mustPut(t, s, key(100), entry(100, 10))
		if temps, _ = filepath.Glob(filepath.Join(dir, "large", tempPrefix+"*")); len(temps) != 0 {
			t.Errorf("temporary files stay: %v", temps)
		}
		// All the writers used one pack, one after the other.
		if packs, _ := listPacks(dir); len(packs) != 1 {
			t.Errorf("packs: %v", packs)
		}
	}
}
