package kernelspec

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Installed is a kernel that Jupyter would list.
type Installed struct {
	Name string
	Dir  string
	Spec Spec
	Ours bool // written by Install
}

// List returns the kernels that Jupyter finds, of any language: the first of
// each name, in the order of its search path. Directories without a readable
// kernel.json are left out, as Jupyter does.
func List() ([]Installed, error) {
	seen := make(map[string]bool)
	var found []Installed
	var errs []error
	for _, data := range dataDirs() {
		kernels := filepath.Join(data, "kernels")
		entries, err := os.ReadDir(kernels)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, fmt.Errorf("kernelspec: %w", err))
			}
			continue
		}
		for _, e := range entries {
			name := strings.ToLower(e.Name())
			if seen[name] || !validName.MatchString(name) || strings.HasPrefix(name, ".") {
				continue
			}
			dir := filepath.Join(kernels, e.Name())
			s, err := read(dir)
			if err != nil {
				continue
			}
			seen[name] = true
			found = append(found, Installed{name, dir, s, checkOurs(dir) == nil})
		}
	}
	return found, errors.Join(errs...)
}

// Find returns the kernel that Jupyter starts for a name; the error wraps
// ErrNotFound if there is none.
func Find(name string) (Installed, error) {
	name, err := checkName(name)
	if err != nil {
		return Installed{}, err
	}
	all, err := List()
	for _, k := range all {
		if k.Name == name {
			return k, nil
		}
	}
	return Installed{}, errors.Join(fmt.Errorf("kernelspec: %s: %w", name, ErrNotFound), err)
}
