package kernelspec

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Spec is the content of kernel.json.
type Spec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env,omitempty"`
	Metadata      Metadata          `json:"metadata"`
}

// Metadata is the part of a Spec that front ends read beyond the protocol.
type Metadata struct {
	Debugger bool `json:"debugger"`
}

// Options say what Install writes, and where.
type Options struct {
	Program     string            // absolute path of the gomemo binary
	Name        string            // [DefaultName] if empty
	DisplayName string            // "Go (gomemo)" if empty
	Env         map[string]string // added to the kernel's environment
	Scope       Scope             // zero: the user's own
}

// DefaultName is the kernel's name in front ends and on their command lines.
const DefaultName = "gomemo"

const (
	specFile = "kernel.json"
	command  = "kernel" // the subcommand that serves a connection file: how our specs are told from others
)

var (
	// ErrNotFound is returned for a kernel that is not installed.
	ErrNotFound = errors.New("no such kernel")
	// ErrForeign is returned for a kernel that Install has not written.
	ErrForeign = errors.New("not a kernel of gomemo")
)

//go:embed logo-32x32.png logo-64x64.png logo-svg.svg
var logos embed.FS

// New returns the Spec that Install writes.
func New(o Options) Spec {
	name := o.DisplayName
	if name == "" {
		name = "Go (gomemo)"
	}
	return Spec{
		Argv:          []string{o.Program, command, "-connection-file", "{connection_file}"},
		DisplayName:   name,
		Language:      "go",
		InterruptMode: "message",
		Env:           o.Env,
	}
}

// Install writes the kernel's directory, replacing one that it has written
// before, and returns its path.
func Install(o Options) (dir string, err error) {
	name, err := checkName(o.Name)
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(o.Program) {
		return "", fmt.Errorf("kernelspec: the program %q is not an absolute path", o.Program)
	}
	kernels, err := o.Scope.kernels()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(kernels, name)
	if err := checkOurs(dir); err != nil && !errors.Is(err, ErrNotFound) {
		return "", fmt.Errorf("kernelspec: install %s: %w", dir, err)
	}
	if err := os.MkdirAll(kernels, 0o755); err != nil {
		return "", fmt.Errorf("kernelspec: install: %w", err)
	}
	tmp, err := os.MkdirTemp(kernels, ".tmp-"+name+"-")
	if err != nil {
		return "", fmt.Errorf("kernelspec: install: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := write(tmp, New(o)); err != nil {
		return "", fmt.Errorf("kernelspec: install: %w", err)
	}
	if err := replace(tmp, dir); err != nil {
		return "", fmt.Errorf("kernelspec: install: %w", err)
	}
	return dir, nil
}

// write fills a new directory.
func write(dir string, s Spec) error {
	data, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, specFile), append(data, '\n')); err != nil {
		return err
	}
	for _, name := range logoNames() {
		data, err := logos.ReadFile(name)
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, name), data); err != nil {
			return err
		}
	}
	return os.Chmod(dir, 0o755) // MkdirTemp makes it private
}

// writeFile is os.WriteFile that waits until the content is on disk.
func writeFile(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// replace moves the directory tmp to dir. A directory that is in the way is
// moved aside first, since a rename replaces only an empty one; if the second
// rename fails it comes back.
func replace(tmp, dir string) error {
	err := os.Rename(tmp, dir)
	if err == nil || !errors.Is(err, fs.ErrExist) && !isDir(dir) {
		return err
	}
	old := tmp + ".old"
	if err := os.Rename(dir, old); err != nil {
		return err
	}
	if err := os.Rename(tmp, dir); err != nil {
		return errors.Join(err, os.Rename(old, dir))
	}
	return os.RemoveAll(old)
}

func isDir(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.IsDir()
}

// Uninstall removes the kernel called name ([DefaultName] if empty) from a
// scope, and returns the path of the directory that is gone.
func Uninstall(name string, s Scope) (dir string, err error) {
	name, err = checkName(name)
	if err != nil {
		return "", err
	}
	kernels, err := s.kernels()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(kernels, name)
	if err := checkOurs(dir); err != nil {
		return "", fmt.Errorf("kernelspec: uninstall %s: %w", dir, err)
	}
	// Out of Jupyter's sight first, at once.
	gone, err := os.MkdirTemp(kernels, ".tmp-"+name+"-")
	if err != nil {
		return "", fmt.Errorf("kernelspec: uninstall: %w", err)
	}
	if err := os.Rename(dir, filepath.Join(gone, name)); err != nil {
		return "", errors.Join(fmt.Errorf("kernelspec: uninstall: %w", err), os.Remove(gone))
	}
	if err := os.RemoveAll(gone); err != nil {
		return "", fmt.Errorf("kernelspec: uninstall: %w", err)
	}
	return dir, nil
}

// checkOurs returns nil for a directory that Install has written, ErrNotFound
// if there is nothing, and otherwise an error that wraps ErrForeign.
func checkOurs(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	} else if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: it is a file or a link", ErrForeign)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != specFile && !slices.Contains(logoNames(), e.Name()) {
			return fmt.Errorf("%w: it holds %s", ErrForeign, e.Name())
		}
	}
	s, err := read(dir)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrForeign, err)
	}
	if !s.ours() {
		return fmt.Errorf("%w: its program is %q", ErrForeign, strings.Join(s.Argv, " "))
	}
	return nil
}

// ours reports whether New makes such specs.
func (s *Spec) ours() bool {
	want := New(Options{}).Argv
	return s.Language == "go" && len(s.Argv) == len(want) && slices.Equal(s.Argv[1:], want[1:])
}

func read(dir string) (Spec, error) {
	var s Spec
	name := filepath.Join(dir, specFile)
	data, err := os.ReadFile(name)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("%s: %v", name, err)
	}
	return s, nil
}

func logoNames() []string {
	return []string{"logo-32x32.png", "logo-64x64.png", "logo-svg.svg"}
}

// validName is what jupyter_client takes for a kernel's name.
var validName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// checkName returns the name of a kernel's directory.
func checkName(name string) (string, error) {
	if name == "" {
		name = DefaultName
	}
	if !validName.MatchString(name) || strings.HasPrefix(name, ".") {
		return "", fmt.Errorf("kernelspec: %q cannot be a kernel's name: it takes letters, digits, dots, dashes and underscores, and no dot at the start", name)
	}
	return strings.ToLower(name), nil // jupyter_client looks for the lower-case name
}
