package interp

import (
	"fmt"
	"go/types"
	"strings"
)

// hint finds what a person would want to be told with a type error.
func (p *plan) hint(msg string) string {
	name, ok := strings.CutPrefix(msg, "undefined: ")
	if !ok {
		return ""
	}
	if pkg, member, ok := strings.Cut(name, "."); ok {
		path := p.imports[pkg]
		if path == "" {
			return ""
		}
		imported, err := p.s.importer.Import(path)
		if err != nil {
			return ""
		}
		if near := nearest(member, imported.Scope().Names()); near != "" {
			return fmt.Sprintf("did you mean %s.%s?", pkg, near)
		}
		return ""
	}
	if why, ok := p.s.gone[name]; ok {
		return why
	}
	if where := p.definedElsewhere(name); where != "" {
		return where
	}
	candidates := append(sortedKeys(p.table.byName), types.Universe.Names()...)
	candidates = append(candidates, sortedKeys(p.imports)...)
	candidates = append(candidates, sortedKeys(stdPackages)...)
	if near := nearest(name, candidates); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return ""
}

// nearest is the name that is a slip of the finger away from name, "" if none is.
func nearest(name string, names []string) string {
	if len(name) < 3 {
		return "" // every short name is near another
	}
	best, bestDist := "", 3
	if len(name) < 5 {
		bestDist = 2
	}
	for _, n := range names {
		if n == name || abs(len(n)-len(name)) >= bestDist {
			continue
		}
		d := distance(name, n)
		if strings.EqualFold(n, name) {
			d = 0
		}
		if d < bestDist {
			best, bestDist = n, d
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }

// distance counts insertions, deletions, replacements and swaps of neighbours
// (the optimal string alignment distance).
func distance(a, b string) int {
	prev2, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}

// isConstraint reports whether a type of the notebook can only be a constraint.
func isConstraint(pkg *types.Package, name string) bool {
	obj := pkg.Scope().Lookup(name)
	if obj == nil {
		return false
	}
	iface, ok := obj.Type().Underlying().(*types.Interface)
	return ok && !iface.IsMethodSet()
}
