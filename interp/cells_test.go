package interp_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gomemo"
	"gomemo/engine"
	"gomemo/engine/wire"
	"gomemo/interp"
	"gomemo/native"
)

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
	tc, err := toolchain()
	if err != nil {
		t.Fatalf("preparing the toolchain: %v", err)
	}
	ws, err := tc.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := interp.New(interp.Options{Compiler: ws, Mode: mode, Start: func(ctx context.Context) (interp.Engine, error) {
		path, err := ws.Engine(ctx)
		if err != nil {
			return nil, err
		}
		c, err := engine.Start(ctx, engine.Options{Path: path, Hello: wire.Hello{Cache: cache, MemoMin: 20 * time.Millisecond, Toolchain: tc.ID()}})
		return client{c}, err
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
	return out
}

func TestScratch(t *testing.T) {
	b, _ := os.ReadFile(os.Getenv("CELLS"))
	s := newSession(t, interp.Mode(os.Getenv("GOMEMO_ENGINE")), filepath.Join(t.TempDir(), "cache"))
	for i, c := range strings.Split(string(b), "\n%%\n") {
		t0 := time.Now()
		out := run(s, c, i+1)
		t.Logf("[%d] %v\n%s", i+1, time.Since(t0), out)
	}
}
