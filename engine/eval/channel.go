package eval

import (
	"reflect"

	"gomemo/engine/wire"
)

// wait does one of the cases, or lets the goroutine end if the cell is to end.
// Those that can be done at once are, without a look at the interrupt.
func (b *builder) wait(cases []reflect.SelectCase) (chosen int, v reflect.Value, ok bool) {
	const once = reflect.SelectDefault
	chosen, v, ok = reflect.Select(append(cases, reflect.SelectCase{Dir: once}))
	for chosen == len(cases) {
		stopped := reflect.ValueOf(b.env.Stopped())
		chosen, v, ok = reflect.Select(append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: stopped}))
		if chosen == len(cases) {
			b.env.Poll()
		}
	}
	return chosen, v, ok
}

// send is ch <- x.
func (b *builder) send(e *wire.Expr) func() {
	c := b.selectCase(e)
	return b.doAt(e, func() { b.wait([]reflect.SelectCase{c()}) })
}

// receive is <-ch, and whether something was sent.
func (b *builder) receive(e *wire.Expr) codes {
	c := b.selectCase(e)
	return b.manyAt(e, func() []reflect.Value {
		_, v, ok := b.wait([]reflect.SelectCase{c()})
		return []reflect.Value{own(v), boolean(ok)}
	})
}

func (b *builder) selectCase(e *wire.Expr) func() reflect.SelectCase {
	ch := b.value(&e.Args[0])
	if e.Op == "receive" {
		return func() reflect.SelectCase { return reflect.SelectCase{Dir: reflect.SelectRecv, Chan: ch()} }
	}
	x := b.value(&e.Args[1])
	return func() reflect.SelectCase {
		c := ch()
		return reflect.SelectCase{Dir: reflect.SelectSend, Chan: c, Send: x()}
	}
}

// selection evaluates the operands of all cases, waits for one of them and
// returns its number, e.N if there is a default and none can be done.
func (b *builder) selection(e *wire.Expr) code {
	var cases []func() reflect.SelectCase
	for i := range e.Args {
		cases = append(cases, b.selectCase(&e.Args[i]))
	}
	return func() reflect.Value {
		var all []reflect.SelectCase
		for _, c := range cases {
			all = append(all, c())
		}
		var chosen int
		var v reflect.Value
		var ok bool
		if e.N >= 0 {
			chosen, v, ok = reflect.Select(append(all, reflect.SelectCase{Dir: reflect.SelectDefault}))
		} else {
			chosen, v, ok = b.wait(all)
		}
		if chosen == len(all) {
			return own(reflect.ValueOf(e.N))
		}
		if c := &e.Args[chosen]; c.Op == "receive" {
			b.place(&c.Args[1])().set(v)
			b.place(&c.Args[2])().set(reflect.ValueOf(ok))
		}
		return own(reflect.ValueOf(e.Keys[chosen]))
	}
}
