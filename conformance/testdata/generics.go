// Generic functions, types, constraints, aliases and inference.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

type number interface {
	~int | ~int64 | ~float64
}
type celsius float64
type ordered[T any] interface {
	cmp.Ordered
	less(T) bool
}
type myint int

func (a myint) less(b myint) bool { return a < b }

func sum[T number](xs ...T) (t T) {
	for _, x := range xs {
		t += x
	}
	return
}
func mapTo[T, U any](xs []T, f func(T) U) []U {
	out := make([]U, 0, len(xs))
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}
func reduce[T, A any](xs []T, a A, f func(A, T) A) A {
	for _, x := range xs {
		a = f(a, x)
	}
	return a
}
func smallest[T ordered[T]](xs []T) T {
	return slices.MinFunc(xs, func(a, b T) int {
		if a.less(b) {
			return -1
		}
		return 1
	})
}

type stack[T any] struct{ items []T }

func (s *stack[T]) push(x T) *stack[T] { s.items = append(s.items, x); return s }
func (s *stack[T]) pop() (x T, err error) {
	if len(s.items) == 0 {
		return x, errEmpty
	}
	x = s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return x, nil
}
func (s stack[T]) all() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i, x := range s.items {
			if !yield(i, x) {
				return
			}
		}
	}
}

var errEmpty = errors.New("empty")

type tree[K cmp.Ordered, V any] struct {
	root *node[K, V]
	size int
}
type node[K cmp.Ordered, V any] struct {
	key         K
	val         V
	left, right *node[K, V]
}

func (t *tree[K, V]) put(k K, v V) {
	at := &t.root
	for *at != nil {
		switch c := cmp.Compare(k, (*at).key); {
		case c < 0:
			at = &(*at).left
		case c > 0:
			at = &(*at).right
		default:
			(*at).val = v
			return
		}
	}
	*at = &node[K, V]{key: k, val: v}
	t.size++
}
func (t *tree[K, V]) each(f func(K, V)) { walk(t.root, f) }
func walk[K cmp.Ordered, V any](n *node[K, V], f func(K, V)) {
	if n != nil {
		walk(n.left, f)
		f(n.key, n.val)
		walk(n.right, f)
	}
}

type set[T comparable] = map[T]struct{}
type vec[T any] = []T
type pairOf[A any] = struct{ first, second A }
type both[A, B any] struct {
	A A
	B B
}

func mk[A, B any](a A, b B) both[A, B] { return both[A, B]{a, b} }

type stringish interface{ ~string | ~[]byte }

func size[S stringish](s S) int { return len(s) }

type ptrTo[T any] interface {
	*T
	set(string)
}
type conf struct{ v string }

func (c *conf) set(s string) { c.v = s }
func build[T any, P ptrTo[T]](s string) T {
	var t T
	P(&t).set(s)
	return t
}

type linked[T any] struct {
	val  T
	next *linked[T]
}

func (l *linked[T]) String() string {
	var b strings.Builder
	for ; l != nil; l = l.next {
		fmt.Fprint(&b, l.val, ";")
	}
	return b.String()
}
func zero[T any]() (z T)      { return }
func typeName[T any]() string { return fmt.Sprintf("%T", *new(T)) }
func kind[T any](x T) string {
	switch any(x).(type) {
	case int:
		return "int"
	case myint:
		return "myint"
	case stack[T]:
		return "stack"
	case fmt.Stringer:
		return "stringer"
	}
	return "other"
}

type fnType[A any] func(A) A

func (f fnType[A]) twice(a A) A { return f(f(a)) }

type embeds[T any] struct {
	stack[T]
	*linked[T]
}
type tuple[A any, B interface{ ~[]A }] struct {
	a A
	b B
}
type chain interface {
	next() chain
}
type link int

func (l link) next() chain {
	if l == 0 {
		return nil
	}
	return l - 1
}
func length[C chain](c C) int {
	n := 0
	for x := chain(c); x != nil; x = x.next() {
		n++
	}
	return n
}

func main() {
	fmt.Println(sum(1, 2, 3), sum(1.5, 2), sum[celsius](1, 2.5), sum[int]())
	fmt.Println(mapTo([]int{1, 2}, func(i int) string { return strings.Repeat("x", i) }))
	fmt.Println(reduce([]string{"a", "bb"}, 0, func(n int, s string) int { return n + len(s) }))
	fmt.Println(smallest([]myint{3, 1, 2}))
	s := new(stack[both[string, myint]])
	s.push(mk("a", myint(1))).push(mk("b", myint(2)))
	for i, x := range s.all() {
		fmt.Println(i, x.A, x.B)
	}
	x, err := s.pop()
	fmt.Printf("%+v %v %T\n", x, err, s)
	s.pop()
	_, err = s.pop()
	fmt.Println(errors.Is(err, errEmpty))
	var t tree[string, []int]
	t.put("q", []int{1})
	t.put("a", nil)
	t.put("q", []int{2, 3})
	t.each(func(k string, v []int) { fmt.Println(k, v) })
	fmt.Printf("%T %d\n", t, t.size)
	u := set[string]{"x": {}, "y": {}}
	fmt.Println(len(u), slices.Sorted(maps.Keys(u)), vec[int]{1, 2}, pairOf[int]{3, 4})
	fmt.Printf("%T %T %T\n", u, vec[myint]{}, pairOf[celsius]{})
	fmt.Println(size("abc"), size([]byte{1}), build[conf]("set").v)
	fmt.Println(&linked[int]{1, &linked[int]{2, nil}}, zero[*int]() == nil, typeName[map[string]stack[myint]]())
	fmt.Println(kind(1), kind(myint(2)), kind(&linked[int]{}), kind("x"))
	fmt.Println(fnType[int](func(i int) int { return i * 3 }).twice(2))
	e := embeds[int]{}
	e.push(4)
	e.linked = &linked[int]{5, nil}
	fmt.Println(e.items, e.linked, e.val)
	fmt.Printf("%T %T %+v\n", e, tuple[int, []int]{}, tuple[byte, []byte]{1, []byte("x")})
	f := mapTo[myint, string]
	fmt.Printf("%T %v\n", f, f([]myint{1}, func(m myint) string { return fmt.Sprint(m) }))
	fmt.Println(length(link(3)))
	push := (*stack[int]).push
	fmt.Println(push(&stack[int]{}, 1).items, (&stack[int]{}).push(2).items)
}
