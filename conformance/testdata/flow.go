// Control flow: labels, goto, switch, select, defer, recover, range.
package main

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"runtime"
	"strings"
)

type myErr struct{ code int }

func (e *myErr) Error() string   { return fmt.Sprint("myErr ", e.code) }
func (e *myErr) Is(t error) bool { return t == errBase && e.code > 10 }

var errBase = errors.New("base")

func named(n int) (res int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
		res *= 2
	}()
	if n == 0 {
		panic(&myErr{3})
	}
	res = 10 / n
	return res + 1, nil
}
func deferOrder() (out []int) {
	for i := range 4 {
		defer func() { out = append(out, i) }()
	}
	return nil
}
func nested() (s string) {
	defer func() { s += fmt.Sprint(recover()) }()
	defer func() {
		defer func() { s += fmt.Sprint(recover(), ",") }()
		panic("second")
	}()
	panic("first")
}
func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { fmt.Print("done;") }()
		for i := 0; i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}
func find(n int) int {
	for x := range count(10) {
		for y := range count(10) {
			if x*y == n {
				return x*100 + y
			}
		}
	}
	return -1
}
func goexit() (s string) {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() { s = fmt.Sprint("exit ", recover()) }()
		runtime.Goexit()
	}()
	<-done
	return
}
func classify(v any) string {
	switch x := v.(type) {
	case nil:
		return "nil"
	case int, uint:
		return fmt.Sprintf("int-like %v", x)
	case []int:
		return fmt.Sprint("slice ", len(x))
	case func() int:
		return fmt.Sprint("func ", x())
	case *myErr:
		return fmt.Sprint("myErr ", x.code)
	case error:
		return "error " + x.Error()
	case struct{ a, b int }:
		return fmt.Sprint("anon ", x.b)
	case map[string]any, chan<- int:
		return fmt.Sprintf("%T", x)
	default:
		return fmt.Sprintf("other %T", x)
	}
}

func main() {
	fmt.Println(named(2))
	fmt.Println(named(0))
	fmt.Println(deferOrder(), nested(), find(42), goexit())
	i := 0
loop:
	if i < 3 {
		fmt.Print("goto", i, " ")
		i++
		goto loop
	}
	fmt.Println()
outer:
	for y := 0; y < 4; y++ {
		for x := 0; ; x++ {
			switch {
			case x == 3:
				continue outer
			case y == 2:
				break outer
			case x == 1:
				continue
			}
			fmt.Print(x, y, " ")
		}
	}
	fmt.Println()
	switch x := 5; {
	case x > 3:
		fmt.Print("big ")
		fallthrough
	case x > 10:
		fmt.Print("fell ")
		if x == 5 {
			break
		}
		fmt.Print("never")
	default:
		fmt.Print("default")
	}
	fmt.Println()
	for _, v := range []any{nil, 1, uint(2), []int{1}, func() int { return 4 }, &myErr{5}, errBase, struct{ a, b int }{1, 2}, map[string]any{}, make(chan<- int), 'x', make(chan int)} {
		fmt.Println(classify(v))
	}
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i *= 10; return i })
	}
	for _, f := range fs {
		fmt.Print(f(), f(), " ")
	}
	fmt.Println()
	for i, r := range "aé\xff世" {
		fmt.Print(i, ":", string(r), " ")
	}
	for i := range 3 {
		fmt.Print(i)
	}
	for range 2 {
		fmt.Print("!")
	}
	for i, x := range [...]int{5, 6} {
		fmt.Print(i, x)
	}
	var np *[3]int
	for i := range np {
		fmt.Print(i)
	}
	fmt.Println(len(np))
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	close(ch)
	for v := range ch {
		fmt.Print(v)
	}
	v, ok := <-ch
	fmt.Println(v, ok)
	select {
	case x, ok := <-ch:
		fmt.Println("closed", x, ok)
	default:
		fmt.Println("default")
	}
	var nilch chan int
	select {
	case <-nilch:
	default:
		fmt.Println("nil channel")
	}
	err := fmt.Errorf("ctx: %w", errors.Join(&myErr{11}, os.ErrNotExist))
	var me *myErr
	fmt.Println(errors.As(err, &me), me.code, errors.Is(err, errBase), errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrExist))
	for _, f := range []func(){
		func() { var m map[string]int; m["x"] = 1 },
		func() { var a []int; _ = a[i] },
		func() { a := []int{1, 2}; _ = a[i-1 : 1] },
		func() { x := 0; fmt.Println(1 / x) },
		func() { var p *myErr; fmt.Println(p.code) },
		func() { var x any = "s"; fmt.Println(x.(int)) },
		func() { var x any; fmt.Println(x.(error)) },
		func() { var x any = 3; fmt.Println(x.(fmt.Stringer)) },
		func() { close(nilch) },
		func() { close(ch) },
		func() { ch <- 1 },
		func() { _ = make([]int, i-10) },
		func() { panic(&myErr{7}) },
		func() { panic(fmt.Sprintf("%d", 7)) },
		func() { var e error; panic(e) },
		func() { m := map[any]int{}; m[[]int{}] = 1 },
		func() { var f func(); f() },
		func() { _ = [4]int([]int{1}) },
		func() { var x, y any = []int{}, []int{}; fmt.Println(x == y) },
	} {
		func() {
			defer func() {
				r := recover()
				_, isRT := r.(runtime.Error)
				_, isErr := r.(error)
				fmt.Printf("%v | %v %v\n", r, isRT, isErr)
			}()
			f()
		}()
	}
	fmt.Println(strings.Repeat("-", 5))
	defer fmt.Println("deferred at the end")
	defer func() {
		fmt.Println("recovering", recover())
	}()
	defer func() { panic(fmt.Errorf("final %w", &myErr{1})) }()
	var list []func() int
	fmt.Println(list[len(classify(nil))]())
}
