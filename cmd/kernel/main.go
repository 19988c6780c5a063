package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	h := &host{stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
	os.Exit(h.main(context.Background(), os.Args[1:]))
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// A host is what commands use of the process that they run in.
type host struct {
	stdout, stderr io.Writer
	getenv         func(string) string
}

// A command is one word that gomemo understands.
type command struct {
	name     string
	operands string // what follows the flags
	short    string
	long     string // what its help adds
	hidden   bool   // not for people
	// declare adds the command's flags and returns what runs it after they
	// were parsed.
	declare func(*flag.FlagSet) action
}

type action func(ctx context.Context, h *host, args []string) error

func commands() []command {
	return []command{
		runCommand(),
		installCommand(),
		uninstallCommand(),
		prepareCommand(),
		doctorCommand(),
		kernelCommand(),
		engineCommand(),
		versionCommand(),
	}
}

// A usageError says how the command line is wrong.
type usageError struct{ msg string }

func (e *usageError) Error() string { return e.msg }

func badUsage(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// An inputError is a failure of what the command was given: it exits as wrong
// usage does, without a reminder of the usage.
type inputError struct{ err error }

func (e *inputError) Error() string { return e.err.Error() }
func (e *inputError) Unwrap() error { return e.err }

// errReported is a failure that the user has been told of.
var errReported = errors.New("failed")

// main runs one command line and returns its exit code.
func (h *host) main(ctx context.Context, args []string) int {
	if len(args) == 0 {
		h.usage(h.stderr)
		return exitUsage
	}
	name := args[0]
	switch name {
	case "help", "-h", "-help", "--help":
		return h.help(args[1:])
	}
	for _, c := range commands() {
		if c.name == name {
			return h.call(ctx, c, args[1:])
		}
	}
	fmt.Fprintf(h.stderr, "gomemo: unknown command %q\n\n", name)
	h.usage(h.stderr)
	return exitUsage
}

func (h *host) call(ctx context.Context, c command, args []string) int {
	fs, act := c.flagSet()
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.help(h.stdout)
		return exitOK
	case err != nil:
		err = badUsage("%v", err)
	default:
		err = act(ctx, h, fs.Args())
	}
	if err == nil {
		return exitOK
	}
	if errors.Is(err, errReported) {
		return exitFailed
	}
	fmt.Fprintf(h.stderr, "gomemo %s: %v\n", c.name, err)
	if _, ok := errors.AsType[*usageError](err); ok {
		fmt.Fprintf(h.stderr, "usage: %s\n", c.line())
		return exitUsage
	}
	if _, ok := errors.AsType[*inputError](err); ok {
		return exitUsage
	}
	return exitFailed
}

func (h *host) help(args []string) int {
	switch len(args) {
	case 0:
		h.usage(h.stdout)
		return exitOK
	case 1:
		for _, c := range commands() {
			if c.name == args[0] {
				c.help(h.stdout)
				return exitOK
			}
		}
	}
	fmt.Fprintf(h.stderr, "gomemo help: no help for %q\n\n", strings.Join(args, " "))
	h.usage(h.stderr)
	return exitUsage
}

func (h *host) usage(w io.Writer) {
	fmt.Fprint(w, "gomemo is a Jupyter kernel for Go in which nothing expensive is computed twice.\n\nusage: gomemo <command> [flags]\n\n")
	for _, c := range commands() {
		if !c.hidden {
			fmt.Fprintf(w, "  %-10s %s\n", c.name, c.short)
		}
	}
	fmt.Fprint(w, "\n\"gomemo help <command>\" explains a command.\n")
}

// flagSet declares the command's flags. The set prints nothing by itself.
func (c command) flagSet() (*flag.FlagSet, action) {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	return fs, c.declare(fs)
}

// line is the command's usage in one line.
func (c command) line() string {
	fs, _ := c.flagSet()
	words := []string{"gomemo", c.name}
	fs.VisitAll(func(f *flag.Flag) {
		value, _ := flag.UnquoteUsage(f)
		words = append(words, "["+strings.TrimSpace("-"+f.Name+" "+value)+"]")
	})
	if c.operands != "" {
		words = append(words, c.operands)
	}
	return strings.Join(words, " ")
}

func (c command) help(w io.Writer) {
	fmt.Fprintf(w, "usage: %s\n\n%s\n", c.line(), c.long)
	fs, _ := c.flagSet()
	flags := 0
	fs.VisitAll(func(*flag.Flag) { flags++ })
	if flags > 0 {
		fmt.Fprintln(w)
		fs.SetOutput(w)
		fs.PrintDefaults()
	}
}
