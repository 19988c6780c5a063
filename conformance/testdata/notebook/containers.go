// Generic containers and iterators over them.
package main

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sort"
	"strings"
)

type Set[T comparable] map[T]struct{}

func SetOf[T comparable](xs ...T) Set[T] {
	s := Set[T]{}
	for _, x := range xs {
		s.Add(x)
	}
	return s
}
func (s Set[T]) Add(x T)          { s[x] = struct{}{} }
func (s Set[T]) Has(x T) bool     { _, ok := s[x]; return ok }
func (s Set[T]) All() iter.Seq[T] { return maps.Keys(s) }
func (s Set[T]) Union(o Set[T]) Set[T] {
	u := maps.Clone(s)
	maps.Copy(u, o)
	return u
}

type tree[K cmp.Ordered, V any] struct {
	root *branch[K, V]
	size int
}

type branch[K cmp.Ordered, V any] struct {
	key         K
	value       V
	left, right *branch[K, V]
}

func (t *tree[K, V]) put(k K, v V) *tree[K, V] {
	p := &t.root
	for *p != nil {
		switch c := cmp.Compare(k, (*p).key); {
		case c < 0:
			p = &(*p).left
		case c > 0:
			p = &(*p).right
		default:
			(*p).value = v
			return t
		}
	}
	*p = &branch[K, V]{key: k, value: v}
	t.size++
	return t
}

func (b *branch[K, V]) walk(yield func(K, V) bool) bool {
	return b == nil || b.left.walk(yield) && yield(b.key, b.value) && b.right.walk(yield)
}

func (t *tree[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.root.walk(yield) }
}

type pair[A, B any] struct {
	First  A
	Second B
}

func (p pair[A, B]) String() string { return fmt.Sprintf("<%v|%v>", p.First, p.Second) }

func zip[A, B any](a iter.Seq[A], b iter.Seq[B]) iter.Seq[pair[A, B]] {
	return func(yield func(pair[A, B]) bool) {
		next, stop := iter.Pull(b)
		defer stop()
		for x := range a {
			y, ok := next()
			if !ok || !yield(pair[A, B]{x, y}) {
				return
			}
		}
	}
}

func filter[T any](s iter.Seq[T], keep func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for x := range s {
			if keep(x) && !yield(x) {
				return
			}
		}
	}
}

func mapped[T, U any](s iter.Seq[T], f func(T) U) iter.Seq[U] {
	return func(yield func(U) bool) {
		s(func(x T) bool { return yield(f(x)) })
	}
}

func count() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Println("count ends")
		for i := 0; yield(i); i++ {
		}
	}
}

type number interface {
	~int | ~int64 | ~float64
}

func sum[S ~[]E, E number](xs S) (t E) {
	for _, x := range xs {
		t += x
	}
	return
}

type cents int64

func (c cents) String() string { return fmt.Sprintf("$%d.%02d", c/100, c%100) }

type ring[T any] struct {
	buf  []T
	head int
	n    int
}

func newRing[T any](size int) *ring[T] { return &ring[T]{buf: make([]T, size)} }
func (r *ring[T]) push(x T) (dropped T, full bool) {
	i := (r.head + r.n) % len(r.buf)
	if r.n == len(r.buf) {
		dropped, full = r.buf[r.head], true
		r.head = (r.head + 1) % len(r.buf)
		r.n--
	}
	r.buf[i] = x
	r.n++
	return
}
func (r *ring[T]) Slice() (out []T) {
	for i := range r.n {
		out = append(out, r.buf[(r.head+i)%len(r.buf)])
	}
	return
}

func describe[T any](x T) string {
	switch v := any(x).(type) {
	case int:
		return "int"
	case []T:
		return "slice of itself"
	case fmt.Stringer:
		return "stringer " + v.String()
	case pair[int, string]:
		return "pair"
	case *tree[string, T]:
		return "tree"
	}
	return fmt.Sprintf("%T", x)
}

func main() {
	s := SetOf(3, 1, 2).Union(SetOf(9))
	fmt.Println(slices.Sorted(s.All()), s.Has(2), s.Has(7), len(s))
	t := (&tree[string, int]{}).put("m", 1).put("c", 2).put("x", 3).put("c", 4)
	for k, v := range t.all() {
		if k == "x" {
			break
		}
		fmt.Print(k, "=", v, " ")
	}
	fmt.Println(t.size)
	for p := range zip(count(), slices.Values([]string{"a", "b", "c"})) {
		fmt.Println(p)
	}
	even := filter(count(), func(n int) bool { return n%2 == 0 })
	for x := range mapped(even, func(n int) string { return strings.Repeat("*", n) }) {
		if len(x) > 4 {
			break
		}
		fmt.Printf("%q\n", x)
	}
	fmt.Println(sum([]cents{150, 275}), sum([]float64{.5, .25}), sum([]int(nil)))
	r := newRing[pair[int, string]](2)
	for i := range 4 {
		fmt.Println(r.push(pair[int, string]{i, fmt.Sprint(i)}))
	}
	fmt.Println(r.Slice())
	fmt.Println(describe(1), describe(pair[int, string]{}), describe(cents(5)), describe([]int{}), describe(t), describe(map[string]cents{}))
	fmt.Printf("%T %T %T %T\n", s, t, r, pair[cents, Set[string]]{})
	max, min := max(3, 9), min(2, 1)
	clear := func() { clear(s) }
	clear()
	fmt.Println(max, min, len(s))
	ps := []pair[string, int]{{"b", 2}, {"a", 2}, {"c", 1}}
	slices.SortFunc(ps, func(a, b pair[string, int]) int {
		return cmp.Or(cmp.Compare(a.Second, b.Second), strings.Compare(a.First, b.First))
	})
	fmt.Println(ps, sort.SliceIsSorted(ps, func(i, j int) bool { return ps[i].Second < ps[j].Second }))
	chunks := slices.Collect(slices.Chunk([]int{1, 2, 3, 4, 5}, 2))
	fmt.Println(chunks)
}
