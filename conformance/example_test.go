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

// What go test would compare is what the cell of the example prints.
func ExampleParseTests() {
	p, err := conformance.ParseTests([]byte(`package point_test

type T struct{ x, y int }

func ExampleT() {
	println(T{1, 2}.x)

	// Output:
	// point_test.T 1
}
`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(p.Declarations(conformance.Grouped)[0])
	for _, e := range p.Examples() {
		for _, cell := range p.ExampleCells(e, conformance.Called) {
			fmt.Print("cell: ", cell)
		}
		fmt.Println(e.Output("main.T 1\n\n"))
	}
	// Output:
	// type T struct{ x, y int }
	// cell: func ExampleT() {
	// 	println(T{1, 2}.x)
	//
	// 	// Output:
	// 	// point_test.T 1
	// }
	// cell: ExampleT();
	// main.T 1 main.T 1
}
