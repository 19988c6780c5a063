package native

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/mod/modfile"

	"gomemo/interp"
)

// goCommands are the go command's that a notebook may run, and what they do to
// its go.mod.
var goCommands = map[string]goCommandKind{
	"get": {writes: true}, "list": {}, "version": {}, "env": {}, "doc": {},
	"mod download": {}, "mod graph": {}, "mod verify": {}, "mod why": {imports: true},
	"mod edit": {writes: true}, "mod tidy": {writes: true, imports: true},
}

type goCommandKind struct {
	writes  bool // go.mod and go.sum
	imports bool // it looks at what the module's packages import: the notebook is one of them
}

// forbiddenFlags would make the go command work elsewhere or run programs.
var forbiddenFlags = []string{"C", "modfile", "overlay", "toolexec", "exec", "o", "w"}

// Go runs the go command in the notebook's module, with the user's settings:
// in the directory of the user's go.mod if there is one, which is then
// written, as go get does. If it fails, or if the new graph does not have the
// packages that are in use, go.mod and go.sum are put back.
func (w *Workspace) Go(ctx context.Context, args []string, out io.Writer) (interp.Change, error) {
	kind, n, err := checkGoCommand(args)
	if err != nil {
		return interp.Change{}, fmt.Errorf("native: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	tmp, err := w.t.cache.temp()
	if err != nil {
		return interp.Change{}, err
	}
	defer os.RemoveAll(tmp)
	m := w.start
	dir := m.dir
	if !m.users {
		dir = filepath.Join(tmp, "module")
		if err := w.installPrivate(&m, dir); err != nil {
			return interp.Change{}, err
		}
		args = m.absoluteArgs(args)
	}
	if kind.imports {
		overlay, err := w.notebookPackage(tmp, dir)
		if err != nil {
			return interp.Change{}, err
		}
		args = slices.Insert(slices.Clone(args), n, "-overlay="+overlay)
	}
	back, err := readModuleFiles(dir)
	if err != nil {
		return interp.Change{}, err
	}
	if err := w.runGo(ctx, dir, &m, args, out); err != nil {
		return interp.Change{}, joinErrors(err, back.restore())
	}
	if now, err := readModuleFiles(dir); err != nil || !kind.writes || now.equal(back) {
		if m.users && err == nil && !now.equal(back) {
			return interp.Change{}, back.restore()
		}
		return interp.Change{}, err
	}
	change, err := w.takeFiles(ctx, m, dir)
	if err != nil {
		return interp.Change{}, joinErrors(err, back.restore())
	}
	if args[0] == "get" {
		w.warm(gotten(args[1:]))
	}
	return change, nil
}

// takeFiles makes the graph anew from what a go command has written.
func (w *Workspace) takeFiles(ctx context.Context, m startModule, dir string) (interp.Change, error) {
	if m.users {
		return w.rebuild(ctx)
	}
	now, _, err := readModule(dir)
	if err != nil {
		return interp.Change{}, fmt.Errorf("native: the notebook's module: %w", err)
	}
	m.gomod, m.gosum = now.gomod, now.gosum
	return w.replace(ctx, m)
}

// checkGoCommand finds the command and returns the number of its words.
func checkGoCommand(args []string) (kind goCommandKind, n int, err error) {
	refuse := func(msg, hint string) (goCommandKind, int, error) {
		return goCommandKind{}, 0, &interp.ModuleError{Msg: msg, Hint: hint}
	}
	known := false
	name := ""
	if len(args) > 0 {
		name, n = args[0], 1
		if name == "mod" && len(args) > 1 {
			name, n = "mod "+args[1], 2
		}
		kind, known = goCommands[name]
	}
	if !known {
		return refuse(fmt.Sprintf("%%go %s is not for notebooks", strings.Join(args, " ")),
			"there are %go get, %go mod download, edit, graph, tidy, verify and why, %go list, doc, env and version; use a terminal for others")
	}
	for _, a := range args[n:] {
		flag, _, _ := strings.Cut(strings.TrimLeft(a, "-"), "=")
		if !strings.HasPrefix(a, "-") || !slices.Contains(forbiddenFlags, flag) && !(name == "env" && flag == "u") {
			continue
		}
		return refuse(fmt.Sprintf("%%go %s: %s is not for notebooks", name, a), "use a terminal")
	}
	return kind, n, nil
}

// installPrivate writes a private module, with those of the go.work, to a
// directory for the go command.
func (w *Workspace) installPrivate(m *startModule, dir string) error {
	file, err := m.file()
	if err != nil {
		return fmt.Errorf("native: the notebook's module: %w", err)
	}
	if file.Go == nil {
		engine, err := modfile.Parse("go.mod", w.t.source.gomod, nil)
		if err == nil && engine.Go != nil {
			err = file.AddGoStmt(engine.Go.Version)
		}
		if err != nil {
			return fmt.Errorf("native: the notebook's module: %w", err)
		}
	}
	file.Cleanup()
	text, err := file.Format()
	if err == nil {
		err = writeFile(filepath.Join(dir, "go.mod"), text)
	}
	if err == nil {
		err = writeFile(filepath.Join(dir, "go.sum"), m.gosum)
	}
	if err != nil {
		return fmt.Errorf("native: the notebook's module: %w", err)
	}
	return nil
}

// absoluteArgs makes directories that a replacement names relative to the
// notebook absolute: the private module is elsewhere.
func (m *startModule) absoluteArgs(args []string) []string {
	args = slices.Clone(args)
	for i, a := range args {
		flag, value, _ := strings.Cut(a, "=")
		if strings.TrimLeft(flag, "-") != "replace" {
			continue
		}
		if old, path, ok := strings.Cut(value, "="); ok && modfile.IsDirectoryPath(path) {
			args[i] = flag + "=" + old + "=" + absolute(m.dir, path)
		}
	}
	return args
}

// notebookPackage makes an overlay with a package of the module in dir that
// imports what the notebook does, and returns its name.
func (w *Workspace) notebookPackage(tmp, dir string) (string, error) {
	var b strings.Builder
	b.WriteString("package notebook\n\n")
	for _, p := range w.roots(nil) {
		if !strings.HasPrefix(p, engineModule+"/") {
			b.WriteString("import _ " + strconv.Quote(p) + "\n")
		}
	}
	file := filepath.Join(tmp, "imports.go")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(dir, "gomemo-notebook", "imports.go"): file}})
	if err == nil {
		err = os.WriteFile(file, []byte(b.String()), 0o666)
	}
	name := filepath.Join(tmp, "overlay.json")
	if err == nil {
		err = os.WriteFile(name, overlay, 0o666)
	}
	if err != nil {
		return "", fmt.Errorf("native: the notebook's imports: %w", err)
	}
	return name, nil
}

// runGo runs the go command with the user's settings.
func (w *Workspace) runGo(ctx context.Context, dir string, m *startModule, args []string, out io.Writer) error {
	cmd := exec.CommandContext(ctx, w.t.env.command, args...)
	cmd.Dir = dir
	for _, kv := range w.t.env.env {
		name, _, _ := strings.Cut(kv, "=")
		if name == "GOFLAGS" || name == "GOWORK" && m.users {
			continue
		}
		cmd.Env = append(cmd.Env, kv)
	}
	flags := userGoflags(w.t.env.goflags)
	if !m.users && flags == "" {
		flags = "-mod=mod"
	}
	cmd.Env = append(cmd.Env, "GOFLAGS="+flags, "PWD="+dir)
	if work := os.Getenv("GOWORK"); m.users && work != "" {
		cmd.Env = append(cmd.Env, "GOWORK="+work)
	}
	locked := &lockedWriter{w: out}
	said := &errorLines{out: locked}
	cmd.Stdout, cmd.Stderr = locked, said
	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	text := withoutTemp(said.rest(), dir)
	if err != nil {
		return fmt.Errorf("native: %w", w.t.env.explain("", message(text, err)))
	}
	_, err = io.WriteString(locked, text)
	return err
}

type lockedWriter struct {
	mu sync.Mutex // guards w
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// errorLines passes on at once what the go command says about its progress,
// and keeps the rest.
type errorLines struct {
	out  io.Writer
	buf  bytes.Buffer
	kept strings.Builder
}

func (e *errorLines) Write(p []byte) (int, error) {
	e.buf.Write(p)
	for {
		i := bytes.IndexByte(e.buf.Bytes(), '\n')
		if i < 0 {
			return len(p), nil
		}
		line := string(e.buf.Next(i + 1))
		verb, _, _ := strings.Cut(strings.TrimPrefix(line, "go: "), " ")
		switch verb {
		case "downloading", "added", "upgraded", "downgraded", "removed":
			if _, err := io.WriteString(e.out, line); err != nil {
				return len(p), err
			}
		default:
			e.kept.WriteString(line)
		}
	}
}

func (e *errorLines) rest() string { return e.kept.String() + e.buf.String() }

// moduleFiles are a go.mod and go.sum as they were.
type moduleFiles map[string][]byte // by name; nil if it was absent

func readModuleFiles(dir string) (moduleFiles, error) {
	files := make(moduleFiles)
	for _, base := range []string{"go.mod", "go.sum"} {
		name := filepath.Join(dir, base)
		data, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			return nil, fmt.Errorf("native: %w", err)
		}
		files[name] = data
	}
	return files, nil
}

func (f moduleFiles) equal(g moduleFiles) bool {
	for name, data := range f {
		if !bytes.Equal(data, g[name]) {
			return false
		}
	}
	return true
}

// restore puts back what was there.
func (f moduleFiles) restore() error {
	for name, data := range f {
		now, err := os.ReadFile(name)
		switch {
		case data == nil && os.IsNotExist(err) || err == nil && bytes.Equal(now, data):
			continue
		case data == nil:
			err = os.Remove(name)
		default:
			err = os.WriteFile(name, data, 0o666)
		}
		if err != nil {
			return fmt.Errorf("native: put back %s: %w", name, err)
		}
	}
	return nil
}

func joinErrors(err, more error) error {
	if more == nil {
		return err
	}
	return fmt.Errorf("%w; %v", err, more)
}
