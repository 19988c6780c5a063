package interp

import "go/ast"

// Row is a row of the table of what is interpreted.
type Row struct{ Name, Why, Cell string }

// Subset returns the table.
func Subset() []Row {
	var rows []Row
	for _, name := range sortedKeys(subset) {
		rows = append(rows, Row{name, subset[name].why, subset[name].cell})
	}
	return rows
}

// Constructs returns the rows that the last cell used if it was interpreted,
// and else the one that refused it.
func (s *Session) Constructs() (used map[string]bool, refused string) {
	return s.last.constructs, s.last.refused
}

// StatementsOnly reports that the last cell that was planned had statements and
// declared no function, method, type or constant. compiled says that the point
// of one of its statements is something that the table leaves to the compiler
// by design: a go or defer statement, a function literal as a value.
func (s *Session) StatementsOnly() (only, compiled bool) {
	p := s.last
	if len(p.decls) > 0 || len(p.body) == 0 || p.callMain || len(p.initOf) > 0 {
		return false, false
	}
	called := map[ast.Expr]bool{} // literals
	for _, st := range p.body {
		ast.Inspect(st, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.DeferStmt:
				compiled = true
			case *ast.CallExpr:
				called[ast.Unparen(n.Fun)] = true
			case *ast.FuncLit:
				compiled = compiled || !called[n]
			}
			return true
		})
	}
	return true, compiled
}
