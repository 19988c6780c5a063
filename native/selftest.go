package native

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The self-test's program: two generated packages and a main package that need
// every edit of the compiler, and a host that loads the plugin.
var (
	selfUnit = [...]compilation{
		{path: Prefix + "selftest1", source: `//line decl-a1.go:1
package unit

import (
	"fmt"
	"os"
	"runtime"
)

type inner struct{ tag string }

func (i inner) deep() string { return i.tag }

type point struct {
	x, y int
	inner
}

func (p *point) hidden() int { unused := 1; return p.x*10 + p.y }

type hider interface{ hidden() int }
type pair[A, B any] struct {
	First  A
	second B
}

func (p pair[A, B]) get() (A, B) { return p.First, p.second }

func mapAll[T, U any](xs []T, f func(T) U) []U {
	type box struct{ u U }
	var out []U
	for _, x := range xs {
		out = append(out, box{f(x)}.u)
	}
	return out
}

const answer = 42

var counter = 7

func where() string {
	_, file, line, _ := runtime.Caller(0)
	return fmt.Sprintf("%s:%d", file, line)
}
`},
		{path: Prefix + "selftest2", source: `//line decl-b2.go:1
package unit

import (
	"fmt"
	. "nb/selftest1"
)

type wrap struct {
	point
	extra hider
}
type mine struct{}

func (mine) hidden() int { return 5 }

func use(h hider) int { return h.hidden() }

func hide[T hider](v T) hider { return v }

func lines(w wrap) []string {
	q := point{3, 4, inner{"q"}}
	anon := struct {
		a int
		hider
	}{1, mine{}}
	_, ok := any(mine{}).(hider)
	var d interface{ deep() string } = w
	keys := map[hider]int{any(mine{}).(hider): 6}
	list := []hider{mine{}, mine{}}
	_, s := pair[inner, *point]{inner{"p"}, &q}.get()
	switch unused := any(s).(type) {
	}
	return []string{
		fmt.Sprint(use(&q), use(w.extra), use(anon), ok, d.deep(), s.x, answer, counter),
		fmt.Sprintf("%T %T %T %+v", w, pair[inner, map[string]*wrap]{}, anon, w.point),
		fmt.Sprint(keys[mine{}], keys[hide(mine{})], keys[list[1]]),
		fmt.Sprint(mapAll([]int{1, 2}, func(i int) string { return fmt.Sprint(i) }), where()),
	}
}
`},
		{path: Prefix + "selftest3", source: `package main

import (
	. "nb/selftest1"
	. "nb/selftest2"
	"strings"
)

type local struct{ inner }

func Run() string {
//line cell-c3.go:1
	counter++
	w := wrap{point: point{1, 2, inner{"t"}}, extra: mine{}}
	return strings.Join(append(lines(w), local{w.inner}.deep()), "\n") + "\n"
}
`},
	}
)

const selfHost = `package main

import (
	"os"
	"plugin"
)

func main() {
	p, err := plugin.Open(os.Args[1])
	if err == nil {
		var run plugin.Symbol
		if run, err = p.Lookup("Run"); err == nil {
			os.Stdout.WriteString(run.(func() string)())
			return
		}
	}
	os.Stderr.WriteString(err.Error())
	os.Exit(1)
}
`

const selfWant = `34 5 5 truet3 42 8
main.wrap main.pair[main.inner,map[string]*main.wrap] struct { a int; main.hider } {x:1 y:2 inner:{tag:t}}
6 6 6
[1 2]decl-a1.go:42
t
`

// selfTest compiles a program that needs every edit, links it with each host
// linker that the machine has, loads it, and returns the fastest linker that
// made a plugin which works. out is the toolchain's directory.
func (t *Toolchain) selfTest(ctx context.Context, tmp, out string, std map[string]string) (hostLinker, error) {
	u := *t
	u.dir = out
	dir := filepath.Join(tmp, "selftest")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return hostLinker{}, fmt.Errorf("native: self-test: %w", err)
	}
	host, err := u.selfTestHost(ctx, dir)
	if err != nil {
		return hostLinker{}, err
	}
	packages := make(map[string]string, len(std)+len(selfUnit))
	maps.Copy(packages, std)
	for _, c := range selfUnit {
		c.imports = packages
		c.out = filepath.Join(dir, fileOf(c.path)+".a")
		if err := u.compile(ctx, dir, c); err != nil {
			return hostLinker{}, fmt.Errorf("native: %s: the edited compiler fails its self-test: %w", t.env.GOVERSION, err)
		}
		packages[c.path] = c.out
	}
	linkers, err := hostLinkers(ctx, t.env, out)
	if err != nil {
		return hostLinker{}, err
	}

	type result struct {
		hostLinker
		took time.Duration
	}
	var good []result
	var bad []error
	for _, h := range linkers {
		took, err := u.selfTestLink(ctx, dir, host, h, packages)
		if ctx.Err() != nil {
			return hostLinker{}, ctx.Err()
		}
		if err != nil {
			bad = append(bad, err)
			continue
		}
		good = append(good, result{h, took})
	}
	if len(good) == 0 {
		return hostLinker{}, fmt.Errorf("native: %s: the edited compiler fails its self-test: %w", t.env.GOVERSION, errors.Join(bad...))
	}
	return slices.MinFunc(good, func(a, b result) int { return cmp.Compare(a.took, b.took) }).hostLinker, nil
}

// selfTestHost builds the program that loads the plugin.
func (t *Toolchain) selfTestHost(ctx context.Context, dir string) (string, error) {
	src := filepath.Join(dir, "host")
	err := os.MkdirAll(src, 0o777)
	err = errors.Join(err, os.WriteFile(filepath.Join(src, "go.mod"), []byte("module host\n\ngo 1.26\n"), 0o666))
	err = errors.Join(err, os.WriteFile(filepath.Join(src, "main.go"), []byte(selfHost), 0o666))
	if err != nil {
		return "", fmt.Errorf("native: self-test: %w", err)
	}
	host := filepath.Join(dir, "host.exe")
	cmd := t.env.goCommand(ctx, src, t.env.withRuntime("build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", host)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", &MissingError{What: "a program with cgo does not build", Fix: "install a working gcc and the C library's headers", Err: errors.New(message(string(out), err))}
	}
	return host, nil
}

// selfTestLink links the program, runs it and returns how long the fastest of
// three links took.
func (t *Toolchain) selfTestLink(ctx context.Context, dir, host string, h hostLinker, packages map[string]string) (time.Duration, error) {
	main := selfUnit[len(selfUnit)-1].path
	var plugin string
	best := time.Hour
	for range 3 {
		start := time.Now()
		var err error
		plugin, err = t.link(ctx, dir, h, linking{path: main, archive: packages[main], packages: packages})
		if err != nil {
			return 0, err
		}
		best = min(best, time.Since(start))
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // a broken plugin may hang when it is opened
	defer cancel()
	cmd := exec.CommandContext(ctx, host, plugin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("linked with %s: %s", h.Name, message(stderr.String(), err))
	}
	if got := stdout.String(); got != selfWant {
		return 0, fmt.Errorf("linked with %s: it printed %q, not %q", h.Name, got, strings.TrimSpace(selfWant))
	}
	return best, nil
}
