package conformance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gomemo"
	"gomemo/conformance"
	"gomemo/engine"
	"gomemo/engine/wire"
	"gomemo/interp"
	"gomemo/interp/stubs"
	"gomemo/native"
)

// A bench runs notebooks, one at a time.
type bench struct {
	tc        *native.Toolchain
	workspace *native.Workspace
	tidy      bool   // remove plugins that were made
	cache     string // of remembered calls
	memoMin   time.Duration

	interpreted bool // sessions have no compiler

	mu    sync.RWMutex // held for reading while plugins are made, for writing while they are removed
	users sync.Map     // plugin -> *atomic.Int32: notebooks that have it open
}

// newBench prepares the toolchain. dir is its cache directory, "" for the
// user's.
func newBench(t testing.TB, dir string) *bench {
	t.Helper()
	tc, err := native.Prepare(t.Context(), native.Options{Source: gomemo.Source, Dir: dir})
	if err != nil {
		t.Fatalf("preparing the toolchain: %v", err)
	}
	ws, err := tc.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &bench{tc: tc, workspace: ws, cache: t.TempDir(), memoMin: 20 * time.Millisecond}
}

// parse takes a program apart with the packages that cells import.
func (b *bench) parse(source string) (*conformance.Program, error) {
	return conformance.Parse([]byte(source), b.importer())
}

func (b *bench) importer() types.Importer {
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return b.workspace.Export(path) })
}

// A recorder is the compiler of one notebook: it knows the plugins it uses.
type recorder struct {
	interp.Compiler
	bench *bench
	mu    sync.Mutex
	files map[string]bool
}

func (r *recorder) Build(ctx context.Context, b interp.Build) (interp.Plugin, error) {
	r.bench.mu.RLock()
	defer r.bench.mu.RUnlock()
	p, err := r.Compiler.Build(ctx, b)
	if err != nil {
		return p, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.files[p.Path] {
		r.files[p.Path] = true
		n, _ := r.bench.users.LoadOrStore(p.Path, new(atomic.Int32))
		n.(*atomic.Int32).Add(1)
	}
	return p, nil
}

// remove deletes the plugins that no other notebook uses.
func (r *recorder) remove() {
	r.bench.mu.Lock()
	defer r.bench.mu.Unlock()
	for file := range r.files {
		if n, _ := r.bench.users.Load(file); n.(*atomic.Int32).Add(-1) == 0 {
			os.Remove(file)
		}
	}
}

// client gives an engine's client the argument types that interp declares.
type client struct{ *engine.Client }

func (c client) Run(ctx context.Context, r *wire.Run, out interp.Output) (*wire.Done, error) {
	return c.Client.Run(ctx, r, out)
}

// streams collects what a notebook prints.
type streams struct {
	mu             sync.Mutex
	stdout, stderr strings.Builder
}

func (s *streams) Stream(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "stderr" {
		s.stderr.WriteString(text)
	} else {
		s.stdout.WriteString(text)
	}
}

func (s *streams) Display(data, metadata map[string]json.RawMessage) {}

// An outcome is the result of cells and the one that failed.
type outcome struct {
	result
	name  string // of the error
	lines []string
	cell  int // which failed
}

// notebookTimeout includes compiling.
const notebookTimeout = 3 * time.Minute

// interpretedTimeout is for programs that are made to run for long.
const interpretedTimeout = 20 * time.Second

func (b *bench) timeout() time.Duration {
	if b.interpreted {
		return interpretedTimeout
	}
	return notebookTimeout
}

// run executes cells in a session and a directory of their own, until one fails.
func (b *bench) run(ctx context.Context, cells []string) (outcome, error) {
	dir, err := os.MkdirTemp("", "gomemo-conformance-")
	if err != nil {
		return outcome{}, err
	}
	defer os.RemoveAll(dir)
	n := b.open(dir)
	defer n.close()
	return n.run(ctx, cells), nil
}

// A notebook is a session that runs one list of cells after another.
type notebook struct {
	*bench
	session *interp.Session
	plugins *recorder
	cells   int // so far
}

// open starts a session whose cells run in a directory.
func (b *bench) open(dir string) *notebook {
	n := &notebook{bench: b, plugins: &recorder{Compiler: b.workspace, bench: b, files: map[string]bool{}}}
	with := interp.Options{Compiler: n.plugins}
	if b.interpreted {
		with = interp.Options{Compiler: &stubs.Compiler{Why: "there is none"}, Mode: interp.Interpreted}
	}
	with.Start = func(ctx context.Context) (interp.Engine, error) {
		path, err := b.workspace.Engine(ctx)
		if err != nil {
			return nil, err
		}
		c, err := engine.Start(ctx, engine.Options{Path: path, Dir: dir,
			Hello: wire.Hello{Cache: b.cache, MemoMin: b.memoMin, Toolchain: b.tc.ID()}})
		if err != nil {
			return nil, err
		}
		return client{c}, nil
	}
	n.session = interp.New(with)
	return n
}

func (n *notebook) close() {
	n.session.Close()
	if n.tidy {
		n.plugins.remove()
	}
}

// run executes cells until one fails.
func (n *notebook) run(ctx context.Context, cells []string) (o outcome) {
	ctx, cancel := context.WithTimeout(ctx, n.timeout())
	defer cancel()
	var out streams
	for i, cell := range cells {
		n.cells++
		if done := n.session.Execute(ctx, cell, n.cells, &out); done.Err != nil {
			o.cell, o.name, o.lines = i+1, done.Err.Name, done.Err.Lines
			o.Exit, o.Failure = ending(done.Err)
			break
		}
	}
	o.Stdout, o.Stderr = out.stdout.String(), out.stderr.String()
	return o
}

var osExit = regexp.MustCompile(`^the cell ended its process with exit status (\d+)`)

// ending translates the error of a cell to how a program would have ended.
func ending(e *interp.Error) (exit int, failure string) {
	if m := osExit.FindStringSubmatch(e.Value); m != nil && e.Name == "engine died" {
		code, err := strconv.Atoi(m[1])
		if err == nil {
			return code, ""
		}
	}
	var message []string
	for _, l := range e.Lines {
		if strings.HasPrefix(l, "    at ") || strings.HasPrefix(l, "    … ") {
			break
		}
		message = append(message, l)
	}
	return 2, failureText(strings.Join(message, "\n"))
}

// verdict says why an outcome differs from what the program did, "" if it does
// not.
func (o *outcome) verdict(want *result) string {
	switch {
	case o.name == "compile error", o.name == "internal error", o.name == "interrupted", o.name == "error":
		return o.name
	case o.Exit != want.Exit && o.name != "":
		return "fails: " + o.name
	case o.Exit != want.Exit:
		return "does not fail"
	case o.Failure != want.Failure:
		return "another failure"
	case o.Stdout != want.Stdout:
		return "another stdout"
	case o.Stderr != want.Stderr:
		return "another stderr"
	}
	return ""
}

// detail is what a person needs to see of a difference.
func (o *outcome) detail(cause string, want *result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s in cell %d\n", cause, o.cell)
	for _, l := range o.lines[:min(len(o.lines), 15)] {
		b.WriteString("    " + l + "\n")
	}
	show := func(what, got, want string) {
		if got != want {
			fmt.Fprintf(&b, "  %s:\n    got  %.400q\n    want %.400q\n", what, got, want)
		}
	}
	show("stdout", o.Stdout, want.Stdout)
	show("stderr", o.Stderr, want.Stderr)
	show("failure", o.Failure, want.Failure)
	if o.Exit != want.Exit {
		fmt.Fprintf(&b, "  exit status: got %d, want %d\n", o.Exit, want.Exit)
	}
	return b.String()
}
