package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gomemo": main})
}

// TestScript runs the commands that need no engine.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		Setup:               sandbox,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"only":    only,
			"hidden":  hidden,
			"untimed": untimed,
		},
	})
}

// TestRunScript runs notebooks for real. The toolchain and the engine are
// those of the user's cache directory, which are made if they are not there;
// calls are remembered in the script's own directory.
func TestRunScript(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the engine, whose preparation takes minutes")
	}
	t.Parallel()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	if err := prepare(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("..", "..", "testdata", "script", "run"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", cache)
			env.Setenv("GOMEMO_CACHE", filepath.Join(env.WorkDir, "calls"))
			return errors.Join(sandbox(env), toolchainEnv(env))
		},
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"count":   count,
			"waitfor": waitFor,
		},
	})
}

// sandbox gives a script a home of its own and no Python environment.
func sandbox(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	env.Setenv("HOME", home)
	env.Setenv("VIRTUAL_ENV", filepath.Join(env.WorkDir, "venv"))
	return os.Mkdir(home, 0o777)
}

// toolchainEnv lets a script use the Go installation with the caches that it
// has outside of the sandbox.
func toolchainEnv(env *testscript.Env) error {
	names := []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOSUMDB", "GOFLAGS"}
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	for i, value := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		env.Setenv(names[i], value)
	}
	return nil
}

// count is a command of scripts: count N TEXT FILE... checks that TEXT occurs
// N times in all files together.
func count(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: count N TEXT FILE...")
	}
	n := 0
	for _, file := range args[2:] {
		n += strings.Count(ts.ReadFile(file), args[1])
	}
	if got := fmt.Sprint(n); got != args[0] {
		ts.Fatalf("%q occurs %s times, want %s", args[1], got, args[0])
	}
}

// waitFor is a command of scripts: waitfor FILE waits until FILE exists, which
// a program in the background makes, and removes it.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfor FILE")
	}
	file := ts.MkAbs(args[0])
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if os.Remove(file) == nil {
			return
		}
	}
	ts.Fatalf("%s did not appear within a minute", args[0])
}

// only is a command of scripts: only PROGRAM... makes a PATH on which there is
// nothing else.
func only(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: only PROGRAM...")
	}
	dir := ts.MkAbs("only")
	ts.Check(os.RemoveAll(dir))
	ts.Check(os.Mkdir(dir, 0o777))
	for _, program := range args {
		path, err := exec.LookPath(program)
		ts.Check(err)
		ts.Check(os.Symlink(path, filepath.Join(dir, program)))
	}
	ts.Setenv("PATH", dir)
}

// hidden is a command of scripts: hidden PROGRAM... checks that none of them
// is on PATH.
func hidden(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: hidden PROGRAM...")
	}
	for _, program := range args {
		for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
			if _, err := os.Stat(filepath.Join(dir, program)); err == nil {
				ts.Fatalf("%s is in %s", program, dir)
			}
		}
	}
}

// times are the durations that gomemo run prints.
var times = regexp.MustCompile(`\b[0-9.]+ m?s\b`)

// untimed is a command of scripts: untimed FROM TO copies a file with T in
// place of all durations, and $WORK in that of the script's directory.
func untimed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: untimed FROM TO")
	}
	text := times.ReplaceAllString(ts.ReadFile(args[0]), "T")
	text = strings.ReplaceAll(text, ts.Getenv("WORK"), "$WORK")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o666))
}
