package main

import (
	"os"
	"path/filepath"
	"testing"

	"gomemo/notebook"
)

func TestPinned(t *testing.T) {
	nb := &notebook.Notebook{Metadata: notebook.Object{"gomemo": []byte(`{"other": [1]}`)}}
	if got := pinned(nb); got != nil {
		t.Errorf("pinned without modules: %v", got)
	}
	if err := setPinned(nb, map[string]string{"example.com/x": "v1.0.0"}); err != nil {
		t.Fatal(err)
	}
	if got, want := string(nb.Metadata["gomemo"]), `{"modules":{"example.com/x":"v1.0.0"},"other":[1]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := pinned(nb); len(got) != 1 || got["example.com/x"] != "v1.0.0" {
		t.Errorf("pinned: %v", got)
	}
	nb.Metadata["gomemo"] = []byte(`"somebody else's"`)
	if pinned(nb) != nil || setPinned(nb, map[string]string{"a": "b"}) == nil {
		t.Error("metadata of another shape is taken over")
	}
}

// Jupyter Server names the notebook that a kernel is for; then the versions
// that it has pinned count.
func TestSessionNotebook(t *testing.T) {
	name := filepath.Join(t.TempDir(), "n.ipynb")
	text := `{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {"gomemo": {"modules": {"example.com/x": "v1.0.0"}}}}`
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JPY_SESSION_NAME", name)
	if n := sessionNotebook(); n.File != name || n.Pins["example.com/x"] != "v1.0.0" {
		t.Errorf("got %+v", n)
	}
	t.Setenv("JPY_SESSION_NAME", "console-1")
	if n := sessionNotebook(); n.File != "" || n.Pins != nil {
		t.Errorf("got %+v", n)
	}
}
