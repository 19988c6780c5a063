package interp

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
