package interp

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A call may be remembered only if nothing that it reaches can make the next
// run differ: everything here is refused unless it is known to be pure. What is
// printed counts as pure, because it is recorded and shown again.

// purePackages are standard packages whose every function and method depends
// on its arguments only. An entry "pkg" admits all, the exceptions are listed
// in impureNames.
var purePackages = map[string]bool{
	"bytes": true, "bufio": true, "cmp": true, "container/heap": true, "container/list": true, "container/ring": true,
	"compress/bzip2": true, "compress/flate": true, "compress/gzip": true, "compress/lzw": true, "compress/zlib": true,
	"crypto/aes": true, "crypto/cipher": true, "crypto/hmac": true, "crypto/subtle": true, "crypto/md5": true, "crypto/sha1": true, "crypto/sha256": true, "crypto/sha512": true,
	"encoding/ascii85": true, "encoding/base32": true, "encoding/base64": true, "encoding/binary": true, "encoding/csv": true,
	"encoding/hex": true, "encoding/json": true, "encoding/pem": true, "encoding/xml": true, "errors": true, "fmt": true,
	"hash": true, "hash/adler32": true, "hash/crc32": true, "hash/crc64": true, "hash/fnv": true, "html": true,
	"image": true, "image/color": true, "image/draw": true, "image/gif": true, "image/jpeg": true, "image/png": true, "index/suffixarray": true, "io": true, "iter": true, "maps": true,
	"math": true, "math/big": true, "math/bits": true, "math/cmplx": true, "math/rand": true, "math/rand/v2": true,
	"net/netip": true, "net/url": true, "path": true, "regexp": true, "regexp/syntax": true, "slices": true, "sort": true, "strconv": true,
	"strings": true, "sync": true, "sync/atomic": true, "text/tabwriter": true, "text/scanner": true, "time": true, "unicode": true,
	"unicode/utf16": true, "unicode/utf8": true,
	"gomemo/display": true,
}

// impureNames are the exceptions in pure packages: package.Name of functions
// and variables, package.Type.Method of methods.
var impureNames = map[string]string{
	"fmt.Scan": "reads the standard input", "fmt.Scanf": "reads the standard input", "fmt.Scanln": "reads the standard input",
	"time.Now": "reads the clock", "time.Since": "reads the clock", "time.Until": "reads the clock", "time.After": "waits for the clock",
	"time.AfterFunc": "waits for the clock", "time.Sleep": "waits for the clock", "time.Tick": "waits for the clock",
	"time.NewTimer": "waits for the clock", "time.NewTicker": "waits for the clock", "time.LoadLocation": "reads the time zone files",
	"time.Local": "depends on the machine's time zone", "time.Parse": "depends on the machine's time zone", "time.Unix": "depends on the machine's time zone",
	"time.UnixMilli": "depends on the machine's time zone", "time.UnixMicro": "depends on the machine's time zone",
	"time.Time.Local": "depends on the machine's time zone",
	"image.Decode":    "depends on the formats that are registered", "image.DecodeConfig": "depends on the formats that are registered",
	"image.RegisterFormat": "registers a format",
	"maps.Keys":            "takes the keys of a map in random order", "maps.Values": "takes the values of a map in random order",
	"maps.All":          "walks a map in random order",
	"sync.WaitGroup.Go": "starts a goroutine", "sync.Pool.Get": "may return anything that was put back",
}

// pureNames are the pure functions of packages that are not.
var pureNames = map[string]bool{
	"path/filepath.Base": true, "path/filepath.Clean": true, "path/filepath.Dir": true, "path/filepath.Ext": true,
	"path/filepath.FromSlash": true, "path/filepath.IsAbs": true, "path/filepath.IsLocal": true, "path/filepath.Join": true,
	"path/filepath.Match": true, "path/filepath.Rel": true, "path/filepath.Split": true, "path/filepath.SplitList": true,
	"path/filepath.ToSlash": true, "path/filepath.VolumeName": true,
}

// pureRand are the functions of the random packages that make a generator from
// a seed; the others use the global one.
var pureRand = map[string]bool{"New": true, "NewSource": true, "NewPCG": true, "NewChaCha8": true, "NewZipf": true}

// impurity returns the first reason in the text of n why a call that runs it
// cannot be remembered, as the end of a sentence ("calls time.Now, which reads
// the clock (cell 2, line 5)"), or "".
func (p *plan) impurity(n ast.Node) string {
	found := ""
	say := func(n ast.Node, format string, args ...any) {
		if found != "" {
			return
		}
		src, off := p.s.offset(n.Pos())
		where := ""
		if src != nil {
			line, _ := src.position(off)
			where = fmt.Sprintf(" (cell %d, line %d)", src.cell, line)
		}
		found = fmt.Sprintf(format, args...) + where
	}
	allowed, next := p.allowedByPlace(n), followers(n)
	ast.Inspect(n, func(n ast.Node) bool {
		if found != "" {
			return false
		}
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				if name := p.foreignVar(l); name != "" {
					say(n, "assigns to %s", name)
				}
			}
		case *ast.UnaryExpr:
			if name := p.foreignVar(n.X); name != "" && n.Op == token.AND {
				say(n, "takes the address of %s", name)
			}
		case *ast.GoStmt:
			say(n, "starts a goroutine")
		case *ast.SelectStmt:
			say(n, "uses select, which chooses at random")
		case *ast.RangeStmt:
			t := p.info.Types[n.X].Type
			if t == nil {
				return true
			}
			if mayBeMap(t) && !p.orderFree(n, next[n]) {
				say(n, "ranges over a map, whose order is random; range over slices.Sorted(maps.Keys(m)) instead")
			}
		case *ast.CallExpr:
			if reason := p.unsteady(n); reason != "" {
				say(n, "%s", reason)
			}
		case *ast.Ident:
			if reason := p.impureObject(n, allowed); reason != "" {
				say(n, "%s", reason)
			}
		}
		return true
	})
	return found
}

// foreignVar names the variable of another package that e is, or is a part of.
func (p *plan) foreignVar(e ast.Expr) string {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.IndexExpr:
			e = x.X
			continue
		case *ast.StarExpr:
			e = x.X
			continue
		case *ast.SelectorExpr:
			if v, ok := p.info.Uses[x.Sel].(*types.Var); ok && !v.IsField() && v.Pkg() != p.pkg {
				return v.Pkg().Name() + "." + v.Name()
			}
			e = x.X
			continue
		}
		return ""
	}
}

// impureObject judges an identifier that names something outside the notebook.
func (p *plan) impureObject(id *ast.Ident, allowed map[*ast.Ident]bool) string {
	obj := p.info.Uses[id]
	if obj == nil || allowed[id] {
		return ""
	}
	pkg := obj.Pkg()
	if pkg == nil || pkg == p.pkg {
		return ""
	}
	full := pkg.Path() + "." + obj.Name()
	short := pkg.Name() + "." + obj.Name()
	switch obj := obj.(type) {
	case *types.Builtin:
		switch obj.Name() {
		case "Sizeof", "Alignof", "Offsetof":
			return ""
		}
		return "uses package unsafe"
	case *types.PkgName, *types.Const:
		return ""
	case *types.TypeName:
		if pkg == types.Unsafe {
			return "uses package unsafe"
		}
		if !types.IsInterface(obj.Type()) && !purePackages[pkg.Path()] && types.NewMethodSet(types.NewPointer(obj.Type())).Len() > 0 {
			return fmt.Sprintf("uses the type %s, and package %s is not known to be pure", short, pkg.Path())
		}
		return ""
	case *types.Var:
		if obj.IsField() {
			return ""
		}
		if reason := impureNames[full]; reason != "" {
			return fmt.Sprintf("uses %s, which %s", short, reason)
		}
		if purePackages[pkg.Path()] {
			switch obj.Type().Underlying().(type) {
			case *types.Pointer, *types.Map, *types.Slice:
				return fmt.Sprintf("uses %s, which is a variable that other code may share", short)
			}
			return ""
		}
		return fmt.Sprintf("uses %s, and package %s is not known to be pure", short, pkg.Path())
	case *types.Func:
		if recv := obj.Signature().Recv(); recv != nil {
			t := recv.Type()
			if pt, ok := types.Unalias(t).(*types.Pointer); ok {
				t = pt.Elem()
			}
			if n, ok := types.Unalias(t).(*types.Named); ok {
				full = pkg.Path() + "." + n.Obj().Name() + "." + obj.Name()
				short = pkg.Name() + "." + n.Obj().Name() + "." + obj.Name()
			}
		} else if (pkg.Path() == "math/rand" || pkg.Path() == "math/rand/v2") && !pureRand[obj.Name()] {
			return fmt.Sprintf("calls %s, which draws from the global random source; use rand.New with a seed", short)
		}
		if reason := impureNames[full]; reason != "" {
			return fmt.Sprintf("calls %s, which %s", short, reason)
		}
		if !purePackages[pkg.Path()] && !pureNames[full] {
			return fmt.Sprintf("calls %s, and package %s is not known to be pure", short, pkg.Path())
		}
	}
	return ""
}

// allowedByPlace finds names that are pure where they stand: maps.Keys and
// maps.Values directly inside slices.Sorted, which puts their random order right
// (SortedFunc does not: keys that compare equal keep the order they came in),
// and os.Stdout and os.Stderr as the writer of fmt.Fprint and its like, because
// what is printed is recorded.
func (p *plan) allowedByPlace(n ast.Node) map[*ast.Ident]bool {
	out := map[*ast.Ident]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok || len(c.Args) == 0 {
			return true
		}
		p.allowShared(c, out)
		switch p.calleeName(c) {
		case "slices.Sorted":
			if inner, ok := ast.Unparen(c.Args[0]).(*ast.CallExpr); ok {
				if name := p.calleeName(inner); (name == "maps.Keys" || name == "maps.Values") && p.sortsOrdered(c) {
					if sel, ok := ast.Unparen(inner.Fun).(*ast.SelectorExpr); ok {
						out[sel.Sel] = true
					}
				}
			}
		case "fmt.Fprint", "fmt.Fprintf", "fmt.Fprintln":
			if sel, ok := ast.Unparen(c.Args[0]).(*ast.SelectorExpr); ok {
				if v, ok := p.info.Uses[sel.Sel].(*types.Var); ok && v.Pkg().Path() == "os" && (v.Name() == "Stdout" || v.Name() == "Stderr") {
					out[sel.Sel] = true
				}
			}
		}
		return true
	})
	return out
}

// allowShared allows variables such as base64.StdEncoding as the receiver of a
// call, and such as unicode.Letter as the argument of a function of their own
// package: there they are only read.
func (p *plan) allowShared(c *ast.CallExpr, out map[*ast.Ident]bool) {
	allow := func(e ast.Expr, own string) {
		sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
		if !ok {
			return
		}
		v, ok := p.info.Uses[sel.Sel].(*types.Var)
		if ok && !v.IsField() && v.Pkg() != nil && purePackages[v.Pkg().Path()] && (own == "" || v.Pkg().Path() == own) &&
			impureNames[v.Pkg().Path()+"."+v.Name()] == "" {
			out[sel.Sel] = true
		}
	}
	if sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr); ok && p.info.Selections[sel] != nil {
		allow(sel.X, "")
		if pkg := p.info.Selections[sel].Obj().Pkg(); pkg != nil {
			for _, a := range c.Args {
				allow(a, pkg.Path())
			}
		}
	}
	if name := p.calleeName(c); name != "" {
		for _, a := range c.Args {
			allow(a, name[:strings.LastIndex(name, ".")])
		}
	}
}

// sortsOrdered reports a call that returns a slice of strings or integers.
func (p *plan) sortsOrdered(c *ast.CallExpr) bool {
	sl, ok := p.info.Types[c].Type.(*types.Slice)
	return ok && ordered(sl.Elem())
}

// calleeName is "path.Func" for a call of a package's function.
func (p *plan) calleeName(c *ast.CallExpr) string {
	fun := ast.Unparen(c.Fun)
	if x, ok := fun.(*ast.IndexExpr); ok {
		fun = x.X
	}
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	fn, ok := p.info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Signature().Recv() != nil {
		return ""
	}
	return fn.Pkg().Path() + "." + fn.Name()
}

// unsteady finds calls of fmt whose output differs from run to run: it
// holds a memory address, or the elements of a map in no order.
func (p *plan) unsteady(c *ast.CallExpr) string {
	name := p.calleeName(c)
	if !strings.HasPrefix(name, "fmt.") || strings.Contains(name, "can") {
		return ""
	}
	args := c.Args
	if strings.HasPrefix(name, "fmt.Fp") || strings.HasPrefix(name, "fmt.Append") {
		args = args[1:] // the writer, or what is appended to
	}
	for _, a := range args {
		tv := p.info.Types[a]
		if tv.Value != nil && tv.Value.Kind() == constant.String && strings.Contains(constant.StringVal(tv.Value), "%p") {
			return "prints an address with %p"
		}
		if tv.Type != nil && printsInAnyOrder(tv.Type, map[types.Type]bool{}) {
			return fmt.Sprintf("prints a map of type %s, whose keys have no order if several are NaN", userNames(types.TypeString(tv.Type, types.RelativeTo(p.pkg))))
		}
		if tv.Type != nil && showsAddress(tv.Type, 0, map[types.Type]bool{}) {
			return fmt.Sprintf("prints a value of type %s, which shows a memory address", userNames(types.TypeString(tv.Type, types.RelativeTo(p.pkg))))
		}
	}
	return ""
}

// showsAddress reports whether fmt's %v writes an address for a value of type
// t: a channel or function anywhere, a pointer below the top or to something
// that is not a struct, array, slice or map. Types with an Error or String
// method format themselves. What an interface will hold is not known here, and
// is taken to format well.
func showsAddress(t types.Type, depth int, seen map[types.Type]bool) bool {
	if _, ok := t.Underlying().(*types.Pointer); ok && depth > 0 && !formatsItself(t) {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	if formatsItself(t) {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		switch e := u.Elem().Underlying().(type) {
		case *types.Struct, *types.Array, *types.Slice, *types.Map:
			return showsAddress(e, depth+1, seen)
		}
		return true
	case *types.Chan, *types.Signature:
		return true
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Slice:
		return showsAddress(u.Elem(), depth+1, seen)
	case *types.Array:
		return showsAddress(u.Elem(), depth+1, seen)
	case *types.Map:
		return showsAddress(u.Key(), depth+1, seen) || showsAddress(u.Elem(), depth+1, seen)
	case *types.Struct:
		for f := range u.Fields() {
			if showsAddress(f.Type(), depth+1, seen) {
				return true
			}
		}
	}
	return false
}

// printsInAnyOrder reports whether a value of type t may hold maps with keys
// that are NaN: fmt sorts keys, and those are equal for it.
func printsInAnyOrder(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	u := t.Underlying()
	if m, ok := u.(*types.Map); ok && mayBeNaN(m.Key()) {
		return true
	}
	return slices.ContainsFunc(components(u), func(c types.Type) bool { return printsInAnyOrder(c, seen) })
}

// mayBeNaN reports whether values of type t hold floating-point numbers, those
// that an interface may hold left out.
func mayBeNaN(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&(types.IsFloat|types.IsComplex) != 0
	case *types.Array:
		return mayBeNaN(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if mayBeNaN(f.Type()) {
				return true
			}
		}
	}
	return false
}

func formatsItself(t types.Type) bool {
	ms := types.NewMethodSet(t)
	for _, name := range []string{"Error", "String", "Format", "GoString"} {
		if ms.Lookup(nil, name) != nil {
			return true
		}
	}
	return false
}

// mayBeMap reports whether a value of type t can be a map, also through the
// constraint of a type parameter.
func mayBeMap(t types.Type) bool {
	tp, ok := types.Unalias(t).(*types.TypeParam)
	if !ok {
		_, isMap := t.Underlying().(*types.Map)
		return isMap
	}
	var terms func(t types.Type, depth int) bool
	terms = func(t types.Type, depth int) bool {
		if depth > 10 {
			return true
		}
		switch u := t.Underlying().(type) {
		case *types.Interface:
			for e := range u.EmbeddedTypes() {
				if union, ok := e.(*types.Union); ok {
					for term := range union.Terms() {
						if terms(term.Type(), depth+1) {
							return true
						}
					}
				} else if terms(e, depth+1) {
					return true
				}
			}
			return false
		case *types.Map:
			return true
		}
		return false
	}
	return terms(tp.Constraint(), 0)
}
