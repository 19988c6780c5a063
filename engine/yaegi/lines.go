package yaegi

import (
	"go/ast"
	"go/token"
	"strconv"
)

// lineName is the variable in package v that holds the line that runs. The
// interpreter cannot tell where it was when something panicked.
const lineName = "L_"

// mark puts an assignment to *v.L_ before each statement of the script that
// begins on another line than the statement before it.
func mark(fset *token.FileSet, body *ast.BlockStmt) {
	m := marker{fset}
	body.List = m.list(body.List, 0)
}

type marker struct{ fset *token.FileSet }

func (m marker) line(pos token.Pos) int { return m.fset.Position(pos).Line }

// list marks a list of statements that is entered from line at; 0 if that is
// not known.
func (m marker) list(list []ast.Stmt, at int) []ast.Stmt {
	var marked []ast.Stmt
	for _, s := range list {
		if _, empty := s.(*ast.EmptyStmt); empty {
			continue
		}
		line := m.line(s.Pos())
		if line != at {
			marked = append(marked, assignLine(s.Pos(), line))
		}
		m.inside(s)
		at = line
		if m.line(s.End()) != line {
			at = 0 // anywhere in s may have run last
		}
		marked = append(marked, s)
	}
	return marked
}

// inside marks the blocks of a statement. A block on one line with its head
// needs no marks.
func (m marker) inside(s ast.Stmt) {
	block := func(b *ast.BlockStmt, at int) {
		if b != nil {
			b.List = m.list(b.List, at)
		}
	}
	head := m.line(s.Pos())
	if m.line(s.End()) != head {
		head = 0
	}
	switch s := s.(type) {
	case *ast.BlockStmt:
		block(s, head)
	case *ast.IfStmt:
		block(s.Body, head)
		if s.Else != nil {
			m.inside(s.Else)
		}
	case *ast.ForStmt:
		block(s.Body, head)
	case *ast.RangeStmt:
		block(s.Body, head)
	case *ast.LabeledStmt:
		m.inside(s.Stmt)
	case *ast.SwitchStmt:
		for _, c := range s.Body.List {
			if c, ok := c.(*ast.CaseClause); ok {
				c.Body = m.list(c.Body, head)
			}
		}
	}
}

// assignLine returns the statement *v.L_ = line.
func assignLine(pos token.Pos, line int) ast.Stmt {
	return &ast.AssignStmt{
		Lhs: []ast.Expr{&ast.StarExpr{Star: pos, X: &ast.SelectorExpr{
			X:   &ast.Ident{NamePos: pos, Name: "v"},
			Sel: &ast.Ident{NamePos: pos, Name: lineName},
		}}},
		TokPos: pos,
		Tok:    token.ASSIGN,
		Rhs:    []ast.Expr{&ast.BasicLit{ValuePos: pos, Kind: token.INT, Value: strconv.Itoa(line)}},
	}
}
