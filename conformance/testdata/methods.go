// Method values and expressions, methods on every kind of type.
package main

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
)

type num int
type fn func(num) num
type list []num
type dict map[string]num
type pipe chan num
type pair [2]num
type ptr struct{ v num }

func (n num) add(m num) num  { return n + m }
func (n *num) inc() *num     { *n++; return n }
func (f fn) twice(n num) num { return f(f(n)) }
func (l list) sum() (s num) {
	for _, x := range l {
		s += x
	}
	return
}
func (l *list) push(xs ...num) list { *l = append(*l, xs...); return *l }
func (d dict) keys() []string {
	var ks []string
	for k := range d {
		ks = append(ks, k)
	}
	sort.Strings(ks)
	return ks
}
func (p pipe) send(n num) pipe { p <- n; return p }
func (p pair) swap() pair      { return pair{p[1], p[0]} }
func (p *ptr) get() num {
	if p == nil {
		return -1
	}
	return p.v
}
func (ptr) Static() string               { return "static" }
func (p ptr) String() string             { return fmt.Sprint("ptr:", p.v) }
func (p ptr) Format(s fmt.State, c rune) { fmt.Fprintf(s, "<%c %d>", c, p.v) }
func (_ num) unnamed(_, _ int) int       { return 3 }
func (n num) variadic(pre string, xs ...any) string {
	return pre + strings.TrimSpace(fmt.Sprintln(append([]any{n}, xs...)...))
}

type adder interface{ add(num) num }

func apply(f func(num, num) num, a, b num) num { return f(a, b) }

func main() {
	n := num(3)
	fmt.Println(n.add(4), num.add(1, 2), apply(num.add, 5, 6))
	bound := n.add
	n.inc().inc()
	fmt.Println(bound(1), n, (*num).inc(&n) == &n, n)
	fmt.Println(fn(func(x num) num { return x * 2 }).twice(3), fn.twice(bound, 1))
	l := list{1, 2}
	p := l.push
	p(3, 4)
	fmt.Println(l, l.sum(), (*list).push(&l), list.sum(l))
	d := dict{"b": 1, "a": 2}
	fmt.Println(d.keys(), dict.keys(d))
	c := make(pipe, 2)
	fmt.Println(<-c.send(7).send(8), len(c))
	fmt.Println(pair{1, 2}.swap())
	var np *ptr
	fmt.Println(np.get(), (*ptr).get(nil), (&ptr{4}).get(), ptr.Static(ptr{}), (*ptr).Static(&ptr{}))
	fmt.Printf("%v %d %s %+v\n", ptr{1}, ptr{2}, &ptr{3}, []ptr{{4}})
	fmt.Println(n.unnamed(1, 2), n.variadic("pre ", 1, "x"), num.variadic(1, ""))
	var a adder = n
	fmt.Println(a.add(1), adder.add(a, 2), interface{ add(num) num }.add(a, 3))
	ms := map[string]func(num) num{"a": n.add, "b": a.add, "c": func(x num) num { return -x }}
	fmt.Println(ms["a"](1), ms["b"](1), ms["c"](1))
	t := reflect.TypeOf(&ptr{})
	for i := range t.NumMethod() {
		fmt.Println(t.Method(i).Name, t.Method(i).Type)
	}
	fmt.Printf("%T %T %T %T %T\n", n.add, num.add, (*list).push, adder.add, ms)
	func() {
		defer func() { fmt.Println(recover()) }()
		var nilAdder adder
		f := nilAdder.add
		f(1)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		var s fmt.Stringer = np
		fmt.Println(s.String())
	}()
	type local struct{ num }
	fmt.Println(local{5}.add(1), local.add(local{6}, 1))
	fmt.Printf("%T %v\n", local{7}, local{7})
}
