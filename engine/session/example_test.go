package session_test

import (
	"fmt"

	"gomemo/display"
	"gomemo/engine/rt"
	"gomemo/engine/session"
	"gomemo/engine/wire"
)

// What a plugin's package declares.
var total int

func add(n int) int { total += n; return total }

// Register and Run are what every plugin exports.
func Register(r *rt.Registry) {
	r.Unit("nb/1f3a", "")
	r.Func("nb/1f3a", "add", add)
	r.Var("nb/1f3a", "total", &total)
}

func Run(c *rt.Cell) {
	add(6)
	rt.Result(c, total)
}

func Example() {
	s := session.New(wire.Hello{}, nil)
	Register(&rt.Registry{Declarations: &s.Registry})
	if err := s.Bind("total", "nb/1f3a", nil, false); err != nil {
		fmt.Println(err)
		return
	}
	c := s.NewCell(&wire.Run{Seq: 1})
	Run(&rt.Cell{Evaluation: c})
	fmt.Println(display.Bundle{Data: c.Result()}.Plain())
	// Output: 6
}
