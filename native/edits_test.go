package native

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// allEdits are those of the compiler and of the runtime, by their paths below
// GOROOT/src.
func allEdits() []edit {
	all := slices.Clone(runtimeEdits)
	for _, e := range edits {
		e.file = "cmd/compile/internal/" + e.file
		all = append(all, e)
	}
	return all
}

// allFiles makes the edits in goroot.
func allFiles(goroot, version string) (map[string]string, error) {
	files, err := editedFiles(goroot, version)
	if err != nil {
		return nil, err
	}
	more, err := runtimeFiles(goroot, version)
	maps.Copy(files, more)
	return files, err
}

// copySources copies the files that the edits touch and returns a GOROOT.
func copySources(t *testing.T) string {
	t.Helper()
	goroot := t.TempDir()
	for _, e := range allEdits() {
		name := filepath.Join("src", filepath.FromSlash(e.file))
		data, err := os.ReadFile(filepath.Join(toolchain(t).env.GOROOT, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := writeFile(filepath.Join(goroot, name), data); err != nil {
			t.Fatal(err)
		}
	}
	return goroot
}

func TestEditedFiles(t *testing.T) {
	files, err := allFiles(copySources(t), "go1.26.8")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range allEdits() {
		if text := files[e.file]; strings.Count(text, e.with) != 1 {
			t.Errorf("%s: %q occurs %d times", e.file, e.with, strings.Count(text, e.with))
		}
	}
}

// A compiler whose source differs where an edit belongs is refused, for every
// edit.
func TestEditsRefuse(t *testing.T) {
	for _, e := range allEdits() {
		goroot := copySources(t)
		name := filepath.Join(goroot, "src", filepath.FromSlash(e.file))
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			text  string
			found int
			says  string
		}{
			{strings.Replace(string(data), e.anchor, "\n", 1), 0, "is gone"},
			{string(data) + e.anchor, 2, "occurs 2 times"},
		} {
			if err := os.WriteFile(name, []byte(test.text), 0o666); err != nil {
				t.Fatal(err)
			}
			_, err := allFiles(goroot, "go1.99")
			var ee *EditError
			if !errors.As(err, &ee) || ee.Found != test.found || ee.Version != "go1.99" || ee.Why != e.why {
				t.Errorf("%s (%s): got error %v", e.file, e.why, err)
			} else if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s (%s): the error does not say %q: %v", e.file, e.why, test.says, err)
			}
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		_, err = allFiles(goroot, "go1.99")
		var ee *EditError
		if !errors.As(err, &ee) || ee.Found != -1 {
			t.Errorf("%s is missing: got error %v", e.file, err)
		}
	}
}
