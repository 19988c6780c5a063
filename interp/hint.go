package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strings"
)

// hint finds what a person would want to be told with a type error at pos.
func (p *plan) hint(msg string, pos token.Pos) string {
	msg, _, _ = strings.Cut(msg, "\n")
	if m := noMember.FindStringSubmatch(msg); m != nil && !strings.Contains(msg, "but does have") {
		return p.memberHint(m[1], pos)
	}
	if m := noField.FindStringSubmatch(msg); m != nil {
		return p.fieldHint(m[1], pos)
	}
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
		if near := nearest(member, exported(imported.Scope().Names())); near != "" {
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
	if _, off := p.s.offset(pos); strings.TrimSpace(p.src.text[:max(off, 0)]) == "!" {
		return "a cell holds Go; programs are run with os/exec"
	}
	candidates := p.namesAt(pos)
	if member := p.selectedFrom(pos); ast.IsExported(member) && !ast.IsExported(name) {
		if wellKnown[name] != "" {
			return packageHint(name)
		}
		if near := nearest(name, append(candidates, sortedKeys(stdPackages)...)); near != "" {
			return fmt.Sprintf("did you mean %s?", near)
		}
		return packageHint(name)
	}
	if near := nearest(name, append(candidates, types.Universe.Names()...)); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return ""
}

var (
	noMember = regexp.MustCompile(`\(type .* has no field or method (\w+)`)
	noField  = regexp.MustCompile(`^unknown field (\w+) in struct literal`)
)

// namesAt lists the names of the notebook and of the blocks around pos.
func (p *plan) namesAt(pos token.Pos) []string {
	names := append(sortedKeys(p.table.byName), sortedKeys(p.imports)...)
	for i, name := range names {
		names[i] = plain(name)
	}
	for _, v := range p.vars {
		names = append(names, plain(v.name))
	}
	if p.pkg != nil {
		for s := p.pkg.Scope().Innermost(pos); s != nil && s != types.Universe; s = s.Parent() {
			for _, n := range s.Names() {
				if !strings.Contains(n, pkgSuffix) && !strings.HasSuffix(n, shadowSuffix) {
					names = append(names, n)
				}
			}
		}
	}
	return names
}

// nodeAt finds the innermost node that match accepts among those of the cell.
func (p *plan) nodeAt(pos token.Pos, match func(ast.Node) bool) {
	visit := func(n ast.Node) bool {
		return n != nil && (n.Pos() <= pos && pos < n.End()) && !match(n)
	}
	for _, st := range p.typing {
		ast.Inspect(st, visit)
	}
	for _, st := range p.body {
		ast.Inspect(st, visit)
	}
	for _, d := range p.decls {
		ast.Inspect(d.node, visit)
	}
}

// selectedFrom is the name that is selected from the identifier at pos, "" if
// none is.
func (p *plan) selectedFrom(pos token.Pos) (member string) {
	p.nodeAt(pos, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if ok && sel.X.Pos() == pos {
			if _, ok := sel.X.(*ast.Ident); ok {
				member = sel.Sel.Name
			}
		}
		return false
	})
	return member
}

// memberHint finds a field or method with a name like that of the selector
// at pos.
func (p *plan) memberHint(name string, pos token.Pos) (hint string) {
	p.nodeAt(pos, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Pos() == pos && hint == "" {
			if t := p.info.Types[sel.X].Type; t != nil {
				hint = didYouMean(name, p.members(t))
			}
		}
		return false
	})
	return hint
}

// fieldHint does so for a key of a literal.
func (p *plan) fieldHint(name string, pos token.Pos) (hint string) {
	p.nodeAt(pos, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok {
			if t := p.info.Types[lit].Type; t != nil {
				if st, ok := t.Underlying().(*types.Struct); ok {
					var names []string
					for f := range st.Fields() {
						names = append(names, f.Name())
					}
					hint = didYouMean(name, names)
				}
			}
		}
		return false
	})
	return hint
}

// members lists what can be selected from a value of type t.
func (p *plan) members(t types.Type) (names []string) {
	seen := map[types.Type]bool{}
	var visit func(t types.Type)
	visit = func(t types.Type) {
		if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
			t = ptr.Elem()
		}
		if seen[t] {
			return
		}
		seen[t] = true
		if st, ok := t.Underlying().(*types.Struct); ok {
			for f := range st.Fields() {
				if f.Exported() || f.Pkg() == p.pkg {
					names = append(names, f.Name())
				}
				if f.Embedded() {
					visit(f.Type())
				}
			}
		}
	}
	visit(t)
	set := types.NewMethodSet(t)
	if _, ok := t.Underlying().(*types.Pointer); !ok && !types.IsInterface(t) {
		set = types.NewMethodSet(types.NewPointer(t))
	}
	for m := range set.Methods() {
		if m.Obj().Exported() || m.Obj().Pkg() == p.pkg {
			names = append(names, m.Obj().Name())
		}
	}
	return names
}

func didYouMean(name string, names []string) string {
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return ""
}

func exported(names []string) (out []string) {
	for _, n := range names {
		if ast.IsExported(n) {
			out = append(out, n)
		}
	}
	return out
}

// wellKnown are packages of modules by the names that cells use.
var wellKnown = map[string]string{
	"mat": "gonum.org/v1/gonum/mat", "stat": "gonum.org/v1/gonum/stat", "floats": "gonum.org/v1/gonum/floats", "distuv": "gonum.org/v1/gonum/stat/distuv",
	"plot": "gonum.org/v1/plot", "plotter": "gonum.org/v1/plot/plotter", "yaml": "gopkg.in/yaml.v3", "uuid": "github.com/google/uuid",
	"lo": "github.com/samber/lo", "cmp": "github.com/google/go-cmp/cmp", "errgroup": "golang.org/x/sync/errgroup", "semaphore": "golang.org/x/sync/semaphore",
	"constraints": "golang.org/x/exp/constraints", "decimal": "github.com/shopspring/decimal", "toml": "github.com/BurntSushi/toml",
	"dataframe": "github.com/go-gota/gota/dataframe", "testify": "github.com/stretchr/testify", "require": "github.com/stretchr/testify/require",
	"zap": "go.uber.org/zap", "cobra": "github.com/spf13/cobra", "gin": "github.com/gin-gonic/gin",
}

// packageHint says how to get a package that is used without an import.
func packageHint(name string) string {
	if path := wellKnown[name]; path != "" {
		return fmt.Sprintf("if this is the package, write import %q; it is downloaded when it is not there", path)
	}
	return fmt.Sprintf("if %s is a package, write import \"its/path\"; %%go get its/path@version chooses a version", name)
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
