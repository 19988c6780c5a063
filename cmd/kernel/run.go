package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gomemo/internal/atomicfile"
	"gomemo/native"
	"gomemo/notebook"
)

type runFlags struct {
	memo        memoFlags
	out         string
	allowErrors bool
	timeout     time.Duration
}

func runCommand() command {
	return command{
		name:     "run",
		operands: "FILE.ipynb",
		short:    "run a notebook without Jupyter",
		long: `Run runs the code cells of a notebook in order, in the directory of the
notebook, and prints what each puts out as it comes. It stops at the first
cell that fails. An interrupt (control-C) ends the running cell, a second one
ends the run. Cells tagged "skip-execution" are not run, and cells tagged
"raises-exception" may fail.

Flags go before FILE. Exit status: 0 when every cell ran, 1 when a cell failed
or was not reached, 2 on wrong usage or a file that cannot be read or written.`,
		declare: func(fs *flag.FlagSet) action {
			var f runFlags
			f.memo.declare(fs)
			fs.StringVar(&f.out, "o", "", "write the notebook with its outputs to `OUT.ipynb`")
			fs.BoolVar(&f.allowErrors, "allow-errors", false, "run the cells after one that fails, too")
			fs.DurationVar(&f.timeout, "timeout", 0, "interrupt a cell that takes longer than `D`; 0: never")
			return f.run
		},
	}
}

func (f *runFlags) run(ctx context.Context, h *host, args []string) error {
	begun := time.Now()
	if err := f.check(args); err != nil {
		return err
	}
	s, err := f.memo.settings(h.getenv)
	if err != nil {
		return err
	}
	s.again = "run the notebook again"
	nb, err := readNotebook(args[0])
	if err != nil {
		return &inputError{err}
	}
	if f.out != "" {
		if f.out, err = filepath.Abs(f.out); err == nil {
			err = checkWritable(f.out)
		}
		if err != nil {
			return &inputError{fmt.Errorf("-o: %w", err)}
		}
	}
	file, err := filepath.Abs(args[0])
	if err != nil {
		return &inputError{err}
	}
	// Jupyter starts kernels in the directory of the notebook, too.
	if err := os.Chdir(filepath.Dir(args[0])); err != nil {
		return &inputError{err}
	}

	t, err := f.execute(ctx, h, s, file, nb)
	if err != nil {
		return err
	}
	if f.out != "" {
		if err := f.save(nb); err != nil {
			return &inputError{err}
		}
	}
	// Where it cannot be written the summary is of no use to anyone.
	_, _ = fmt.Fprintln(h.stderr, t.summary(time.Since(begun)))
	if t.failed != "" {
		return errReported
	}
	return nil
}

func (f *runFlags) check(args []string) error {
	switch {
	case len(args) == 0:
		return badUsage("which notebook?")
	case len(args) > 1 && len(args[1]) > 1 && args[1][0] == '-':
		return badUsage("flags go before the notebook: %s", args[1])
	case len(args) > 1:
		return badUsage("one notebook at a time: unexpected %q", args[1])
	case f.timeout < 0:
		return badUsage("-timeout: %v is negative", f.timeout)
	}
	return nil
}

func readNotebook(name string) (*notebook.Notebook, error) {
	nb, err := notebook.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if l := nb.Language(); l != "" && l != "go" {
		return nil, fmt.Errorf("%s is a notebook in %s", name, l)
	}
	return nb, nil
}

// checkWritable finds out whether a file can be published under this name,
// without touching what may be there.
func checkWritable(name string) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", name)
	}
	return tryFile(filepath.Dir(name))
}

// tryFile makes a file in dir and removes it.
func tryFile(dir string) error {
	tmp, err := os.CreateTemp(dir, ".gomemo-")
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return &fs.PathError{Op: "write to", Path: dir, Err: failed.Err} // not the name made up here
	}
	if err != nil {
		return err
	}
	return errors.Join(tmp.Close(), os.Remove(tmp.Name()))
}

// execute runs the notebook's cells in an Evaluator of their own.
func (f *runFlags) execute(ctx context.Context, h *host, s settings, file string, nb *notebook.Notebook) (tally, error) {
	if len(codeCells(nb)) == 0 {
		return tally{}, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sig := catchSignals()
	defer sig.close()
	go func() {
		select {
		case <-sig.end:
			cancel()
		case <-ctx.Done():
		}
	}()
	screen := &screen{stdout: h.stdout, stderr: h.stderr, terminal: isTerminal(h.stderr, h.getenv)}
	said := "" // the last step, where nothing can be drawn
	eval, err := newEvaluator(ctx, s, native.Notebook{Dir: ".", File: file, Pins: pinned(nb)}, func(step string, fraction float64) {
		if screen.terminal {
			screen.draw(preparingText(step, fraction))
		} else if step != said && fraction < 1 {
			said = step
			screen.println("stderr", "gomemo: "+preparingText(step, fraction))
		}
	}, func(warning string) {
		screen.println("stderr", "gomemo: "+warning)
	})
	screen.clear()
	if err != nil {
		return tally{}, err
	}
	r := &runner{eval: eval, screen: screen, signals: sig, allowErrors: f.allowErrors, timeout: f.timeout}
	t := r.run(ctx, nb)
	if len(r.pins) > 0 {
		if err := setPinned(nb, r.pins); err != nil {
			return t, err
		}
	}
	if err := eval.Close(); err != nil {
		screen.println("stderr", "gomemo: "+err.Error())
	}
	return t, nil
}

func (f *runFlags) save(nb *notebook.Notebook) error {
	for _, m := range kernelMetadata() {
		if err := nb.SetDefault(m.key, m.value); err != nil {
			return err
		}
	}
	data, err := nb.Encode()
	if err != nil {
		return err
	}
	// Through a link, and with the mode of what is replaced.
	name, mode := f.out, os.FileMode(0o644)
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	return atomicfile.Write(name, data, mode)
}

type metadatum struct {
	key   string
	value map[string]string
}

// kernelMetadata is what Jupyter writes into a notebook that this kernel ran.
func kernelMetadata() []metadatum {
	return []metadatum{
		{"kernelspec", map[string]string{
			"name": "gomemo", "display_name": "Go (gomemo)", "language": "go",
		}},
		{"language_info", map[string]string{
			"name": "go", "version": goVersion(), "mimetype": "text/x-go", "file_extension": ".go",
			"codemirror_mode": "go", "pygments_lexer": "go", "nbconvert_exporter": "script",
		}},
	}
}

// summary is the last line of a run.
func (t *tally) summary(took time.Duration) string {
	s := fmt.Sprintf("gomemo: %d of %d cells ran in %s", t.ran, t.cells, seconds(took))
	if t.hits > 0 {
		s += fmt.Sprintf("; %d remembered %s saved %s", t.hits, plural(t.hits, "call", "calls"), seconds(t.saved))
	}
	if t.failed != "" {
		s += "\ngomemo: " + t.failed
	}
	return s
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func seconds(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 0.1:
		return fmt.Sprintf("%.0f ms", s*1e3)
	case s < 10:
		return fmt.Sprintf("%.2f s", s)
	default:
		return fmt.Sprintf("%.1f s", s)
	}
}
