package interp_test

import "slices"

// genericOf is an expression of type t that calls generic functions of the
// setup, whose instances no loaded code has.
func (g *generator) genericOf(t string, depth int) string {
	e := func(t string) string { return g.expr(t, depth) }
	index := g.pick("0", "1", "i1", "u8b%4", "-1")
	switch t {
	case "int":
		if g.chance(50) {
			return g.pick("gat(xs, "+index+")", "gput(ms, "+e("string")+", "+e("int")+")", "gmap3([3]int{1, "+e("int")+"}, "+g.pick("tr", "fn1", "fn2", "poke")+")[1]", "gvar("+e("string")+")", "gat(xss, 1)[0]", "gsum(a1, fn1, &i1)", "gnest(pp1, "+e("int")+").X")
		}
	case "string":
		if g.chance(50) {
			u := g.pick("int", "string", "any", "Point", "*Point", "Small", "[]int", "error", "Shape")
			return g.pick("gkind["+u+"]("+e(u)+")", "gat(ws, "+index+")", "gmap3([3]Small{"+e("Small")+"}, Small.String)[0]", "gput(mi, "+e("int")+", "+e("string")+")", "gvars[Shape](sh, pt1, "+e("Small")+")", "gvars("+e("int")+")", "gdeep["+u+"]("+e(u)+")")
		}
	case "bool":
		u := g.pick("int", "string", "any", "Point", "*Point", "error", "Shape", "[3]int", "float64")
		return "geq[" + u + "](" + e(u) + ", " + e(u) + ")"
	case "Point":
		if g.chance(40) {
			return g.pick("gat(ps, "+index+")", "gput(mp, "+e("string")+", "+e("Point")+")", "*gnest(&pt1, 1)")
		}
	}
	if (slices.Contains(integerTypes, t) || slices.Contains(floatTypes, t)) && g.chance(50) {
		return "gscale[" + t + "](" + e(t) + ", " + g.operand(t, depth) + ")"
	}
	return g.pick("gid["+t+"]("+e(t)+")", "gcast["+t+"]("+e("any")+")", "gcast["+t+"](any("+e(t)+"))", "gptr(new("+t+"), "+e(t)+")", "gtwo["+t+", int]("+e(t)+", i1).A")
}

// genericly is a statement with such calls.
func (g *generator) genericly(depth int) string {
	t := g.pick(placeTypes...)
	if g.chance(20) {
		t = g.pick(composites...)
	}
	n := g.pick("int8", "uint16", "int", "float64", "float32", "Small")
	switch g.r.IntN(6) {
	case 4:
		return g.pick("slices.Sort(xs)", "slices.Reverse(ws)", "b1 = slices.Contains(ws, "+g.expr("string", depth)+")", "i1 = slices.Index("+g.expr("[]int", depth)+", i2)", "xs = slices.Concat("+g.expr("[]int", depth)+", ys)",
			"i2 = slices.Max("+g.expr("[]int", depth)+")", "b2 = slices.Equal(ps, "+g.expr("[]Point", depth)+")",
			"fmt.Println(slices.Max([]"+n+"{"+g.expr(n, depth)+", "+g.place(n, 0)+"}))", "fmt.Println(slices.Min([]"+n+"{"+g.expr(n, depth)+", "+g.place(n, 0)+"}[:u8b&1]))", "ns := []"+n+"{"+g.expr(n, depth)+", "+g.place(n, 0)+", 3}\nslices.Sort(ns)\nfmt.Println(slices.BinarySearch(ns, "+g.place(n, 0)+"))",
			"b1 = slices.Contains([]any{"+g.expr("int", depth)+", a1, pt1}, "+g.expr("any", depth)+")", "b2 = slices.Equal([]any{a1, e1}, []any{a2, "+g.expr("any", depth)+"})", "_, b1 = errors.AsType[*strconv.NumError]("+g.expr("error", depth)+")", "i2 = slices.Index([]error{nil, errors.ErrUnsupported, e1}, "+g.expr("error", depth)+")", "i1 = cmp.Compare(f64a, "+g.expr("float64", depth)+")", "ws = slices.Sorted(maps.Keys("+g.expr("map[string]int", depth)+"))",
			"ws = slices.Insert(ws, "+g.pick("0", "1", "i1")+", "+g.expr("string", depth)+")", "ws = gfill(int(u8b%4), "+g.expr("string", depth)+")", "ps = gfill(3, "+g.expr("Point", depth)+")")
	case 5:
		return g.pick("pile1 = *gpile("+g.expr("string", depth)+", s1)", "pile2 = gpile(ps...)", "a1 = Pile[string]{}", "_, b1 = a1.(Pile[string])", "pile2, b2 = any(pile2).(*Pile[Point])", "pile1 = Pile[string]{in: "+g.expr("[]string", depth)+"}",
			"fmt.Println(gid(pile1), kind(pile2), gkind(pile1))")
	case 0:
		return g.place(t, depth) + ", " + g.place(t, depth) + " = gswap[" + t + "](" + g.expr(t, depth) + ", " + g.expr(t, depth) + ")"
	case 1:
		return g.place(t, depth) + ", " + g.place("bool", 0) + " = gtry[" + t + "](" + g.expr("any", depth) + ")"
	case 2:
		return "gnone(" + g.expr("[]int", depth) + ", " + g.expr("int", depth) + ")"
	}
	if t == "Outer" || t == "*Point" { // they have addresses
		t = "Shape"
	}
	return "fmt.Println(" + g.genericOf(t, depth) + ")"
}
