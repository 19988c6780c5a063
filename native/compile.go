package native

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gomemo/interp"
)

// compilation is one run of the edited compiler.
type compilation struct {
	path    string            // import path
	source  string            // Go file
	imports map[string]string // archives of what it imports, by path
	out     string            // archive to write
}

// fileOf is the name under which positions without a //line directive appear.
func fileOf(path string) string {
	return strings.ReplaceAll(path, "/", "-") + ".go"
}

// compile runs the compiler. dir is an empty directory of the caller; its name
// appears nowhere in the result. What the compiler rejects is an
// *interp.BuildError.
func (t *Toolchain) compile(ctx context.Context, dir string, c compilation) error {
	file := filepath.Join(dir, fileOf(c.path))
	if err := os.WriteFile(file, []byte(c.source), 0o666); err != nil {
		return fmt.Errorf("native: compile %s: %w", c.path, err)
	}
	var cfg strings.Builder
	for path, archive := range c.imports {
		fmt.Fprintf(&cfg, "packagefile %s=%s\n", path, archive)
	}
	config := filepath.Join(dir, "importcfg")
	if err := os.WriteFile(config, []byte(cfg.String()), 0o666); err != nil {
		return fmt.Errorf("native: compile %s: %w", c.path, err)
	}
	args := append([]string{"-o", c.out, "-p", c.path, "-importcfg", config, "-trimpath", dir + "=>"}, compileFlags[:]...)
	if !strings.Contains(c.source, "//go:linkname") {
		args = append(args, "-complete") // a function without a body is an error
	}
	cmd := t.tool(ctx, dir, t.compiler(), append(args, filepath.Base(file))...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if diags := diagnostics(out.String()); len(diags) > 0 {
			return &interp.BuildError{Unit: c.path, Diags: diags}
		}
		return fmt.Errorf("native: compile %s: %s", c.path, message(out.String(), err))
	}
	return nil
}

// tool returns a run of the compiler or linker. Their garbage collector is
// off: a run takes 50 MB and less time without it.
func (t *Toolchain) tool(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(append(t.env.env[:len(t.env.env):len(t.env.env)], quickly[:]...), "PWD="+dir, "TMPDIR="+dir)
	return cmd
}

var position = regexp.MustCompile(`^([^\s:][^:]*):(\d+)(?::(\d+))?: (.*)$`)

// diagnostics reads what the compiler printed: a position and a message per
// line, continued on lines that start with a tab.
func diagnostics(out string) []interp.Diag {
	var diags []interp.Diag
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		m := position.FindStringSubmatch(line)
		if m == nil {
			if len(diags) > 0 && strings.HasPrefix(line, "\t") {
				diags[len(diags)-1].Msg += "\n" + line
			}
			continue
		}
		d := interp.Diag{File: strings.TrimPrefix(m[1], "./"), Msg: m[4]}
		var err, err2 error
		d.Line, err = strconv.Atoi(m[2])
		if m[3] != "" {
			d.Col, err2 = strconv.Atoi(m[3])
		}
		if d.Line >= interp.ComputingLine && d.Line < interp.ComputingLine*3/2 {
			d.Line -= interp.ComputingLine
		}
		if errors.Join(err, err2) == nil {
			diags = append(diags, d)
		}
	}
	return diags
}
