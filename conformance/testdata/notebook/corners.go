package main

import (
	"fmt"
	"unsafe"
)

type (
	A = []B
	B struct {
		next *B
		as   A
		f    func(A) B
	}
	C[T any] struct {
		B
		v T
		D *C[C[int]]
	}
	I interface {
		m() J
		fmt.Stringer
	}
	J interface{ I }
)

func (b B) m() J              { return &b }
func (b B) String() string    { return fmt.Sprintf("B%d", len(b.as)) }
func (c C[T]) String() string { return fmt.Sprintf("C(%v)%v", c.v, c.B) }

type Temp float64
type Bits [3]bool
type Flag struct {
	a bool
	b int32
	Bits
}
type Key struct {
	s string
	i any
	a [2]Temp
}
type F func(F) int

func (f F) self() int { return f(f) }

type Ptr *Flag
type Ch chan<- Ch
type M map[string]M

func (m M) depth() (n int) {
	for _, x := range m {
		n = max(n, x.depth())
	}
	return n + 1
}

type Num interface{ ~int | ~float64 }

func conv[T, U Num](x T) U { return U(x) }
func ptr[T any](v T) *T    { return &v }

type S1 struct {
	X int `a:"1"`
	y string
}
type S2 struct {
	X int `b:"2"`
	y string
}

const big = 1 << 40

var (
	x0    = y0 * 2
	y0    = z0 + 1
	z0    = func() int { order = append(order, "z"); return 3 }()
	order []string
	_     = func() int { order = append(order, "_"); return 0 }()
	p, q  = func() (int, string) { order = append(order, "pq"); return x0, "q" }()
)

func main() {
	b := B{as: A{{}, {}}}
	b.f = func(a A) B { return a[0] }
	var i I = b
	j := i.m()
	fmt.Println(i, j.m().m(), b.f(A{b}).as == nil, C[string]{B: b, v: "x"})
	fmt.Printf("%T %T %T\n", A{}, C[C[string]]{}, ptr(C[A]{}))
	fmt.Println(conv[int, Temp](3)/2, conv[Temp, int](2.9), *ptr(Temp(1)))
	m := map[Key]int{{"a", 1, [2]Temp{1}}: 1}
	m[Key{"a", 1, [2]Temp{1, 0}}]++
	m[Key{"a", int8(1), [2]Temp{1}}]++
	fmt.Println(len(m), m[Key{i: 1, s: "a", a: [...]Temp{1, 0}}])
	func() {
		defer func() { fmt.Println(recover()) }()
		m[Key{i: []int{}}] = 1
	}()
	n := 0
	f := F(func(f F) int {
		if n++; n < 5 {
			return f.self()
		}
		return n
	})
	fmt.Println(f.self(), M{"a": {"b": nil}}.depth())
	var fl Flag
	var pp Ptr = &fl
	pp.b = 5
	(*pp).Bits[1] = true
	fmt.Println(fl, unsafe.Sizeof(fl), unsafe.Offsetof(fl.b), fl == Flag{b: 5, Bits: Bits{1: true}})
	s := S2(S1{1, "y"})
	anon := struct {
		X int
		y string
	}(s)
	fmt.Println(s, anon, any(s) == any(S2{1, "y"}), any(anon) == any(s))
	c := make(Ch, 1)
	c <- c
	fmt.Println(len(c), big>>38, uint8(big>>36&0xff), x0, y0, z0, order, p, q)
	arr := [...]string{2: "c", 0: "a"}
	sl := arr[:1:2]
	sl = append(sl, "B")
	sl = append(sl, "own")
	sl[0] = "z"
	fmt.Printf("%q %q %d\n", arr, sl, cap(arr[1:]))
	var e1, e2 any = &arr, &arr
	fmt.Println(e1 == e2, *e1.(*[3]string) == arr)
	goto end
end:
	fmt.Println(func(xs ...int) (a, b int) { a = len(xs); defer func() { b = a * 2 }(); return a, 0 }(1, 2))
}
