package main

import "fmt"

type Point struct{ X, Y int }

func (p Point) Sum() int { return p.X + p.Y }

type Outer struct {
	*Point
	N int
}
type In struct{ o *Outer }

var np *Point
var o Outer
var in In

func try(f func()) {
	defer func() { fmt.Println(recover()) }()
	f()
}

func main() {
	try(func() { np.Sum() })
	try(func() { o.Sum() })
	try(func() { in.o.Sum() })
	np.Sum()
}
