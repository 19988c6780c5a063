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
	programsDir = flag.String("dir", "testdata", "the `directory` of the programs that TestLanguage compares")
	seed        = flag.Uint64("seed", 1, "of the random cells of TestLanguage")
)

// TestLanguage compares the programs of testdata, which go through the language
// topic by topic or are like what people write, as notebooks of both layouts,
// in random cells and as they are.
func TestLanguage(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(*programsDir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs in %s: %v", *programsDir, err)
	}
	var programs []*program
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		programs = append(programs, newProgram(file, source))
	}
	if err := references(t.Context(), programs); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, "")
	for _, l := range []conformance.Layout{conformance.Grouped, conformance.Single, conformance.Layout(fmt.Sprint("random ", *seed))} {
		b.compare(t.Context(), programs, l)
		for _, p := range programs {
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
