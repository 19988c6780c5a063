package interp_test

// composites are types that nothing of the setup brings: the engine has to make
// them.
var composites = []string{"[][][]int8", "map[Point][]string", "struct{ X int; y string }", "[5]Small", "[]struct{ P Point; E error }", "map[any]uint8"}

// compositeOf is an expression of one of these types.
func (g *generator) compositeOf(t string, depth int) string {
	e := func(t string) string { return g.expr(t, depth) }
	switch t {
	case "[][][]int8":
		return g.pick("[][][]int8{{{"+e("int8")+", 1}, nil}, nil}", "append("+e(t)+", [][]int8{{"+e("int8")+"}})", e(t)+"[:1]")
	case "map[Point][]string":
		return g.pick("map[Point][]string{"+e("Point")+": {"+e("string")+"}}", "make(map[Point][]string, 2)")
	case "struct{ X int; y string }":
		return g.pick("struct{ X int; y string }{"+e("int")+", "+e("string")+"}", "struct{ X int; y string }{y: "+e("string")+"}", "a2.(struct{ X int; y string })")
	case "[5]Small":
		return "[5]Small{" + e("Small") + ", 4: " + e("Small") + "}"
	case "[]struct{ P Point; E error }":
		return "[]struct{ P Point; E error }{{" + e("Point") + ", " + e("error") + "}, {E: " + e("error") + "}}"
	case "map[any]uint8": // of one key: fmt sorts keys of several types by addresses
		return "map[any]uint8{" + e("any") + ": " + e("uint8") + "}"
	}
	return g.constant(t)
}

// withComposite is a statement that has to do with such a type.
func (g *generator) withComposite(depth int) string {
	t := g.pick(composites...)
	switch g.r.IntN(8) {
	case 7:
		u := g.pick("[]int", "any", "Point", "string", "map[string]int", "[]Point", "*Point")
		return "Dump(" + g.expr(g.pick(u, "[]int"), depth) + ", file)\n" + g.pick("fmt.Println(Load["+u+"](file, persist.NoVerify()))", "_, e1 = persist.Load["+u+"](file)")
	case 6:
		return g.pick("pile1.Push("+g.expr("string", depth)+")", "pile2.Push("+g.expr("Point", depth)+", "+g.expr("Point", depth)+").Push()", "pile1.Push(ws...)", "s1 = pile1.Get("+g.expr("int", depth)+")",
			"pt1 = pile2.Get(0)", "i1 = pile1.Len() + pile2.Len()", "fmt.Println(reflect.TypeFor["+t+"]())")
	case 5:
		u := g.pick(composites...)
		return g.pick("fmt.Println(reflect.TypeOf("+g.expr(t, depth)+"))", "b1 = reflect.DeepEqual("+g.expr(u, depth)+", "+g.expr(g.pick(t, u), depth)+")",
			"s1 = url.QueryEscape("+g.expr("string", depth)+")", "u32a = crc32.ChecksumIEEE([]byte("+g.expr("string", depth)+"))",
			"fmt.Println(utf16.Encode("+g.expr("[]rune", depth)+"))", "fmt.Println(reflect.ValueOf("+g.expr(t, depth)+").Kind())",
			"i1 = reflect.ValueOf("+g.expr("[]int", depth)+").Len()", "f64a, _ = big.NewFloat(1.5).Float64()", "var sh2 fmt.Stringer = "+g.expr("Small", depth)+"\nfmt.Println(sh2)")
	case 0:
		return "switch v := any(" + g.expr(g.pick(composites...), depth) + ").(type) {\ncase struct{ X int; y string }:\ni1 += v.X\ns1 += v.y\ncase map[Point][]string:\nv[pt1] = append(v[pt1], s2)\n" +
			"fmt.Println(len(v), v[pt1])\ncase " + g.pick("[5]Small, [][][]int8", "map[any]uint8", "[]struct{ P Point; E error }") + ":\nfmt.Printf(\"%T\\n\", v)\ndefault:\nb1 = !b1\n}"
	case 1:
		return "a2 = " + g.expr(t, depth) + "\nif v, ok := a2.(" + g.pick(composites...) + "); ok { fmt.Println(v, a1 == a2) }"
	case 2:
		return "for k, v := range (" + g.expr(g.pick("[][][]int8", "[5]Small", "[]struct{ P Point; E error }"), depth) + ") { fmt.Println(k, v) }"
	case 3:
		v := g.name("struct{ X int; y string }")
		g.locals = g.locals[:len(g.locals)-1]
		return "for range 1 {\n" + v + " := " + g.expr("struct{ X int; y string }", depth) + "\n" + v + ".X, " + v + ".y = " + g.expr("int", depth) + ", s1\nfmt.Printf(\"%+v\\n\", " + v + ")\n}"
	}
	return "fmt.Printf(\"%T %v\\n\", " + g.expr(t, depth) + ", " + g.expr(t, depth) + ")"
}
