package conformance_test

import (
	"fmt"

	"gomemo/conformance"
)

// A function that uses a variable stands behind it, and the variable behind
// its type; main's own x is renamed.
func Example() {
	p, err := conformance.Parse([]byte(`package main

func double() T { return 2 * x }

func one() T { return 1 }

var x = one()

type T int

func main() {
	x := double()
	println(x)
}
`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, cell := range p.Cells(conformance.Single) {
		fmt.Printf("%d: %s", i+1, cell)
	}
	// Output:
	// 1: type T int
	// 2: func one() T { return 1 }
	// 3: var x = one()
	// 4: func double() T { return 2 * x }
	// 5: x_main := double();
	// 6: println(x_main);
}
