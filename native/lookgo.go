package native

import (
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// installGo is the remedy for a Go that is missing or cannot be used.
var installGo = "install Go " + strings.TrimPrefix(version.Lang(TestedVersions[0]), "go") + " from https://go.dev/dl"

// lookGo finds the go command in PATH, and nowhere else: one that is found
// elsewhere would not be the one that the user has chosen. What is at the usual
// places is part of the remedy.
func lookGo() (string, error) {
	command, err := exec.LookPath("go")
	if err == nil {
		return command, nil
	}
	fix := installGo + ", or put it on PATH"
	if usual := UsualGo(); usual != "" {
		fix = "put " + filepath.Dir(usual) + " on PATH (for Jupyter: or run \"gomemo install\" again)"
	}
	return "", &MissingError{What: "no go command on PATH", Fix: fix}
}

// UsualGo looks for the go command in GOROOT or, if that is not set, where
// installers put it; "" if it is not there.
func UsualGo() string {
	roots := []string{os.Getenv("GOROOT"), "/usr/local/go", "/usr/lib/go", "/opt/homebrew/opt/go/libexec"}
	if home, err := os.UserHomeDir(); err == nil {
		sdks, err := filepath.Glob(filepath.Join(home, "sdk", "go*"))
		if err == nil { // else HOME is no pattern
			slices.SortFunc(sdks, func(a, b string) int { return version.Compare(filepath.Base(b), filepath.Base(a)) })
			roots = append(roots, sdks...)
		}
		roots = append(roots, filepath.Join(home, "go"), filepath.Join(home, ".local", "go"))
	}
	if roots[0] != "" {
		roots = roots[:1]
	}
	for _, root := range roots {
		if path := filepath.Join(root, "bin", "go"); root != "" && isFile(path) {
			return path
		}
	}
	return ""
}
