package native

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Initializes reports whether others may notice that a package is initialized,
// or one that it imports: it prints, registers itself with another package,
// reads what cells can change. Only then an import has to wait for its code.
func (w *Workspace) Initializes(path string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	inEngine := w.graph.reach(engineMain) // has been initialized
	for _, p := range w.graph.reach(path) {
		if _, found := slices.BinarySearch(inEngine, p); !found && !w.graph.Packages[p].Quiet {
			return true
		}
	}
	return false
}

// quiets finds out which packages only give their own variables values when they
// are initialized. It reads their source, and takes for noticeable whatever it
// does not know.
type quiets struct {
	t      *Toolchain
	listed map[string]*listed
	parsed map[string]*parsedPackage
	root   *parsedPackage    // that is asked about
	seen   map[ast.Node]bool // functions that have been looked at
}

// parsedPackage is the source of a package.
type parsedPackage struct {
	path    string
	funcs   map[string]code
	methods map[string][]code // by name
	types   map[string]bool
	vars    map[string]bool
	begins  []code   // what initialization runs
	imports []string // of all files
	loud    bool
}

// code is a piece of a package's source.
type code struct {
	ast.Node // nil for a function in assembly
	in       *parsedFile
}

type parsedFile struct {
	*parsedPackage
	imports map[string]string // paths by name
}

func (t *Toolchain) newQuiets(pkgs []listed) *quiets {
	q := &quiets{t: t, listed: make(map[string]*listed), parsed: make(map[string]*parsedPackage), seen: make(map[ast.Node]bool)}
	for i := range pkgs {
		q.listed[pkgs[i].ImportPath] = &pkgs[i]
	}
	return q
}

// quiet reports it of a package without what it imports. key is its archive's.
func (q *quiets) quiet(p *listed, key string) bool {
	key = sum("quiet 2", key)
	var known bool
	if q.t.cache.readJSON("answer", key, &known) {
		return known
	}
	clear(q.seen)
	pkg := q.parse(p)
	q.root = pkg
	known = !pkg.loud && !slices.ContainsFunc(pkg.begins, func(c code) bool { return !q.only(c) })
	_ = q.t.cache.putJSON("answer", key, known) // else it is found out again
	return known
}

// parse reads the files of a package.
func (q *quiets) parse(p *listed) *parsedPackage {
	if pkg := q.parsed[p.ImportPath]; pkg != nil {
		return pkg
	}
	pkg := &parsedPackage{path: p.ImportPath, funcs: make(map[string]code), methods: make(map[string][]code),
		types: make(map[string]bool), vars: make(map[string]bool), loud: len(p.CgoFiles) > 0}
	q.parsed[p.ImportPath] = pkg
	fset := token.NewFileSet()
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			pkg.loud = true
			return pkg
		}
		in := &parsedFile{pkg, make(map[string]string)}
		for _, spec := range f.Imports {
			q.parseImport(in, spec)
		}
		for _, d := range f.Decls {
			in.declare(d)
		}
	}
	return pkg
}

func (q *quiets) parseImport(f *parsedFile, spec *ast.ImportSpec) {
	imp, err := strconv.Unquote(spec.Path.Value)
	name := path.Base(imp)
	if p := q.listed[imp]; p != nil {
		name = p.Name
	}
	if spec.Name != nil {
		name = spec.Name.Name
	}
	f.imports[name] = imp
	f.parsedPackage.imports = append(f.parsedPackage.imports, imp)
	f.loud = f.loud || err != nil || name == "." || loudPackages[imp]
}

func (f *parsedFile) declare(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		c := code{in: f}
		if d.Body != nil {
			c.Node = d.Body
		}
		switch {
		case d.Recv != nil:
			f.methods[d.Name.Name] = append(f.methods[d.Name.Name], c)
		case d.Name.Name == "init":
			f.begins = append(f.begins, c)
		default:
			f.funcs[d.Name.Name] = c
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				f.types[spec.Name.Name] = true
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					f.vars[name.Name] = d.Tok == token.VAR
				}
				for _, v := range spec.Values {
					f.begins = append(f.begins, code{v, f})
				}
			}
		}
	}
}

// only reports whether running code does nothing but give variables of the packages
// themselves values. Function literals count as if they were called.
func (q *quiets) only(c code) bool {
	ok, f := true, c.in
	ast.Inspect(c.Node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt:
			ok = false
		case *ast.UnaryExpr:
			ok = ok && n.Op != token.ARROW && !(n.Op == token.AND && q.foreign(n.X, f))
		case *ast.AssignStmt:
			ok = ok && (n.Tok == token.DEFINE || !slices.ContainsFunc(n.Lhs, func(x ast.Expr) bool { return q.foreign(x, f) }))
		case *ast.IncDecStmt:
			ok = ok && !q.foreign(n.X, f)
		case *ast.CallExpr:
			ok = ok && q.call(n.Fun, f) && !(changes(n.Fun) && slices.ContainsFunc(n.Args, func(x ast.Expr) bool { return q.foreign(x, f) }))
		case *ast.SelectorExpr:
			ok = ok && q.mentioned(n, f)
		}
		return ok
	})
	return ok
}

// foreign reports an expression that starts at a variable of another package
// than the one that is asked about.
func (q *quiets) foreign(x ast.Expr, f *parsedFile) bool {
	for {
		switch e := x.(type) {
		case *ast.ParenExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.StarExpr:
			x = e.X
		case *ast.SelectorExpr:
			if id, ok := e.X.(*ast.Ident); ok && f.imports[id.Name] != "" {
				return true
			}
			x = e.X
		case *ast.Ident:
			return f.parsedPackage != q.root && f.vars[e.Name]
		default:
			return false
		}
	}
}

// call reports whether calling x, or converting to it, is quiet.
func (q *quiets) call(x ast.Expr, f *parsedFile) bool {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return q.call(x.X, f)
	case *ast.IndexExpr:
		return q.call(x.X, f)
	case *ast.IndexListExpr:
		return q.call(x.X, f)
	case *ast.StarExpr: // a conversion to a pointer
		return q.call(x.X, f)
	case *ast.ArrayType, *ast.MapType, *ast.FuncType, *ast.InterfaceType, *ast.ChanType, *ast.FuncLit:
		return true
	case *ast.Ident:
		_, own := f.funcs[x.Name]
		return quietBuiltins[x.Name] && !own || f.types[x.Name] || q.function(x.Name, f.parsedPackage)
	case *ast.SelectorExpr:
		if id, ok := x.X.(*ast.Ident); ok && f.imports[id.Name] != "" {
			return q.imported(f.imports[id.Name], x.Sel.Name)
		}
		if q.foreign(x.X, f) || !q.methods(f.parsedPackage, x.Sel.Name) {
			return false
		}
		// A method: any with that name of the package or those that it imports, or
		// one of a value that something quiet has made.
		return !slices.ContainsFunc(f.parsedPackage.imports, func(imp string) bool {
			p := q.listed[imp]
			return p != nil && !p.Standard && !q.methods(q.parse(p), x.Sel.Name)
		})
	}
	return false
}

// changes reports the builtin functions that change an argument.
func changes(f ast.Expr) bool {
	id, ok := f.(*ast.Ident)
	return ok && (id.Name == "delete" || id.Name == "clear" || id.Name == "copy")
}

// methods reports it of the methods of a name that a package declares.
func (q *quiets) methods(pkg *parsedPackage, name string) bool {
	return !slices.ContainsFunc(pkg.methods[name], func(c code) bool { return !q.body(c) })
}

// mentioned reports whether a selector is not a variable of the standard library
// that others share.
func (q *quiets) mentioned(x *ast.SelectorExpr, f *parsedFile) bool {
	id, ok := x.X.(*ast.Ident)
	if !ok || f.imports[id.Name] == "" {
		return true
	}
	imp := f.imports[id.Name]
	p := q.listed[imp]
	return p != nil && !p.Standard || q.imported(imp, x.Sel.Name)
}

// imported reports it of a function or type of another package.
func (q *quiets) imported(imp, name string) bool {
	if p := q.listed[imp]; p != nil && !p.Standard && p.Error == nil {
		other := q.parse(p)
		return other.types[name] || q.function(name, other)
	}
	names, ok := quietFunctions[imp]
	return ok && (names == nil || slices.Contains(names, name))
}

func (q *quiets) function(name string, pkg *parsedPackage) bool {
	c, ok := pkg.funcs[name]
	return ok && q.body(c)
}

// body looks at each function once: one that calls itself does no more by that.
// Assembly computes.
func (q *quiets) body(c code) bool {
	if c.Node == nil || q.seen[c.Node] {
		return true
	}
	q.seen[c.Node] = true
	return q.only(c)
}

// quietBuiltins are builtin functions, and types for conversions.
var quietBuiltins = func() map[string]bool {
	m := make(map[string]bool)
	for name := range strings.FieldsSeq("append cap clear complex copy delete imag len make max min new panic real recover any bool byte error " +
		"rune string int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr float32 float64 complex64 complex128") {
		m[name] = true
	}
	return m
}()

// quietFunctions are functions and types of the standard library that neither
// change anything nor depend on anything that cells can change; nil means all
// of the package.
var quietFunctions = map[string][]string{
	"errors": nil, "strings": nil, "strconv": nil, "bytes": nil, "math": nil, "math/bits": nil, "math/cmplx": nil, "math/big": nil,
	"sort": nil, "slices": nil, "maps": nil, "cmp": nil, "unicode": nil, "unicode/utf8": nil, "unicode/utf16": nil, "unsafe": nil,
	"reflect": nil, "regexp": nil, "regexp/syntax": nil, "sync": nil, "sync/atomic": nil, "path": nil, "hash": nil, "hash/fnv": nil,
	"encoding/binary": nil, "encoding/base64": nil, "encoding/base32": nil, "encoding/hex": nil, "hash/crc32": nil, "hash/crc64": nil,
	"go/token": nil, "image/color": nil, "image": {"Pt", "Rect", "Point", "Rectangle", "NewUniform", "NewRGBA"}, "container/list": nil,
	"fmt":     {"Errorf", "Sprintf", "Sprint", "Sprintln"},
	"time":    {"Duration", "Date", "Unix", "Month", "Weekday"},
	"runtime": {"NumCPU"}, "io": {"EOF", "Reader", "Writer", "Discard"}, "bufio": {"NewReader", "NewWriter"},
	"math/rand": {"New", "NewSource"}, "math/rand/v2": {"New", "NewPCG"}, "context": {"Background", "TODO"},
}

// loudPackages are those of the standard library that register themselves.
var loudPackages = map[string]bool{
	"expvar": true, "image/gif": true, "image/jpeg": true, "image/png": true, "net/http/pprof": true, "time/tzdata": true, "C": true,
}
