package conformance

import (
	"go/ast"
	"go/doc"
	"go/types"
	"slices"
	"strings"
)

// An Example is a function of a file of tests that says what it prints.
type Example struct {
	Name string // ExampleT_method

	text string // its function
	fn   *ast.FuncDecl
	want string
	any  bool   // the order of the lines does not matter
	pkg  string // that types print: a notebook's is main
}

// ParseTests reads and checks a file of tests. Its examples that say what they
// print stand apart; everything else is a declaration.
func ParseTests(src []byte, imp types.Importer) (*Program, error) {
	p, err := check(src, imp)
	if err != nil {
		return nil, err
	}
	apart := map[string]bool{}
	funcs := map[string]*ast.FuncDecl{}
	for _, d := range p.file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
			funcs[fn.Name.Name] = fn
		}
	}
	for _, e := range doc.Examples(p.file) {
		if e.Output == "" && !e.EmptyOutput {
			continue // go test compiles it and no more
		}
		fn := funcs["Example"+e.Name]
		apart[fn.Name.Name] = true
		p.examples = append(p.examples, &Example{Name: fn.Name.Name, text: p.function(fn), fn: fn, want: e.Output, any: e.Unordered, pkg: p.file.Name.Name + "."})
	}
	slices.SortFunc(p.examples, func(a, b *Example) int { return int(a.fn.Pos() - b.fn.Pos()) })
	if err := p.collect(apart); err != nil {
		return nil, err
	}
	p.connect()
	return p, nil
}

// Examples are the functions that say what they print, in the order of the file.
func (p *Program) Examples() []*Example { return p.examples }

// ExampleCells are the cells of an example, behind the file's declarations.
func (p *Program) ExampleCells(e *Example, l Layout) []string {
	if l == Called {
		return []string{e.text + "\n", e.Name + "();\n"}
	}
	return p.body(e.fn, l)
}

// Output returns what go test compares: what an example printed, and what it
// says that it prints. The package's name is that of a notebook's in both.
func (e *Example) Output(printed string) (got, want string) {
	return e.comparable(printed), e.comparable(e.want)
}

func (e *Example) comparable(s string) string {
	lines := strings.Split(strings.ReplaceAll(strings.TrimSpace(s), e.pkg, "main."), "\n")
	if e.any {
		slices.Sort(lines)
	}
	return strings.Join(lines, "\n")
}
