package interp

import (
	"context"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"sort"
	"strings"
)

// Completion is one candidate for what may stand at the cursor.
type Completion struct {
	Text      string
	Type      string // "function", "variable", "type", "module", "keyword" or "constant"
	Signature string // of a function
}

// Complete lists what may stand at cursor, a byte offset into code. A match
// replaces code[start:end]. Behind "pkg." it lists what the package exports,
// elsewhere the names of the notebook, packages and the language.
func (s *Session) Complete(ctx context.Context, code string, cursor int) (matches []Completion, start, end int) {
	cursor = max(0, min(cursor, len(code)))
	start = cursor
	for start > 0 && isIdentByte(code[start-1]) {
		start--
	}
	end = cursor
	for end < len(code) && isIdentByte(code[end]) {
		end++
	}
	word := code[start:cursor]
	if start > 0 && code[start-1] == '%' && strings.TrimLeft(code[strings.LastIndexByte(code[:start], '\n')+1:start], " \t") == "%" {
		return filter(directiveNames(), word), start, end
	}
	if start > 0 && code[start-1] == '.' {
		return filter(s.members(operand(code[:start-1])), word), start, end
	}
	return filter(s.names(), word), start, end
}

func filter(all []Completion, word string) (out []Completion) {
	for _, c := range all {
		if strings.HasPrefix(c.Text, word) {
			out = append(out, c)
		}
	}
	if len(out) == 0 && word != "" {
		for _, c := range all {
			if strings.HasPrefix(strings.ToLower(c.Text), strings.ToLower(word)) {
				out = append(out, c)
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Text < out[j].Text })
	return out
}

// operand is the name in front of a dot, "" if it is not a plain name.
func operand(code string) string {
	i := len(code)
	for i > 0 && isIdentByte(code[i-1]) {
		i--
	}
	if i > 0 && code[i-1] == '.' {
		return ""
	}
	return code[i:]
}

func (s *Session) names() []Completion {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Completion
	kinds := map[declKind]string{funcDecl: "function", typeDecl: "type", constDecl: "constant", varDecl: "variable"}
	for name, d := range s.table.byName {
		c := Completion{Text: plain(name), Type: kinds[d.kind]}
		if d.kind == funcDecl {
			c.Signature = signature(d)
		}
		out = append(out, c)
	}
	for name := range s.imports {
		out = append(out, Completion{Text: name, Type: "module"})
	}
	for name := range stdPackages {
		if _, ok := s.imports[name]; !ok {
			out = append(out, Completion{Text: name, Type: "module"})
		}
	}
	for t := token.BREAK; t <= token.VAR; t++ {
		if t.IsKeyword() {
			out = append(out, Completion{Text: t.String(), Type: "keyword"})
		}
	}
	for _, name := range types.Universe.Names() {
		c := Completion{Text: name, Type: "function"}
		switch types.Universe.Lookup(name).(type) {
		case *types.TypeName:
			c.Type = "type"
		case *types.Const, *types.Nil:
			c.Type = "constant"
		}
		out = append(out, c)
	}
	return out
}

// signature is the head of a function as the user wrote it.
func signature(d *decl) string {
	text := d.src.text[d.off:d.end]
	depth := 0
	for _, t := range tokens(text) {
		switch t.tok {
		case token.LPAREN, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACK:
			depth--
		case token.LBRACE:
			if depth == 0 {
				return strings.TrimSpace(text[:t.off])
			}
		}
	}
	return text
}

// members lists what can follow name and a dot: the exports of a package, the
// methods and fields of a notebook type's declaration are left to Inspect.
func (s *Session) members(name string) []Completion {
	pkg := s.packageNamed(name)
	if pkg == nil {
		return s.methods(name)
	}
	var out []Completion
	for _, n := range pkg.Scope().Names() {
		if !token.IsExported(n) {
			continue
		}
		c := Completion{Text: n}
		switch obj := pkg.Scope().Lookup(n).(type) {
		case *types.Func:
			c.Type = "function"
			c.Signature = "func " + n + strings.TrimPrefix(types.TypeString(obj.Type(), types.RelativeTo(pkg)), "func")
		case *types.Var:
			c.Type = "variable"
		case *types.Const:
			c.Type = "constant"
		case *types.TypeName:
			c.Type = "type"
		}
		out = append(out, c)
	}
	return out
}

// methods lists the methods and fields of a session variable of a notebook
// type, or of a pointer to one.
func (s *Session) methods(name string) []Completion {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d := s.table.meant(name)
	if d == nil || d.kind != varDecl {
		return nil
	}
	named, _ := d.typ.names()
	if len(named) != 1 || strings.TrimPrefix(d.typ.String(), "*") != named[0] {
		return nil
	}
	var out []Completion
	for _, m := range s.table.methodsOf(named[0]) {
		_, name, _ := strings.Cut(m.key, ".")
		out = append(out, Completion{Text: name, Type: "function", Signature: signature(m)})
	}
	for _, f := range fieldNames(s.table.byName[named[0]]) {
		out = append(out, Completion{Text: f, Type: "variable"})
	}
	return out
}

func (s *Session) packageNamed(name string) *types.Package {
	s.mu.RLock()
	path := s.imports[name]
	if path == "" && s.table.byName[name] == nil {
		path = stdPackages[name]
	}
	s.mu.RUnlock()
	if path == "" {
		return nil
	}
	s.importing.Lock()
	defer s.importing.Unlock()
	pkg, err := s.inspector().Import(path)
	if err != nil {
		return nil
	}
	return pkg
}

// Inspect describes the name at cursor: the declaration as the user wrote it,
// the type of a variable, the signature of a package's function. It returns ""
// when nothing is known.
func (s *Session) Inspect(ctx context.Context, code string, cursor int) string {
	cursor = max(0, min(cursor, len(code)))
	start, end := cursor, cursor
	for start > 0 && isIdentByte(code[start-1]) {
		start--
	}
	for end < len(code) && isIdentByte(code[end]) {
		end++
	}
	word := code[start:end]
	if word == "" && start > 0 && code[start-1] == '(' { // f(|
		return s.Inspect(ctx, code[:start-1], start-1)
	}
	if start > 0 && code[start-1] == '.' {
		name := operand(code[:start-1])
		if pkg := s.packageNamed(name); pkg != nil {
			if obj := pkg.Scope().Lookup(word); obj != nil && obj.Exported() {
				return types.ObjectString(obj, func(p *types.Package) string { return p.Name() })
			}
		}
		for _, m := range s.methods(name) {
			if m.Text == word {
				return m.Signature
			}
		}
		return ""
	}
	s.mu.RLock()
	d := s.table.meant(word)
	s.mu.RUnlock()
	switch {
	case d == nil:
		if pkg := s.packageNamed(word); pkg != nil {
			return fmt.Sprintf("package %s // import %q", pkg.Name(), pkg.Path())
		}
		return ""
	case d.kind == varDecl:
		return fmt.Sprintf("var %s %s // cell %d", word, d.typ, d.src.cell)
	case d.kind == typeDecl:
		return fmt.Sprintf("// cell %d\ntype %s", d.src.cell, d.src.text[d.off:d.end])
	}
	return fmt.Sprintf("// cell %d\n%s", d.src.cell, d.src.text[d.off:d.end])
}

// IsComplete judges what a console has read so far: "complete", "incomplete"
// (with the indent for the next line) or "invalid".
func (*Session) IsComplete(code string) (status, indent string) {
	if lines, rest := directiveLines(code); len(lines) > 0 {
		if code = rest; strings.TrimSpace(code) == "" {
			return "complete", ""
		}
	}
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(code))
	var sc scanner.Scanner
	bad, open := false, false
	sc.Init(file, []byte(code), func(_ token.Position, msg string) {
		// What is open at the end may still be closed.
		if strings.Contains(msg, "raw string literal not terminated") || strings.Contains(msg, "comment not terminated") {
			open = true
		} else {
			bad = true
		}
	}, 0)
	var stack []token.Token
	last := token.ILLEGAL
	for {
		_, tok, _ := sc.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			stack = append(stack, tok)
		case token.RPAREN, token.RBRACE, token.RBRACK:
			if len(stack) == 0 {
				return "invalid", ""
			}
			stack = stack[:len(stack)-1]
		}
		if tok != token.SEMICOLON {
			last = tok
		}
	}
	switch {
	case bad:
		return "invalid", ""
	case open:
		return "incomplete", ""
	case len(stack) > 0:
		return "incomplete", strings.Repeat("\t", len(stack))
	case last.IsOperator() && last != token.RPAREN && last != token.RBRACE && last != token.RBRACK && last != token.INC && last != token.DEC:
		return "incomplete", ""
	}
	s := &Session{checking: checking{fset: token.NewFileSet(), files: map[*token.File]*source{}}}
	if _, errs := s.parse(newSource(code, 0)); len(errs) > 0 {
		if _, err := parser.ParseExpr(code); err != nil {
			return "invalid", ""
		}
	}
	return "complete", ""
}
