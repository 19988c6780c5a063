package interp

import (
	"context"
	"fmt"
	"strings"
)

// A directive is a line at the top of a cell that is not Go: it manages the
// session. Several may follow each other; the Go below keeps its positions.
type directive struct {
	name string // without the percent sign
	args string // as %help shows them
	help string
	run  func(s *Session, c *command) *Diagnostic
}

func directives() []directive {
	return []directive{
		{"go", "get PACKAGE[@VERSION]", "add a module, or change its version, as the go command does; also: %go mod edit, tidy, why, graph, verify, download; %go list, doc, env, version", (*Session).goCommand},
		{"modules", "[pin | use MODULE@VERSION…]", "show the modules in use; write down their versions; use these versions", (*Session).modules},
		{"undef", "NAME…", "delete declarations and variables", (*Session).undef},
		{"help", "", "list these commands", (*Session).help},
	}
}

// command is a directive that is being run.
type command struct {
	span
	ctx  context.Context
	out  Output
	src  *source
	args []string       // without the name
	meta map[string]any // of the cell
}

// fail says what is wrong with the directive.
func (c *command) fail(hint, format string, args ...any) *Diagnostic {
	d := c.src.diag(c.off, hint, format, args...)
	return &d
}

// span is a part of a cell's text.
type span struct{ off, end int }

// directiveLines finds the directives at the top of a cell, between empty
// lines and comments, and returns the text with spaces in their place.
func directiveLines(text string) (lines []span, rest string) {
	if !strings.Contains(text, "%") {
		return nil, text
	}
	out := []byte(text)
	off := 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		word := strings.TrimLeft(line, " \t")
		if strings.TrimSpace(word) != "" && !strings.HasPrefix(word, "%") && !strings.HasPrefix(word, "//") {
			break
		}
		if strings.HasPrefix(word, "%") {
			at := span{off: off + len(line) - len(word)}
			at.end = at.off + len(strings.TrimRight(word, " \t\n"))
			lines = append(lines, at)
			copy(out[at.off:at.end], blank(text[at.off:at.end]))
		}
		off += len(line)
	}
	return lines, string(out)
}

// direct runs the directives at the top of a cell and returns the cell with
// spaces in their place.
func (s *Session) direct(ctx context.Context, src *source, out Output) (rest *source, meta map[string]any, failed *Outcome) {
	meta = map[string]any{}
	lines, text := directiveLines(src.text)
	for _, at := range lines {
		c := &command{ctx: ctx, out: out, src: src, span: at, meta: meta}
		if d := s.command(c); d != nil {
			o := compileFailure(diagnostics{*d})
			if ctx.Err() != nil {
				o = *failure("interrupted", "interrupted in line %d: %s", d.Line, src.text[at.off:at.end])
			}
			o.Metadata = meta
			return nil, nil, &o
		}
	}
	if len(lines) == 0 {
		return src, meta, nil
	}
	rest = newSource(text, src.cell)
	rest.seq = src.seq
	return rest, meta, nil
}

// command runs one directive.
func (s *Session) command(c *command) *Diagnostic {
	text := c.src.text[c.off:c.end]
	words, err := fields(text[1:])
	if err != nil {
		return c.fail("", "%v", err)
	}
	if len(words) > 0 && text[1] != ' ' {
		for _, d := range directives() {
			if d.name == words[0] {
				c.args = words[1:]
				return d.run(s, c)
			}
		}
	}
	return c.fail("cells hold Go; %help lists the commands that there are beside it", "unknown command %s", text)
}

// misplaced replaces the syntax errors that a directive below the top of a cell
// makes by one that says so.
func misplaced(src *source, errs diagnostics) diagnostics {
	for _, e := range errs {
		word, ok := strings.CutPrefix(strings.TrimLeft(e.Text, " \t"), "%")
		if name, _, _ := strings.Cut(word, " "); ok && strings.HasPrefix(e.Msg, "syntax error") {
			for _, d := range directives() {
				if d.name == name {
					off := src.lines[e.Line-1] + strings.Index(e.Text, "%")
					return diagnostics{src.diag(off, "move it up, or to a cell of its own", "%%%s stands below Go", name)}
				}
			}
		}
	}
	return errs
}

// fields splits a line at spaces outside quotes.
func fields(line string) (words []string, err error) {
	var word strings.Builder
	in, quote := false, byte(0)
	for i := range len(line) {
		switch b := line[i]; {
		case quote != 0 && b == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(b)
		case b == '"' || b == '\'':
			in, quote = true, b
		case b == ' ' || b == '\t':
			if in {
				words = append(words, word.String())
			}
			word.Reset()
			in = false
		default:
			in = true
			word.WriteByte(b)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a %c is not closed", quote)
	}
	if in {
		words = append(words, word.String())
	}
	return words, nil
}

// directiveNames are what may follow a percent sign.
func directiveNames() (out []Completion) {
	for _, d := range directives() {
		out = append(out, Completion{Text: d.name, Type: "keyword"})
	}
	return out
}

// help lists the directives.
func (s *Session) help(c *command) *Diagnostic {
	var b strings.Builder
	for _, d := range directives() {
		fmt.Fprintf(&b, "%%%s\n    %s\n", strings.TrimSpace(d.name+" "+d.args), d.help)
	}
	c.out.Stream("stdout", b.String())
	return nil
}

// undef deletes names. What uses one is marked until the name is declared
// again; the engine frees a variable's value with the next cell that it runs.
func (s *Session) undef(c *command) *Diagnostic {
	if len(c.args) == 0 {
		return c.fail("", "%%undef deletes what?")
	}
	t := s.table.clone()
	imports := map[string]bool{}
	gone := map[string]bool{}
	for _, name := range c.args {
		d := t.meant(name)
		switch {
		case d != nil:
			t.remove(name)
			t.remove(name + shadowSuffix)
			gone[name], gone[name+shadowSuffix] = true, true
		case t.methods[name] != nil:
			delete(t.methods, name)
			gone[name] = true
		case s.imports[name] != "":
			imports[name] = true
		default:
			hint := ""
			if near := nearest(name, append(sortedKeys(t.byName), sortedKeys(t.methods)...)); near != "" {
				hint = "did you mean " + near + "?"
			}
			return c.fail(hint, "there is no %s", name)
		}
	}
	for _, name := range sortedKeys(t.byName) { // a variable cannot outlive its type
		if d := t.byName[name]; d.kind == varDecl {
			notebook, _ := d.typ.names()
			for _, n := range notebook {
				if gone[n] && t.byName[name] != nil {
					t.remove(name)
					gone[name] = true
					c.out.Stream("stderr", fmt.Sprintf("%s is deleted with its type %s.\n", plain(name), d.typ))
				}
			}
		}
	}
	for _, d := range t.all() {
		for _, r := range d.refs {
			if gone[r.name] && d.broken == nil {
				why := d.src.diag(r.off, "", "undefined: %s", plain(r.name))
				d.broken = &why
			}
		}
	}
	for name := range gone {
		s.gone[plain(name)] = fmt.Sprintf("cell %d deleted it", c.src.cell)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.table = t
	for name := range imports {
		delete(s.imports, name)
	}
	return nil
}
