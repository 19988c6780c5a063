package interp

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/scanner"
	"go/token"
	"hash"
	"slices"
	"sort"
	"strings"
)

// group is a strongly connected component of declarations: they refer to each
// other in a circle, so they are one package and have one hash. Most groups
// are one declaration, or one type with its methods.
type group struct {
	decls []*decl // sorted by key
	hash  string  // hex; of the normalised text and of what it refers to
	deps  []*group
	typed bool // holds a type: the group is a package of its own, named by its hash
	owned bool // reached from a type or several cells: likewise
}

// groups computes the components of the table and their hashes, dependencies
// first. Hashes depend on nothing but content: not on cells, positions,
// comments, layout or the order of declarations.
func groups(t *table) []*group {
	c := &condenser{table: t, states: map[*decl]*visited{}}
	for _, d := range t.all() {
		if c.states[d] == nil {
			c.visit(d)
		}
	}
	for _, g := range c.groups {
		seen := map[*group]bool{g: true}
		for _, d := range g.decls {
			g.typed = g.typed || d.kind == typeDecl
			for _, e := range d.deps(t) {
				if h := e.group; !seen[h] {
					seen[h] = true
					g.deps = append(g.deps, h)
				}
			}
		}
		g.hash = g.digest(t)
	}
	for _, g := range c.groups {
		if g.typed {
			g.owned = true
			g.own()
		}
	}
	return c.groups
}

// own marks what g reaches. What a type reaches has to be in the same place in
// every session, because paths of packages are part of the type's identity.
func (g *group) own() {
	for _, h := range g.deps {
		if !h.owned {
			h.owned = true
			h.own()
		}
	}
}

// condenser finds the strongly connected components of a table, dependencies
// first, by Tarjan's algorithm.
type condenser struct {
	table  *table
	states map[*decl]*visited
	stack  []*decl
	groups []*group
}

type visited struct {
	index, low int
	on         bool // the stack
}

func (c *condenser) visit(d *decl) *visited {
	n := len(c.states) + 1
	st := &visited{index: n, low: n, on: true}
	c.states[d] = st
	c.stack = append(c.stack, d)
	for _, e := range d.deps(c.table) {
		if o := c.states[e]; o == nil {
			st.low = min(st.low, c.visit(e).low)
		} else if o.on {
			st.low = min(st.low, o.index)
		}
	}
	if st.low == st.index {
		i := slices.Index(c.stack, d)
		g := &group{decls: slices.Clone(c.stack[i:])}
		c.stack = c.stack[:i]
		for _, e := range g.decls {
			c.states[e].on = false
			e.group = g
		}
		sort.Slice(g.decls, func(i, j int) bool { return g.decls[i].key < g.decls[j].key })
		c.groups = append(c.groups, g)
	}
	return st
}

func (g *group) digest(t *table) string {
	h := sha256.New()
	for _, d := range g.decls {
		field(h, fmt.Sprint(int(d.kind)), d.key, d.doc)
		if d.kind == varDecl {
			notebook, _ := d.typ.names()
			field(h, string(d.typ), d.home)
			for _, n := range notebook {
				field(h, n, identity(t, g, n))
			}
			continue
		}
		d.normalise(h, t, g)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// identity is what a name of the notebook stands for inside group g.
func identity(t *table, g *group, name string) string {
	d := t.byName[name]
	if d == nil {
		return "undefined " + name
	}
	if slices.Contains(g.decls, d) {
		return "own " + name
	}
	return d.group.hash
}

// normalise writes the tokens of the declaration with every name of the
// notebook and every package replaced by what it stands for.
func (d *decl) normalise(h hash.Hash, t *table, g *group) {
	refs := map[int]ref{}
	for _, r := range d.refs {
		refs[r.off] = r
	}
	text := d.src.text[d.off:d.end]
	toks := tokens(text)
	for i, tok := range toks {
		if i+1 < len(toks) && tok.layout(toks[i+1].tok) {
			continue
		}
		r, ok := refs[d.off+tok.off]
		switch {
		case ok && r.pkg != "":
			field(h, "package", r.pkg)
		case ok && r.dot != "":
			field(h, "package", r.dot, tok.lit)
		case ok && r.name != "":
			field(h, "name", r.name, identity(t, g, r.name))
		case d.gone[tok.lit] && tok.tok == token.IDENT:
			field(h, "_")
		default:
			field(h, tok.tok.String(), tok.lit)
		}
	}
	if d.kind == typeDecl {
		for _, m := range t.methodsOf(d.key) {
			field(h, m.key)
		}
	}
}

type tokenAt struct {
	off int
	tok token.Token
	lit string
}

// layout reports semicolons and commas that depend on where a line ends: before
// a closing bracket they mean nothing.
func (t tokenAt) layout(next token.Token) bool {
	switch next {
	case token.RPAREN, token.RBRACE, token.RBRACK:
		return t.tok == token.SEMICOLON || t.tok == token.COMMA
	}
	return false
}

// tokens scans Go text without comments. Automatic semicolons are all alike.
func tokens(text string) []tokenAt {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(text))
	var sc scanner.Scanner
	sc.Init(file, []byte(text), func(token.Position, string) {}, 0)
	var out []tokenAt
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON {
			lit = ""
		}
		out = append(out, tokenAt{file.Offset(pos), tok, lit})
	}
	for len(out) > 0 && out[len(out)-1].tok == token.SEMICOLON {
		out = out[:len(out)-1]
	}
	return out
}

// field writes length-prefixed strings, so that no two lists look alike.
func field(h hash.Hash, parts ...string) {
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write([]byte(p))
	}
}

func shortHash(parts ...string) string {
	h := sha256.New()
	field(h, parts...)
	return hex.EncodeToString(h.Sum(nil))[:20]
}

// closure lists the groups that g reaches, itself included, sorted by hash.
func closure(gs ...*group) []*group {
	seen := map[*group]bool{}
	var out []*group
	var visit func(g *group)
	visit = func(g *group) {
		if seen[g] {
			return
		}
		seen[g] = true
		out = append(out, g)
		for _, h := range g.deps {
			visit(h)
		}
	}
	for _, g := range gs {
		visit(g)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].hash < out[j].hash })
	return out
}

// reaches reports whether g refers to d, directly or not.
func (g *group) reaches(d *decl) bool {
	for _, h := range closure(g) {
		if slices.Contains(h.decls, d) {
			return true
		}
	}
	return false
}

// recursive reports whether a call of d may reach d again by name: it calls
// something that has the name of a function or method of its own group.
func (d *decl) recursive() bool {
	for _, other := range d.group.decls {
		if other.kind != funcDecl && other.kind != methodDecl {
			continue
		}
		name := other.key[strings.LastIndex(other.key, ".")+1:]
		if d.calls[name] {
			return true
		}
	}
	return false
}
