package interp

// A construct is a row of the table that decides what is interpreted.
type construct struct {
	why  string // why it is not exact; "" if it is
	cell string // an example; TestSubset runs it in both tiers, or sees it refused for this row
}

// subset is the whole decision: a cell is interpreted if the scripter finds
// every construct that it uses here, and exact. TestSubset runs the examples
// with the declarations of testdata/subset/setup.txt, and TestDifferential random cells
// of all of these rows; script*.go only tell which rows a node of the syntax
// tree belongs to.
//
// The constructs that are out are of two kinds: what cannot be exact, and what
// would be no faster, loops above all.
var subset = map[string]construct{
	// Cells.
	"a declaration":   {"declared functions and types are compiled", "func f() {}"},
	"a whole program": {"declared functions are compiled", "package main\nfunc main() { println(1) }"},
	"a blank import":  {"the package has to be linked", `import _ "image/gif"`},
	"a variable that has to be moved": {"its type has changed, and compiled code does the moving",
		"type Late struct{ n int }\nlate := Late{1}\n-- then --\nfunc (l Late) N() int { return l.n }\n-- then --\nlate"},
	"the last expression":  {"", "i"},
	"the result of a call": {"", "pair(3)"},

	// Types of variables and of everything that is made.
	"basic types":                      {"", "var a8, b8 = int8(127), uint16(7)\na8 + 1"},
	"type any":                         {"", "var x any = i\nx"},
	"type error":                       {"", "var e error = bad\ne"},
	"common composite types":           {"", "ws := [][]string{{\"a\"}, nil}\nws"},
	"types of loaded code":             {"", "ps := []Point{{1, 2}}\nps"},
	"type *T of a named type":          {"", "p := &Point{1, 2}\np"},
	"types of the notebook":            {"", "p := Point{1, 2}\np"},
	"types of the standard library":    {"", "d := 3 * time.Second\nd"},
	"a type that no loaded code has":   {"made at run time, the runtime would not take it for the one that later code brings", "x := [][][]int8{}"},
	"a type that is not loaded yet":    {"it has to be compiled", "type Inner int\ntype Lazy struct{ v Inner }\n-- then --\ntype Inner int8\n-- then --\nvar l Lazy"},
	"an instance of a generic type":    {"it may not have been compiled", "var b Box[int]"},
	"an interface with hidden methods": {"reflection does not see through them", "var h hidden"},
	"a channel":                        {"goroutines are compiled", "c := make(chan int)"},
	"a function value":                 {"function literals are compiled", "f1 := twice"},
	"package unsafe":                   {"what it does depends on where variables are", "unsafe.Pointer(pp) == nil"},

	// Names and constants.
	"a constant":                              {"", "-7.5e-3"},
	"nil":                                     {"", "var e error = nil\ne"},
	"a variable of the session":               {"", "s"},
	"a local variable":                        {"", "if yes { n := i; var m, o = n, j; n = m + o; fmt.Println(n, m, o) }"},
	"a local type":                            {"types are compiled", "if yes { type local int; fmt.Println(local(3)) }"},
	"a variable of the standard library":      {"", "fmt.Fprintln(os.Stdout, i)"},
	"a function of the standard library":      {"", "strings.ToUpper(s)"},
	"a function of the notebook as a value":   {"", "apply(twice, i)"},
	"a function that is not loaded yet":       {"it has to be compiled", "func helper() int { return 1 }\nfunc user() int { return helper() }\n-- then --\nfunc helper() int { return 2 }\n-- then --\nuser()"},
	"what engine/wire/bound.go does not list": {"the engine does not have it", "runtime.NumCPU() > 0"},

	// Operators.
	"+ - * of integers":          {"", "i*9223372036854775807 - j + i"},
	"/ % of integers":            {"", "i/j + i%j"},
	"& | ^ &^ of integers":       {"", "i&j | i^j | i&^j | ^i"},
	"x << y":                     {"", "i<<u8 | i>>2"},
	"+ - * / of floats":          {"", "f*g/3 + -f"},
	"x*y + z of floats":          {"the compiler may round once where the processor can; refused on those only", ""},
	"+ - * / of complex numbers": {"", "c128 * c128 / (2 - 1i)"},
	"+ of strings":               {"", "s + t + \"\\xff\""},
	"&& || !":                    {"", "yes && !no || explode(9) > 0"},
	"x == y":                     {"", "i == j || pt == Point{3, 4} || s != t"},
	"x == y of interfaces":       {"", "a == any(i)"},
	"x == nil":                   {"", "pp == nil || xs != nil || bad == nil"},
	"x < y":                      {"", "s < t && f >= g && i > j"},
	"what a call behind it may change or forestall": {"the order is the compiler's choice", "i + bump()"},
	"two failures in one expression":                {"which comes first is the compiler's choice", "fmt.Println(xs[i], arr[j])"},
	"a call on the left side":                       {"the order is the compiler's choice", "xs[bump()-7] = j"},

	// Conversions.
	"a conversion between numbers":                 {"", "int8(i64) + int8(int(f*1000))"},
	"string(x) of an integer":                      {"", "string(rune(i + 90))"},
	"a conversion between strings and slices":      {"", "string([]byte(s)) + string([]rune(t))"},
	"a conversion to a type of the same form":      {"", "IDs(xs)[0]"},
	"a conversion to an interface":                 {"", "any(pt)"},
	"a conversion of a constant string to a slice": {"its capacity is the compiler's choice", "cap([]byte(\"abc\"))"},
	"a conversion of a slice to an array":          {"rare", "[2]int(xs)"},
	"x.(T)":                                        {"", "a.(int)"},
	"v, ok = x.(T)":                                {"", "n, ok := a.(int)\nfmt.Println(n, ok)"},
	"an assertion to an interface":                 {"", "a.(error)"},

	// Parts of things.
	"x.f":                           {"", "pt.X + pp.Y + outer.N + outer.X"},
	"a hidden field":                {"reflection does not see it", ""},
	"*p":                            {"", "*pp"},
	"x[i] of a slice":               {"", "xs[i-5]"},
	"x[i] of an array":              {"", "arr[j]"},
	"x[i] of a string":              {"", "s[u8]"},
	"p[i] of a pointer to an array": {"", "parr[1]"},
	"m[k]":                          {"", "m[\"a\"] + m[\"none\"]"},
	"v, ok = m[k]":                  {"", "n, ok := m[\"a\"]\nfmt.Println(n, ok)"},
	"x[i:j]":                        {"", "fmt.Println(s[1:j])\nfmt.Println(xs[1:])\nfmt.Println(xs[:2:2])"},
	"x[i:j] of an array":            {"it takes the address of a variable that may move", "arr[1:]"},
	"a bound that is no int":        {"its messages are others", "xs[u8:]"},
	"&x":                            {"the variable may move", "q := &pt"},

	// Literals.
	"T{…} of a struct":   {"", "Point{Y: i}"},
	"T{…} of a slice":    {"", "[]int{i, 5: j, 7}"},
	"T{…} of an array":   {"", "[...]int{i, 2: j}"},
	"T{…} of a map":      {"", "map[string][]int{\"a\": {1, 2}, s: nil}"},
	"&T{…}":              {"", "q := &Point{1, j}\nq.X"},
	"a long literal":     {"it takes long", "[]int{100000: 1}"},
	"a function literal": {"closures are compiled", "apply(func(n int) int { return n }, 1)"},

	// Calls.
	"a call of a function of the notebook":    {"", "twice(i)"},
	"a variadic call":                         {"", "sum() + sum(1, i)"},
	"f(xs...)":                                {"", "sum(xs...)"},
	"f(g()) with several results":             {"rare", "fmt.Println(pair(1))"},
	"p.M() of a pointer":                      {"", "pp.Move(1).X"},
	"p.M() of what a pointer points to":       {"", "var np *Point\npp.Sum() + np.Sum()"},
	"x.M() of a value":                        {"", "pt.Sum() + Point{1, 2}.Sum() + outer.Sum()"},
	"x.M() that changes a variable":           {"", "pt.Move(2)\npt"},
	"x.M() that changes a part of a variable": {"the variable may move", "outer.Move(2)"},
	"x.M() that changes a variable that no compiled code has yet": {"the variable may move", "var fresh Point\nfresh.Move(1)"},
	"a method of the standard library":                            {"", "dur.Seconds()"},
	"a method of a module's type":                                 {"the engine does not have it", ""},
	"a call through an interface":                                 {"", "bad.Error() + shape.Name()"},
	"a call of a hidden method of an interface":                   {"reflection does not see it", "var _ = 1\nhid.name()"},
	"a method as a value":                                         {"function values are compiled", "show(pt.Sum)"},
	"a method expression":                                         {"rare", "Point.Sum(pt)"},
	"a call of a generic function":                                {"the instance may not have been compiled", "same(i)"},
	"a call of a function value":                                  {"which code runs is only known when it does", "fun(3)"},
	"append":                                                      {"", "append(append(xs, i), xs...)"},
	"copy":                                                        {"", "copy(xs, xs[1:])\nxs"},
	"delete":                                                      {"", "delete(m, \"a\")\nm"},
	"clear":                                                       {"", "clear(m)\nm"},
	"len and cap":                                                 {"", "len(s) + cap(xs) + len(m) + len(arr)"},
	"make":                                                        {"", "ys := make([]int, i)\nzs := make([]int, 2, i)\nfmt.Println(ys, cap(zs))"},
	"make with a length and a capacity":                           {"what is said of a length that is too large depends on where it is made", "make([]int, i, 9)"},
	"min and max":                                                 {"", "min(i, j, 5) + max(i, j)"},
	"new(T)":                                                      {"", "n := new(int)\n*n = i\n*n"},
	"new(x)":                                                      {"rare", "q := new(i + 1)\n*q"},
	"panic":                                                       {"", "panic(s)"},
	"another builtin":                                             {"rare", "println(i)"},

	// Statements.
	"x = e":                     {"", "i = j\ni"},
	"x, y = e, f":               {"", "i, j = j, i\nfmt.Println(i, j)"},
	"x, y = f(…)":               {"", "n, err := pair(4)\nfmt.Println(n, err)"},
	"x, y = f(…) that converts": {"rare", "var v any\nvar e error\nv, e = pair(1)"},
	"var x T":                   {"", "var z int\nvar w []string\nfmt.Println(z, w == nil)"},
	"*p = e":                    {"", "*pp = Point{5, 6}\npt"},
	"x[i] = e":                  {"", "xs[1] = 8\nm[s] = 9\narr[j-1] = 10\nfmt.Println(xs, m, arr)"},
	"x.f = e":                   {"", "pt.X = 9\npp.Y = 8\npt"},
	"x op= e":                   {"", "i += 5; i *= 3; xs[0] -= 2; m[\"a\"] |= 4; s += \"!\"\nfmt.Println(i, xs, m, s)"},
	"x++":                       {"", "i++; xs[1]--; m[\"a\"]++\nfmt.Println(i, xs, m)"},
	"a block":                   {"", "{ i := s; fmt.Println(i) }\ni"},
	"if":                        {"", "if no { i = 1 } else if i == 7 { i = 2 } else { i = 3 }\ni"},
	"if with a statement":       {"", "if n, err := pair(-1); err != nil { fmt.Println(n, err) }"},
	"switch":                    {"", "switch { case i > 9: s = \"big\"; case i > 5: s = \"middle\"; default: s = \"small\" }\ns"},
	"switch x":                  {"", "switch i % 3 { case 0, 2: s = \"even\"; case 1: s = \"one\"; if yes { break }; s = \"no\" }\ns"},
	"fallthrough":               {"", "switch { case yes: s += \"1\"; fallthrough; case no: s += \"2\"; default: s += \"3\" }\ns"},
	"a type switch":             {"", "switch v := a.(type) { case string: s = v; case int, int8: fmt.Println(v); case nil: s = \"nil\" }\ns"},
	"for":                       {"", "for n := 0; n < 10; n++ { if n == 3 { continue }; if n == 6 { break }; i += n }\ni"},
	"range over an integer":     {"", "for n := range 4 { i += n }\ni"},
	"range over a slice":        {"", "for n, x := range xs { i += n * x }\ni"},
	"range over an array":       {"", "for n, x := range arr { arr[2] = 9; i += n * x }\ni"},
	"range over a string":       {"", "for n, r := range s { fmt.Println(n, r) }"},
	"range over a map":          {"", "for k, v := range m { i += len(k) * v }\ni"},
	"another range":             {"range over functions and channels is compiled", "for x := range seq { fmt.Println(x) }"},
	"a range that converts":     {"rare", "var v any\nfor v = range 3 { }\nv"},
	"break and continue":        {"", "for range 3 { if yes { break } }"},
	"a loop that may be long":   {"compiled it is a hundred times faster", "for i > 0 { i-- }"},
	"a label":                   {"compiled", "over: for range 3 { for range 3 { continue over } }"},
	"a go statement":            {"compiled", "go twice(1)"},
	"a defer statement":         {"compiled", "defer twice(1)"},
	"a select statement":        {"compiled", "select { default: }"},
	"a send":                    {"compiled", "ch <- 1"},
	"a receive":                 {"compiled", "<-ch"},
	"a return":                  {"compiled", ""},
	"another statement":         {"compiled", ""},
	"another expression":        {"compiled", ""},
}
