package interp

import "gomemo/engine/wire"

// Variables whose types change are moved by the front end, which knows these
// types (settleMoves). A value in an interface remembers a type that only the
// engine can see, so it gets a list: which types took the place of which.

// renewal lists the types in stale packages that loaded ones took the place of,
// as far as the engine has not been told; nil if there are none.
func (s *Session) renewal(p *plan, stale []string) *wire.Renewal {
	var r wire.Renewal
	for _, old := range stale {
		for _, d := range s.units[old].groups[0].decls {
			now := p.table.byName[d.key]
			if d.kind != typeDecl || now == nil || now.kind != typeDecl || now.group == nil {
				continue
			}
			path := s.placed[now.group.hash]
			if u := s.units[path]; u == nil || u.plugin == "" {
				continue // until it is
			}
			t := wire.Renewed{Name: d.key, Old: old, New: path, Cell: now.group.newest()}
			if !s.proc.renewed[t] {
				r.Types = append(r.Types, t)
			}
		}
	}
	if r.Types == nil {
		return nil
	}
	r.Cells = map[string]int{}
	for name, d := range p.table.byName {
		if d.kind == varDecl {
			r.Cells[name] = d.src.cell
		}
	}
	return &r
}

// newest is the cell that was run last of those that g depends on.
func (g *group) newest() (cell int) {
	seq := -1
	for _, h := range closure(g) {
		for _, d := range h.decls {
			if d.kind != varDecl && d.src.seq > seq {
				seq, cell = d.src.seq, d.src.cell
			}
		}
	}
	return cell
}
