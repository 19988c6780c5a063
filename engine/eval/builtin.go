package eval

import (
	"math"
	"reflect"

	"gomemo/engine/wire"
)

// builtin calls a builtin function.
func (b *builder) builtin(e *wire.Expr) code {
	switch e.Name {
	case "len", "cap":
		x, capacity := b.ref(&e.Args[0]), e.Name == "cap"
		return func() reflect.Value {
			v := x()
			if capacity {
				return own(reflect.ValueOf(v.Cap()))
			}
			return own(reflect.ValueOf(v.Len()))
		}
	case "min", "max":
		return b.extreme(e)
	case "new":
		t := b.typ(e.Type)
		return func() reflect.Value { return own(reflect.New(t)) }
	case "make":
		return b.made(e)
	}
	args := b.list(e.Args)
	switch e.Name {
	case "append":
		return func() reflect.Value {
			vs := args()
			return own(reflect.Append(vs[0], vs[1:]...))
		}
	case "append...":
		return func() reflect.Value {
			vs := args()
			if vs[1].Kind() == reflect.String {
				vs[1] = reflect.ValueOf([]byte(vs[1].String())).Convert(vs[0].Type())
			}
			return own(reflect.AppendSlice(vs[0], vs[1].Convert(vs[0].Type())))
		}
	case "copy":
		return func() reflect.Value {
			vs := args()
			return own(reflect.ValueOf(reflect.Copy(vs[0], vs[1])))
		}
	case "delete":
		return func() reflect.Value {
			vs := args()
			vs[0].SetMapIndex(vs[1], reflect.Value{})
			return reflect.Value{}
		}
	case "close":
		return func() reflect.Value { args()[0].Close(); return reflect.Value{} }
	case "clear":
		return func() reflect.Value { args()[0].Clear(); return reflect.Value{} }
	case "panic":
		return func() reflect.Value { panic(args()[0].Interface()) }
	}
	b.fail("unknown builtin %s", e.Name)
	return nil
}

// maxMake is above what can be allocated, in bytes.
const maxMake = 1 << 48

// made makes a slice or a map. What is wrong with the sizes of a slice is said
// by making one of the same sizes whose elements take no room.
func (b *builder) made(e *wire.Expr) code {
	t := b.typ(e.Type)
	args := b.list(e.Args)
	size := func(v reflect.Value) int {
		if v.CanUint() {
			return int(min(v.Uint(), 1<<63-1))
		}
		return int(v.Int())
	}
	if t.Kind() == reflect.Chan {
		return madeChan(t, args, size)
	}
	if t.Kind() == reflect.Map {
		return func() reflect.Value {
			n := 0
			if vs := args(); len(vs) > 0 {
				n = max(size(vs[0]), 0)
			}
			return own(reflect.MakeMapWithSize(t, n))
		}
	}
	return func() reflect.Value {
		vs := args()
		n := size(vs[0])
		c := n
		if len(vs) > 1 {
			c = size(vs[1])
		}
		most := mostOf(t.Elem())
		switch {
		case n < 0 || n > most:
			_ = make([]struct{}, min(n, -n)) // negative: panics
		case c < n || c > most:
			_ = make([]struct{}, n, min(c, n-1)) // too small: panics
		}
		return own(reflect.MakeSlice(t, n, c))
	}
}

// mostOf is above how many values of a type can be allocated at once.
func mostOf(t reflect.Type) int {
	if t.Size() == 0 {
		return math.MaxInt
	}
	return maxMake / int(t.Size())
}

func madeChan(t reflect.Type, args codes, size func(reflect.Value) int) code {
	return func() reflect.Value {
		n := 0
		if vs := args(); len(vs) > 0 {
			n = size(vs[0])
		}
		if n < 0 || n > mostOf(t.Elem()) {
			_ = make(chan struct{}, min(n, -n)) // panics
		}
		both := reflect.ChanOf(reflect.BothDir, t.Elem())
		return own(reflect.MakeChan(both, n).Convert(t))
	}
}

// extreme is min or max.
func (b *builder) extreme(e *wire.Expr) code {
	args, least := b.list(e.Args), e.Name == "min"
	return func() reflect.Value {
		vs := args()
		v := vs[0]
		for _, w := range vs[1:] {
			switch {
			case v.CanInt():
				v.SetInt(lesser(least, v.Int(), w.Int()))
			case v.CanUint():
				v.SetUint(lesser(least, v.Uint(), w.Uint()))
			case v.CanFloat():
				v.SetFloat(lesser(least, v.Float(), w.Float()))
			default:
				v.SetString(lesser(least, v.String(), w.String()))
			}
		}
		return v
	}
}

func lesser[T int64 | uint64 | float64 | string](least bool, x, y T) T {
	if least {
		return min(x, y)
	}
	return max(x, y)
}

// slice is x[i:j:k] with bounds of type int. They are checked by slicing
// something with the same length and capacity whose elements take no room; of
// a string, itself. x may be a pointer to an array.
func (b *builder) slice(e *wire.Expr) code {
	x := b.value(&e.Args[0])
	var bounds [3]code
	for i := range e.Args[1:] {
		if e.Args[i+1].Op != "none" {
			bounds[i] = b.value(&e.Args[i+1])
		}
	}
	return func() reflect.Value {
		v := x()
		array := v.Kind() == reflect.Pointer
		if array {
			if v.IsNil() {
				nilDereference()
			}
			v = v.Elem()
		}
		at := [3]int{0, v.Len(), -1}
		for i, c := range bounds {
			if c != nil {
				at[i] = int(c().Int())
			}
		}
		low, high, most := at[0], at[1], at[2]
		if v.Kind() == reflect.String {
			v.SetString(v.String()[low:high])
			return v
		}
		if array { // its messages are those of strings
			_ = string(make([]byte, v.Len()))[low:high]
			return own(v.Slice(low, high))
		}
		same := make([]struct{}, v.Len(), v.Cap())
		if bounds[2] != nil {
			_ = same[low:high:most]
			return own(v.Slice3(low, high, most))
		}
		_ = same[low:high]
		return own(v.Slice(low, high))
	}
}
