package native

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Engine returns the engine binary that loads this workspace's plugins. It is
// built, which takes seconds, when Require reported a change and no notebook
// had such a graph before.
func (w *Workspace) Engine(ctx context.Context) (string, error) {
	return w.engine(ctx, new(progress))
}

func (w *Workspace) engine(ctx context.Context, p *progress) (string, error) {
	w.mu.Lock()
	g := w.graph
	w.mu.Unlock()
	if _, ok := g.Packages[engineMain]; !ok {
		return "", fmt.Errorf("native: the engine's source has no package %s", engineMain)
	}
	// The directory is published by one rename, after the binary is complete.
	path := w.t.enginePath(g.Engine)
	dir := filepath.Dir(path)
	if isFile(path) {
		touch(dir)
		return path, nil
	}
	unlock, err := w.t.cache.lock(ctx, g.Engine, func() { p.step("waiting for another gomemo that builds the engine") })
	if err != nil {
		return "", err
	}
	defer unlock()
	if isFile(path) {
		return path, nil
	}
	source, err := w.t.extract(ctx)
	if err != nil {
		return "", err
	}
	tmp, err := w.t.cache.temp()
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	if err := install(tmp, []byte(g.Mod), []byte(g.Sum), source); err != nil {
		return "", err
	}
	out := filepath.Join(tmp, "out")
	if err := os.Mkdir(out, 0o777); err != nil {
		return "", fmt.Errorf("native: build the engine: %w", err)
	}
	p.step("building the engine")
	cmd := w.t.env.goCommand(ctx, tmp, w.t.env.withRuntime("build", "-v", "-trimpath", "-buildvcs=false", "-mod=mod",
		"-tags=gomemo_runtime", "-ldflags="+w.t.engineFlags(),
		"-o", filepath.Join(out, "engine"), engineMain)...)
	if stderr, err := runCounted(cmd, p.counter(shareEngine/2, enginePackages)); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("native: build the engine: %s", message(stderr, err))
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return "", fmt.Errorf("native: build the engine: %w", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("native: build the engine: %w", err)
	}
	if err := os.Rename(out, dir); err != nil {
		return "", fmt.Errorf("native: build the engine: %w", err)
	}
	return path, nil
}

func (t *Toolchain) enginePath(key string) string {
	return filepath.Join(t.cache.dir, "engine", sum(key, t.engineFlags()), "engine")
}

// engineFlags are the linker's. They name the directory for runtime.GOROOT, as
// in programs that are built without -trimpath.
func (t *Toolchain) engineFlags() string {
	return "-s -w " + quoteField("-X=runtime.defaultGOROOT="+t.env.GOROOT)
}
