package conformance_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gomemo/conformance"
)

var (
	programsDir = flag.String("dir", "", "a `directory` of programs that TestPrograms compares in all layouts, in place of its own")
	seed        = flag.Uint64("seed", 1, "of the random cells of TestPrograms")
)

// TestLanguage compares the programs of testdata, which go through the language
// topic by topic, as notebooks of both layouts and as they are.
func TestLanguage(t *testing.T) {
	compareLayouts(t, "testdata", func(int) []conformance.Layout { return []conformance.Layout{conformance.Grouped, conformance.Single} })
}

// TestPrograms compares programs like those that people write, each in one
// layout, or with -dir in all.
func TestPrograms(t *testing.T) {
	all := []conformance.Layout{conformance.Layout(fmt.Sprint("random ", *seed)), conformance.Single, conformance.Grouped}
	if *programsDir != "" {
		compareLayouts(t, *programsDir, func(int) []conformance.Layout { return all })
		return
	}
	compareLayouts(t, "testdata/notebook", func(i int) []conformance.Layout { return all[i%len(all):][:1] })
}

// compareLayouts compares the programs of a directory in the layouts that of
// says for each.
func compareLayouts(t *testing.T, dir string, of func(i int) []conformance.Layout) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs in %s: %v", dir, err)
	}
	var programs []*program
	in := map[conformance.Layout][]*program{}
	for i, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := newProgram(file, source)
		programs = append(programs, p)
		for _, l := range of(i) {
			in[l] = append(in[l], p)
		}
	}
	if err := references(t.Context(), programs); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, "")
	for l, ps := range in {
		b.compare(t.Context(), ps, l)
		for _, p := range ps {
			if p.causes[l] != "" {
				t.Errorf("%s, %s: %s\n%s", p.path, l, p.causes[l], p.detail[l])
			}
		}
	}
}

// cellsIn divides a program. "random" and a number are a layout too.
func cellsIn(p *conformance.Program, l conformance.Layout) []string {
	if seed, ok := strings.CutPrefix(string(l), "random "); ok {
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			panic(err)
		}
		return p.Random(rand.New(rand.NewPCG(n, n)))
	}
	return p.Cells(l)
}
