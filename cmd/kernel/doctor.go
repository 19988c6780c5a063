package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"gomemo/kernelspec"
	"gomemo/native"
)

func doctorCommand() command {
	return command{
		name:  "doctor",
		short: "check this machine and say how to fix it",
		long: `Doctor looks at everything that gomemo needs: Go, the C compiler and linker,
the cache directories, the prepared engine, and where Jupyter finds the kernel.
Each is ok, or a line says how to fix it. It exits with 1 if something is
missing that compiled cells need; Jupyter is not, for gomemo run.`,
		declare: func(*flag.FlagSet) action {
			return func(ctx context.Context, h *host, args []string) error {
				if len(args) > 0 {
					return badUsage("unexpected %q", args[0])
				}
				return doctor(ctx, h)
			}
		},
	}
}

// A finding is one line of doctor.
type finding struct {
	name   string
	state  state
	detail string
	fix    string
}

type state string

const (
	good    state = "ok"
	missing state = "MISSING"
	unused  state = "-" // missing, but nothing depends on it
)

func doctor(ctx context.Context, h *host) error {
	findings := nativeFindings(ctx)
	findings = append(findings, callsFinding(h.getenv), jupyterFinding())
	var failed error
	for _, f := range findings {
		fmt.Fprintf(h.stdout, "%-22s %-8s %s\n", f.name, f.state, f.detail)
		if f.fix != "" {
			fmt.Fprintf(h.stdout, "%-22s %-8s to fix it: %s\n", "", "", f.fix)
		}
		if f.state == missing {
			failed = errReported
		}
	}
	return failed
}

// nativeFindings are those of the toolchain, and what follows for cells.
func nativeFindings(ctx context.Context) []finding {
	var findings []finding
	checked := native.Check(ctx, nativeOptions(nil, nil))
	for _, n := range checked {
		f := finding{n.Name, good, n.Detail, n.Fix}
		if !n.OK {
			f.state = missing
		}
		findings = append(findings, f)
	}
	cells := finding{"cells", good, "compiled, and interpreted where that is exact", ""}
	if f, ok := lacking(checked); ok {
		cells.state, cells.detail = missing, "only interpreted until "+strconv.Quote(f.Name)+" is fixed: declarations and most packages need the compiler"
	}
	return append(findings, cells)
}

// callsFinding is about the directory of remembered calls.
func callsFinding(getenv func(string) string) finding {
	f := finding{name: "remembered calls", state: good}
	s, err := new(memoFlags).settings(getenv)
	if err == nil {
		f.detail, err = s.calls()
	}
	if err == nil {
		err = canWrite(f.detail)
	}
	if err != nil {
		f.state, f.detail = missing, err.Error()
		f.fix = "set GOMEMO_CACHE to a directory of yours, and look at the other variables of gomemo"
	}
	return f
}

// canWrite makes a file in dir, or where dir would be made, and removes it.
func canWrite(dir string) error {
	for {
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) || filepath.Dir(dir) == dir {
			return tryFile(dir)
		}
		dir = filepath.Dir(dir)
	}
}

// jupyterFinding is about the kernel's directory.
func jupyterFinding() finding {
	const name = "Jupyter"
	program, err := executable()
	if err != nil {
		return finding{name, unused, err.Error(), ""}
	}
	installed, err := kernelspec.List()
	if err != nil {
		return finding{name, unused, err.Error(), ""}
	}
	other := ""
	for _, k := range installed {
		if !k.Ours {
			continue
		}
		if k.Spec.Argv[0] == program {
			return finding{name, good, "kernel " + k.Name + " in " + k.Dir, ""}
		}
		other = fmt.Sprintf("kernel %s in %s starts %s, not this program", k.Name, k.Dir, k.Spec.Argv[0])
	}
	if other != "" {
		return finding{name, unused, other, "gomemo install"}
	}
	return finding{name, unused, "the kernel is not installed, which gomemo run does not need", "gomemo install"}
}
