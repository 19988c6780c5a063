package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"gomemo/kernelspec"
	"gomemo/native"
)

// specFlags say which kernel of Jupyter's is meant.
type specFlags struct {
	user      bool
	prefix    string
	sysPrefix bool
	name      string
}

func (f *specFlags) declare(fs *flag.FlagSet) {
	fs.BoolVar(&f.user, "user", false, "for this user only, which is the default")
	fs.StringVar(&f.prefix, "prefix", "", "below `DIR`, in share/jupyter/kernels")
	fs.BoolVar(&f.sysPrefix, "sys-prefix", false, "in the active Python environment")
	fs.StringVar(&f.name, "name", kernelspec.DefaultName, "the kernel's `NAME` in Jupyter")
}

// scope is the place that the flags name.
func (f *specFlags) scope() (kernelspec.Scope, error) {
	given := 0
	for _, b := range []bool{f.user, f.prefix != "", f.sysPrefix} {
		if b {
			given++
		}
	}
	if given > 1 {
		return kernelspec.Scope{}, badUsage("-user, -prefix and -sys-prefix exclude each other")
	}
	return kernelspec.Scope{Prefix: f.prefix, SysPrefix: f.sysPrefix}, nil
}

func installCommand() command {
	return command{
		name:  "install",
		short: "make Jupyter find the kernel",
		long: `Install writes the directory in which Jupyter looks for a kernel: for this
user, or below a prefix, or in the Python environment. The kernel that Jupyter
then starts is this very binary, which must stay where it is. It uses the go
command on Jupyter's PATH, or else the one that install finds: on PATH, or
where installers put it.`,
		declare: func(fs *flag.FlagSet) action {
			var f specFlags
			f.declare(fs)
			return func(ctx context.Context, h *host, args []string) error {
				if len(args) > 0 {
					return badUsage("unexpected %q", args[0])
				}
				scope, err := f.scope()
				if err != nil {
					return err
				}
				program, err := executable()
				if err != nil {
					return err
				}
				o := kernelspec.Options{Program: program, Name: f.name, Scope: scope}
				toolchain := nativeOptions(nil, nil)
				if found := findGo(h.getenv); found != "" {
					// A Jupyter that a desktop has started often has a shorter
					// PATH than a terminal.
					o.Env = map[string]string{goVariable: found}
					toolchain.Go = found
				}
				dir, err := kernelspec.Install(o)
				if err != nil {
					return err
				}
				fmt.Fprintf(h.stdout, "installed %s\n", dir)
				if later := outlook(native.Check(ctx, toolchain)); later != "" {
					fmt.Fprintln(h.stderr, later)
				}
				return nil
			}
		},
	}
}

// findGo is the go command on PATH, or else the one that is recorded or that
// is where installers put it; "" if there is none.
func findGo(getenv func(string) string) string {
	for _, name := range []string{"go", getenv(goVariable), native.UsualGo()} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	return ""
}

// outlook says what will be different from what one may expect of cells; "" if
// nothing will.
func outlook(findings []native.Finding) string {
	if f, ok := lacking(findings); ok {
		return fmt.Sprintf("Cells will only be interpreted, until you have done this: %s. The reason: %s.", f.Fix, f.Detail)
	}
	for _, f := range findings {
		if f.Later {
			return "The first cell will take a minute or two, unless you run \"gomemo prepare\" now."
		}
	}
	return ""
}

func uninstallCommand() command {
	return command{
		name:  "uninstall",
		short: "undo install",
		long:  "Uninstall removes what install has written with the same flags, and nothing else.",
		declare: func(fs *flag.FlagSet) action {
			var f specFlags
			f.declare(fs)
			return func(_ context.Context, h *host, args []string) error {
				if len(args) > 0 {
					return badUsage("unexpected %q", args[0])
				}
				scope, err := f.scope()
				if err != nil {
					return err
				}
				dir, err := kernelspec.Uninstall(f.name, scope)
				if err != nil {
					return err
				}
				fmt.Fprintf(h.stdout, "removed %s\n", dir)
				return nil
			}
		},
	}
}

// executable is the path of the running binary, links resolved.
func executable() (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("where this program is: %w", err)
	}
	return filepath.EvalSymlinks(program)
}
