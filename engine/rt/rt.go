package rt

// A Registry takes what a plugin declares. The Register function of each
// plugin is called with one, before its Run function.
type Registry struct{ Declarations }

// Declarations is what becomes of a plugin's declarations. unit is the import
// path of the generated package that they are in.
type Declarations interface {
	// Unit records the purity of a generated package and of everything that
	// it reaches: refuse is empty if its calls may be remembered, else why not.
	Unit(path, refuse string)
	// Func records a function. Methods come as method expressions, under the
	// names "T.M" and "(*T).M".
	Func(unit, name string, f any)
	// Var records a package-level variable by a pointer to it.
	Var(unit, name string, ptr any)
	// Type records a named type by a pointer to it, which may be nil.
	Type(unit, name string, ptr any)
}

// Spell is given zero values of types that package reflect can make of a
// declared type. What reflect has made before a plugin spells the type out is
// another type to that plugin's code where wire.AnyType is false, so there the
// plugin that declares the type spells out the usual ones.
//
//go:noinline
func Spell(zeros ...any) {}

// A Cell is one evaluation of a cell's statements. The Run function of a
// plugin is called with one.
type Cell struct{ Evaluation }

// Evaluation is what becomes of a cell's judged calls and of its result.
type Evaluation interface {
	// Memo returns a function of the type of f that looks the judged call
	// number site up before it runs f; nil if f is to be called as it is.
	Memo(site int, f any) any
	// SetResult is given the values of the cell's last expression.
	SetResult(vs []any)
}

// Memo returns a function that looks judged call number site of the cell up
// before it runs f. Generated code calls what it returns at once, with the
// arguments of the call.
func Memo[F any](c *Cell, site int, f F) F {
	if g := c.Evaluation.Memo(site, f); g != nil {
		return g.(F)
	}
	return f
}

// Result gives the cell the values of its last expression to show.
func Result(c *Cell, vs ...any) { c.SetResult(vs) }

// Results returns what gives the cell the values of its last expression, a
// call, to show.
func Results(c *Cell) func(vs ...any) { return func(vs ...any) { c.SetResult(vs) } }

// Checked is Results for a call whose last value is an error: nil is not shown.
func Checked(c *Cell) func(vs ...any) {
	return func(vs ...any) {
		if n := len(vs) - 1; vs[n] == nil {
			vs = vs[:n]
		}
		if len(vs) > 0 {
			c.SetResult(vs)
		}
	}
}
