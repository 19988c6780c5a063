package conformance_test

import (
	"context"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"gomemo/conformance"
)

// examples is a file of the standard library's tests with examples.
type examples struct {
	verdicts // of the declarations
	file     string
	source   string
	program  *conformance.Program
	funcs    []*example
}

// example is a function that says what it prints.
type example struct {
	verdicts
	what *conformance.Example
}

var exampleLayouts = [...]conformance.Layout{conformance.Grouped, conformance.Single, conformance.Called}

var exampleFunc = regexp.MustCompile(`(?m)^func Example`)

// loadExamples lists the files of packages that programs can import, if they are
// for this system.
func loadExamples(t *testing.T) (files []*examples) {
	t.Helper()
	dir := root(t, "src", filepath.Join("strings", "example_test.go"))
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() && (rel == "cmd" || d.Name()[0] == '_' || slices.Contains([]string{"internal", "testdata", "vendor"}, d.Name())) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		if here, err := build.Default.MatchFile(filepath.Dir(path), d.Name()); err != nil || !here {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || !exampleFunc.Match(data) {
			return err
		}
		files = append(files, &examples{verdicts: newVerdicts(rel, filepath.ToSlash(filepath.Dir(rel))), file: path, source: string(data)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestExamples compares what the examples of the standard library print in
// notebooks with what they say that they print: those of the files of
// examples_sample.txt, or with -full all but those of examples_excluded.txt.
// Those that do not say what they print are compiled.
func TestExamples(t *testing.T) {
	t.Setenv("TZ", "America/Los_Angeles") // the tests of package time set it
	files := loadExamples(t)
	_, excluded := list(t, "examples_excluded.txt")
	if *full || *only != "" {
		b := newBench(t, filepath.Join(temporary(), "native"))
		b.tidy = !*keep
		b.compareAllExamples(t, files, excluded)
	} else {
		newBench(t, "").compareSomeExamples(t, files, excluded)
	}
}

// take parses the files that are not excluded.
func (b *bench) take(t *testing.T, files []*examples, excluded map[string]string) (chosen []*examples) {
	t.Helper()
	for _, f := range files {
		if _, out := excluded[f.name]; out {
			continue
		}
		source, err := withHelpers(f.file, f.source, b.importer())
		if err == nil {
			f.program, err = conformance.ParseTests([]byte(source), b.importer())
		}
		if err != nil {
			t.Errorf("%s cannot be taken apart: %v", f.name, err)
			continue
		}
		for _, e := range f.program.Examples() {
			f.funcs = append(f.funcs, &example{newVerdicts(f.name+" "+e.Name, f.group), e})
		}
		chosen = append(chosen, f)
	}
	return chosen
}

// compareSomeExamples fails for each example of the sample that differs.
func (b *bench) compareSomeExamples(t *testing.T, files []*examples, excluded map[string]string) {
	names, _ := list(t, "examples_sample.txt")
	layouts := map[*examples]conformance.Layout{}
	var sample []*examples
	for i, name := range names {
		at := slices.IndexFunc(files, func(f *examples) bool { return f.name == name })
		if at < 0 {
			t.Errorf("examples_sample.txt lists %s, which is no file of examples", name)
			continue
		}
		sample = append(sample, files[at])
		layouts[files[at]] = exampleLayouts[i%3]
	}
	sample = b.take(t, sample, excluded)
	inPairs(sample, func(f *examples) { b.compareExamples(t.Context(), f, excluded, layouts[f]) })
	for _, f := range sample {
		for _, v := range f.chosen(excluded) {
			for l, cause := range v.causes {
				if cause != "" {
					t.Errorf("%s, %s: %s", v.name, l, v.detail[l])
				}
			}
		}
	}
}

// compareAllExamples prints tables, and fails if too many differ.
func (b *bench) compareAllExamples(t *testing.T, files []*examples, excluded map[string]string) {
	pattern, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	files = b.take(t, slices.DeleteFunc(files, func(f *examples) bool { return !pattern.MatchString(f.name) }), excluded)
	for _, l := range exampleLayouts {
		if *layout != "" && *layout != string(l) {
			continue
		}
		inPairs(files, func(f *examples) { b.compareExamples(t.Context(), f, excluded, l) })
		var all, chosen []*verdicts
		for _, f := range files {
			all = append(all, f.all()...)
			chosen = append(chosen, f.chosen(excluded)...)
		}
		report(t, "package", all, chosen, excluded, l)
	}
}

// all are the verdicts of a file.
func (f *examples) all() []*verdicts {
	list := []*verdicts{&f.verdicts}
	for _, e := range f.funcs {
		list = append(list, &e.verdicts)
	}
	return list
}

// chosen are those that are not excluded.
func (f *examples) chosen(excluded map[string]string) []*verdicts {
	return slices.DeleteFunc(f.all(), func(v *verdicts) bool { _, out := excluded[v.name]; return out })
}

// compareExamples runs the examples of a file in one session, in the file's
// directory.
func (b *bench) compareExamples(ctx context.Context, f *examples, excluded map[string]string, l conformance.Layout) {
	n := b.open(filepath.Dir(f.file))
	defer n.close()
	cause, detail := n.compare(ctx, f.program.Declarations(l), func(printed string) (got, want string) { return printed, "" })
	f.set(l, cause, detail)
	for _, e := range f.funcs {
		if _, out := excluded[e.name]; !out {
			cause, detail := n.compare(ctx, f.program.ExampleCells(e.what, l), e.what.Output)
			e.set(l, cause, detail)
		}
	}
}

// compare runs cells and compares what they print.
func (n *notebook) compare(ctx context.Context, cells []string, output func(printed string) (got, want string)) (cause, detail string) {
	defer func() {
		if v := recover(); v != nil {
			cause, detail = "the front end panics", fmt.Sprintf("%v\n%s", v, debug.Stack())
		}
	}()
	o := n.run(ctx, cells)
	if cause, detail = o.prints(output); cause != "" && *printing {
		detail += "── cells\n" + strings.Join(cells, "── cell\n")
	}
	return cause, detail
}

// prints compares what was printed; no cause means that it is what is wanted.
func (o outcome) prints(output func(printed string) (got, want string)) (cause, detail string) {
	got, want := output(o.Stdout)
	o.Stdout, o.Stderr = got, ""
	if cause = o.verdict(&result{Stdout: want}); cause == "" {
		return "", ""
	}
	return cause, o.detail(cause, &result{Stdout: want})
}
