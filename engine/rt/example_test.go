package rt_test

import (
	"fmt"

	"gomemo/engine/rt"
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
	for i := range 4 {
		if rt.Shared.Stop != 0 {
			rt.Poll()
		}
		rt.Memo(c, 0, add)(i)
	}
	rt.Result(c, total)
}

// plain evaluates cells without remembering anything.
type plain struct{}

func (plain) Memo(site int, f any) any { return nil }
func (plain) SetResult(vs []any)       { fmt.Println(vs...) }

func Example() {
	Run(&rt.Cell{Evaluation: plain{}})
	// Output: 6
}
