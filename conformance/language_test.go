package conformance_test

import (
	"os"
	"path/filepath"
	"testing"

	"gomemo/conformance"
)

// TestLanguage compares the programs of testdata, which go through the language
// topic by topic, as notebooks of both layouts and as they are.
func TestLanguage(t *testing.T) {
	files, err := filepath.Glob("testdata/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs in testdata: %v", err)
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
	for _, l := range []conformance.Layout{conformance.Grouped, conformance.Single} {
		b.compare(t.Context(), programs, l)
		for _, p := range programs {
			if p.causes[l] != "" {
				t.Errorf("%s, %s: %s\n%s", p.path, l, p.causes[l], p.detail[l])
			}
		}
	}
}
