package interp

import (
	"go/token"
	"regexp"
	"strings"
)

// What the parser says is made for people who write Go in files. Cells are also
// written by people who come from another language, and end where a file goes on.

var found = regexp.MustCompile(`^expected (.*), found (.*)$`)

// syntaxError is what the parser says at an offset, in better words.
func (s *source) syntaxError(off int, msg string) Diagnostic {
	msg = strings.TrimPrefix(msg, "syntax error: ")
	if m := found.FindStringSubmatch(msg); m != nil {
		switch {
		case m[2] == "'EOF'":
			msg = "expected " + m[1] + " before the end of the cell"
		case m[1] == "';'":
			msg = "unexpected " + m[2] + " at the end of a statement"
		}
	}
	d := s.diag(off, "", "syntax error: %s", msg)
	d.Hint = foreign(d)
	return d
}

// oneALine leaves the first error of each line: the others come from it. So do
// those at the end of the cell.
func (ds diagnostics) oneALine() diagnostics {
	var out diagnostics
	for _, d := range ds.tidy() {
		if n := len(out); n > 0 && (out[n-1].Line == d.Line || strings.HasSuffix(d.Msg, "before the end of the cell")) {
			continue
		}
		out = append(out, d)
	}
	return out
}

// wordsElsewhere are what statements of other languages begin with.
var wordsElsewhere = map[string]string{
	"def": "functions are declared with func", "fn": "functions are declared with func", "function": "functions are declared with func",
	"let": "variables are declared with := or var", "auto": "variables are declared with := or var", "val": "variables are declared with := or var",
	"while": "the only loop of Go is for", "do": "the only loop of Go is for", "foreach": "the only loop of Go is for", "until": "the only loop of Go is for",
	"elif": "Go has else if", "try": "Go has errors as values, and recover", "class": "Go has types with methods", "print": "Go has fmt.Println(…)",
	"from": "packages are imported with import \"path\"", "using": "packages are imported with import \"path\"",
	"int": "the type stands behind the name: var x int", "float": "the type stands behind the name: var x float64", "double": "the type stands behind the name: var x float64",
	"string": "the type stands behind the name: var s string", "bool": "the type stands behind the name: var b bool", "char": "the type stands behind the name: var c byte",
}

var (
	firstWord = regexp.MustCompile(`^\s*(\w+)\b`)
	forIn     = regexp.MustCompile(`^\s*for\s+[\w, ]+\s+in\b`)
)

// foreign is a hint for a line that looks like another language.
func foreign(d Diagnostic) string {
	switch {
	case strings.Contains(d.Msg, "'#'"):
		return "comments begin with //"
	case strings.Contains(d.Msg, "'?'") && strings.TrimSpace(d.Text[:min(d.Col-1, len(d.Text))]) == "", strings.HasSuffix(strings.TrimSpace(d.Text), "?"):
		return "documentation is shown by Shift+Tab"
	case strings.Contains(d.Msg, "'?'"):
		return "Go has no ?: operator, use if and else"
	case strings.Contains(d.Msg, "'“'"), strings.Contains(d.Msg, "'”'"), strings.Contains(d.Msg, "'„'"):
		return `text is in straight quotes, "`
	case strings.HasSuffix(d.Msg, "missing import path"):
		return "the path of a package is in quotes"
	case strings.HasSuffix(d.Msg, "expected 1 expression"):
		return "a cell shows one expression; fmt.Println(x, y) prints several"
	case forIn.MatchString(d.Text):
		return "Go has for x := range xs"
	}
	if m := firstWord.FindStringSubmatch(d.Text); m != nil {
		return wordsElsewhere[m[1]]
	}
	return ""
}

// bracket is an opening bracket.
type bracket struct {
	tok token.Token
	off int
}

var closing = map[token.Token]token.Token{token.RPAREN: token.LPAREN, token.RBRACE: token.LBRACE, token.RBRACK: token.LBRACK}

// close takes the bracket that tok closes from those that are open, or says why
// there is none.
func (s *source) close(open []bracket, tok token.Token, off int) ([]bracket, diagnostics) {
	if len(open) == 0 {
		return nil, diagnostics{s.diag(off, "", "syntax error: unexpected %s: nothing is open here", tok)}
	}
	last := open[len(open)-1]
	if last.tok != closing[tok] {
		return nil, diagnostics{s.diag(off, "", "syntax error: unexpected %s: the %s of line %d is open", tok, last.tok, s.lineOf(last.off))}
	}
	return open[:len(open)-1], nil
}

func (s *source) lineOf(off int) int {
	line, _ := s.position(off)
	return line
}
