package interp_test

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// A generator writes random cells inside the interpreted subset, on the
// variables and functions of testdata/subset/differential.txt. Cells that the
// checker or the table refuses do no harm: they are not counted.
type generator struct {
	r      *rand.Rand
	locals []local
	labels []string // of the loops around
	n      int      // of names made up
}

type local struct{ name, typ string }

var (
	signedTypes   = []string{"int", "int8", "int16", "int32", "int64"}
	unsignedTypes = []string{"uint", "uint8", "uint16", "uint32", "uint64"}
	integerTypes  = append(append([]string{"Small"}, signedTypes...), unsignedTypes...)
	floatTypes    = []string{"float32", "float64"}
	complexTypes  = []string{"complex64", "complex128"}
	numberTypes   = append(append([]string{}, integerTypes...), floatTypes...)
	plainTypes    = append(append([]string{"bool", "string", "string"}, numberTypes...), complexTypes...)
)

// variables of a type, and what else names one and can be assigned.
var places = map[string][]string{
	"bool": {"b1", "b2"}, "string": {"s1", "s2", "out1.Tag", "ws[%i]", "mi[i1]", "mi[len(s1)]"},
	"int":  {"i1", "i2", "pt1.X", "pp1.X", "pp2.X", "out1.X", "out1.In.X", "(*pp1).X", "xs[%i]", "ys[%i]", "arr[%i]", "xss[%i][%i]", "ps[%i].X", "ms[%s]", "parr[i2]", "mx[%s][%i]", "mm[%s][%s]", "*mip[%s]"},
	"int8": {"i8a", "i8b", "pt1.y", "pp1.y", "out1.y"}, "int16": {"i16a", "i16b"}, "int32": {"i32a", "i32b", "rs[%i]"}, "int64": {"i64a", "i64b"},
	"uint": {"u1", "u2"}, "uint8": {"u8a", "u8b", "bs[%i]"}, "uint16": {"u16a", "u16b"}, "uint32": {"u32a", "u32b"}, "uint64": {"u64a", "u64b"},
	"float32": {"f32a", "f32b"}, "float64": {"f64a", "f64b", "farr[%i]"}, "complex64": {"c64a", "c64b"}, "complex128": {"c128a", "c128b"},
	"Small": {"sm1", "sm2"}, "Point": {"pt1", "pt2", "out1.Point", "*pp1", "*pp2", "ps[%i]", "mp[%s]"}, "Outer": {"out1"}, "*Point": {"pp1", "pp2", "out1.In"},
	"[]int": {"xs", "ys", "xss[%i]", "mx[%s]"}, "[]byte": {"bs"}, "[]rune": {"rs"}, "[]string": {"ws"}, "[][]int": {"xss"}, "[]Point": {"ps"},
	"[3]int": {"arr"}, "[2]float64": {"farr"}, "map[string]int": {"ms", "mm[%s]"}, "map[int]string": {"mi"}, "map[string]Point": {"mp"}, "map[string][]int": {"mx"},
	"any": {"a1", "a2"}, "error": {"e1"}, "Shape": {"sh"},
}

var placeTypes = []string{"bool", "string", "int", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64",
	"float32", "float64", "complex64", "complex128", "Small", "Point", "Outer", "*Point", "[]int", "[]byte", "[]rune", "[]string", "[][]int", "[]Point",
	"[3]int", "map[string]int", "map[int]string", "map[string]Point", "any", "error", "Shape"}

func (g *generator) pick(list ...string) string { return list[g.r.IntN(len(list))] }

func (g *generator) chance(percent int) bool { return g.r.IntN(100) < percent }

// fill replaces %i by an index and %s by a key.
func (g *generator) fill(s string, depth int) string {
	for strings.Contains(s, "[%i]") {
		i := g.pick("0", "1", "1", "i1", "u8b", "len(s1)")
		if depth > 1 && g.chance(20) {
			i = g.operand("int", depth-2)
		}
		s = strings.Replace(s, "[%i]", "["+i+"]", 1)
	}
	for strings.Contains(s, "[%s]") {
		k := g.pick(`"a"`, `"b"`, `"p"`, `"x"`, "s1", "s2")
		if depth > 1 && g.chance(20) {
			k = g.expr("string", depth-2)
		}
		s = strings.Replace(s, "[%s]", "["+k+"]", 1)
	}
	return s
}

// place is something of type t that can be assigned.
func (g *generator) place(t string, depth int) string {
	var own []string
	for _, l := range g.locals {
		if l.typ == t {
			own = append(own, l.name)
		}
	}
	if len(own) > 0 && g.chance(40) {
		return g.pick(own...)
	}
	if t == "int" && g.chance(30) {
		for _, l := range g.locals {
			if l.typ == "*int" {
				return "*" + l.name
			}
		}
	}
	if len(places[t]) == 0 {
		return "_"
	}
	if plain := min(2, len(places[t])); g.chance(65) { // two that may fail are refused
		return g.fill(places[t][g.r.IntN(plain)], depth)
	}
	return g.fill(g.pick(places[t]...), depth)
}

// expr is an expression of type t.
func (g *generator) expr(t string, depth int) string {
	if depth <= 0 || g.chance(25) {
		if places[t] != nil && g.chance(65) {
			return g.place(t, depth)
		}
		return g.constant(t)
	}
	depth--
	if g.chance(3) {
		return g.genericOf(t, depth)
	}
	switch {
	case t == "bool":
		return g.boolean(depth)
	case t == "string":
		return g.text(depth)
	case slices.Contains(integerTypes, t), slices.Contains(floatTypes, t), slices.Contains(complexTypes, t):
		return g.number(t, depth)
	}
	return g.composite(t, depth)
}

func (g *generator) constant(t string) string {
	switch {
	case t == "bool":
		return g.pick("true", "false", "1 < 2")
	case t == "string":
		return g.pick(`""`, `"a"`, `"é\xff"`, "`raw`", `"日本"`, `"x" + "y"`)
	case slices.Contains(unsignedTypes, t):
		return t + "(" + g.pick("0", "1", "7", "200", "'a'", "1<<7", "3*5.0") + ")"
	case slices.Contains(integerTypes, t):
		return t + "(" + g.pick("0", "1", "-1", "100", "-128", "'z'", "7/2", "1e2", "len(\"abc\")") + ")"
	case slices.Contains(floatTypes, t):
		return t + "(" + g.pick("0", "1", "-0.5", "0.1", "1e-40", "3e38", "1<<60", "1/3.0", "math.Pi") + ")"
	case slices.Contains(complexTypes, t):
		return t + "(" + g.pick("1i", "2-3i", "0", "0.1+1e10i") + ")"
	}
	return g.zero(t)
}

func (g *generator) zero(t string) string {
	switch t {
	case "struct{ X int; y string }", "[5]Small", "Point", "Outer", "[3]int", "[2]float64":
		return t + "{}"
	case "error":
		return g.pick("error(nil)", `errors.New("n")`)
	case "any":
		return g.pick("any(nil)", "any(1)", `any("q")`)
	case "Shape":
		return "Shape(nil)"
	case "*int":
		return g.pick("new(int)", "&i1", "&i2", "&pt1.X", g.fill("&xs[%i]", 0))
	case "*Point":
		return g.pick("new(Point)", "&Point{1, 2}")
	}
	return t + "(nil)"
}

func (g *generator) boolean(depth int) string {
	t := g.pick(plainTypes...)
	switch g.r.IntN(9) {
	case 0:
		return "!" + g.atom("bool", depth)
	case 1, 2:
		return "(" + g.expr("bool", depth) + g.pick(" && ", " || ") + g.expr("bool", depth) + ")"
	case 3:
		return "(" + g.place("any", depth) + g.pick(" == ", " != ") + g.pick("nil", g.expr("any", depth), "any("+g.expr(t, depth)+")") + ")"
	case 4:
		t = g.pick("Point", "*Point", "[3]int", "error", "Shape", "Outer", "struct{ X int; y string }", "[5]Small")
		return "(" + g.expr(t, depth) + g.pick(" == ", " != ") + g.expr(t, depth) + ")"
	case 5:
		t = g.pick("*Point", "[]int", "map[string]int", "error", "[]string", "Shape")
		return "(" + g.place(t, depth) + g.pick(" == ", " != ") + "nil)"
	}
	op := g.pick(" == ", " != ", " < ", " <= ", " > ", " >= ")
	if t == "bool" || slices.Contains(complexTypes, t) {
		op = g.pick(" == ", " != ")
	}
	return "(" + g.expr(t, depth) + op + g.expr(t, depth) + ")"
}

func (g *generator) atom(t string, depth int) string { return "(" + g.expr(t, depth) + ")" }

func (g *generator) text(depth int) string {
	switch g.r.IntN(17) {
	case 15:
		return "fs2()"
	case 14:
		return "pokes(" + g.expr("string", depth) + ")"
	case 0, 1:
		return "(" + g.expr("string", depth) + " + " + g.expr("string", depth) + ")"
	case 2:
		return "string(" + g.expr(g.pick("[]byte", "[]rune"), depth) + ")"
	case 3:
		return "string(rune(" + g.expr(g.pick(integerTypes...), depth) + "))"
	case 4:
		return g.place("string", depth) + "[" + g.pick("i2", "1", "len(s2)") + ":]"
	case 5:
		lo, hi := g.pick("", "0", "1", "i1", "len(s2)"), g.pick("", "1", "2", "len(s1)", "i2")
		return g.place("string", depth) + "[" + lo + ":" + hi + "]"
	case 6:
		return g.pick("strings.ToUpper", "strings.TrimSpace", "strconv.Quote", "trs") + "(" + g.expr("string", depth) + ")"
	case 7:
		return "fmt.Sprintf(\"%" + g.pick("v", "+v", "#v", "T", "d", "q", "x", "8.3v", "g", "U") + "\", " + g.expr(g.pick("uint8", "int", "string", "Point", "[]int", "float64", "Small", "[]byte", "map[string]int"), depth) + ")"
	case 8:
		return "fmt.Sprint(" + g.args(depth) + ")"
	case 9:
		return "join(" + g.expr("string", depth) + ", " + g.args(depth) + ")"
	case 10:
		return g.pick("pt1.Name()", "sm1.String()", "sh.Name()", "e1.Error()", "out1.Name()", "Shape.Name(sh)", "Small.String("+g.expr("Small", depth)+")", "mk(i1, 2).Name()", "a1.(string)", "a2.(fmt.Stringer).String()")
	case 11:
		return "mixed(" + g.expr("int8", depth) + ", " + g.expr("uint16", depth) + ", " + g.expr("float32", depth) + ", " + g.expr("string", depth) + ")"
	case 12:
		return "kind(" + g.expr(g.pick(plainTypes...), depth) + ")"
	}
	return g.pick("min", "max") + "(" + g.expr("string", depth) + ", " + g.expr("string", depth) + ")"
}

func (g *generator) args(depth int) string {
	var parts []string
	for range 1 + g.r.IntN(3) {
		parts = append(parts, g.expr(g.pick("int", "string", "float64", "Point", "[]int", "any", "error", "Small", "uint8", "bool", "complex128", "map[string]int", "[3]int"), depth))
	}
	return strings.Join(parts, ", ")
}

func (g *generator) number(t string, depth int) string {
	integer := slices.Contains(integerTypes, t)
	switch g.r.IntN(12) {
	case 0, 1, 2:
		ops := []string{" + ", " - ", " * ", " / "}
		if integer {
			ops = append(ops, " % ", " & ", " | ", " ^ ", " &^ ")
		}
		x := g.place(t, depth) // two constants would often be refused
		if g.chance(50) {
			x = "(" + x + g.pick(" + ", " * ", " - ") + g.place(t, depth) + ")"
		}
		return "(" + x + g.pick(ops...) + g.operand(t, depth) + ")"
	case 3:
		if integer {
			count := g.pick("1", "3", "70", g.operand(g.pick(integerTypes...), depth))
			return "(" + g.operand(t, depth) + g.pick(" << ", " >> ") + count + ")"
		}
	case 4:
		if integer {
			return g.pick("-", "^", "+") + "(" + g.operand(t, depth) + ")"
		}
		return "-" + g.atom(t, depth)
	case 5, 6:
		if !slices.Contains(complexTypes, t) {
			return t + "(" + g.operand(g.pick(numberTypes...), depth) + ")"
		}
		return t + "(" + g.operand(g.pick(complexTypes...), depth) + ")"
	case 7:
		if !slices.Contains(complexTypes, t) {
			return g.pick("min", "max") + "(" + g.operand(t, depth) + ", " + g.expr(t, depth) + ")"
		}
	case 8, 9, 10:
		if t == "int" {
			return g.integer(depth)
		}
		if t == "float64" {
			return g.pick("math.Sqrt", "math.Abs", "math.Floor", "half") + "(" + g.expr("float64", depth) + ")"
		}
		if !slices.Contains(complexTypes, t) {
			return t + "(" + g.operand("int", depth) + ")"
		}
	}
	return g.place(t, depth)
}

// operand is an expression that is mostly no constant.
func (g *generator) operand(t string, depth int) string {
	if depth <= 0 || g.chance(50) {
		return g.place(t, depth)
	}
	for range 5 {
		if e := g.expr(t, depth); !strings.HasPrefix(e, t+"(") || strings.Contains(e, "1)") && g.chance(10) {
			return e
		}
	}
	return g.place(t, depth)
}

func (g *generator) integer(depth int) string {
	switch g.r.IntN(18) {
	case 16:
		return g.pick("<-ch2", "len(ch1)", "cap(ch2)")
	case 14:
		return g.pick("fn1("+g.expr("int", depth)+")", "fn2("+g.expr("int", depth)+")", "fs1()")
	case 15:
		return g.pick("sumOf(two("+g.expr("int", depth)+"))", "len(fmt.Sprintln(div("+g.expr("int", depth)+", i1)))")
	case 11, 12, 13:
		return "poke(" + g.expr("int", depth-1) + ")"
	case 0, 1:
		return g.pick("len", "cap") + "(" + g.place(g.pick("[]int", "[]byte", "[]string", "[][]int"), depth) + ")"
	case 2:
		return "len(" + g.place(g.pick("string", "map[string]int", "[3]int", "[]rune"), depth) + ")"
	case 3:
		return "tr(" + g.expr("int", depth) + ")"
	case 4:
		return "sumOf(" + g.expr("int", depth) + g.pick("", ", "+g.expr("int", depth), ", xs...", ", 1, 2") + ")"
	case 5:
		return "at(" + g.expr("[]int", depth) + ", " + g.expr("int", depth) + ")"
	case 6:
		return g.pick("pt1.Sum()", "Point.Sum("+g.expr("Point", depth)+")", "(*Point).Move(pp1, "+g.expr("int", depth)+").X", "Outer.Sum(out1)", "fx1("+g.expr("Point", depth)+")", "out1.Sum()", "pp1.Move("+g.expr("int", depth)+").X", "ps[0].Sum()", "pt1.Move(2).Sum()", "out1.Move(1).X", g.fill("ps[%i].Move(3).X", 0), "*(&i1)", g.fill("*(&xs[%i])", 0), "pt2.Add(xs...).X", "pt2.Add().Sum()")
	case 7:
		return "copy(" + g.expr("[]int", depth) + ", " + g.expr("[]int", depth) + ")"
	case 8:
		return "a1.(int)"
	case 9:
		return "int(" + g.place("string", depth) + "[" + g.pick("0", "1", "i1", "u8b") + "])"
	case 10:
		return "bump()"
	}
	return "apply(tr, " + g.expr("int", depth) + ")"
}

func (g *generator) composite(t string, depth int) string {
	slicing := func(x string) string {
		if g.chance(30) {
			return x + "[" + g.pick("0", "1", "i1") + ":" + g.pick("1", "i2") + ":" + g.pick("2", "3", "4", "i1") + "]"
		}
		return x + "[" + g.pick("", "0", "1", "i1") + ":" + g.pick("", "1", "2", "3", "len(xs)", "i2") + "]"
	}
	switch t {
	case "[]int":
		return g.pick("append("+g.expr(t, depth)+", "+g.expr("int", depth)+")", "append("+g.place(t, depth)+", ys...)", slicing(g.place(t, depth)), "arr["+g.pick("", "0", "1", "i1")+":"+g.pick("", "1", "3", "i2")+"]",
			"[]int{"+g.expr("int", depth)+", 3: "+g.expr("int", depth)+"}", "make([]int, "+g.pick("0", "2", "u8b", "len(s1)", "i1")+", "+g.pick("3", "5", "i2", "7")+")", "grow("+g.expr(t, depth)+")", "[]int(nil)")
	case "[]byte":
		return g.pick("[]byte("+g.expr("string", depth)+")", "append("+g.place(t, depth)+", "+g.expr("string", depth)+"...)", slicing("bs"), "append(bs, "+g.place("uint8", 0)+")")
	case "[]rune":
		return g.pick("[]rune("+g.expr("string", depth)+")", "append(rs, "+g.expr("int32", depth)+")", slicing("rs"))
	case "[]string":
		return g.pick("append("+g.place(t, depth)+", "+g.expr("string", depth)+")", "[]string{"+g.expr("string", depth)+"}", "strings.Fields("+g.expr("string", depth)+")", slicing("ws"))
	case "[][]int":
		return g.pick("append(xss, "+g.expr("[]int", depth)+")", "[][]int{{"+g.expr("int", depth)+"}, xs, nil}")
	case "[]Point":
		return g.pick("append(ps, "+g.expr("Point", depth)+")", "[]Point{{1, 2}, "+g.expr("Point", depth)+"}", slicing("ps"))
	case "Point":
		return g.pick("Point{"+g.expr("int", depth)+", "+g.expr("int8", depth)+"}", "Point{y: "+g.expr("int8", depth)+"}", "mk("+g.expr("int", depth)+", 1)", "pokep("+g.expr("Point", depth)+")", "*"+g.place("*Point", depth), "pt1.Add("+g.expr("int", depth)+", 2)", "a2.(Point)", "ps[1:][0]")
	case "Outer":
		return "Outer{Point: " + g.expr("Point", depth) + ", In: " + g.expr("*Point", depth) + "}"
	case "*Point":
		return g.pick("&pt1", "&pt2", g.fill("&ps[%i]", 0), "&out1.Point", "&Point{X: "+g.expr("int", depth)+"}", "pp1.Move("+g.expr("int", depth)+")", "new(Point)")
	case "[3]int":
		return g.pick("[3]int{"+g.expr("int", depth)+", 2: "+g.expr("int", depth)+"}", "[...]int{1, i1, 3}")
	case "map[string]int":
		return g.pick("map[string]int{"+g.expr("string", depth)+": "+g.expr("int", depth)+", \"k\": "+g.pick("i1", "3")+"}", "make(map[string]int, 3)")
	case "map[int]string":
		return "map[int]string{" + g.expr("int", depth) + ": " + g.expr("string", depth) + "}"
	case "map[string]Point":
		return "map[string]Point{\"q\": {1, 2}, " + g.expr("string", depth) + ": " + g.expr("Point", depth) + "}"
	case "any":
		return "any(" + g.expr(g.pick("int", "string", "float64", "Point", "Small", "[]int", "uint8", "bool", "error"), depth) + ")"
	case "error":
		return g.pick("fmt.Errorf(\"w %w\", "+g.expr("error", depth)+")", "errors.New("+g.expr("string", depth)+")", "a1.(error)")
	case "Shape":
		return g.pick("Shape("+g.expr("Point", depth)+")", "Shape("+g.expr("*Point", depth)+")", "a2.(Shape)")
	}
	return g.compositeOf(t, depth)
}
