package native

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// writeModule puts files into the directory of a user's module.
func writeModule(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
}

// Packages that the compiler makes, with assembly too, and those that only the
// go command can make work together, whichever imports which.
func TestMakings(t *testing.T) {
	w, dir := userModule(t, "module example.com/user\n\ngo 1.26\n")
	writeModule(t, dir, map[string]string{
		"base/base.go":    "package base\n\ntype Shape interface{ Area() int }\n\ntype Square struct{ N int }\n\nfunc (s Square) Area() int { return s.N * s.N }\n\nvar Made = 1\n\nfunc init() { Made++ }\n",
		"left/left.go":    "package left\n\nimport \"example.com/user/base\"\n\nfunc Area(n int) int { var s base.Shape = base.Square{n}; return s.Area() + base.Made }\n",
		"right/right.go":  "package right\n\nimport \"example.com/user/left\"\nimport \"example.com/user/base\"\n\nfunc Shape(n int) base.Shape { return base.Square{left.Area(n)} }\n",
		"embed/embed.go":  "package embed\n\nimport (\n\t_ \"embed\"\n\n\t\"example.com/user/text\"\n)\n\n//go:embed words.txt\nvar words string\n\nfunc Words() string { return text.Upper(words) }\n",
		"embed/words.txt": "words",
		"text/text.go":    "package text\n\nimport \"strings\"\n\nfunc Upper(s string) string { return strings.ToUpper(s) }\n",
		"asm/asm.go":      "package asm\n\nconst Offset = 40\n\nfunc Add(a, b int64) int64\n",
		"asm/asm_" + runtime.GOARCH + ".s": map[string]string{
			"amd64": "#include \"textflag.h\"\n#include \"go_asm.h\"\n\nTEXT ·Add(SB), NOSPLIT, $0-24\n\tMOVQ a+0(FP), AX\n\tADDQ b+8(FP), AX\n\tADDQ $const_Offset, AX\n\tMOVQ AX, ret+16(FP)\n\tRET\n",
			"arm64": "#include \"textflag.h\"\n#include \"go_asm.h\"\n\nTEXT ·Add(SB), NOSPLIT, $0-24\n\tMOVD a+0(FP), R0\n\tMOVD b+8(FP), R1\n\tADD R1, R0\n\tADD $const_Offset, R0\n\tMOVD R0, ret+16(FP)\n\tRET\n",
		}[runtime.GOARCH],
	})
	require(t, w, "example.com/user/right", "example.com/user/asm", "example.com/user/embed")
	p := build(t, w, uses("makings", `strconv.Itoa(right.Shape(3).Area()) + " " + strconv.Itoa(int(asm.Add(1, 1))) + " " + embed.Words()`,
		"strconv", "example.com/user/right", "example.com/user/asm", "example.com/user/embed"))
	if got, want := run(t, w, p.Path), "121 42 WORDS\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for path, made := range map[string]bool{"base": true, "right": true, "asm": true, "embed": false, "text": false} {
		if a := w.graph.Packages["example.com/user/"+path]; a.Made != made {
			t.Errorf("%s: made %v", path, a.Made)
		}
	}
}

// Importers start, and Require returns, when there is export data, before there
// is code.
func TestMakingsEarly(t *testing.T) {
	tc := toolchain(t)
	dir := t.TempDir()
	var long strings.Builder
	long.WriteString("package long\n\nimport \"math\"\n\nfunc One() int { return 1 }\n")
	for i := range 400 {
		long.WriteString(strings.ReplaceAll("\nfunc f@(xs []float64) (s float64) {\n\tfor i, x := range xs {\n\t\ts += math.Sqrt(x) * float64(i+@)\n\t\txs[i] = s\n\t}\n\treturn s\n}\n", "@", strings.Repeat("1", 1+i%7)+string(rune('0'+i%10))+string(rune('0'+i/10%10))+string(rune('0'+i/100))))
	}
	writeModule(t, dir, map[string]string{"long.go": long.String()})
	p := &listed{ImportPath: "example.com/long" + time.Now().Format("150405.000000"), Name: "long", Dir: dir, Imports: []string{"math"}}
	p.GoFiles = []string{"long.go"}
	p.Module = new(listedModule)
	key, m, err := tc.make(p, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	file, release, err := m.acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if isFile(tc.cache.archive(key)) {
		t.Error("there was code before there was export data")
	}
	early, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	release()
	if _, again, err := tc.make(p, nil, nil); again != m || err != nil {
		t.Errorf("compiled twice at the same time: %v", err)
	}
	if err := m.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := os.ReadFile(tc.cache.archive(key))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(all), string(early)) || len(all) < 2*len(early) {
		t.Errorf("%d bytes of export data are not the start of an archive of %d", len(early), len(all))
	}
	if _, again, err := tc.make(p, nil, nil); again != nil || err != nil {
		t.Errorf("compiled again: %v", err)
	}
}

// What another process has trimmed is made again.
func TestRestore(t *testing.T) {
	w := workspace(t)
	require(t, w, "example.com/plain")
	for key := range maps.Values(w.graph.Packages) {
		for _, name := range []string{w.t.cache.archive(key.Key), sumPath(w.t.cache.archive(key.Key))} {
			if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
		}
	}
	r, err := w.Export("example.com/plain")
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	for key := range maps.Values(w.graph.Packages) {
		os.Remove(w.t.cache.archive(key.Key))
	}
	p, err := w.Build(t.Context(), uses("restore", `plain.Max("x", "y")`, "example.com/plain"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := run(t, w, p.Path), "y\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A package whose compilation fails after its export data was there fails the
// cells that need it, each time.
func TestMakingFails(t *testing.T) {
	w, dir := userModule(t, "module example.com/user\n\ngo 1.26\n")
	writeModule(t, dir, map[string]string{
		"bad/bad.go": "package bad\n\nfunc F() int\n",
		"bad/bad.s":  "TEXT ·F(SB), 4, $0-8\n\tNOSUCHINSTRUCTION\n\tRET\n",
	})
	if _, err := w.Require(t.Context(), []string{"example.com/user/bad"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := w.Build(t.Context(), uses("bad", "string(rune(bad.F()))", "example.com/user/bad"))
		if err == nil || !strings.Contains(err.Error(), "NOSUCHINSTRUCTION") {
			t.Errorf("got error %v", err)
		}
	}
}
