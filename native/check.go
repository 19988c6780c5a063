package native

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A Finding is one thing that compiled cells need, and how it is.
type Finding struct {
	Name   string // "Go", "Go's sources", "C compiler", …
	OK     bool
	Detail string // what was found
	Fix    string // what to do; "" if OK
	Later  bool   // it is not there because nobody has called Prepare yet
}

// Check looks at everything that Prepare needs or makes. It builds nothing,
// and stops where what follows depends on what is missing.
func Check(ctx context.Context, o Options) []Finding {
	var findings []Finding
	add := func(name string, err error, detail string) bool {
		f := Finding{Name: name, OK: err == nil, Detail: detail}
		if err != nil {
			f.Detail = strings.TrimPrefix(err.Error(), "native: ")
			var missing *MissingError
			if errors.As(err, &missing) {
				f.Detail, f.Fix = missing.What, missing.Fix
				if missing.Err != nil {
					f.Detail += ": " + missing.Err.Error()
				}
			}
		}
		findings = append(findings, f)
		return err == nil
	}

	dir, err := o.dir()
	if err == nil {
		err = writable(dir)
	}
	add("cache directory", err, dir)
	e, err := findGo(ctx, &o)
	if err == nil {
		err = e.supported()
	}
	if err != nil {
		add("Go", err, "")
		return findings
	}
	add("Go", nil, goDetail(e))
	add("Go's sources", checkSources(ctx, e), filepath.Join(e.GOROOT, "src", "cmd", "compile"))
	err = checkC(ctx, e)
	add("C compiler and linker", err, e.CC)
	if dir == "" {
		return findings
	}

	t, err := open(ctx, &o)
	if err != nil {
		add("toolchain", err, "")
		return findings
	}
	const prepare = "gomemo prepare (running any notebook does it too)"
	if !t.load() {
		add("toolchain", &MissingError{What: "not prepared yet", Fix: prepare}, "")
		findings[len(findings)-1].Later = true
		return findings
	}
	add("toolchain", nil, t.dir+", linking with "+t.linker.Name)
	if t.source.hash == "" {
		return findings
	}
	engine, err := t.builtEngine()
	if err != nil {
		err = &MissingError{What: "not built yet", Fix: prepare}
	}
	add("engine", err, engine)
	findings[len(findings)-1].Later = err != nil
	return findings
}

// goDetail describes the installation and says when it is an untested one.
func goDetail(e *environ) string {
	s := e.GOVERSION + " in " + e.GOROOT
	if !slices.Contains(TestedVersions[:], e.GOVERSION) {
		s += fmt.Sprintf(" (not tested with gomemo, which will try it; tested: %s)", strings.Join(TestedVersions[:], ", "))
	}
	return s
}

// checkSources finds the places of all edits.
func checkSources(ctx context.Context, e *environ) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := editedFiles(e.GOROOT, e.GOVERSION)
	if err == nil {
		_, err = runtimeFiles(e.GOROOT, e.GOVERSION)
	}
	var edit *EditError
	if errors.As(err, &edit) {
		fix := installGo
		if edit.Found < 0 {
			fix = "install the complete Go distribution, with its src directory"
		}
		return &MissingError{What: strings.TrimPrefix(err.Error(), "native: "), Fix: fix}
	}
	return err
}

// checkC links a shared library with the C compiler.
func checkC(ctx context.Context, e *environ) error {
	if err := lookCompiler(e); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gomemo-check-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "check.c")
	if err := os.WriteFile(file, []byte("#include <stdlib.h>\nint check(void) { return abs(-1); }\n"), 0o666); err != nil {
		return err
	}
	words := append(strings.Fields(e.CC), "-shared", "-fPIC", "-o", filepath.Join(dir, "check.so"), file)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env = e.env
	if out, err := cmd.CombinedOutput(); err != nil {
		return &MissingError{What: "the C compiler cannot make a shared library", Fix: "install binutils and the C library's headers (Debian: apt-get install gcc libc6-dev)", Err: errors.New(message(string(out), err))}
	}
	return nil
}

// writable makes and removes a file.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".check-")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		return &MissingError{What: "the cache directory is not writable", Fix: "change its permissions, or choose another one", Err: err}
	}
	return nil
}

// builtEngine returns the engine of a notebook without modules, if it is there.
func (t *Toolchain) builtEngine() (string, error) {
	gomod, gosum, _, err := startModule{}.derive(&t.source)
	if err != nil {
		return "", err
	}
	w := &Workspace{t: t}
	g, ok := w.answer(t.answerKey(graph{Mod: string(gomod), Sum: string(gosum)}, nil))
	if !ok {
		return "", os.ErrNotExist
	}
	path := t.enginePath(g.Engine)
	if !isFile(path) {
		return "", os.ErrNotExist
	}
	return path, nil
}
