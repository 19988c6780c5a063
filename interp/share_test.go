package interp_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"gomemo/interp"
	"gomemo/notebook"
)

// What TestShare wants at least, in percent: a little less than it found. With
// -notebooks it found 340 of 412 and 340 of 374.
const (
	shareOfAll     = 82 // 303 of 366
	shareOfTheRest = 91 // 303 of 329
)

// A share counts statement-only cells: those that compile, have a statement and
// declare no function, method, type or constant. Cells that only import are
// none, and neither are whole programs and those with a func init.
type share struct {
	mu                    sync.Mutex
	all, allInterpreted   int
	rest, restInterpreted int                 // without cells whose point the table leaves to the compiler
	because               map[string][]string // rows of the table -> compiled cells
}

// goldens is the share of the cells that TestCells runs.
var goldens share

// add counts the cell that s has just run.
func (h *share) add(s *interp.Session, name string, o *interp.Outcome) {
	if o.Metadata["tier"] == nil || o.Err != nil && o.Err.Name == "compile error" {
		return
	}
	only, byDesign := s.StatementsOnly()
	if !only {
		return
	}
	interpreted := 0
	if o.Metadata["tier"] == "interpreted" {
		interpreted = 1
	}
	_, refused := s.Constructs()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all++
	h.allInterpreted += interpreted
	if !byDesign {
		h.rest++
		h.restInterpreted += interpreted
	}
	if interpreted == 0 {
		row := cmp.Or(refused, "a long loop")
		if byDesign {
			row = "by design: " + row
		} else {
			name = fmt.Sprintf("%s (%v)", name, o.Metadata["compiled_because"])
		}
		if h.because == nil {
			h.because = map[string][]string{}
		}
		h.because[row] = append(h.because[row], name)
	}
}

var notebooksFlag = flag.Bool("notebooks", false, "run and count the cells of notebooks in TestShare, too")

// TestShare measures which share of the statement-only cells of our goldens is
// interpreted; -v shows why the others are not. They are counted while TestCells
// runs them.
func TestShare(t *testing.T) {
	if goldens.all == 0 {
		t.Run("goldens", TestCells)
	}
	if *notebooksFlag {
		countNotebooks(t)
	}
	h := &goldens
	t.Logf("interpreted: %d of %d statement-only cells (%.1f %%), %d of %d (%.1f %%) without those that the table leaves to the compiler by design",
		h.allInterpreted, h.all, percent(h.allInterpreted, h.all), h.restInterpreted, h.rest, percent(h.restInterpreted, h.rest))
	rows := slices.SortedFunc(maps.Keys(h.because), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(h.because[b]), len(h.because[a])), cmp.Compare(a, b))
	})
	for _, row := range rows {
		t.Logf("%3d  %s: %s", len(h.because[row]), row, strings.Join(h.because[row], ", "))
	}
	if percent(h.allInterpreted, h.all) < shareOfAll || percent(h.restInterpreted, h.rest) < shareOfTheRest {
		t.Errorf("less than %d %% of all, or %d %% without those", shareOfAll, shareOfTheRest)
	}
}

// countNotebooks adds the cells of notebooks, which it runs.
func countNotebooks(t *testing.T) {
	books := notebooks(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../notebooks")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir) // cells write files
	for _, name := range slices.Sorted(maps.Keys(books)) {
		nb, err := notebook.Read(bytes.NewReader(books[name]))
		if err != nil {
			continue // input.txtar has some that are none
		}
		s := newSession(t, interp.Auto, filepath.Join(t.TempDir(), "calls"))
		for i, cell := range nb.Cells {
			if cell.Type != notebook.Code {
				continue
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience(name))
			var c console
			o := s.Execute(ctx, cell.Source, i+1, &c)
			cancel()
			goldens.add(s, fmt.Sprintf("%s:%d", name, i+1), &o)
		}
	}
}

// patience is how long a cell of a notebook may run. The tier is decided before.
func patience(name string) time.Duration {
	switch {
	case strings.HasPrefix(name, "interrupt.txtar"): // made to run forever, and to print meanwhile
		return time.Second
	case name == "quickstart.ipynb": // computes for minutes
		return 3 * time.Second
	}
	return time.Minute
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(of) }

// notebooks returns the files of notebooks and of the scripts of testdata.
func notebooks(t *testing.T) map[string][]byte {
	found := map[string][]byte{}
	for _, pattern := range []string{"../notebooks/*.ipynb", "../testdata/script/*.txtar", "../testdata/script/run/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files (%v)", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Ext(file) == ".ipynb" {
				found[filepath.Base(file)] = data
				continue
			}
			for _, f := range txtar.Parse(data).Files {
				if filepath.Ext(f.Name) == ".ipynb" {
					found[filepath.Base(file)+"/"+f.Name] = f.Data
				}
			}
		}
	}
	return found
}
