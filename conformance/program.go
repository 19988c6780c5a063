package conformance

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"runtime"
	"strings"
)

// A Program is a type-checked program of one file, or a file of tests.
type Program struct {
	src     string
	fset    *token.FileSet
	file    *ast.File
	pkg     *types.Package
	info    *types.Info
	decls   []*decl // in the order of the file
	inits   []*ast.FuncDecl
	main    *ast.FuncDecl // nil in a file of tests
	mainUse bool          // something calls main

	examples []*Example
}

type kind int

// In the order in which [Grouped] places declarations.
const (
	typeKind kind = iota // types and constants
	funcKind             // functions and methods
	varKind              // variables
)

// decl is one declaration at package level.
type decl struct {
	kind  kind
	index int // position in Program.decls
	text  string
	node  ast.Node
	recv  string         // of a method: the type's name
	name  string         // of a type or a method
	value bool           // a variable with an initial value
	deps  map[*decl]bool // what has to be in the same or an earlier cell
}

// Parse reads and checks a program. Packages that it imports come from imp,
// which may be nil if there are none.
func Parse(src []byte, imp types.Importer) (*Program, error) {
	p, err := check(src, imp)
	if err != nil {
		return nil, err
	}
	if p.file.Name.Name != "main" {
		return nil, fmt.Errorf("package %s is no program", p.file.Name)
	}
	if err := p.collect(nil); err != nil {
		return nil, err
	}
	if p.main == nil {
		return nil, errors.New("there is no func main")
	}
	p.connect()
	return p, nil
}

// check parses a file and checks its types.
func check(src []byte, imp types.Importer) (*Program, error) {
	p := &Program{src: string(src), fset: token.NewFileSet()}
	var err error
	p.file, err = parser.ParseFile(p.fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	p.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Scopes: map[ast.Node]*types.Scope{}, Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{}}
	conf := types.Config{Importer: imp, Sizes: types.SizesFor("gc", runtime.GOARCH)}
	p.pkg, err = conf.Check("main", p.fset, []*ast.File{p.file}, p.info)
	return p, err
}

// collect lists the declarations but for some functions.
func (p *Program) collect(apart map[string]bool) error {
	add := func(d *decl) {
		d.index = len(p.decls)
		d.deps = map[*decl]bool{}
		p.decls = append(p.decls, d)
	}
	for _, d := range p.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			switch {
			case d.Body == nil:
				return fmt.Errorf("function %s has no body", d.Name)
			case d.Recv == nil && d.Name.Name == "init":
				p.inits = append(p.inits, d)
				continue
			case d.Recv == nil && d.Name.Name == "main":
				p.main = d
				continue
			case d.Recv == nil && apart[d.Name.Name]:
				continue
			}
			add(&decl{kind: funcKind, node: d, name: d.Name.Name, recv: p.receiver(d), text: p.function(d)})
		case *ast.GenDecl:
			switch d.Tok {
			case token.TYPE:
				for _, s := range d.Specs {
					add(&decl{kind: typeKind, node: s, name: s.(*ast.TypeSpec).Name.Name, text: "type " + p.text(s)})
				}
			case token.CONST:
				add(&decl{kind: typeKind, node: d, text: p.text(d)})
			case token.VAR:
				for _, s := range d.Specs {
					add(&decl{kind: varKind, node: s, value: len(s.(*ast.ValueSpec).Values) > 0, text: "var " + p.text(s)})
				}
			}
		}
	}
	if p.main == nil {
		return nil
	}
	for id, obj := range p.info.Uses {
		if obj == p.info.Defs[p.main.Name] && id != p.main.Name {
			p.mainUse = true
		}
	}
	if p.mainUse {
		add(&decl{kind: funcKind, node: p.main, name: "main", text: p.function(p.main)})
	}
	return nil
}

// text is the source of a node.
func (p *Program) text(n ast.Node) string { return p.src[p.offset(n.Pos()):p.offset(n.End())] }

func (p *Program) offset(pos token.Pos) int { return p.fset.File(pos).Offset(pos) }

// function is the source of a function with the comments above it, which may
// hold directives.
func (p *Program) function(d *ast.FuncDecl) string {
	if d.Doc != nil {
		return p.src[p.offset(d.Doc.Pos()):p.offset(d.End())]
	}
	return p.text(d)
}

// receiver is the name of the type that a method belongs to.
func (p *Program) receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	t := p.info.Defs[d.Name].(*types.Func).Signature().Recv().Type()
	if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
		t = ptr.Elem()
	}
	return types.Unalias(t).(*types.Named).Obj().Name()
}

// imports is a cell with all imports of the program, "" if it has none.
func (p *Program) imports() string {
	if len(p.file.Imports) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("import (\n")
	for _, s := range p.file.Imports {
		fmt.Fprintf(&b, "\t%s\n", p.text(s))
	}
	b.WriteString(")\n")
	return b.String()
}
