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
	// What the cell "x = square(1.5); x + 1" becomes.
	script := &wire.Script{
		Source: "*v.x = f.square(1.5)\n*v.R_ = *v.x + 1",
		Vars:   []string{"x"},
		Funcs:  map[string]string{"square": "nb/1f3a.square"},
		Lines:  []int{1, 1},
	}
	c := s.NewCell(&wire.Run{Seq: 1, Script: script})
	p, err := yaegi.Compile(c, script, &wire.Type{Kind: "float64"})
	if err != nil {
		fmt.Println(err)
		return
	}
	rt.Enter()
	defer rt.Leave()
	if err := p.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(display.Bundle{Data: c.Result()}.Plain())
	// Output: 3.25
}
