package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A client that does not say which notebook it runs cells of, such as VS Code,
// may still have saved it beside others.
func TestSavedIsGuessed(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, sources ...string) {
		var cells []string
		for _, s := range sources {
			cells = append(cells, `{"cell_type": "code", "id": "c`+s+`", "metadata": {}, "execution_count": null, "outputs": [], "source": "`+s+`"}`)
		}
		text := `{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [` + strings.Join(cells, ",") + `]}`
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("a.ipynb", "x := 1", "a := 2")
	write("b.ipynb", "x := 1", "y := 2", "b := x + y")
	write("c.ipynb", "z := 3")
	if err := os.WriteFile(filepath.Join(dir, "broken.ipynb"), []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	s := &saved{dir: dir}
	for _, step := range []struct{ cell, want string }{
		{"w := 0", ""},
		{"x := 1\n", ""}, // a cell of two notebooks
		{"y := 2", "code cell 3 of b.ipynb"},
	} {
		s.run(step.cell)
		got := ""
		if cells := s.cells(); len(cells) > 0 {
			got = cells[len(cells)-1].Name
		}
		if got != step.want {
			t.Errorf("after %q: %q, want %q", step.cell, got, step.want)
		}
	}
}
