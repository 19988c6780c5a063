package interp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"gomemo/engine/wire"
)

type fakeC struct{}

func (fakeC) Export(path string) (io.ReadCloser, error) {
	b, err := exec.Command("go", "list", "-export", "-f", "{{.Export}}", path).Output()
	if err != nil {
		return nil, err
	}
	return os.Open(strings.TrimSpace(string(b)))
}
func (fakeC) Require(ctx context.Context, paths []string) (bool, error) { return false, nil }
func (fakeC) ID() string                                                { return "x" }
func (fakeC) Build(ctx context.Context, b Build) (Plugin, error) {
	for _, u := range b.Units {
		fmt.Printf("---- %s %v\n%s\n", u.Path, u.Imports, u.Source)
	}
	fmt.Printf("==== %s %v\n%s\n", b.Main.Path, b.Main.Imports, b.Main.Source)
	return Plugin{Path: "/x/" + b.Main.Path}, nil
}

type fakeE struct{}

func (fakeE) Run(ctx context.Context, r *wire.Run, out Output) (*wire.Done, error) {
	b, _ := json.MarshalIndent(r, "", " ")
	fmt.Println(string(b))
	return &wire.Done{}, nil
}
func (fakeE) Close() error { return nil }

func TestDebug(t *testing.T) {
	s := New(Options{Compiler: fakeC{}, Start: func(context.Context) (Engine, error) { return fakeE{}, nil }, Mode: Compiled})
	for i, c := range strings.Split(os.Getenv("CELLS"), "\n%%\n") {
		fmt.Printf("######## cell %d\n", i+1)
		o := s.Execute(context.Background(), c, i+1, discard{})
		if o.Err != nil {
			fmt.Println(strings.Join(o.Err.Lines, "\n"))
		}
	}
}
