// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

// Package python lets tests exchange files with programs in Python.
package python

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Run runs a script in a directory, with modules of the virtual environment that
// "make setup" makes, or of python3. Without them the test is skipped, but fails
// in CI, where they must be there. It returns what the script printed.
func Run(t testing.TB, dir, script string, args ...string) string {
	t.Helper()
	cmd := exec.Command(find(t), append([]string{"-c", script}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("python: %v\n%s", err, out)
	}
	return string(out)
}

// modules are what testdata/jupyter/requirements.txt has for these tests.
const modules = "import numpy, polars, pyarrow"

func find(t testing.TB) string {
	t.Helper()
	venv, err := filepath.Abs(filepath.Join("..", "..", ".venv", "bin", "python"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{venv, "python3"} {
		if exec.Command(name, "-c", modules).Run() == nil {
			return name
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Python has numpy, polars and pyarrow: run make setup")
	}
	t.Skip("no Python has numpy, polars and pyarrow: run make setup")
	return ""
}
