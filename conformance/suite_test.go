package conformance_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"gomemo/conformance"
)

var (
	full     = flag.Bool("full", false, "run all programs of the Go distribution's test suite, not the sample")
	only     = flag.String("programs", "", "run only the programs whose path matches this regular `expression`")
	layout   = flag.String("layout", "", "use only this `layout`: grouped or single")
	keep     = flag.Bool("keep", false, "keep the plugins that -full makes")
	printing = flag.Bool("cells", false, "print the cells of the programs that differ")
)

// program is one file of the suite.
type program struct {
	verdicts
	path   string // below $GOROOT/test
	source string
	want   result
}

func newProgram(path string, source []byte) *program {
	path = filepath.ToSlash(path)
	return &program{verdicts: newVerdicts(path, filepath.ToSlash(filepath.Dir(path))), path: path, source: string(source)}
}

// root is a directory of the Go distribution that holds a file.
func root(t *testing.T, name, file string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env GOROOT: %v", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), name)
	if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("this Go came without its tests: %v", err)
		}
		t.Skipf("this Go came without its tests: %v", err)
	}
	return dir
}

// load lists the files that the suite runs without arguments, flags or build
// constraints.
func load(t *testing.T) (programs []*program) {
	t.Helper()
	dir := root(t, "test", "ken")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasSuffix(path, ".dir") {
			return filepath.SkipDir // parts of programs
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if isRun(string(data)) {
			programs = append(programs, newProgram(rel, data))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return programs
}

// isRun reports whether the first comment of a file is "// run", which tells the
// suite's driver to run it, and whether it is for every system.
func isRun(source string) bool {
	head, _, _ := strings.Cut(source, "\npackage ")
	return strings.HasPrefix(strings.TrimSpace(head), "// run\n") && !strings.Contains(head, "\n//go:build") && !strings.Contains(head, "\n// +build")
}

// list reads a file of lines "path: rest", in which # starts a comment.
func list(t *testing.T, name string) (order []string, rest map[string]string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	rest = map[string]string{}
	sc := bufio.NewScanner(strings.NewReader(string(data)))
	for sc.Scan() {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		path, text, _ := strings.Cut(line, ":")
		if _, twice := rest[path]; twice {
			t.Errorf("%s lists %s twice", name, path)
		}
		order = append(order, path)
		rest[path] = strings.TrimSpace(text)
	}
	return order, rest
}

// TestSuite compares programs of the Go distribution's test suite as notebooks
// and as they are: those of sample.txt, or with -full all but those of
// excluded.txt.
func TestSuite(t *testing.T) {
	programs := load(t)
	_, excluded := list(t, "excluded.txt")
	checkExcluded(t, "excluded.txt", names(programs), excluded)
	if *full || *only != "" {
		compareAll(t, programs, excluded)
	} else {
		compareSample(t, programs)
	}
}

func names(programs []*program) (list []string) {
	for _, p := range programs {
		list = append(list, p.path)
	}
	return list
}

// checkExcluded finds lines that are out of date.
func checkExcluded(t *testing.T, file string, names []string, excluded map[string]string) {
	t.Helper()
	for name, reason := range excluded {
		if !slices.Contains(names, name) {
			t.Errorf("%s lists %s, which the suite does not run", file, name)
		}
		if reason == "" {
			t.Errorf("%s gives no reason for %s", file, name)
		}
	}
}

// compareSample fails for each program of the sample that differs.
func compareSample(t *testing.T, programs []*program) {
	names, _ := list(t, "sample.txt")
	var grouped, single []*program
	for i, name := range names {
		at := slices.IndexFunc(programs, func(p *program) bool { return p.path == name })
		switch {
		case at < 0:
			t.Errorf("sample.txt lists %s, which the suite does not run", name)
		case i%2 == 0:
			grouped = append(grouped, programs[at])
		default:
			single = append(single, programs[at])
		}
	}
	if err := references(t.Context(), slices.Concat(grouped, single)); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, "")
	b.compare(t.Context(), grouped, conformance.Grouped)
	b.compare(t.Context(), single, conformance.Single)
	for _, p := range slices.Concat(grouped, single) {
		for l, cause := range p.causes {
			if cause != "" {
				t.Errorf("%s, %s: %s", p.path, l, p.detail[l])
			}
		}
	}
}

// compareAll prints tables, and fails if too many programs differ.
func compareAll(t *testing.T, programs []*program, excluded map[string]string) {
	pattern, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	var chosen []*program
	for _, p := range programs {
		if _, out := excluded[p.path]; !out && pattern.MatchString(p.path) {
			chosen = append(chosen, p)
		}
	}
	if err := references(t.Context(), chosen); err != nil {
		t.Fatal(err)
	}
	// Thousands of plugins are not to push others out of the user's cache.
	b := newBench(t, filepath.Join(temporary(), "native"))
	b.tidy = !*keep
	layouts := []conformance.Layout{conformance.Grouped, conformance.Single}
	if *layout != "" {
		layouts = []conformance.Layout{conformance.Layout(*layout)}
	}
	for _, l := range layouts {
		b.compare(t.Context(), chosen, l)
		report(t, "folder", verdictsOf(programs), verdictsOf(chosen), excluded, l)
	}
}

func verdictsOf(programs []*program) (list []*verdicts) {
	for _, p := range programs {
		list = append(list, &p.verdicts)
	}
	return list
}

// compare runs programs as notebooks, two at a time: each has a compiler, a
// linker and an engine of its own.
func (b *bench) compare(ctx context.Context, programs []*program, l conformance.Layout) {
	inPairs(programs, func(p *program) {
		cause, detail := b.difference(ctx, p, l)
		p.set(l, cause, detail)
	})
}

// inPairs calls f for each element of a list, two at a time.
func inPairs[T any](list []T, f func(T)) {
	work := make(chan T)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for x := range work {
				f(x)
			}
		})
	}
	for _, x := range list {
		work <- x
	}
	close(work)
	wg.Wait()
}

// difference runs one program as a notebook; no cause means that it did what
// the program does.
func (b *bench) difference(ctx context.Context, p *program, l conformance.Layout) (cause, detail string) {
	defer func() {
		if v := recover(); v != nil {
			cause, detail = "the front end panics", fmt.Sprintf("%v\n%s", v, debug.Stack())
		}
	}()
	if p.want.Broken != "" {
		return "the program itself " + p.want.Broken, ""
	}
	parsed, err := b.parse(p.source)
	if err != nil {
		return "cannot be taken apart", err.Error()
	}
	cells := cellsIn(parsed, l)
	got, err := b.run(ctx, cells)
	if err != nil {
		return "cannot be run", err.Error()
	}
	cause = got.verdict(&p.want)
	if cause == "" {
		return "", ""
	}
	if p.want.Varies {
		cause += " (varies by itself)"
	}
	detail = got.detail(cause, &p.want)
	if *printing {
		detail += "── cells\n" + strings.Join(cells, "── cell\n")
	}
	return cause, detail
}
