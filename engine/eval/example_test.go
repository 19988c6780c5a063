package eval_test

import (
	"fmt"
	"reflect"

	"gomemo/engine/eval"
	"gomemo/engine/wire"
)

func Example() {
	// What the statement "x += 200" becomes for a variable of type uint8.
	small := &wire.Type{Kind: "uint8"}
	leaf := wire.Leaf{Line: 1, Expr: wire.Expr{Op: "update", Name: "+", Type: small,
		Args: []wire.Expr{{Op: "var", Name: "x"}, {Op: "const", Type: small, Name: "200"}}}}
	x := uint8(100)
	p, err := eval.New(&wire.Script{Leaves: []wire.Leaf{leaf}}, eval.Env{
		Var:  func(string) (reflect.Value, bool) { return reflect.ValueOf(&x), true },
		Type: func(*wire.Type) (reflect.Type, error) { return reflect.TypeFor[uint8](), nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	p.Do(0)
	fmt.Println(x)
	// Output: 44
}
