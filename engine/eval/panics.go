package eval

import "reflect"

// What fails here has to fail as compiled code does, so each of these is the
// operation itself on something of the same size.

// checked is i as an index into n elements.
func checked(i reflect.Value, n int) int {
	var is struct{}
	elems := make([]struct{}, n)
	if i.CanInt() {
		is = elems[i.Int()]
		_ = is
		return int(i.Int())
	}
	is = elems[i.Uint()]
	_ = is
	return int(i.Uint())
}

func nilDereference() {
	var p *reflect.Value
	_ = *p
	panic("eval: a nil pointer was not noticed") // the line above panics
}
