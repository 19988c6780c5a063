package native

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// finding returns the finding of that name.
func finding(t *testing.T, findings []Finding, name string) Finding {
	t.Helper()
	for _, f := range findings {
		if f.OK != (f.Fix == "") {
			t.Errorf("%s: OK is %v and the fix is %q", f.Name, f.OK, f.Fix)
		}
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no finding %q in %v", name, findings)
	return Finding{}
}

// script writes an executable.
func script(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCheckGood(t *testing.T) {
	toolchain(t)
	dir := t.TempDir()
	o := Options{Dir: dir, Source: testEngine()}
	findings := Check(t.Context(), o)
	for _, name := range []string{"cache directory", "Go", "Go's sources", "C compiler and linker"} {
		if f := finding(t, findings, name); !f.OK {
			t.Errorf("%+v", f)
		}
	}
	if f := finding(t, findings, "toolchain"); f.OK || f.Detail != "not prepared yet" {
		t.Errorf("%+v", f)
	}
	if _, err := Prepare(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	findings = Check(t.Context(), o)
	for _, name := range []string{"toolchain", "engine"} {
		if f := finding(t, findings, name); !f.OK || !strings.Contains(f.Detail, dir) {
			t.Errorf("%+v", f)
		}
	}
}

func TestCheckBad(t *testing.T) {
	tc := toolchain(t)
	env := tc.env
	goEnv := func(replace ...string) string {
		vars := `{"GOROOT":"` + env.GOROOT + `","GOVERSION":"go1.26.8","GOOS":"` + env.GOOS + `","GOARCH":"` + env.GOARCH +
			`","GOHOSTOS":"` + env.GOOS + `","GOHOSTARCH":"` + env.GOARCH + `","CC":"gcc"}`
		return "echo '" + strings.NewReplacer(replace...).Replace(vars) + "'"
	}
	// A GOROOT whose compiler has no sources, and one whose sources differ.
	empty := t.TempDir()
	differs := copySources(t)
	name := filepath.Join(differs, "src", "cmd", "compile", "internal", "types2", "predicates.go")
	if err := os.WriteFile(name, []byte("package types2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}

	everybodys := t.TempDir()
	if err := os.Chmod(everybodys, 0o777); err != nil {
		t.Fatal(err)
	}

	for _, test := range []struct {
		what      string
		o         Options
		name      string
		says, fix string
	}{
		{"no go", Options{Go: filepath.Join(empty, "go")}, "Go", "does not work", "reinstall Go"},
		{"broken go", Options{Go: script(t, "go", "echo cannot find GOROOT >&2; exit 2")}, "Go", "cannot find GOROOT", "reinstall Go"},
		{"old go", Options{Go: script(t, "go", goEnv("go1.26.8", "go1.21.3"))}, "Go", "go1.21.3 is too old", "go.dev/dl"},
		{"cross", Options{Go: script(t, "go", goEnv(`"GOOS":"`+env.GOOS, `"GOOS":"plan9`))}, "Go", "plan9", "unset GOOS"},
		{"windows", Options{Go: script(t, "go", goEnv(`OS":"`+env.GOOS, `OS":"windows`))}, "Go", "no plugins on windows", "Linux"},
		{"no sources", Options{Go: script(t, "go", goEnv(env.GOROOT, empty))}, "Go's sources", "cannot be read", "complete Go distribution"},
		{"other sources", Options{Go: script(t, "go", goEnv(env.GOROOT, differs))}, "Go's sources", "is gone", "install Go 1.26 "},
		{"no gcc", Options{Go: script(t, "go", goEnv(`"CC":"gcc"`, `"CC":"nosuchcc"`))}, "C compiler and linker", "nosuchcc", "gcc"},
		{"broken gcc", Options{Go: script(t, "go", goEnv(`"CC":"gcc"`, `"CC":"false"`))}, "C compiler and linker", "shared library", "libc6-dev"},
		{"open directory", Options{Dir: everybodys}, "cache directory", "everybody", "chmod"},
		{"no directory", Options{Dir: filepath.Join(file, "x")}, "cache directory", "cannot be made", "choose another"},
	} {
		if test.o.Dir == "" {
			test.o.Dir = t.TempDir()
		}
		f := finding(t, Check(t.Context(), test.o), test.name)
		if f.OK || !strings.Contains(f.Detail, test.says) || !strings.Contains(f.Fix, test.fix) {
			t.Errorf("%s: %+v", test.what, f)
		}
	}
}

// An untested release is said to be one.
func TestCheckUntested(t *testing.T) {
	env := toolchain(t).env
	o := Options{Dir: t.TempDir(), Go: script(t, "go", `echo '{"GOROOT":"`+env.GOROOT+`","GOVERSION":"go1.27.1","CC":"gcc","GOOS":"`+
		env.GOOS+`","GOARCH":"`+env.GOARCH+`","GOHOSTOS":"`+env.GOOS+`","GOHOSTARCH":"`+env.GOARCH+`"}'`)}
	f := finding(t, Check(t.Context(), o), "Go")
	if !f.OK || !strings.Contains(f.Detail, "go1.27.1") || !strings.Contains(f.Detail, "not tested") {
		t.Errorf("%+v", f)
	}
}
