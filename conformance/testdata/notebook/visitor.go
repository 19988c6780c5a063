package main

import "fmt"

type Visitor[R any] interface {
	Num(int) R
	Add(a, b Expr) R
}
type Expr interface{ String() string }
type Num int
type Add struct{ A, B Expr }

func (n Num) String() string { return fmt.Sprint(int(n)) }
func (a Add) String() string { return fmt.Sprintf("(%v+%v)", a.A, a.B) }

func Accept[R any](e Expr, v Visitor[R]) R {
	switch e := e.(type) {
	case Num:
		return v.Num(int(e))
	case Add:
		return v.Add(e.A, e.B)
	case nil:
		panic("nil expr")
	}
	panic(fmt.Sprintf("unknown %T", e))
}

type eval struct{}

func (eval) Num(n int) int       { return n }
func (v eval) Add(a, b Expr) int { return Accept[int](a, v) + Accept[int](b, v) }

type depth struct{ max *int }

func (d depth) Num(int) string { return "." }
func (d depth) Add(a, b Expr) string {
	*d.max++
	return "(" + Accept[string](a, d) + Accept[string](b, d) + ")"
}

type Tree[T any] struct {
	Left, Right *Tree[T]
	Val         T
}

func (t *Tree[T]) Walk(f func(T)) {
	if t != nil {
		t.Left.Walk(f)
		f(t.Val)
		t.Right.Walk(f)
	}
}
func Insert[T any](t *Tree[T], v T, less func(a, b T) bool) *Tree[T] {
	switch {
	case t == nil:
		return &Tree[T]{Val: v}
	case less(v, t.Val):
		t.Left = Insert(t.Left, v, less)
	default:
		t.Right = Insert(t.Right, v, less)
	}
	return t
}

type unknown struct{ Expr }

func main() {
	e := Add{Num(1), Add{Num(2), Add{Num(3), Num(4)}}}
	var n int
	fmt.Println(e, Accept[int](e, eval{}), Accept[string](e, depth{&n}), n)
	var t *Tree[Expr]
	for _, x := range []Expr{e.B, Num(5), e, Num(0)} {
		t = Insert(t, x, func(a, b Expr) bool { return Accept[int](a, eval{}) < Accept[int](b, eval{}) })
	}
	t.Walk(func(e Expr) { fmt.Print(e, " ") })
	fmt.Println()
	m := map[Expr]string{Num(1): "one", Add{Num(1), Num(2)}: "sum"}
	fmt.Println(m[Add{Num(1), Num(2)}], m[Num(2)] == "")
	Accept[int](unknown{Num(1)}, eval{})
}
