package main

import (
	"fmt"
	"iter"
	"os"
	"strings"
)

func events(n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		defer fmt.Println("events closed")
		for i := range n {
			var err error
			if i%3 == 2 {
				err = fmt.Errorf("event %d", i)
			}
			if !yield(i, err) {
				fmt.Println("stopped at", i)
				return
			}
		}
	}
}

func find(grid [][]rune, want rune) (x, y int, ok bool) {
rows:
	for y, row := range grid {
		for x, r := range row {
			switch {
			case r == '#':
				continue rows
			case r == '!':
				break rows
			case r == want:
				return x, y, true
			}
		}
	}
	return
}

func deferred() (out []string) {
	for i, err := range events(5) {
		defer func() { out = append(out, fmt.Sprint("end ", i)) }()
		if err != nil {
			return []string{"returned"}
		}
		out = append(out, fmt.Sprint("body ", i))
	}
	return
}

func state(input string) (trace []string) {
	i := 0
start:
	if i >= len(input) {
		goto done
	}
	switch c := input[i]; c {
	case 'a':
		trace = append(trace, "A")
		fallthrough
	case 'b':
		trace = append(trace, "B")
	case 'x', 'y':
		if c == 'y' {
			break
		}
		trace = append(trace, "X")
	default:
		goto done
	}
	i++
	goto start
done:
	return append(trace, "done")
}

func closures() (fs []func() int) {
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	for i := range 2 {
		j := i * i
		fs = append(fs, func() int { j++; return i + j })
	}
	return
}

func fib() func() int {
	a, b := 0, 1
	return func() int {
		defer func() { a, b = b, a+b }()
		return a
	}
}

type op func(float64) float64

func (f op) then(g op) op { return func(x float64) float64 { return g(f(x)) } }

func compose(fs ...op) (out op) {
	out = func(x float64) float64 { return x }
	for _, f := range fs {
		out = out.then(f)
	}
	return
}

func variadic(pre string, xs ...any) int { fmt.Println(pre, len(xs), xs == nil, xs); return len(xs) }

func memo[K comparable, V any](f func(K) V) func(K) V {
	seen := map[K]V{}
	return func(k K) V {
		v, ok := seen[k]
		if !ok {
			v = f(k)
			seen[k] = v
		}
		return v
	}
}

func swap(a, b *int) { *a, *b = *b, *a }

func main() {
	for i, err := range events(4) {
		if i == 1 {
			continue
		}
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(i)
	}
	fmt.Println(deferred())
	grid := [][]rune{[]rune("..#q"), []rune(".q"), []rune("!z")}
	fmt.Println(find(grid, 'q'))
	fmt.Println(find(grid, 'z'))
	fmt.Println(state("abxy"), state("a?b"), state(""))
	for _, f := range closures() {
		fmt.Print(f(), f(), " ")
	}
	next := fib()
	for range 10 {
		fmt.Print(next(), " ")
	}
	fmt.Println()
	fmt.Println(compose(func(x float64) float64 { return x + 1 }, func(x float64) float64 { return x * 10 })(2))
	variadic("none")
	variadic("nil", nil)
	variadic("spread", []any{1, "a"}...)
	variadic("slice", []int{1, 2})
	var slow func(int) int
	calls := 0
	slow = memo(func(n int) int {
		calls++
		if n < 2 {
			return n
		}
		return slow(n-1) + slow(n-2)
	})
	fmt.Println(slow(40), calls)
	a, b := 1, 2
	swap(&a, &b)
	a, b = b, a+b
	xs := []int{0, 1, 2}
	i := 0
	i, xs[i] = 2, 9
	fmt.Println(a, b, xs, i)
	arr := [3]int{1, 2, 3}
	for i, v := range arr {
		arr[2] = 10
		if i == 2 {
			fmt.Println("v =", v)
		}
	}
	for i, v := range &arr {
		arr[2] = 20
		if i == 2 {
			fmt.Println("v =", v)
		}
	}
	m := map[string][]int{}
	for _, w := range strings.Fields("b a b c a b") {
		m[w] = append(m[w], len(m))
	}
	fmt.Println(m, len(m["none"]))
	var p *struct{ next *struct{ n int } }
	func() {
		defer func() { fmt.Println(recover()) }()
		fmt.Println(p.next.n)
	}()
	switch x := any(3.5).(type) {
	case int, string:
		fmt.Printf("%T\n", x)
	case float64:
		fmt.Println(x * 2)
	}
	if len(xs) == 3 {
		defer fmt.Println("not run by os.Exit")
		os.Exit(3)
	}
}
