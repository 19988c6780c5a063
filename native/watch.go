package native

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// watched are the files and directories of the user's that a graph was made
// from. Times and sizes are compared, not contents: this is done before every
// cell, and costs 2 µs per file.
type watched struct {
	files []string // go.mod files and the like, and embedded files
	dirs  []string // of packages
}

// watch lists what the graph of a start module depends on.
func watch(m *startModule, pkgs []listed) watched {
	w := watched{files: m.files()}
	for _, p := range pkgs {
		if !p.local() {
			continue
		}
		w.dirs = append(w.dirs, p.Dir)
		for _, f := range p.EmbedFiles {
			if strings.Contains(f, "/") {
				w.files = append(w.files, filepath.Join(p.Dir, filepath.FromSlash(f)))
			}
		}
	}
	slices.Sort(w.dirs)
	return w
}

// local reports a package in a directory of the user's.
func (p *listed) local() bool {
	m := p.Module
	return m != nil && !ours(m.Path) && m.Replace != nil && m.Replace.Version == ""
}

// state describes the files as they are, and says when the newest was written.
func (w watched) state() (text string, newest time.Time) {
	var b strings.Builder
	add := func(name string, info os.FileInfo, err error) {
		if err != nil {
			fmt.Fprintf(&b, "%s -\n", name)
			return
		}
		fmt.Fprintf(&b, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	for _, name := range w.files {
		info, err := os.Stat(name)
		add(name, info, err)
	}
	for _, dir := range w.dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			add(dir, nil, err)
		}
		for _, e := range entries {
			if name := e.Name(); !e.IsDir() && name[0] != '.' && !strings.HasSuffix(name, ".ipynb") && !strings.HasSuffix(name, "_test.go") {
				info, err := e.Info()
				add(filepath.Join(dir, name), info, err)
			}
		}
	}
	return b.String(), newest
}
