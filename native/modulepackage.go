package native

import (
	"crypto/sha256"
	"fmt"
	"go/version"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// packageFlags are those of every package of a module. DWARF would take a
// tenth of the time of a compilation, and plugins are linked without it.
var packageFlags = [...]string{"-dynlink", "-pack", "-nolocalimports", "-dwarf=false", "-buildid="}

// ordinary reports whether the compiler and, on the architectures whose
// assembler flags are known here, the assembler make all of the package.
func (p *listed) ordinary(goarch string) bool {
	others := len(p.CgoFiles) + len(p.CFiles) + len(p.CXXFiles) + len(p.MFiles) + len(p.FFiles) + len(p.HFiles) +
		len(p.SysoFiles) + len(p.SwigFiles) + len(p.SwigCXXFiles) + len(p.EmbedPatterns)
	return others == 0 && len(p.GoFiles) > 0 && p.Module != nil && !p.Standard &&
		(len(p.SFiles) == 0 || goarch == "amd64" || goarch == "arm64")
}

// byGo returns the packages that the go command has to compile: those of gomemo
// and all that they import, because it builds the engine; those that are not
// ordinary; and what these import, because it knows nothing of our archives.
func byGo(pkgs []listed, goarch string) map[string]bool {
	byPath := make(map[string]*listed, len(pkgs))
	for i := range pkgs {
		byPath[pkgs[i].ImportPath] = &pkgs[i]
	}
	set := make(map[string]bool)
	var add func(path string)
	add = func(path string) {
		p := byPath[path]
		if p == nil || p.Standard || set[path] {
			return
		}
		set[path] = true
		for _, imp := range p.imported() {
			add(imp)
		}
	}
	for i := range pkgs {
		p := &pkgs[i]
		if p.Module != nil && p.Module.Path == engineModule || !p.ordinary(goarch) {
			add(p.ImportPath)
		}
	}
	return set
}

// imported are the packages that a package imports, as the linker knows them.
func (p *listed) imported() []string {
	paths := make([]string, 0, len(p.Imports))
	for _, imp := range p.Imports {
		if mapped, ok := p.ImportMap[imp]; ok {
			imp = mapped
		}
		if imp != "unsafe" && imp != "C" {
			paths = append(paths, imp)
		}
	}
	return paths
}

// place is the directory of the package's files as positions name it.
func (p *listed) place() string {
	if m := p.Module; m.Version != "" {
		return m.Path + "@" + m.Version + strings.TrimPrefix(p.ImportPath, m.Path)
	}
	return p.ImportPath
}

// language is the compiler's -lang for the package.
func (p *listed) language() string {
	if v := version.Lang("go" + p.Module.GoVersion); v != "" {
		return v
	}
	return "go1.16" // as the go command takes a go.mod without a version
}

// packageKey names what compiling a package makes: everything that it depends
// on. deps are the keys of what it imports outside the standard library.
func (t *Toolchain) packageKey(p *listed, deps map[string]string) (string, error) {
	parts := []string{"package 1", t.id, strings.Join(packageFlags[:], " "), p.ImportPath, p.Name, p.place(), p.language()}
	for _, files := range [][]string{p.GoFiles, p.SFiles} {
		for _, name := range files {
			data, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				return "", fmt.Errorf("native: %s: %w", p.ImportPath, err)
			}
			content := sha256.Sum256(data)
			parts = append(parts, name, string(content[:]))
		}
		parts = append(parts, "")
	}
	for _, imp := range slices.Sorted(slices.Values(p.imported())) {
		parts = append(parts, imp, deps[imp])
	}
	return sum(parts...), nil
}
