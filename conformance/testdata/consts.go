// Constants, iota, and arithmetic that only constants have.
package main

import (
	"fmt"
	"math"
	"time"
	"unsafe"
)

type weekday int

const (
	sunday weekday = iota
	monday
	_
	wednesday
	last = iota - 1
)
const (
	a, b = iota, iota * 10
	c, d
	_, _
	e, f
)
const (
	_  = iota
	kb = 1 << (10 * iota)
	mb
	gb
)
const big = 1 << 100
const tiny = 1.0 / 3
const str = "con" + "cat"
const (
	mask uint8 = 1<<iota | 1<<7
	mask2
	mask3
)
const cplx = 2i * 3i
const r = 'a' + 1
const typed float32 = 1.0 / 3
const isBig = big > 1<<99
const (
	size  = unsafe.Sizeof(rec{})
	off   = unsafe.Offsetof(rec{}.q)
	align = unsafe.Alignof(rec{}.p)
	arr   = len([...]string{5: "x"})
	strl  = len(str)
)

type rec struct {
	p byte
	q int64
	s string
}

func (d weekday) String() string { return [...]string{"Sun", "Mon", "Tue", "Wed"}[d] }

var table = [...]string{monday: "m", wednesday: "w"}
var matrix [strl][arr]weekday

const timeout = 3 * time.Second

type flags uint

const (
	read flags = 1 << iota
	write
	exec
	all = read | write | exec
)

func (f flags) has(g flags) bool { return f&g == g }

const (
	X = iota + Y
	Z
)
const Y = 100

func main() {
	fmt.Println(sunday, monday, wednesday, last, a, b, c, d, e, f)
	fmt.Println(kb, mb, gb, big>>98, tiny, str, mask, mask2, mask3)
	fmt.Println(cplx, r, string(rune(r)), typed, isBig, float32(tiny))
	fmt.Println(size, off, align, arr, strl, len(table), len(matrix), len(matrix[0]))
	fmt.Printf("%T %T %T %T %T %T %T\n", monday, last, r, tiny, cplx, timeout, mask3)
	fmt.Println(timeout, timeout/2, timeout*2, time.Duration(2.5*float64(timeout)))
	fmt.Println(all, all.has(write|exec), read.has(write), ^read, all&^write)
	fmt.Println(X, Y, Z, math.MaxUint64-1 == uint64(math.MaxUint64)-1, math.Pi*big/big)
	var u8 uint8 = 255
	u8 += monday.num()
	fmt.Println(u8, -7/2, -7%3, 7&^5, 1<<3|1, 0x1p-2, 0b101, 0o17, 1_000_000, 'x'-'a')
	const local = iota
	const (
		l1 = "s"
		l2
		l3 = len(l2) << iota
	)
	fmt.Println(local, l1, l2, l3)

	fmt.Println(uint32(1)<<31, int64(math.MinInt64))
	var shift uint = 70
	fmt.Println(1<<shift == 0, int32(1)<<shift, uint64(1)<<63>>62, -1>>1)
	fmt.Println(math.Inf(1) > math.MaxFloat64, math.NaN() == math.NaN(), 0.1+0.2, float32(0.1)+float32(0.2))
	x := 0.1
	y := 0.2
	fmt.Println(x+y, x+y == 0.3, 1/3.0, 7/2*2.0, complex(x, y)*complex(y, x), real(cplx))
	fmt.Println(min(3, 1.5, 2), max("a", "b"), min(x, y, -1))
}

func (d weekday) num() uint8 { return uint8(d) }
