// Shadowing, predeclared names, packages' names, unicode, odd text.
package main

import (
	_ "embed"
	"fmt"
	"math"
	"os"
	. "strconv"
	str "strings"
)

type error interface{ Error() string }
type int32 = float64
type été struct{ größe, 世界 int }

func (é été) Größe() int { return é.größe }

const π = math.Pi
const iota2 = iota

var strings = []string{"shadow"}
var len2 = len

func len(xs []string) int { return 42 }
func print(xs ...any)     { fmt.Println(append([]any{"print:"}, xs...)...) }

var copy = func(a, b int) int { return a - b }

type byte struct{ b uint8 }
type any = interface{}

var true, false = !(1 > 2), 1 > 2

const nilly = "nil"

type failing struct{}

func (failing) Error() string { return "failing" }

func shadow(fmt string, os int) (string, int) {
	math := os * 2
	{
		fmt := fmt + "!"
		os, math := 1, 2
		_, _, _ = fmt, os, math
		if os := 5; os > 3 {
			math += os
		}
	}
	return fmt, math
}
func bytesOf(x int) []byte { return []byte{{uint8(x)}} }

type T struct{ T *T }

func (T T) f() T2 { return T2{T: &T} }

type T2 struct{ T *T }

func _() {}
func _() { fmt.Println("never") }

type _ struct{ x int }

const _ = 3

var _, blank = 1, 2

func params(_ int, _ bool) (_ int) { return 5 }
func spread(
	a,
	b int,
) (
	c int,
) {
	c = a +
		b
	return
}

type goto_ int

func main() {
	var e error = failing{}
	fmt.Println(e.Error(), int32(1.5), été{1, 2}.Größe(), π > 3, iota2)
	fmt.Println(strings, len(nil), len2(nil), copy(5, 3), byte{3}, true, false, nilly)
	print(1, "x")
	fmt.Println(shadow("s", 4))
	fmt.Printf("%v %T\n", bytesOf(65), bytesOf(65))
	fmt.Println(Itoa(5)+Quote("q"), str.ToUpper("u"), T{}.f().T.T == nil, blank, params(1, true), spread(1, 2))
	var any any = 3
	fmt.Println(any, os.Args != nil, goto_(4))
	fmt := fmt.Sprint("shadowed")
	print(fmt)
	{
		len := func(int) int { return 1 }
		true := false
		print(len(1), true)
	}
	var x = `raw
	string \n with "quotes" // no comment`
	print(x /* comment */, "\u00e9\x41\101\a"[2:]) // trailing; comment

	if x := 1; x > 0 {
		print("one line")
	} else {
		print("else")
	}
	for i := 0; i < 2; i++ {
		print(i)
		continue
	}
	var (
		p, q = 1, "two"
		r    float64
		s    = []interface{ Error() string }{}
	)
	print(p, q, r, cap(s))
	switch {
	default:
		print("default")
	}
	func() { print("called") }()
	type local = map[string]T
	print(local{"k": {}}["k"].T == nil)
}
