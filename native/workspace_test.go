package native

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomemo/interp"
)

// uses makes a build whose Run function returns expr, which uses the imports.
func uses(name, expr string, imports ...string) interp.Build {
	var b strings.Builder
	b.WriteString("package main\n\n")
	for _, imp := range imports {
		b.WriteString("import \"" + imp + "\"\n")
	}
	b.WriteString("\nfunc Run() string { return " + expr + " }\n")
	return interp.Build{Main: unit(name, b.String(), imports...)}
}

func build(t testing.TB, w *Workspace, b interp.Build) interp.Plugin {
	t.Helper()
	p, err := w.Build(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func require(t testing.TB, w *Workspace, paths ...string) (changed bool) {
	t.Helper()
	c, err := w.Require(t.Context(), paths)
	if err != nil {
		t.Fatal(err)
	}
	if c.Notice != "" {
		t.Errorf("notice: %s", c.Notice)
	}
	return c.Engine != ""
}

// withoutGo returns a copy of the shared toolchain whose go command fails.
func withoutGo(t *testing.T) *Toolchain {
	tc := *toolchain(t)
	e := *tc.env
	e.command = filepath.Join(t.TempDir(), "go")
	if err := os.WriteFile(e.command, []byte("#!/bin/sh\necho the go command ran >&2\nexit 1\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	tc.env = &e
	return &tc
}

func TestRequire(t *testing.T) {
	w := workspace(t)
	before := w.ID()
	if changed := require(t, w, "fmt", "example.com/plain", "gomemo/engine/rt"); changed {
		t.Error("a module that the engine does not link changed the engine")
	}
	if w.ID() == before {
		t.Error("the graph changed and the ID did not")
	}
	p := build(t, w, uses("plain", `plain.Max("a", "b")`, "example.com/plain"))
	if got, want := run(t, w, p.Path), "b\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	// Another session with the same imports does not run the go command, nor
	// does a second Require of the same paths.
	again, err := withoutGo(t).Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	require(t, again, "example.com/plain")
	require(t, again, "example.com/plain", "os")
	if again.ID() != w.ID() {
		t.Error("the same graph has another ID")
	}
	if p := build(t, again, uses("plain", `plain.Max("a", "b")`, "example.com/plain")); !p.Cached {
		t.Error("the plugin was built again")
	}
}

// A plugin that was built before more packages were required is still cached.
func TestRequireKeepsPlugins(t *testing.T) {
	w := workspace(t)
	b := uses("keeps", `plain.Max("c", "b")`, "example.com/plain")
	require(t, w, "example.com/plain")
	build(t, w, b)
	require(t, w, "example.com/shared")
	if p := build(t, w, b); !p.Cached {
		t.Error("the plugin was built again")
	}
}

// A module that raises the version of one that the engine links needs another
// engine.
func TestRequireChangesEngine(t *testing.T) {
	w := workspace(t)
	old, err := w.Engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if changed := require(t, w, "example.com/raises"); !changed {
		t.Error("Require does not say that the engine changed")
	}
	engine, err := w.Engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if engine == old {
		t.Error("the engine is the same")
	}
	p := build(t, w, uses("raises", `raises.Version() + " " + rt.Loaded[0]`, "example.com/raises", "gomemo/engine/rt"))
	if got, want := run(t, w, p.Path), "raises with v1.1.0 v1.1.0\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if changed := require(t, w, "example.com/raises"); changed {
		t.Error("the second Require changed the engine")
	}
}

func TestRequireErrors(t *testing.T) {
	for path, want := range map[string]string{
		"example.com/unknown/pkg":         "example.com/unknown",
		"example.com/broken":              "broken.go:3:13: cannot use",
		"example.com/plain/nosuch":        "example.com/plain",
		"nosuchpackage":                   "neither a package of the standard library",
		"internal/abi":                    "internal package",
		"example.com/plain/internal/deep": "internal package",
		"nb/1234":                         "gomemo's own",
		"bad path":                        "invalid char",
	} {
		w := workspace(t)
		before := w.ID()
		_, err := w.Require(t.Context(), []string{path})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), "native: ") != 1 {
			t.Errorf("%s: got error %v, want one that says %q", path, err, want)
		}
		if w.ID() != before {
			t.Errorf("%s: the graph changed", path)
		}
		require(t, w, "example.com/plain") // the workspace goes on working
	}
}

// The go.mod next to a notebook decides the versions and gives access to the
// packages of its module; it is never written.
func TestOpenModule(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"go.mod":       "module example.com/user\n\ngo 1.25.0\n\ntoolchain go1.25.1\n\ngodebug default=go1.21\n\ntool example.com/user/geo\n\nrequire example.com/shared v1.1.0\n\nreplace example.com/other => ./other\n",
		"geo/geo.go":   "package geo\n\nfunc Name() string { return \"geo\" }\n",
		"other/go.mod": "module example.com/other\n\ngo 1.26\n",
		"other/o.go":   "package other\n\nfunc Name() string { return \"other\" }\n",
	}
	for name, text := range files {
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	tc := *toolchain(t)
	tc.warn = func(s string) { t.Errorf("warning: %s", s) }
	w, err := tc.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	require(t, w, "example.com/shared", "example.com/user/geo")
	expr := `geo.Name() + " " + shared.Version`
	p := build(t, w, uses("usermod1", expr, "example.com/user/geo", "example.com/shared"))
	if got, want := run(t, w, p.Path), "geo v1.1.0\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	// The module's own packages may change between two sessions.
	id := w.ID()
	if err := os.WriteFile(filepath.Join(dir, "geo", "geo.go"), []byte("package geo\n\nfunc Name() string { return \"new geo\" }\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if w, err = tc.Open(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	require(t, w, "example.com/shared", "example.com/user/geo")
	if w.ID() == id {
		t.Error("a package of the graph changed and the ID did not")
	}
	p = build(t, w, uses("usermod1", expr, "example.com/user/geo", "example.com/shared"))
	if got, want := run(t, w, p.Path), "new geo v1.1.0\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	for _, name := range []string{"go.mod", "other/go.mod"} {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || string(data) != files[name] {
			t.Errorf("%s was changed: %q, %v", name, data, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "go.sum")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a go.sum was written")
	}
}

// Cells may import the internal packages that a program in the notebook's
// directory may.
func TestOpenModuleInternal(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                  "module example.com/user\n\ngo 1.26\n",
		"internal/deep/deep.go":   "package deep\n\nfunc Name() string { return \"deep\" }\n",
		"geo/internal/map/map.go": "package earth\n\nfunc Name() string { return \"earth\" }\n",
	} {
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	w, err := toolchain(t).Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	require(t, w, "example.com/user/internal/deep")
	p := build(t, w, uses("internal1", "deep.Name()", "example.com/user/internal/deep"))
	if got, want := run(t, w, p.Path), "deep\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, path := range []string{"example.com/user/geo/internal/map", "example.com/users/internal/x"} {
		_, err = w.Require(t.Context(), []string{path})
		if module := (*interp.ModuleError)(nil); !errors.As(err, &module) || module.Path != path || !strings.Contains(module.Msg, "not allowed") {
			t.Errorf("%s: got error %v, want one that says that it is not allowed", path, err)
		}
	}
}

// A go.mod that does not work is said to be ignored.
func TestOpenBadModule(t *testing.T) {
	for name, text := range map[string]string{
		"syntax":  "module\n",
		"unknown": "module example.com/user\n\ngo 1.26\n\nrequire example.com/nosuch v1.0.0\n",
		"newer":   "module example.com/user\n\ngo 1.99\n",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		var warnings []string
		tc := *toolchain(t)
		tc.warn = func(s string) { warnings = append(warnings, s) }
		w, err := tc.Open(t.Context(), dir)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(warnings) != 1 || !strings.Contains(warnings[0], "is not used") {
			t.Errorf("%s: warnings %q", name, warnings)
		}
		if w.ID() != workspace(t).ID() {
			t.Errorf("%s: the workspace is not that of a notebook without a module", name)
		}
	}
}

// What has been said by a go command that was interrupted is not kept.
func TestRequireCancel(t *testing.T) {
	w := workspace(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	// A path that no other test requires alone: nothing may be cached.
	if _, err := w.Require(ctx, []string{"example.com/plain", "example.com/raises"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
}

func TestID(t *testing.T) {
	tc := toolchain(t)
	ids := make(map[string]string)
	add := func(what string, w *Workspace) {
		if other, ok := ids[w.ID()]; ok {
			t.Errorf("%s has the ID of %s", what, other)
		}
		ids[w.ID()] = what
	}
	add("the workspace", workspace(t))
	for what, change := range map[string]func(*environ){
		"another Go version":   func(e *environ) { e.GOVERSION += "x" },
		"another processor":    func(e *environ) { e.GOARCH += "x" },
		"another level":        func(e *environ) { e.arch += "x" },
		"another experiment":   func(e *environ) { e.GOEXPERIMENT += "x" },
		"another C compiler":   func(e *environ) { e.CC += "x" },
		"another installation": func(e *environ) { e.GOROOT += "x" },
	} {
		e := *tc.env
		change(&e)
		other := *tc
		other.id = toolchainID(&e)
		add(what, &Workspace{t: &other, graph: workspace(t).graph})
	}
	other := *tc
	other.source.hash += "x"
	add("another source", &Workspace{t: &other, graph: workspace(t).graph})
	w := workspace(t)
	require(t, w, "example.com/plain")
	add("another graph", w)
}

func TestFuses(t *testing.T) {
	for level, want := range map[string]bool{"amd64 v1": false, "amd64 v2": false, "amd64 v3": true, "amd64 v4": true, "arm64 v8.0": true, "386 sse2": false} {
		goarch, v, _ := strings.Cut(level, " ")
		e := &environ{GOARCH: goarch, arch: archVariables[goarch] + "=" + v}
		if got := e.fuses(); got != want {
			t.Errorf("%s: %v, want %v", level, got, want)
		}
	}
}
