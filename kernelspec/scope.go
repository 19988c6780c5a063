package kernelspec

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// A Scope is where a kernel is installed. The zero value is the user's own
// data directory.
type Scope struct {
	Prefix    string // DIR/share/jupyter/kernels
	SysPrefix bool   // like Prefix, with the directory of the active Python environment
}

// kernels returns the directory that holds the kernels of a scope.
func (s Scope) kernels() (string, error) {
	switch {
	case s.Prefix != "" && s.SysPrefix:
		return "", errors.New("kernelspec: a prefix and the Python environment exclude each other")
	case s.Prefix != "":
		abs, err := filepath.Abs(s.Prefix)
		if err != nil {
			return "", fmt.Errorf("kernelspec: %w", err)
		}
		return filepath.Join(abs, "share", "jupyter", "kernels"), nil
	case s.SysPrefix:
		prefix, err := sysPrefix()
		if err != nil {
			return "", err
		}
		return filepath.Join(prefix, "share", "jupyter", "kernels"), nil
	}
	data, err := userData()
	if err != nil {
		return "", err
	}
	return filepath.Join(data, "kernels"), nil
}

// dataDirs returns Jupyter's search path as jupyter_core computes it:
// $JUPYTER_PATH, the Python environment and the user's directories, the
// system's. Which Python runs Jupyter cannot be known; it is taken to be the
// active environment's, or the first python3.
func dataDirs() []string {
	var user, env []string
	if d, err := userData(); err == nil {
		user = append(user, d)
	}
	if home, err := os.UserHomeDir(); err == nil && runtime.GOOS == "linux" && environment() == "" {
		user = append(user, filepath.Join(home, ".local", "share", "jupyter")) // Python's user site
	}
	if p, err := sysPrefix(); err == nil {
		env = append(env, filepath.Join(p, "share", "jupyter"))
	}
	var dirs []string
	for _, d := range filepath.SplitList(os.Getenv("JUPYTER_PATH")) {
		if d != "" {
			dirs = append(dirs, d)
		}
	}
	if preferEnvironment() {
		dirs = append(append(dirs, env...), user...)
	} else {
		dirs = append(append(dirs, user...), env...)
	}
	if runtime.GOOS == "windows" {
		if d := os.Getenv("PROGRAMDATA"); d != "" {
			dirs = append(dirs, filepath.Join(d, "jupyter"))
		}
	} else {
		dirs = append(dirs, "/usr/local/share/jupyter", "/usr/share/jupyter")
	}
	return dirs
}

// preferEnvironment reports whether the Python environment comes before the
// user's directories.
func preferEnvironment() bool {
	v, ok := os.LookupEnv("JUPYTER_PREFER_ENV_PATH")
	if !ok {
		return environment() != ""
	}
	switch strings.ToLower(v) {
	case "no", "n", "false", "off", "0", "0.0":
		return false
	}
	return true
}

// userData returns the user's Jupyter data directory.
func userData() (string, error) {
	if d := os.Getenv("JUPYTER_DATA_DIR"); d != "" {
		return d, nil
	}
	home, err := os.UserHomeDir()
	switch {
	case runtime.GOOS == "windows" && os.Getenv("APPDATA") != "":
		return filepath.Join(os.Getenv("APPDATA"), "jupyter"), nil
	case err != nil:
		return "", fmt.Errorf("kernelspec: no place for the user's kernels: %w", err)
	case runtime.GOOS == "windows":
		return filepath.Join(home, "jupyter"), nil
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Jupyter"), nil
	case os.Getenv("XDG_DATA_HOME") != "":
		return filepath.Join(os.Getenv("XDG_DATA_HOME"), "jupyter"), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter"), nil
}

// environment returns the directory of the active Python environment, "" if
// none is active. Conda's base is none.
func environment() string {
	if d := os.Getenv("VIRTUAL_ENV"); d != "" {
		return d
	}
	if os.Getenv("CONDA_DEFAULT_ENV") != "base" {
		return os.Getenv("CONDA_PREFIX")
	}
	return ""
}

// sysPrefix returns the sys.prefix of the Python that the user works with.
func sysPrefix() (string, error) {
	if d := environment(); d != "" {
		return d, nil
	}
	out, err := exec.Command("python3", "-c", "import sys; print(sys.prefix)").Output()
	if err != nil {
		return "", fmt.Errorf("kernelspec: no Python environment is active ($VIRTUAL_ENV, $CONDA_PREFIX), and python3 does not answer: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
