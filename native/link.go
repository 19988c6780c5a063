package native

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// linking is one run of the Go linker.
type linking struct {
	path     string            // import path of the main package, and of the plugin
	archive  string            // the main package
	packages map[string]string // archives of everything that it reaches, and more
}

// link runs the Go linker with the given host linker and returns the plugin.
// dir is a directory of the caller; its name appears nowhere in the result,
// because host linkers write the output's name into it.
func (t *Toolchain) link(ctx context.Context, dir string, h hostLinker, l linking) (string, error) {
	const plugin = "plugin.so"
	var cfg strings.Builder
	for path, archive := range l.packages {
		fmt.Fprintf(&cfg, "packagefile %s=%s\n", path, archive)
	}
	config := filepath.Join(dir, "importcfg.link")
	if err := os.WriteFile(config, []byte(cfg.String()), 0o666); err != nil {
		return "", fmt.Errorf("native: link: %w", err)
	}
	extld := t.env.CC
	if h.Script != "" {
		extld = quoteField(filepath.Join(t.dir, h.Script))
	}
	args := append([]string{"-o", plugin, "-importcfg", config, "-pluginpath", l.path, "-extld=" + extld}, linkFlags[:]...)
	cmd := t.tool(ctx, dir, t.env.tool("link"), append(args, l.archive)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("native: link %s with %s: %s", l.path, h.Name, message(withoutCommand(out.String(), extld), err))
	}
	linked := filepath.Join(dir, plugin)
	if err := renameFuncs(linked, l.path); err != nil {
		return "", err
	}
	return linked, nil
}

// quoteField writes a path as the Go tools' flags read it.
func quoteField(path string) string {
	if strings.ContainsAny(path, " \t") {
		return `"` + path + `"`
	}
	return path
}

// withoutCommand removes the command line that the Go linker prints when the
// host linker fails: twenty paths of temporary files.
func withoutCommand(out, command string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, command+" ") {
			b.WriteString(line)
		}
	}
	return b.String()
}
