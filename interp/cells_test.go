package interp_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"gomemo"
	"gomemo/engine"
	"gomemo/engine/wire"
	"gomemo/interp"
	"gomemo/native"
)

var update = flag.Bool("update", false, "rewrite the outputs in testdata")

var toolchain = sync.OnceValues(func() (*native.Toolchain, error) {
	return native.Prepare(context.Background(), native.Options{Source: gomemo.Source})
})

// console collects what a cell puts out as one text.
type console struct {
	mu sync.Mutex
	b  strings.Builder
}

func (c *console) Stream(name, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.b.WriteString(text)
}

func (c *console) Display(data, metadata map[string]json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var s string
	json.Unmarshal(data["text/plain"], &s)
	c.b.WriteString("[display] " + s + "\n")
}

func (c *console) take() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.b.String()
	c.b.Reset()
	return s
}

// newSession starts a session with real compiler and engine, and a call cache
// of its own.
func newSession(t testing.TB, mode interp.Mode, cache string) *interp.Session {
	t.Helper()
	tc, ws := openWorkspace(t)
	return startSession(t, tc, ws, mode, cache)
}

// openWorkspace opens the workspace of a notebook in an empty directory.
func openWorkspace(t testing.TB) (*native.Toolchain, *native.Workspace) {
	t.Helper()
	tc, err := toolchain()
	if err != nil {
		t.Fatalf("preparing the toolchain: %v", err)
	}
	ws, err := tc.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return tc, ws
}

func startSession(t testing.TB, tc *native.Toolchain, ws *native.Workspace, mode interp.Mode, cache string) *interp.Session {
	t.Helper()
	return startSessionWith(t, tc, ws, ws, mode, cache)
}

// startSessionWith starts a session whose compiler is not the workspace itself.
func startSessionWith(t testing.TB, tc *native.Toolchain, ws *native.Workspace, compiler interp.Compiler, mode interp.Mode, cache string) *interp.Session {
	t.Helper()
	s := interp.New(interp.Options{Compiler: compiler, Mode: mode, Start: func(ctx context.Context) (interp.Engine, error) {
		path, err := ws.Engine(ctx)
		if err != nil {
			return nil, err
		}
		c, err := engine.Start(ctx, engine.Options{Path: path, Hello: wire.Hello{Cache: cache, MemoMin: 20 * time.Millisecond, Toolchain: tc.ID()}})
		if err != nil {
			return nil, err
		}
		return client{c}, nil
	}})
	t.Cleanup(func() { s.Close() })
	return s
}

type client struct{ *engine.Client }

func (c client) Run(ctx context.Context, r *wire.Run, out interp.Output) (*wire.Done, error) {
	return c.Client.Run(ctx, r, out)
}

// run executes one cell and writes down everything a person would see.
func run(s *interp.Session, code string, n int) string {
	out, _ := runCell(s, code, n)
	return out
}

// runCell is run, and gives the outcome too.
func runCell(s *interp.Session, code string, n int) (string, *interp.Outcome) {
	var c console
	o := s.Execute(context.Background(), code, n, &c)
	out := c.take()
	text := func(b map[string]json.RawMessage) string {
		var s string
		json.Unmarshal(b["text/plain"], &s)
		return s
	}
	if o.Result != nil {
		out += "= " + text(o.Result) + "\n"
	}
	if o.Err != nil {
		out += strings.Join(o.Err.Lines, "\n") + "\n"
	}
	if o.Report != nil {
		out += "# " + strings.ReplaceAll(text(o.Report), "\n", "\n# ") + "\n"
	}
	return out, &o
}

// times are what differs from run to run in a report.
var times = regexp.MustCompile(`(took|saved) [0-9.hms]+( (µs|ms|s))?`)

// wanted marks a diagnostic that its line must get.
var wanted = regexp.MustCompile(`/\* ERROR "([^"]*)" \*/`)

// cellsOf are the texts of a golden's cells.
func cellsOf(ar *txtar.Archive) (cells []string) {
	for _, f := range ar.Files {
		if strings.HasSuffix(f.Name, ".go") {
			cells = append(cells, string(f.Data))
		}
	}
	return cells
}

// TestCells runs every file of testdata as one session. 1.go, 2.go and so on
// are the cells, 1.out, 2.out what a person sees below them; -update writes
// these. The comment of the archive may name a mode, "mode: compiled", or say
// that no other session may run meanwhile, "alone".
func TestCells(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(ar.Comment), "alone\n") { // what is cheap depends on the time
				t.Parallel()
			}
			mode := interp.Auto
			if m := regexp.MustCompile(`(?m)^mode: (\w+)$`).FindSubmatch(ar.Comment); m != nil {
				mode = interp.Mode(m[1])
			}
			s := newSession(t, mode, filepath.Join(t.TempDir(), "calls"))
			want := map[string]string{}
			for _, f := range ar.Files {
				want[f.Name] = string(f.Data)
			}
			var out []txtar.File
			waiting := cellsOf(ar)
			for _, f := range ar.Files {
				name, isCell := strings.CutSuffix(f.Name, ".go")
				if !isCell {
					continue
				}
				n, err := strconv.Atoi(name)
				if err != nil {
					t.Fatalf("%s: cells are named 1.go, 2.go, …", f.Name)
				}
				waiting = waiting[1:]
				s.Queue(waiting) // as when all cells of a notebook are run
				saw, o := runCell(s, string(f.Data), n)
				if mode == interp.Auto {
					goldens.add(s, fmt.Sprintf("%s:%d", filepath.Base(file), n), o)
				}
				got := times.ReplaceAllString(saw, "$1 T")
				out = append(out, f, txtar.File{Name: name + ".out", Data: []byte(got)})
				if w := want[name+".out"]; got != w && !*update {
					t.Errorf("cell %d:\n%s\ngot:\n%s\nwant:\n%s", n, f.Data, got, w)
				}
				for i, line := range strings.Split(string(f.Data), "\n") {
					for _, m := range wanted.FindAllStringSubmatch(line, -1) {
						if ok, err := regexp.MatchString("cell "+name+", line "+strconv.Itoa(i+1)+":[0-9]+: .*"+m[1], got); err != nil || !ok {
							t.Errorf("cell %d, line %d: no diagnostic matches %q (%v)\n%s", n, i+1, m[1], err, got)
						}
					}
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(&txtar.Archive{Comment: ar.Comment, Files: out}), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
