package native

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// oldest is the first Go release whose compiler can have the edits.
const oldest = "go1.26"

// environ is the user's Go installation as the go command describes it.
type environ struct {
	command string   // the go command of that installation
	env     []string // environment of every tool that is run
	overlay string   // overlay file of the edited runtime, "" if there is none yet

	GOROOT       string
	GOVERSION    string
	GOOS, GOARCH string
	GOTOOLDIR    string
	GOEXPERIMENT string
	GOCACHE      string
	GOMODCACHE   string
	CC           string
	goflags      string // the user's, for module commands
	proxy        string // GOPROXY
	private      string // GONOPROXY, whose default is GOPRIVATE
	arch         string // the architecture's level, such as "GOAMD64=v1"
}

// archVariables names the variable that holds the level of an architecture.
var archVariables = map[string]string{
	"386": "GO386", "amd64": "GOAMD64", "arm": "GOARM", "arm64": "GOARM64",
	"mips": "GOMIPS", "mips64": "GOMIPS64", "ppc64": "GOPPC64", "ppc64le": "GOPPC64",
	"riscv64": "GORISCV64",
}

// findGo asks the go command about itself. A release that is too old is
// replaced by the tested one, which the go command downloads, unless
// GOTOOLCHAIN=local forbids it.
func findGo(ctx context.Context, o *Options) (*environ, error) {
	command := o.Go
	if command == "" {
		var err error
		if command, err = lookGo(); err != nil {
			return nil, err
		}
	}
	e, err := askGo(ctx, command, "")
	if err != nil {
		return nil, err
	}
	if version.Compare(e.GOVERSION, oldest) < 0 {
		newer, err := askGo(ctx, command, TestedVersions[0]+"+auto")
		if err != nil || version.Compare(newer.GOVERSION, oldest) < 0 {
			if missing, ok := errors.AsType[*MissingError](err); ok {
				err = missing.Err
			}
			return nil, &MissingError{What: e.GOVERSION + " is too old, and it cannot get a newer one", Fix: installGo, Err: err}
		}
		e = newer
	}
	return e, nil
}

func askGo(ctx context.Context, command, toolchain string) (*environ, error) {
	cmd := exec.CommandContext(ctx, command, "env", "-json")
	cmd.Dir = os.TempDir() // no go.mod has a say in it
	if toolchain != "" {
		cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+toolchain)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &MissingError{What: command + " does not work", Fix: "reinstall Go", Err: errors.New(message(stderr.String(), err))}
	}
	vars := make(map[string]string)
	if err := json.Unmarshal(out, &vars); err != nil {
		return nil, &MissingError{What: command + " env -json is unreadable", Fix: "reinstall Go", Err: err}
	}
	e := &environ{
		command: filepath.Join(vars["GOROOT"], "bin", "go"),
		GOROOT:  vars["GOROOT"], GOVERSION: vars["GOVERSION"],
		GOOS: vars["GOOS"], GOARCH: vars["GOARCH"],
		GOTOOLDIR: vars["GOTOOLDIR"], GOEXPERIMENT: vars["GOEXPERIMENT"],
		GOCACHE: vars["GOCACHE"], GOMODCACHE: vars["GOMODCACHE"],
		CC: vars["CC"], goflags: vars["GOFLAGS"], proxy: vars["GOPROXY"],
		private: vars["GONOPROXY"],
	}
	if e.GOOS != vars["GOHOSTOS"] || e.GOARCH != vars["GOHOSTARCH"] {
		return nil, &MissingError{
			What: fmt.Sprintf("go is set to build for %s/%s", e.GOOS, e.GOARCH),
			Fix:  "unset GOOS and GOARCH",
		}
	}
	if name := archVariables[e.GOARCH]; name != "" {
		e.arch = name + "=" + vars[name]
	}
	e.env = e.environment()
	return e, nil
}

// buildFlags are those of engines and of what plugins link. The compiler puts
// large maps at package level into functions of their own, which the linker leaves out of a
// plugin that does not use the map; but of the plugins that have a package only
// the first one initializes it, for all. Engines have all maps of their
// packages, so unicode, whose maps would make every plugin larger, may go on.
const buildFlags = "-trimpath -gcflags=all=-d=wrapglobalmapctl=1 -gcflags=unicode="

// environment returns the process's environment with everything fixed that
// would make builds differ from each other.
func (e *environ) environment() []string {
	goflags := buildFlags // not empty: empty flags mean the user's default
	if strings.Contains(e.goflags, "-modcacherw") {
		goflags += " -modcacherw"
	}
	fixed := []string{
		"GOTOOLCHAIN=local", "GO111MODULE=on", "GOWORK=off", "CGO_ENABLED=1",
		"GOFLAGS=" + goflags,
		"GOOS=" + e.GOOS, "GOARCH=" + e.GOARCH, "GOEXPERIMENT=" + e.GOEXPERIMENT,
		"GOROOT=" + e.GOROOT, "LC_ALL=C",
	}
	if e.arch != "" {
		fixed = append(fixed, e.arch)
	}
	drop := map[string]bool{"GODEBUG": true, "GOGC": true, "GOMEMLIMIT": true, "PWD": true}
	for _, kv := range fixed {
		name, _, _ := strings.Cut(kv, "=")
		drop[name] = true
	}
	var env []string
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); !drop[name] {
			env = append(env, kv)
		}
	}
	return append(env, fixed...)
}

// supported reports why this platform cannot load plugins, or nil.
func (e *environ) supported() error {
	switch e.GOOS {
	case "linux", "darwin", "freebsd":
		return nil
	}
	return &MissingError{What: "Go has no plugins on " + e.GOOS, Fix: "use Linux, macOS or FreeBSD (on Windows: WSL)"}
}

// goCommand returns a run of the go command in dir.
func (e *environ) goCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, e.command, args...)
	cmd.Dir = dir
	cmd.Env = append(append(e.env[:len(e.env):len(e.env)], quickly[:]...), "PWD="+dir)
	return cmd
}

// quickly lets compilers and linkers collect garbage only when they are large:
// gonum/mat took 3.1 s of CPU time where it had taken 4.3.
var quickly = [...]string{"GOGC=off", "GOMEMLIMIT=1GiB"}

// withRuntime adds the edited runtime to the arguments of a go command that
// compiles what runs in engines.
func (e *environ) withRuntime(args ...string) []string {
	if e.overlay == "" {
		return args
	}
	return slices.Insert(args, 1, "-overlay="+e.overlay)
}

// tool returns the path of one of the installation's tools.
func (e *environ) tool(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(e.GOTOOLDIR, name)
}

// id names everything of the installation that compiled code depends on.
func (e *environ) id() string {
	return sum("environ 1", e.GOROOT, e.GOVERSION, e.GOOS, e.GOARCH, e.arch, e.GOEXPERIMENT, e.CC)
}

// message is what a tool printed, or else how it ended.
func message(stderr string, err error) string {
	if s := strings.TrimSpace(stderr); s != "" {
		return s
	}
	return err.Error()
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Fuses reports whether the compiler makes one instruction of x*y + z of
// floats, which rounds once. On amd64 it does so from level v3 on.
func (w *Workspace) Fuses() bool { return w.t.env.fuses() }

func (e *environ) fuses() bool {
	switch e.GOARCH {
	case "386", "arm", "mips", "mips64", "wasm":
		return false
	case "amd64":
		return e.arch != "GOAMD64=" && e.arch != "GOAMD64=v1" && e.arch != "GOAMD64=v2"
	}
	return true
}
