package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"gomemo"
	"gomemo/engine"
	"gomemo/engine/wire"
	"gomemo/interp"
	"gomemo/kernel"
	"gomemo/native"
)

// progress is told what is being prepared and which fraction is done.
type progress func(step string, fraction float64)

// goVariable names the go command to use when there is none on PATH: Jupyter
// may be started with a short one. install writes it into the kernel's
// environment.
const goVariable = "GOMEMO_GO"

// nativeOptions are those of every use of the toolchain.
func nativeOptions(p progress, warn func(string)) native.Options {
	o := native.Options{Source: gomemo.Source, Progress: p, Warn: warn}
	o.CacheSize, _ = cacheSize(os.Getenv(sizeVariable)) // settings has said what is wrong with it
	if _, err := exec.LookPath("go"); err != nil {
		if o.Go, err = exec.LookPath(os.Getenv(goVariable)); err != nil {
			o.Go = "" // it is gone since
		}
	}
	return o
}

// prepare builds what is built once per machine.
func prepare(ctx context.Context, p progress) error {
	_, err := native.Prepare(ctx, nativeOptions(p, nil))
	return err
}

// calls is the directory of remembered calls.
func (s *settings) calls() (string, error) {
	if s.cache != "" {
		return s.cache, nil
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no user cache directory: %w", err)
	}
	return filepath.Join(base, "gomemo", "calls"), nil
}

// newEvaluator starts a session for a notebook in the current directory. In
// mode auto cells are interpreted on a machine on which none can be compiled.
func newEvaluator(ctx context.Context, s settings, nb native.Notebook, p progress, warn func(string)) (kernel.Evaluator, error) {
	if s.engine == string(interp.Interpreted) {
		return interpreted(s, "GOMEMO_ENGINE=interpreted runs only what the interpreter runs exactly; unset it to have the cell compiled", ""), nil
	}
	eval, err := compiled(ctx, s, nb, p, warn)
	if missing, ok := errors.AsType[*unprepared](err); ok && s.engine == string(interp.Auto) && ctx.Err() == nil {
		why := lack(ctx, missing.err) + "; then " + s.again
		return interpreted(s, why, "gomemo: there is no compiler, so cells are only interpreted: "+why), nil
	}
	return eval, err
}

// unprepared is a failure to prepare the toolchain.
type unprepared struct{ err error }

func (e *unprepared) Error() string { return e.err.Error() }

// compiled prepares what is not there yet and starts a session that compiles
// what it does not interpret.
func compiled(ctx context.Context, s settings, nb native.Notebook, p progress, warn func(string)) (kernel.Evaluator, error) {
	calls, err := s.calls()
	if err != nil {
		return nil, err
	}
	toolchain, err := native.Prepare(ctx, nativeOptions(p, warn))
	if err != nil {
		return nil, &unprepared{err}
	}
	workspace, err := toolchain.OpenNotebook(ctx, nb)
	if err != nil {
		return nil, err
	}
	start := func(ctx context.Context) (interp.Engine, error) {
		path, err := workspace.Engine(ctx)
		if err != nil {
			return nil, err
		}
		client, err := engine.Start(ctx, engine.Options{Path: path, Hello: wire.Hello{
			Cache:     calls,
			MemoMin:   s.memoMin,
			NoMemo:    s.noMemo,
			Memory:    s.memory,
			Toolchain: toolchain.ID(),
		}})
		if err != nil {
			return nil, err
		}
		return engineClient{client}, nil
	}
	saved := &saved{file: nb.File, dir: nb.Dir}
	return &evaluator{saved: saved, session: interp.New(interp.Options{
		Compiler: workspace,
		Start:    start,
		Mode:     interp.Mode(s.engine),
		Notebook: saved.cells,
	})}, nil
}

// engineClient is an engine.Client as interp declares it.
type engineClient struct{ *engine.Client }

func (c engineClient) Run(ctx context.Context, r *wire.Run, out interp.Output) (*wire.Done, error) {
	return c.Client.Run(ctx, r, out)
}

// evaluator is an interp.Session as kernel declares it.
type evaluator struct {
	session *interp.Session
	saved   *saved
	notice  string // a line for the first cell
	noticed sync.Once
}

func (e *evaluator) Execute(ctx context.Context, c kernel.Cell, out kernel.Output) kernel.Outcome {
	if e.notice != "" {
		e.noticed.Do(func() { out.Stream("stderr", e.notice+"\n") })
	}
	e.saved.run(c.Code)
	o := e.session.Execute(ctx, c.Code, c.Number, out)
	k := kernel.Outcome{Result: o.Result, Report: o.Report, Metadata: o.Metadata}
	if o.Err != nil {
		k.Err = &kernel.Error{Name: o.Err.Name, Value: o.Err.Value, Traceback: o.Err.Lines}
	}
	return k
}

// Queue implements kernel.Queuer.
func (e *evaluator) Queue(cells []string) { e.session.Queue(cells) }

func (e *evaluator) IsComplete(code string) (status, indent string) {
	return e.session.IsComplete(code)
}

func (e *evaluator) Complete(ctx context.Context, code string, cursor int) ([]kernel.Completion, int, int) {
	found, start, end := e.session.Complete(ctx, code, cursor)
	matches := make([]kernel.Completion, len(found))
	for i, f := range found {
		matches[i] = kernel.Completion(f)
	}
	return matches, start, end
}

func (e *evaluator) Inspect(ctx context.Context, code string, cursor, _ int) map[string]json.RawMessage {
	text := e.session.Inspect(ctx, code, cursor)
	if text == "" {
		return nil
	}
	raw, err := json.Marshal(text)
	if err != nil {
		return nil // a string always has a JSON form
	}
	return map[string]json.RawMessage{"text/plain": raw}
}

func (e *evaluator) Close() error { return e.session.Close() }
