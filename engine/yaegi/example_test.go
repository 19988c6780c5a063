package yaegi_test

import (
	"fmt"
	"reflect"

	"gomemo/display"
	"gomemo/engine/rt"
	"gomemo/engine/session"
	"gomemo/engine/wire"
	"gomemo/engine/yaegi"
)

func Example() {
	s := session.New(wire.Hello{NoMemo: true}, nil)
	s.Func("nb/1f3a", "square", func(x float64) float64 { return x * x })
	if err := s.Bind("x", "", reflect.TypeFor[float64](), false); err != nil {
		fmt.Println(err)
		return
	}
	// What the cell "x = square(1.5); if x > 2 { x = 0 }; x" becomes.
	float := &wire.Type{Kind: "float64"}
	x := wire.Expr{Op: "var", Name: "x"}
	number := func(n string) wire.Expr { return wire.Expr{Op: "const", Type: float, Name: n} }
	square := wire.Expr{Op: "call", Args: []wire.Expr{{Op: "func", Name: "nb/1f3a.square"}, number("1.5")}}
	script := &wire.Script{
		Source: "o.L(0); if o.B(1) { o.L(2) }; o.L(3)",
		Leaves: []wire.Leaf{
			{Line: 1, Expr: wire.Expr{Op: "assign", N: 1, Args: []wire.Expr{x, square}}},
			{Line: 2, Expr: wire.Expr{Op: "binary", Name: ">", Type: float, Args: []wire.Expr{x, number("2")}}},
			{Line: 2, Expr: wire.Expr{Op: "assign", N: 1, Args: []wire.Expr{x, number("0")}}},
			{Line: 3, Expr: wire.Expr{Op: "result", Args: []wire.Expr{x}}},
		},
	}
	c := s.NewCell(&wire.Run{Seq: 1, Script: script})
	p, err := yaegi.Compile(c, script)
	if err != nil {
		fmt.Println(err)
		return
	}
	rt.Enter(1)
	defer rt.Leave()
	if err := p.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(display.Bundle{Data: c.Result()}.Plain())
	// Output: 0
}
