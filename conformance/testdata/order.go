// Initialisation and evaluation order, init functions, package variables.
package main

import (
	"fmt"
	"strings"
)

var log []string

func trace(s string, n int) int { log = append(log, s); return n }

var (
	va = trace("a", vb+1)
	vb = trace("b", vc+1)
	vc = trace("c", 1)
)
var vx, vy = two()
var _ = trace("blank", 0)
var vz = func() int { return trace("z", vx) }()

func two() (int, string) { trace("two", 0); return 7, "why" }

func init() { trace("init1", 0) }
func init() { trace("init2", 0); va *= 10 }

type T struct{ v int }

func (t *T) do(n int) *T { trace(fmt.Sprint("do", n), 0); t.v += n; return t }

func mutual1(n int) string {
	if n == 0 {
		return "."
	}
	return "1" + mutual2(n-1)
}
func mutual2(n int) string {
	if n == 0 {
		return "!"
	}
	return "2" + mutual1(n-1)
}

type recA struct {
	b *recB
	f func(recA) recB
}
type recB struct {
	a  []recA
	m  map[string]recI
	ch chan *recB
}
type recI interface {
	next() recI
	list() []recA
}

func (b *recB) next() recI   { return b.m["n"] }
func (b *recB) list() []recA { return b.a }

type tree []tree

func depth(t tree) int {
	d := 0
	for _, k := range t {
		d = max(d, depth(k))
	}
	return d + 1
}

type fnRec func(int) fnRec

var selfRef = map[string]func() int{"a": func() int { return len(log) }, "b": func() int { return other() }}

func other() int { return vc }

var arr = [...]int{trace("e0", 0), 2: trace("e2", 2), 1: trace("e1", 1)}

func args(a, b, c int) string { return fmt.Sprint(a, b, c) }

func main() {
	fmt.Println(va, vb, vc, vx, vy, vz, arr)
	fmt.Println(strings.Join(log, " "))
	log = nil
	t := (&T{}).do(1).do(trace("arg", 2))
	fmt.Println(t.v, log)
	log = nil
	fmt.Println(args(trace("p", 1), trace("q", 2), trace("r", 3)), log)
	log = nil
	m := map[int]int{trace("k1", 1): trace("v1", 1), trace("k2", 2): trace("v2", 2)}
	fmt.Println(m, log, mutual1(5))
	b := &recB{a: []recA{{f: func(a recA) recB { return recB{a: []recA{a}} }}}, m: map[string]recI{}}
	b.m["n"] = b
	fmt.Println(len(b.next().next().list()), len(b.a[0].f(recA{}).a))
	fmt.Println(depth(tree{{}, {{}, {{}}}}))
	var f fnRec
	f = func(n int) fnRec { fmt.Print(n, " "); return f }
	f(1)(2)(3)
	fmt.Println(selfRef["a"](), selfRef["b"]())
	xs := []int{1, 2, 3}
	for i, x := range xs {
		xs[2] = 10
		if i == 0 {
			xs = append(xs, 4)
		}
		fmt.Print(x, " ")
	}
	fmt.Println(xs)
	get := func(i int) *int { trace(fmt.Sprint("get", i), 0); return &xs[i] }
	log = nil
	*get(0), *get(1) = *get(1), *get(0)
	fmt.Println(xs, log)
	var i int
	i, xs[i] = 1, 99
	fmt.Println(i, xs)
	ch := make(chan func() int, 1)
	ch <- func() int { return trace("ch", 5) }
	log = nil
	fmt.Println((<-ch)()+trace("after", 1), log)
	a := []func(){}
	for i := range 2 {
		defer func() { fmt.Println("defer", i, len(a)) }()
		a = append(a, func() {})
	}
}
