package native

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Prefix starts the import path of every generated package. The edited
// compiler treats all packages below it as one; every other package it
// compiles exactly as the unedited compiler does.
const Prefix = "nb/"

// An edit replaces one place of the compiler's source. The anchor must occur
// exactly once, so that a release that changed the surroundings is refused
// instead of being edited in the wrong place.
type edit struct {
	file   string // below GOROOT/src/cmd/compile/internal
	why    string
	anchor string
	with   string
}

// An EditError says that the source of this Go release's compiler is not what
// the edits were written for.
type EditError struct {
	Version string // Go version
	File    string // below GOROOT/src
	Why     string // what the edit is for
	Found   int    // how often its surroundings occur; -1 if the file could not be read
}

func (e *EditError) Error() string {
	switch {
	case e.Found < 0:
		return fmt.Sprintf("native: %s: the compiler's source %s cannot be read; install the complete Go distribution, its src directory included", e.Version, e.File)
	case e.Found == 0:
		return fmt.Sprintf("native: %s: %s has changed: the place to edit (%s) is gone; use one of %s", e.Version, e.File, e.Why, strings.Join(TestedVersions[:], ", "))
	}
	return fmt.Sprintf("native: %s: %s has changed: the place to edit (%s) occurs %d times; use one of %s", e.Version, e.File, e.Why, e.Found, strings.Join(TestedVersions[:], ", "))
}

// additions are whole files that the edits call.
var additions = map[string]string{
	"types/notebook.go": `package types

import "strings"

// Notebook reports whether path is that of a generated package.
func Notebook(path string) bool {
	return len(path) > 3 && path[:3] == "nb/"
}

// notebookPkg owns the unexported fields and methods of all generated packages.
var notebookPkg *Pkg

// Notebook returns the package in which to look up an unexported selector of p.
func (p *Pkg) Notebook() *Pkg {
	if !Notebook(p.Path) {
		return p
	}
	if notebookPkg == nil {
		notebookPkg = NewPkg("main", "")
	}
	return notebookPkg
}

// NotebookName replaces the paths of generated packages in the type arguments
// of a type's name.
func NotebookName(s string) string {
	i := strings.Index(s, "nb/")
	if i < 0 {
		return s
	}
	var b strings.Builder
	for ; i >= 0; i = strings.Index(s, "nb/") {
		dot := strings.IndexByte(s[i:], '.')
		if dot < 0 {
			break
		}
		if i > 0 && !strings.ContainsRune("[]*,; ({", rune(s[i-1])) {
			b.WriteString(s[:i+3])
			s = s[i+3:]
			continue
		}
		b.WriteString(s[:i])
		b.WriteString("main")
		s = s[i+dot:]
	}
	b.WriteString(s)
	return b.String()
}
`,
	"types2/notebook.go": `package types2

import "strings"

// notebook reports whether p is a generated package.
func notebook(p *Package) bool {
	return p != nil && len(p.path) > 3 && p.path[:3] == "nb/"
}

// dotImported reports whether a dot-import in package p brings name from imp.
func dotImported(p, imp *Package, name string) bool {
	if notebook(p) && notebook(imp) {
		return !strings.Contains(name, "·")
	}
	return isExported(name)
}
`,
	"liveness/notebook.go": livenessAddition,
	"walk/notebook.go": `package walk

import (
	"fmt"

	"cmd/compile/internal/base"
	"cmd/compile/internal/ir"
	"cmd/compile/internal/objw"
	"cmd/compile/internal/reflectdata"
	"cmd/compile/internal/typecheck"
	"cmd/compile/internal/types"
	"cmd/internal/obj"
)

// itabSlots are words of this package, each for the runtime's table of a type
// and an interface, nil until the first conversion.
var itabSlots = map[string]*obj.LSym{}

func itabSlot(typ, iface *types.Type) *obj.LSym {
	key := typ.LinkString() + "," + iface.LinkString()
	slot := itabSlots[key]
	if slot == nil {
		slot = types.LocalPkg.Lookup(fmt.Sprintf(".itab.%d", len(itabSlots))).LinksymABI(obj.ABI0)
		objw.Global(slot, int32(types.PtrSize), obj.LOCAL|obj.NOPTR)
		itabSlots[key] = slot
	}
	return slot
}

// convTypeWord returns the first word of the interface value that n makes of
// a concrete value: a type, or the one table that the runtime has, which is the
// same for all plugins.
func convTypeWord(n *ir.ConvExpr, init *ir.Nodes) ir.Node {
	pos, byteptr := base.Pos, types.NewPtr(types.Types[types.TUINT8])
	if !types.Notebook(types.LocalPkg.Path) || n.Type().IsEmptyInterface() {
		return reflectdata.ConvIfaceTypeWord(pos, n)
	}
	if n.TypeWord != nil && !(n.TypeWord.Op() == ir.OADDR && n.TypeWord.(*ir.AddrExpr).X.Op() == ir.OLINKSYMOFFSET) {
		// A dictionary has a table of its own; only what it is for counts.
		pair := typecheck.TempAt(pos, ir.CurFunc, types.NewPtr(types.NewArray(byteptr, 2)))
		init.Append(ir.NewAssignStmt(pos, pair, typecheck.Conv(typecheck.Conv(walkExpr(n.TypeWord, init), types.Types[types.TUNSAFEPTR]), pair.Type())))
		word := func(i int64) ir.Node {
			index := typecheck.Expr(ir.NewIndexExpr(pos, typecheck.Expr(ir.NewStarExpr(pos, pair)), ir.NewInt(pos, i))).(*ir.IndexExpr)
			index.SetBounded(true)
			return index
		}
		return mkcall("assertE2I", byteptr, init, word(0), word(1))
	}
	slot := func() ir.Node {
		return typecheck.Expr(ir.NewStarExpr(pos, typecheck.LinksymAddr(pos, itabSlot(n.X.Type(), n.Type()), byteptr)))
	}
	tab := typecheck.TempAt(pos, ir.CurFunc, byteptr)
	init.Append(ir.NewAssignStmt(pos, tab, slot()))
	first := ir.NewIfStmt(pos, typecheck.Expr(ir.NewBinaryExpr(pos, ir.OEQ, tab, typecheck.NodNil())), nil, nil)
	var body ir.Nodes
	made := mkcall("assertE2I", byteptr, &body, reflectdata.TypePtrAt(pos, n.Type()), reflectdata.TypePtrAt(pos, n.X.Type()))
	body.Append(ir.NewAssignStmt(pos, tab, made))
	body.Append(ir.NewAssignStmt(pos, slot(), tab))
	first.Body = body
	init.Append(first)
	return tab
}
`,
	"ssagen/notebook.go": `package ssagen

import (
	"cmd/compile/internal/rttype"
	"cmd/compile/internal/ssa"
	"cmd/compile/internal/types"
)

// typeOfItab returns what itab is the table of, nil if it is nil.
func (s *state) typeOfItab(itab *ssa.Value) *ssa.Value {
	byteptr := s.f.Config.Types.BytePtr
	cond := s.newValue2(ssa.OpNeqPtr, types.Types[types.TBOOL], itab, s.constNil(byteptr))
	b := s.endBlock()
	b.Kind = ssa.BlockIf
	b.SetControl(cond)
	b.Likely = ssa.BranchLikely
	some := s.f.NewBlock(ssa.BlockPlain)
	none := s.f.NewBlock(ssa.BlockPlain)
	end := s.f.NewBlock(ssa.BlockPlain)
	b.AddEdgeTo(some)
	b.AddEdgeTo(none)
	s.startBlock(some)
	s.vars[typVar] = s.load(byteptr, s.newValue1I(ssa.OpOffPtr, byteptr, rttype.ITab.OffsetOf("Type"), itab))
	s.endBlock().AddEdgeTo(end)
	s.startBlock(none)
	s.vars[typVar] = itab
	s.endBlock().AddEdgeTo(end)
	s.startBlock(end)
	typ := s.variable(typVar, byteptr)
	delete(s.vars, typVar)
	return typ
}

// emptySource makes an assertion from a non-empty interface, whose first word
// is itab, one from an empty interface. source is for the message of a panic.
func (s *state) emptySource(src *types.Type, itab, source *ssa.Value) (*types.Type, *ssa.Value, *ssa.Value) {
	if src.IsEmptyInterface() || !types.Notebook(types.LocalPkg.Path) {
		return src, itab, source
	}
	if source == nil {
		source = s.reflectType(src)
	}
	return types.Types[types.TINTER], s.typeOfItab(itab), source
}
`,
	"gc/notebook.go": earlyExport,
}

// edits is the whole difference between the user's compiler and ours.
var edits = []edit{
	{
		file: "types2/predicates.go", why: "generated packages are the same package",
		anchor: "\treturn a.path == b.path\n",
		with:   "\treturn a.path == b.path || notebook(a) && notebook(b)\n",
	},
	{
		file: "types2/call.go", why: "qualified selectors between generated packages",
		anchor: "\t\t\t\tif !exp.Exported() {\n",
		with:   "\t\t\t\tif !exp.Exported() && !samePkg(pkg, check.pkg) {\n",
	},
	{
		file: "types2/literals.go", why: "struct literals with unexported fields",
		anchor: "if !fld.Exported() && fld.pkg != check.pkg {",
		with:   "if !fld.Exported() && !samePkg(fld.pkg, check.pkg) {",
	},
	{
		file: "types2/resolver.go", why: "dot-imports bring unexported names",
		anchor: "\t\t\t\t\t\tif isExported(name) {\n\t\t\t\t\t\t\t// declare dot-imported object\n",
		with:   "\t\t\t\t\t\tif dotImported(check.pkg, imp, name) {\n\t\t\t\t\t\t\t// declare dot-imported object\n",
	},
	{
		file: "types2/resolver.go", why: "unused imports are no error",
		anchor: "\tif check.conf.IgnoreFuncBodies {\n\t\treturn\n\t}\n\n\t// spec: \"It is illegal (...) to directly import",
		with:   "\tif check.conf.IgnoreFuncBodies || notebook(check.pkg) {\n\t\treturn\n\t}\n\n\t// spec: \"It is illegal (...) to directly import",
	},
	{
		file: "types2/object.go", why: "unexported names belong to one package",
		anchor: "\tif pkg != nil && pkg.path != \"\" {\n\t\tpath = pkg.path\n\t}\n",
		with:   "\tif notebook(pkg) {\n\t\tpath = \"main\"\n\t} else if pkg != nil && pkg.path != \"\" {\n\t\tpath = pkg.path\n\t}\n",
	},
	{
		file: "types2/stmt.go", why: "unused variables are no error",
		anchor: "func (check *Checker) usage(scope *Scope) {\n",
		with:   "func (check *Checker) usage(scope *Scope) {\n\tif notebook(check.pkg) {\n\t\treturn\n\t}\n",
	},
	{
		file: "types2/stmt.go", why: "unused type switch variables are no error",
		anchor: "\t\tif !used {\n\t\t\tcheck.softErrorf(lhs, UnusedVar,",
		with:   "\t\tif !used && !notebook(check.pkg) {\n\t\t\tcheck.softErrorf(lhs, UnusedVar,",
	},
	{
		file: "types2/format.go", why: "errors name the types of generated packages without a package",
		anchor: "\tif pkg != check.pkg {\n\t\tif check.pkgPathMap == nil {\n",
		with:   "\tif !samePkg(pkg, check.pkg) {\n\t\tif check.pkgPathMap == nil {\n",
	},
	{
		file: "noder/unified.go", why: "export data lists unexported objects",
		anchor: "\t\t\tif types.IsExported(xname) {\n\t\t\t\tl.relocIdx(",
		with:   "\t\t\tif types.IsExported(xname) || types.Notebook(xpath) {\n\t\t\t\tl.relocIdx(",
	},
	{
		file: "noder/reader.go", why: "unexported selectors are looked up in one package",
		anchor: "\tif types.IsExported(name) {\n\t\tpkg = types.LocalPkg\n\t}\n",
		with:   "\tif types.IsExported(name) {\n\t\tpkg = types.LocalPkg\n\t} else {\n\t\tpkg = pkg.Notebook()\n\t}\n",
	},
	{
		file: "liveness/plive.go", why: "values are assigned as a whole",
		anchor: "\tlv.markUnsafePoints()\n",
		with:   "\tlv.markUnsafePoints()\n\tlv.markParts()\n",
	},
	{
		file: "ir/expr.go", why: "symbols of unexported methods",
		anchor: "\tif !types.IsExported(msym.Name) && msym.Pkg != rpkg {\n",
		with:   "\tif !types.IsExported(msym.Name) && msym.Pkg != rpkg && msym.Pkg != rpkg.Notebook() {\n",
	},
	{
		file: "typecheck/stmt.go", why: "unused variables of type switches without cases are no error",
		anchor: "\tif v := guard.Tag; v != nil && !ir.IsBlank(v) && len(n.Cases) == 0 {\n",
		with:   "\tif v := guard.Tag; v != nil && !ir.IsBlank(v) && len(n.Cases) == 0 && !types.Notebook(types.LocalPkg.Path) {\n",
	},
	{
		// The runtime may have made a table for a type and an interface before
		// a plugin brought another, and maps and compiled packages compare
		// tables. So generated packages bring none and ask for the runtime's.
		file: "walk/convert.go", why: "conversions take the runtime's tables of methods",
		anchor: "\t\ttypeWord := reflectdata.ConvIfaceTypeWord(base.Pos, n)\n",
		with:   "\t\ttypeWord := convTypeWord(n, init)\n",
	},
	{
		file: "walk/complit.go", why: "tables of methods in composite literals",
		anchor: "\t\tif val.Type().IsInterface() {\n\t\t\treturn val.Op() == ir.ONIL\n\t\t}\n",
		with:   "\t\tif val.Type().IsInterface() {\n\t\t\treturn val.Op() == ir.ONIL\n\t\t}\n\t\tif types.Notebook(types.LocalPkg.Path) && !n.Type().IsEmptyInterface() {\n\t\t\treturn false\n\t\t}\n",
	},
	{
		file: "staticinit/sched.go", why: "tables of methods in static data",
		anchor: "\t\tif val.Type().HasShape() {\n\t\t\t// See comment in cmd/compile/internal/walk/convert.go:walkConvInterface\n",
		with:   "\t\tif val.Type().HasShape() || types.Notebook(types.LocalPkg.Path) && !typ.IsEmptyInterface() {\n\t\t\t// See comment in cmd/compile/internal/walk/convert.go:walkConvInterface\n",
	},
	{
		// The linker registers what has the usual name.
		file: "reflectdata/reflect.go", why: "the runtime does not learn of the tables in dictionaries",
		anchor: "\ts, existed := ir.Pkgs.Itab.LookupOK(",
		with:   "\tpkg := ir.Pkgs.Itab\n\tif types.Notebook(types.LocalPkg.Path) {\n\t\tpkg = types.NewPkg(\"nb:itab\", \"\")\n\t}\n\ts, existed := pkg.LookupOK(",
	},
	{
		// Else the linker merges them with a package's own ones, under any name.
		file: "reflectdata/reflect.go", why: "the tables in dictionaries are apart from others of the same content",
		anchor: "int16(obj.DUPOK|obj.RODATA))\n\tlsym.Set(obj.AttrContentAddressable, true)\n}\n\nfunc WritePluginTable() {",
		with:   "int16(obj.DUPOK|obj.RODATA))\n\tlsym.Set(obj.AttrContentAddressable, !types.Notebook(types.LocalPkg.Path))\n}\n\nfunc WritePluginTable() {",
	},
	{
		// A plugin may bring a table for a type and an interface after the
		// runtime has made another, which is still in use.
		file: "ssagen/ssa.go", why: "type assertions compare types, not the tables of their methods",
		anchor: "\tvar wantedFirstWord *ssa.Value\n\tif src.IsEmptyInterface() {\n",
		with:   "\tsrc, itab, source = s.emptySource(src, itab, source)\n\tvar wantedFirstWord *ssa.Value\n\tif src.IsEmptyInterface() {\n",
	},
	{
		// The runtime's own tables have no hash.
		file: "walk/switch.go", why: "type switches on interfaces with methods",
		anchor: "\tvar hashField *types.Field\n\tif itab.X.Type().IsEmptyInterface() {\n",
		with:   "\tvar hashField *types.Field\n\tvar word ir.Node = itab\n\tempty := itab.X.Type().IsEmptyInterface()\n\tif !empty && types.Notebook(types.LocalPkg.Path) {\n\t\tword, empty = itabType(itab), true\n\t}\n\tif empty {\n",
	},
	{
		file: "walk/switch.go", why: "the hash of a type switch is the type's",
		anchor: "\treturn boundedDotPtr(pos, itab, hashField)\n",
		with:   "\treturn boundedDotPtr(pos, word, hashField)\n",
	},
	{
		// What is copied is walked twice, which such a comparison does not bear.
		file: "walk/switch.go", why: "comparisons of interfaces as the tag of a switch",
		anchor: "\tcond = walkExpr(cond, sw.PtrInit())\n\tif cond.Op() != ir.OLITERAL && cond.Op() != ir.ONIL {\n",
		with:   "\tif types.Notebook(types.LocalPkg.Path) && (cond.Op() == ir.OEQ || cond.Op() == ir.ONE) {\n\t\tcond = copyExpr(cond, cond.Type(), sw.PtrInit())\n\t}\n\tcond = walkExpr(cond, sw.PtrInit())\n\tif cond.Op() != ir.OLITERAL && cond.Op() != ir.ONIL {\n",
	},
	{
		file: "compare/compare.go", why: "comparisons of interfaces compare types, not the tables of their methods",
		anchor: "\tvar fn ir.Node\n\tif s.Type().IsEmptyInterface() {\n\t\tfn = typecheck.LookupRuntime(\"efaceeq\")\n",
		with:   "\tvar fn ir.Node\n\tif types.Notebook(types.LocalPkg.Path) && !s.Type().IsEmptyInterface() {\n\t\ts, t = typecheck.Conv(s, types.Types[types.TINTER]), typecheck.Conv(t, types.Types[types.TINTER])\n\t}\n\tif s.Type().IsEmptyInterface() {\n\t\tfn = typecheck.LookupRuntime(\"efaceeq\")\n",
	},
	{
		file: "types/fmt.go", why: "run-time type names print as main.T",
		anchor: "\t\t\t// dcommontype, typehash\n\t\t\treturn pkg.Name\n",
		with:   "\t\t\t// dcommontype, typehash\n\t\t\tif Notebook(pkg.Path) {\n\t\t\t\treturn \"main\"\n\t\t\t}\n\t\t\treturn pkg.Name\n",
	},
	{
		file: "reflectdata/reflect.go", why: "type arguments in run-time type names print as main.T",
		anchor: "\tp := t.NameString()\n",
		with:   "\tp := types.NotebookName(t.NameString())\n",
	},
	{
		file: "gc/main.go", why: "export data is there before code is",
		anchor: "\tescape.Funcs(typecheck.Target.Funcs)\n",
		with:   "\tescape.Funcs(typecheck.Target.Funcs)\n\tdumpExports()\n",
	},
	{
		file: "gc/obj.go", why: "export data is written once",
		anchor: "\tdumpobj1(base.Flag.LowerO, modeCompilerObj)\n\tdumpobj1(base.Flag.LinkObj, modeLinkerObj)\n",
		with:   "\tdumpobj1(base.Flag.LinkObj, modeLinkerObj)\n",
	},
	{
		file: "gc/main.go", why: "symbols that importers of early export data know by name",
		anchor: "\tbase.Ctxt.NumberSyms()\n",
		with:   "\tnumberSyms()\n",
	},
	{
		file: "base/flag.go", why: "code for plugins is generated by several threads",
		anchor: "\tif Ctxt.Flag_dynlink || Flag.Race {\n",
		with:   "\tif Ctxt.Flag_dynlink && Flag.LinkObj == \"\" || Flag.Race {\n",
	},
}

// editedFiles returns the files that replace those of GOROOT in the compiler,
// by their paths below GOROOT/src.
func editedFiles(goroot, version string) (map[string]string, error) {
	return applyFileEdits(goroot, version, "cmd/compile/internal/", edits, additions)
}

// applyFileEdits makes edits of files below base, a directory of GOROOT/src.
func applyFileEdits(goroot, version, base string, edits []edit, additions map[string]string) (map[string]string, error) {
	files := make(map[string]string)
	for _, e := range edits {
		name := base + e.file
		if _, ok := files[name]; !ok {
			src, err := os.ReadFile(filepath.Join(goroot, "src", filepath.FromSlash(name)))
			if err != nil {
				return nil, &EditError{Version: version, File: name, Why: e.why, Found: -1}
			}
			files[name] = string(src)
		}
		if n := strings.Count(files[name], e.anchor); n != 1 {
			return nil, &EditError{Version: version, File: name, Why: e.why, Found: n}
		}
		files[name] = strings.Replace(files[name], e.anchor, e.with, 1)
	}
	for name, src := range additions {
		files[base+name] = src
	}
	return files, nil
}

const overlayName = "overlay.json"

// writeOverlay writes the edited files to dir and returns the overlay file
// that makes the go command use them once they are at the path to.
func writeOverlay(goroot, dir, to string, files map[string]string) (string, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", fmt.Errorf("native: write overlay: %w", err)
	}
	overlay := struct{ Replace map[string]string }{make(map[string]string)}
	for name, src := range files {
		flat := strings.ReplaceAll(name, "/", "_")
		if err := os.WriteFile(filepath.Join(dir, flat), []byte(src), 0o666); err != nil {
			return "", fmt.Errorf("native: write overlay: %w", err)
		}
		overlay.Replace[filepath.Join(goroot, "src", filepath.FromSlash(name))] = filepath.Join(to, flat)
	}
	data, err := json.Marshal(overlay)
	if err != nil {
		return "", fmt.Errorf("native: write overlay: %w", err)
	}
	file := filepath.Join(dir, overlayName)
	if err := os.WriteFile(file, data, 0o666); err != nil {
		return "", fmt.Errorf("native: write overlay: %w", err)
	}
	return file, nil
}
