package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"gomemo/interp"
	"gomemo/notebook"
)

// saved is the notebook's file, for what it says about cells that have not run.
type saved struct {
	file string // "" if the client does not tell
	dir  string // where it is, then

	mu  sync.Mutex      // guards ran
	ran map[string]bool // texts of cells; only kept if file is ""
}

// run notes that a cell runs.
func (s *saved) run(code string) {
	if s == nil || s.file != "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ran == nil {
		s.ran = map[string]bool{}
	}
	s.ran[strings.TrimSpace(code)] = true
}

// cells are the code cells of the file as it is now; none if it cannot be read.
func (s *saved) cells() []interp.NotebookCell {
	if s.file == "" {
		return s.guess()
	}
	return savedCells(s.file)
}

// maxGuesses and maxGuessed bound the files that guess reads and their bytes.
const (
	maxGuesses = 64
	maxGuessed = 16 << 20
)

// guess returns the cells of that notebook in the directory of which most cells
// have run here; nil if none has, or two have as many.
func (s *saved) guess() (best []interp.NotebookCell) {
	files, err := filepath.Glob(filepath.Join(s.dir, "*.ipynb"))
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	most := 0
	for _, file := range files[:min(len(files), maxGuesses)] {
		if info, err := os.Stat(file); err != nil || info.Size() > maxGuessed {
			continue
		}
		cells, n := savedCells(file), 0
		for _, c := range cells {
			if s.ran[strings.TrimSpace(c.Text)] {
				n++
			}
		}
		if n == most {
			best = nil
		} else if n > most {
			best, most = cells, n
		}
	}
	return best
}

func savedCells(file string) (cells []interp.NotebookCell) {
	nb, err := notebook.ReadFile(file)
	if err != nil {
		return nil
	}
	for _, c := range nb.Cells {
		if c.Type != notebook.Code {
			continue
		}
		name := fmt.Sprintf("code cell %d of %s", len(cells)+1, filepath.Base(file))
		if c.Count != nil {
			name += fmt.Sprintf(" ([%d] when it was saved)", *c.Count)
		}
		cells = append(cells, interp.NotebookCell{Name: name, Text: c.Source})
	}
	return cells
}
