package conformance_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// A result is what a person sees of a program that ran.
type result struct {
	Stdout, Stderr string
	Exit           int
	Failure        string // the messages of a panic or a fatal error, without stacks
	Varies         bool   // another run put out something else
	Broken         string // why there is no result: it does not compile, it does not end
}

// referenceTimeout is ten times what the slowest eligible program takes.
const referenceTimeout = 60 * time.Second

// temporary is a directory that runs of these tests share.
func temporary() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("gomemo-conformance-%d", os.Getuid()))
}

// references runs programs as they are, and remembers the results in the
// temporary directory: linking a thousand programs takes minutes.
func references(ctx context.Context, programs []*program) error {
	dir := temporary()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	path := func(p *program) string {
		h := sha256.Sum256([]byte(runtime.Version() + runtime.GOARCH + p.path + "\x00" + p.source))
		return filepath.Join(dir, hex.EncodeToString(h[:12])+".json")
	}
	var missing []*program
	for _, p := range programs {
		data, err := os.ReadFile(path(p))
		if err != nil || json.Unmarshal(data, &p.want) != nil {
			missing = append(missing, p)
		}
	}
	const batch = 40
	for len(missing) > 0 {
		n := min(batch, len(missing))
		if err := buildAndRun(ctx, missing[:n]); err != nil {
			return err
		}
		for _, p := range missing[:n] {
			data, err := json.Marshal(p.want)
			if err != nil {
				return err
			}
			if err := os.WriteFile(path(p), data, 0o600); err != nil {
				return err
			}
		}
		missing = missing[n:]
	}
	return nil
}

// buildAndRun compiles programs with one go build and runs each, twice if it
// prints.
func buildAndRun(ctx context.Context, programs []*program) error {
	dir, err := os.MkdirTemp("", "gomemo-reference-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module reference\n\ngo "+language()+"\n"), 0o600); err != nil {
		return err
	}
	for i, p := range programs {
		sub := filepath.Join(dir, fmt.Sprintf("p%d", i))
		if err := os.Mkdir(sub, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(sub, "main.go"), []byte(p.source), 0o600); err != nil {
			return err
		}
	}
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", bin+string(filepath.Separator), "./...")
	build.Dir = dir
	var messages bytes.Buffer
	build.Stderr = &messages
	_ = build.Run() // a program that does not compile has no file
	for i, p := range programs {
		file := filepath.Join(bin, fmt.Sprintf("p%d", i))
		if _, err := os.Stat(file); err != nil {
			if messages.Len() == 0 {
				return errors.New("go build made no programs and said nothing")
			}
			p.want = result{Broken: "go build fails"}
			continue
		}
		p.want = execute(ctx, file)
		if p.want.Stdout+p.want.Stderr+p.want.Failure != "" && p.want.Broken == "" {
			p.want.Varies = execute(ctx, file) != p.want
		}
	}
	return ctx.Err()
}

// language is the version of the language that cells are written in.
func language() string { return strings.TrimPrefix(version.Lang(runtime.Version()), "go") }

func execute(ctx context.Context, file string) result {
	dir, err := os.MkdirTemp("", "gomemo-reference-")
	if err != nil {
		return result{Broken: err.Error()}
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(ctx, referenceTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, file)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if ctx.Err() != nil {
		return result{Broken: "does not end"}
	}
	r := result{Stdout: stdout.String(), Stderr: stderr.String()}
	if exit, ok := err.(*exec.ExitError); ok {
		r.Exit = exit.ExitCode()
	} else if err != nil {
		return result{Broken: err.Error()}
	}
	if at := failureStart.FindStringIndex(r.Stderr); at != nil && r.Exit == 2 {
		r.Failure = failureText(r.Stderr[at[0]:])
		r.Stderr = r.Stderr[:at[0]]
	}
	return r
}

var (
	failureStart = regexp.MustCompile(`(?m)^(panic: |fatal error: |unexpected fault address |runtime: goroutine stack exceeds)`)
	addresses    = regexp.MustCompile(`0x[0-9a-f]+`)
	signals      = regexp.MustCompile(`(?m)^\[signal .*\]\n?`)
	goexit       = regexp.MustCompile(`(?m)^goroutine \d+ .*\[`)
)

// failureText is the part of a crash's output that says what happened.
func failureText(s string) string {
	if at := goexit.FindStringIndex(s); at != nil {
		s = s[:at[0]]
	}
	s = signals.ReplaceAllString(s, "")
	return strings.TrimSpace(addresses.ReplaceAllString(s, "0x?"))
}
