package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"gomemo/kernelspec"
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
then starts is this very binary, which must stay where it is.`,
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
				dir, err := kernelspec.Install(kernelspec.Options{Program: program, Name: f.name, Scope: scope})
				if err != nil {
					return err
				}
				fmt.Fprintf(h.stdout, "installed %s\n", dir)
				if !prepared(ctx) {
					fmt.Fprintln(h.stderr, "The first cell will take a minute or two, unless you run \"gomemo prepare\" now.")
				}
				return nil
			}
		},
	}
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
