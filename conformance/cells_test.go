package conformance_test

import (
	"slices"
	"strings"
	"testing"

	"gomemo/conformance"
)

func TestCells(t *testing.T) {
	tests := []struct {
		name, program string
		layout        conformance.Layout
		want          []string
	}{
		{"kinds", "var v = f()\nfunc f() T { return c }\ntype T int\nconst c = 1\nfunc main() { println(v) }", conformance.Grouped,
			[]string{"type T int\nconst c = 1", "func f() T { return c }", "var v = f()", "println(v);"}},
		{"circles share a cell", "var v = 0\nfunc f() { g(); v++ }\nfunc g() { f() }\nfunc main() { f() }", conformance.Single,
			[]string{"var v = 0", "func f() { g(); v++ }\nfunc g() { f() }", "f();"}},
		{"methods before a value that may need them", "var v any = T(1)\ntype T int\nfunc (T) String() string { return \"\" }\nfunc main() {}", conformance.Grouped,
			[]string{"type T int", "func (T) String() string { return \"\" }", "var v any = T(1)"}},
		{"methods before their interface is asked for", "func f() I { return T(1) }\ntype T int\ntype I interface{ M() }\nfunc (T) M() {}\nfunc (T) N() { f() }\nfunc main() {}", conformance.Single,
			[]string{"type T int", "type I interface{ M() }", "func (T) M() {}", "func f() I { return T(1) }", "func (T) N() { f() }"}},
		{"order of initial values", "var a = f(1)\nvar b = f(2)\nfunc f(n int) int { println(n); return n }\nfunc main() {}", conformance.Single,
			[]string{"func f(n int) int { println(n); return n }", "var a = f(1)", "var b = f(2)"}},
		{"init", "var a int\nfunc init() { a = 1 }\nfunc init() { if a > 0 { return }; a = 2 }\nfunc main() { println(a) }", conformance.Grouped,
			[]string{"var a int", "{ a = 1 }", "func() { if a > 0 { return }; a = 2 }();", "println(a);"}},
		{"groups", "type (\n\tA int\n\tB A\n)\nvar (\n\tx A\n\ty, z B\n)\nfunc main() {}", conformance.Grouped,
			[]string{"type A int\ntype B A", "var x A\nvar y, z B"}},
		{"directives", "//go:noinline\nfunc f() {}\nfunc main() {}", conformance.Grouped, []string{"//go:noinline\nfunc f() {}"}},
		{"a type of main in the way", "type T int\nfunc main() {\n\ttype T string\n\tprintln(T(\"\"))\n}", conformance.Single,
			[]string{"type T int", "{\n\ttype T string\n\tprintln(T(\"\"))\n}"}},
		{"names of the language", "func main() {\n\tlen := 1\n\tprintln(len)\n}", conformance.Single, []string{"len := 1;", "println(len);"}},
		{"statements that belong together", "func main() {\n\tdefer println(1)\n\tprintln(2)\n}", conformance.Single,
			[]string{"defer println(1)\n\tprintln(2);"}},
		{"main that is called", "var n int\nfunc main() { if n++; n < 3 { main() } }", conformance.Single,
			[]string{"var n int", "func main() { if n++; n < 3 { main() } }", "main();"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := conformance.Parse([]byte("package main\n"+tt.program+"\n"), nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range p.Cells(tt.layout) {
				got = append(got, strings.TrimSpace(c))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
		})
	}
}
