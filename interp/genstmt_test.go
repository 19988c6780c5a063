package interp_test

import (
	"fmt"
	"slices"
	"strings"
)

// thenMark divides cells that run one after the other.
const thenMark = "\n-- then --\n"

// cell is a cell of a few statements, or two with variables of their own.
func (g *generator) cell() string {
	if g.chance(12) {
		return g.twoCells()
	}
	var lines []string
	for range 1 + g.r.IntN(4) {
		lines = append(lines, g.stmt(3))
	}
	if g.chance(5) {
		g.n++
		jump := fmt.Sprintf("if %s { goto end%d }", g.expr("bool", 2), g.n)
		// In a block, because it must not jump over a declaration.
		lines = []string{jump, "{", strings.Join(lines, "\n"), "}", fmt.Sprintf("end%d:\n%s", g.n, g.simple(2))}
	}
	return strings.Join(lines, "\n")
}

// twoCells declares a variable that nobody has compiled, and a pointer to it or
// into it, which both go on being used when a second cell has given the name to
// a variable of another type.
func (g *generator) twoCells() string {
	own := g.pick("int", "string", "Point", "[3]int", "int8")
	value := g.expr(own, 2)
	g.n += 2
	v, at := fmt.Sprintf("v%d", g.n-1), fmt.Sprintf("v%d", g.n)
	g.locals = append(g.locals, local{v, own})
	lines := []string{"var " + v + " " + own + " = " + value}
	add := func(text string) { lines = append(lines, strings.NewReplacer("$v", v, "$at", at).Replace(text)) }
	switch own {
	case "int":
		g.locals = append(g.locals, local{at, "*int"})
		add("$at := &$v")
	case "Point":
		g.locals = append(g.locals, local{at, "*int"})
		add("$v.Move(2)\n$at := " + g.pick("&$v.X", "&$v.Move(1).X"))
	case "[3]int":
		g.locals = append(g.locals, local{at, "[]int"})
		add("$at := $v" + g.pick("[:]", "[1:]", "[:2]"))
	default:
		add("$at := &$v\n*$at = " + g.expr(own, 2))
	}
	for range g.r.IntN(3) {
		lines = append(lines, g.stmt(2))
	}
	lines = append(lines, "-- then --")
	if g.chance(60) {
		g.locals[0].typ = map[string]string{"int": "string", "string": "int", "Point": "int", "[3]int": "[]int", "int8": "any"}[own]
		add("$v := " + map[string]string{"int": "fmt.Sprint($v, i1)", "string": "len($v) + i1", "Point": "$v.Move(i2).Sum()", "[3]int": "$v[" + g.pick("", "1") + ":]", "int8": "any($v)"}[own])
	}
	for range 1 + g.r.IntN(3) {
		lines = append(lines, g.stmt(2))
	}
	show := "*" + at
	if own == "[3]int" {
		show = at
	}
	add("fmt.Println($v, " + show + ")")
	return strings.ReplaceAll(strings.Join(lines, "\n"), "{ return }", "{ break }")
}

func (g *generator) block(depth int) string {
	kept := len(g.locals)
	var lines []string
	for range 1 + g.r.IntN(3) {
		if g.chance(25) {
			lines = append(lines, g.define())
		}
		lines = append(lines, g.stmt(depth-1))
	}
	g.locals = g.locals[:kept]
	return "{\n" + strings.Join(lines, "\n") + "\n}"
}

func (g *generator) name(t string) string {
	g.n++
	name := fmt.Sprintf("v%d", g.n)
	if shadowed := map[string]string{"int": "i1", "string": "s1", "[]int": "xs"}[t]; shadowed != "" && g.chance(15) {
		name = shadowed
	}
	g.locals = append(g.locals, local{name, t})
	return name
}

func (g *generator) define() string {
	t := g.pick("int", "string", "[]int", "float64", "Point", "uint8", "any", "int8", "*Point", g.pick(composites...))
	e := g.expr(t, 2)
	n := g.name(t)
	switch g.r.IntN(3) {
	case 0:
		return "var " + n + " " + t + "\n_ = " + n
	case 1:
		return "var " + n + " " + t + " = " + e + "\n_ = " + n
	}
	if t == "int" && g.chance(40) { // one that a pointer in another variable leads to
		at := g.name("*int")
		return n + " := " + e + "\n" + at + " := &" + n + "\n*" + at + " += " + n
	}
	if t == "any" {
		e = "any(" + e + ")"
	}
	return n + " := (" + t + ")(" + e + ")\n_ = " + n
}

func (g *generator) simple(depth int) string { return g.fill(g.basic(depth), depth) }

func (g *generator) stmt(depth int) string {
	if depth <= 0 {
		return g.simple(2)
	}
	switch g.r.IntN(22) {
	case 21:
		return g.literal(depth)
	case 20:
		g.n++
		v := fmt.Sprintf("v%d", g.n)
		return "select {\n" + g.pick("case ch1 <- "+g.expr("int", 2)+":", "case "+v+" := <-ch1:\nfmt.Println("+v+")", "case i1 = <-ch1:", "case "+g.place("any", 0)+" = <-ch1:",
			"case "+v+", ok := <-ch2:\nfmt.Println("+v+", ok)", "case "+g.place("int", 1)+", b2 = <-ch2:", "case ch3 <- tr(1):", "case <-ch3:") + "\n" + g.stmt(depth-1) +
			g.pick("\ndefault:\n"+g.simple(2), "\ndefault:") + "\n}"
	case 0, 1:
		s := "if " + g.expr("bool", 3) + " " + g.block(depth)
		if g.chance(50) {
			s += " else " + g.block(depth)
		}
		return s
	case 2:
		return "if v, err := div(" + g.expr("int", 2) + ", " + g.expr("int", 2) + "); err != nil {\nfmt.Println(v, err)\n} else {\n" + g.simple(2) + "\n}"
	case 3, 4:
		return g.loop(depth)
	case 5:
		return g.switchOver(depth)
	case 6:
		return "switch v := " + g.pick("a1", "a2", g.expr("any", 2)) + ".(type) {\ncase int, int8:\nfmt.Println(\"int\", v)\ncase string:\ns1 += v\ncase Point:\npt1 = v\ncase nil:\nb1 = !b1\n" +
			"case error:\nfmt.Println(v.Error())\ndefault:\n" + g.simple(1) + "\n}"
	case 7:
		return g.block(depth)
	}
	if g.chance(15) {
		return g.withComposite(2)
	}
	if g.chance(8) {
		return g.genericly(2)
	}
	return g.simple(3)
}

// literal is a function literal that is called where it stands.
func (g *generator) literal(depth int) string {
	kept, labels := len(g.locals), g.labels
	g.labels = nil
	t := g.pick("int", "string", "Point", "[]int")
	args := g.expr(t, 2) + ", " + g.expr("int", 2)
	a, b := g.name(t), g.name("int")
	body := strings.TrimPrefix(g.block(depth), "{\n")
	if g.chance(40) {
		body = "if " + g.expr("bool", 2) + " {\nreturn\n}\n" + body
	}
	g.locals, g.labels = g.locals[:kept], labels
	return "func(" + a + " " + t + ", " + b + " int) {\n" + body + "(" + args + ")"
}

func (g *generator) loop(depth int) string {
	g.n++
	v := fmt.Sprintf("v%d", g.n)
	jump := ""
	label := ""
	if g.chance(40) {
		to := ""
		if len(g.labels) > 0 && g.chance(50) {
			to = " " + g.pick(g.labels...)
		} else if g.chance(30) {
			to = " l" + v
			label = "l" + v + ":\n"
			g.labels = append(g.labels, "l"+v)
			defer func(n int) { g.labels = g.labels[:n] }(len(g.labels) - 1)
		}
		jump = "if " + g.expr("bool", 2) + " { " + g.pick("break", "continue") + to + " }\n"
		if g.chance(5) {
			jump += "if " + g.expr("bool", 2) + " { return }\n"
		}
	}
	return label + g.loopOf(v, jump, depth)
}

func (g *generator) loopOf(v, jump string, depth int) string {
	kept := len(g.locals)
	defer func() { g.locals = g.locals[:kept] }()
	body := func() string { return "{\n" + jump + strings.TrimPrefix(g.block(depth), "{\n") }
	switch g.r.IntN(7) {
	case 0:
		g.locals = append(g.locals, local{v + "_", "int"})
		return "for " + v + " := 0; " + v + " < " + g.pick("3", "4", "2") + "; " + v + "++ {\n" + v + "_ := " + v + "\n_ = " + v + "_\n" + strings.TrimPrefix(body(), "{\n")
	case 1:
		g.locals = append(g.locals, local{v, "int"})
		return "for " + v + " := range " + g.pick("3", "2") + " " + body()
	case 2:
		g.locals = append(g.locals, local{v, "uint8"})
		return "for " + v + " := range uint8(3) " + body()
	case 3:
		g.locals = append(g.locals, local{v, "int"})
		return "for _, " + v + " := range " + g.pick("arr", "[]int{1, i1, 3}", "[3]int{2, 4}") + " " + body()
	case 4:
		return "for " + v + ", r := range " + g.pick(`"aé\xff"`, "s1") + " {\nfmt.Println(" + v + ", r)\n" + g.simple(2) + "\n}"
	case 5:
		return "for k := range map[string]int{\"only\": i1} {\ns2 += k\n" + g.simple(2) + "\n}"
	}
	return "for i2 = range 3 " + body()
}

func (g *generator) switchOver(depth int) string {
	t := g.pick("int", "string", "uint8", "bool", "float64", "any")
	var head strings.Builder
	tag := g.expr(t, 2)
	if t == "bool" {
		tag = g.place(t, 2)
	}
	head.WriteString("switch " + tag + " {\n")
	for range 1 + g.r.IntN(3) {
		head.WriteString("case " + g.expr(t, 1) + g.pick("", ", "+g.expr(t, 1)) + ":\n" + g.simple(2) + "\n")
		if g.chance(20) {
			head.WriteString(g.pick("fallthrough\n", "if "+g.expr("bool", 1)+" { break }\n"))
		}
	}
	return head.String() + "default:\n" + g.stmt(depth-1) + "\n}"
}

// basic is a statement without blocks.
func (g *generator) basic(depth int) string {
	t := g.pick(placeTypes...)
	switch g.r.IntN(16) {
	case 0, 1, 2, 3:
		return g.place(t, depth) + " = " + g.expr(t, depth)
	case 4:
		u := g.pick(placeTypes...)
		return g.place(t, depth) + ", " + g.place(u, depth) + " = " + g.expr(t, depth) + ", " + g.expr(u, depth)
	case 5:
		return g.pick("i1, e1", "_, e1", "xs[%i], e1", "pt1.X, _") + " = div(" + g.expr("int", depth) + ", " + g.expr("int", depth) + ")"
	case 6, 7:
		t = g.pick(numberTypes...)
		ops := []string{" += ", " -= ", " *= ", " /= "}
		if slices.Contains(integerTypes, t) {
			ops = append(ops, " %= ", " &= ", " |= ", " ^= ", " &^= ", " <<= ", " >>= ")
		}
		return g.place(t, depth) + g.pick(ops...) + g.expr(t, depth)
	case 8:
		if g.chance(30) {
			return g.pick("fn1 = ", "fn2 = ") + g.pick("tr", "poke", "fn1", "fn2", "nil")
		}
		if g.chance(20) {
			return g.pick("ch2 <- 1", "close(ch1)", "close(ch2)", "close(ch3)", "i1, b1 = <-ch2", "ch3 = make(chan int, i2)", "if len(ch1) < cap(ch1) { ch1 <- i1 + 1 }")
		}
		if g.chance(40) {
			return "fs1 = " + g.pick("bump", "pt1.Sum", "pp1.Sum", "out1.Sum", "pp2.Sum", g.atom("Point", depth)+".Sum", "nil")
		}
		if g.chance(20) {
			return "fx1 = " + g.pick("Point.Sum", "nil", "fx1")
		}
		if g.chance(30) {
			return "fs2 = " + g.pick("sh.Name", "e1.Error", "pt1.Name", "sm1.String")
		}
		return g.place("string", depth) + " += " + g.expr("string", depth)
	case 9:
		return g.place(g.pick(append([]string{"float64"}, integerTypes...)...), depth) + g.pick("++", "--")
	case 10:
		return g.pick("i1, b1 = ms[%s]", "_, b2 = mi[i2]", "pt1, b1 = mp[%s]", "i2, b2 = a1.(int)", "s1, b1 = a1.(string)", "pt2, b2 = a2.(Point)", "e1, b1 = a2.(error)", "xs, b2 = a2.([]int)")
	case 11:
		return g.pick("delete(ms, "+g.expr("string", depth)+")", "clear("+g.pick("ms", "xs", "mi")+")", "set(ms, "+g.expr("string", depth)+")", "copy(xs, ys)", "copy(bs, "+g.expr("string", depth)+")")
	case 12:
		if g.chance(30) {
			return "log." + g.pick("Print(", "Println(", "Print(", "Panic(", "Printf(\"%v %T %q\\n\", ") + g.args(depth) + ")"
		}
		if g.chance(20) {
			return "if " + g.expr("bool", 1) + " { panic(" + g.pick(`"own"`, `errors.New("err")`, "strconv.Quote(s1)") + ") }"
		}
	}
	return "fmt.Println(" + g.args(depth) + ")"
}
