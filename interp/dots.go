package interp

import (
	"go/types"
	"slices"
	"strings"
)

// A dot-import of one cell holds for the later ones too, but a declaration of
// the notebook comes first: printing.Print must not get in the way of the
// user's own Print. Go knows no such order. The checker therefore gets, for
// each file, a package with only those names that the file takes from it, and
// generated code qualifies them.

// predeclared are the names that every notebook has without an import, unless
// it declares them.
var predeclared = map[string]string{"Dump": "gomemo/cells", "Load": "gomemo/cells"}

// partSuffix marks the path of such a package, and separates the names.
const partSuffix = "·"

// bindDots finds the names that the cell takes from dot-imported packages.
func (p *plan) bindDots() {
	for _, pth := range p.s.dots {
		if !slices.Contains(p.dots, pth) {
			p.dots = append(p.dots, pth)
		}
	}
	p.dotted, p.parts = map[string][]string{}, &partImporter{from: p.s.importer, parts: map[string]*types.Package{}}
	names := map[string]bool{}
	for id := range p.unresolved {
		names[id.Name] = true
	}
	for name, pth := range predeclared {
		if names[name] {
			p.dotted[pth] = append(p.dotted[pth], name)
		}
	}
	for _, pth := range p.dots {
		pkg, err := p.s.importer.Import(pth)
		if err != nil {
			continue // it was there when the cell imported it
		}
		for _, name := range pkg.Scope().Names() {
			if names[name] && types.Universe.Lookup(name) == nil {
				p.dotted[pth] = append(p.dotted[pth], name)
			}
		}
	}
}

// partOf makes the part of a package that has these names and not those of the
// notebook, and returns the path to import it by.
func (p *plan) partOf(pth string, names []string) string {
	slices.Sort(names)
	var free []string
	for _, name := range slices.Compact(names) {
		if p.table.byName[name] == nil && !slices.ContainsFunc(p.vars, func(v *newVar) bool { return v.name == name }) {
			free = append(free, name)
		}
	}
	path := pth + partSuffix + strings.Join(free, partSuffix)
	if p.parts.parts[path] != nil {
		return path
	}
	whole, err := p.parts.from.Import(pth)
	if err != nil {
		return pth
	}
	part := types.NewPackage(path, whole.Name())
	for _, name := range free {
		if obj := whole.Scope().Lookup(name); obj != nil && obj.Exported() {
			part.Scope().Insert(obj)
		}
	}
	part.MarkComplete()
	p.parts.parts[path] = part
	return path
}

// partImporter knows the parts of packages beside the packages.
type partImporter struct {
	from  types.Importer
	parts map[string]*types.Package
}

func (i *partImporter) Import(path string) (*types.Package, error) {
	if p := i.parts[path]; p != nil {
		return p, nil
	}
	return i.from.Import(path)
}
