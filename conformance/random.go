package conformance

import (
	"math/rand/v2"
	"slices"
)

// Random divides the program into cells of declarations in any order that uses
// allow, some of which run again later.
func (p *Program) Random(r *rand.Rand) []string {
	var cells, again []string
	if text := p.imports(); text != "" {
		cells = append(cells, text)
	}
	var cell []*decl
	order := p.shuffled(r)
	for i, k := range order {
		cell = append(cell, k.decls...)
		if i+1 < len(order) && r.IntN(3) > 0 {
			continue
		}
		cells = append(cells, texts(cell))
		if !slices.ContainsFunc(cell, func(d *decl) bool { return d.kind == varKind }) {
			again = append(again, texts(cell))
		}
		cell = nil
		if len(again) > 0 && r.IntN(3) == 0 {
			cells = append(cells, again[r.IntN(len(again))])
		}
	}
	for _, fn := range p.inits {
		cells = append(cells, p.initBody(fn))
	}
	l := Grouped
	if r.IntN(2) == 0 {
		l = Single
	}
	return append(cells, p.mainBody(l)...)
}

// shuffled returns the knots, each behind those that it needs.
func (p *Program) shuffled(r *rand.Rand) (order []*knot) {
	todo := p.knots()
	done := map[*knot]bool{}
	for len(todo) > 0 {
		var ready []int
		for i, k := range todo {
			if k.ready(done) {
				ready = append(ready, i)
			}
		}
		at := ready[r.IntN(len(ready))]
		order = append(order, todo[at])
		done[todo[at]] = true
		todo = slices.Delete(todo, at, at+1)
	}
	return order
}
