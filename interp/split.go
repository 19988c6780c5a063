package interp

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// A cell mixes what Go keeps apart: imports and functions, which stand at the
// top level of a file, and statements, which stand in a function. split finds
// the top-level pieces of a cell and says which are which.

type pieceKind int

const (
	stmtPiece   pieceKind = iota // statements, and var, type and const declarations
	filePiece                    // functions and methods
	importPiece                  // import declarations, which may stand anywhere in a cell
	clausePiece                  // a package clause, which is ignored
)

type piece struct {
	kind     pieceKind
	off, end int
}

// split cuts text at the semicolons, written or automatic, outside brackets. It
// finds what is no token of Go, and brackets without their like.
func split(src *source) ([]piece, diagnostics) {
	var errs diagnostics
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(src.text))
	var sc scanner.Scanner
	sc.Init(file, []byte(src.text), func(at token.Position, msg string) {
		errs = append(errs, src.syntaxError(at.Offset, msg))
	}, 0)

	var pieces []piece
	var toks []token.Token // of the current piece
	start := -1
	var open []bracket
	flush := func(end int) {
		if start >= 0 {
			pieces = append(pieces, piece{kindOf(toks), start, end})
		}
		start, toks = -1, nil
	}
	for {
		pos, tok, _ := sc.Scan()
		off := file.Offset(pos)
		if tok == token.EOF {
			flush(len(src.text))
			break
		}
		if tok == token.SEMICOLON && len(open) == 0 {
			flush(off)
			continue
		}
		if start < 0 {
			start = off
		}
		if len(toks) < 400 { // enough to tell a method from a function literal
			toks = append(toks, tok)
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			open = append(open, bracket{tok, off})
		case token.RPAREN, token.RBRACE, token.RBRACK:
			var wrong diagnostics
			if open, wrong = src.close(open, tok, off); wrong != nil {
				return nil, append(errs, wrong...).oneALine()
			}
		}
	}
	if len(open) > 0 && len(errs) == 0 {
		last := open[len(open)-1]
		errs = append(errs, src.diag(last.off, "", "syntax error: this %s is never closed", last.tok))
	}
	return pieces, errs.oneALine()
}

// kindOf judges a piece by its first tokens. A method and a call of a function
// literal both start with "func (": behind the closing parenthesis a method has
// a name and an opening parenthesis.
func kindOf(toks []token.Token) pieceKind {
	switch toks[0] {
	case token.PACKAGE:
		return clausePiece
	case token.IMPORT:
		return importPiece
	case token.FUNC:
		if len(toks) > 1 && toks[1] == token.IDENT {
			return filePiece
		}
		depth := 0
		for i, t := range toks[1:] {
			switch t {
			case token.LPAREN:
				depth++
			case token.RPAREN:
				depth--
				if depth == 0 {
					rest := toks[1+i+1:]
					if len(rest) > 1 && rest[0] == token.IDENT && rest[1] == token.LPAREN {
						return filePiece
					}
					return stmtPiece
				}
			}
		}
	}
	return stmtPiece
}

// prefix opens the function that statements are parsed in. The file of the
// declarations gets a prefix of the same length, so that one subtraction turns
// an offset of either into an offset of the cell. It ends a line: a directive
// on the first line of the cell belongs to what follows.
const prefix = "package main;func _(){"

var filePrefix = "package main;" + strings.Repeat(" ", len(prefix)-len("package main;\n")) + "\n"

// parsed is a cell taken apart. stmts and typing are two parses of the same
// text: typing lends its expressions to the package-level variables that the
// type checker sees, so that no node is checked twice.
type parsed struct {
	src        *source
	clause     bool // there was a package clause
	imported   []*ast.ImportSpec
	file       *ast.File // functions and methods
	inits      []*ast.FuncDecl
	stmts      []ast.Stmt
	typing     []ast.Stmt
	unresolved map[*ast.Ident]bool // identifiers that are not local to their function
}

// parse takes a cell apart and reports all its syntax errors.
func (s *Session) parse(src *source) (*parsed, diagnostics) {
	pieces, errs := split(src)
	if len(errs) > 0 {
		return nil, errs
	}
	p := &parsed{src: src, unresolved: map[*ast.Ident]bool{}}
	fileText, importText := blank(src.text), blank(src.text)
	stmtText := []byte(src.text) // all that is left when the other pieces are taken out
	for _, pc := range pieces {
		switch pc.kind {
		case clausePiece:
			p.clause = true
		case filePiece:
			src.keep(fileText, pc)
		case importPiece:
			src.keep(importText, pc)
		}
		if pc.kind != stmtPiece {
			copy(stmtText[pc.off:pc.end], blank(src.text[pc.off:pc.end]))
		}
	}
	// A directive such as //go:noinline belongs to the function below it.
	keepDirectives(src.text, fileText)

	parseOne := func(text string) *ast.File {
		f, err := parser.ParseFile(s.fset, "", text, parser.ParseComments|parser.AllErrors)
		if f != nil {
			errs = append(errs, src.embeds(f)...)
			s.files[s.fset.File(f.FileStart)] = src
			for _, id := range f.Unresolved {
				p.unresolved[id] = true
			}
		}
		if list, ok := err.(scanner.ErrorList); ok {
			for _, e := range list {
				errs = append(errs, src.syntaxError(e.Pos.Offset-len(prefix), e.Msg))
			}
		} else if err != nil {
			errs = append(errs, src.diag(0, "", "%v", err))
		}
		return f
	}
	if f := parseOne(filePrefix + string(importText)); f != nil {
		p.imported = f.Imports
	}
	p.file = parseOne(filePrefix + string(fileText))
	text := prefix + string(stmtText) + "\n}"
	p.stmts = body(parseOne(text))
	if len(errs) == 0 {
		p.typing = body(parseOne(text))
	}
	return p, errs.oneALine()
}

// embeds refuses the directive that takes files into a program.
func (s *source) embeds(f *ast.File) (errs diagnostics) {
	for _, g := range f.Comments {
		for _, c := range g.List {
			if strings.HasPrefix(c.Text, "//go:embed ") {
				errs = append(errs, s.diag(int(c.Pos()-f.FileStart)-len(prefix), "read them when the cell runs, with os.ReadFile", "cells cannot embed files"))
			}
		}
	}
	return errs
}

// keep copies a piece of the cell to where it stands, with the semicolon
// behind it.
func (s *source) keep(into []byte, pc piece) {
	copy(into[pc.off:pc.end], s.text[pc.off:pc.end])
	if pc.end < len(s.text) && s.text[pc.end] == ';' {
		into[pc.end] = ';'
	}
}

func body(f *ast.File) []ast.Stmt {
	if f == nil || len(f.Decls) == 0 {
		return nil
	}
	fn, ok := f.Decls[0].(*ast.FuncDecl)
	if !ok || fn.Body == nil {
		return nil
	}
	return fn.Body.List
}

// blank returns text with every byte but the newlines replaced by a space.
func blank(text string) []byte {
	b := []byte(text)
	for i, c := range b {
		if c != '\n' {
			b[i] = ' '
		}
	}
	return b
}

func keepDirectives(text string, into []byte) {
	off := 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		if strings.HasPrefix(line, "//go:") {
			copy(into[off:], strings.TrimRight(line, "\r\n"))
		}
		off += len(line)
	}
}

// offset translates a position of any parsed file into its source and offset.
func (s *Session) offset(pos token.Pos) (*source, int) {
	f := s.fset.File(pos)
	if f == nil {
		return nil, 0
	}
	src := s.files[f]
	if src == nil {
		return nil, 0
	}
	return src, f.Offset(pos) - len(prefix)
}

// span returns the offsets of a node in its cell. What follows a label at the
// end of the cell is an empty statement behind it.
func (s *Session) span(n ast.Node) (from, to int) {
	_, from = s.offset(n.Pos())
	src, to := s.offset(endOf(n))
	if src != nil {
		to = min(to, len(src.text))
	}
	return from, to
}
