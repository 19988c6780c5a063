package main

import "fmt"

type stack []int

func (s *stack) push(x int) { *s = append(*s, x) }
func (s *stack) pop() int {
	old := *s
	x := old[len(old)-1]
	*s = old[:len(old)-1]
	return x
}
func (s stack) top() int { return s[len(s)-1] }

type counter struct {
	counts map[string]int
	order  []string
}

func (c *counter) add(k string) {
	if c.counts == nil {
		c.counts = make(map[string]int)
	}
	if _, ok := c.counts[k]; !ok {
		c.order = append(c.order, k)
	}
	c.counts[k]++
}

var global = counter{order: []string{"start"}}
var ops = map[string]func(a, b int) int{
	"+": func(a, b int) int { return a + b },
	"-": func(a, b int) int { return a - b },
	"*": func(a, b int) int { return a * b },
}

func rpn(toks ...any) (result int, err error) {
	var s stack
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("rpn %v: %v", toks, r)
		}
	}()
	for _, t := range toks {
		switch t := t.(type) {
		case int:
			s.push(t)
		case string:
			global.add(t)
			b, a := s.pop(), s.pop()
			s.push(ops[t](a, b))
		}
	}
	return s.top(), nil
}

func main() {
	fmt.Println(rpn(3, 4, "+", 2, "*"))
	fmt.Println(rpn(1, "+"))
	fmt.Println(rpn(1, 2, "^"))
	fmt.Println(global.order, global.counts)
	var s stack
	push, pop := s.push, s.pop
	for i := range 5 {
		push(i * i)
	}
	fmt.Println(pop(), s.pop(), s, s.top())
	rpn := s
	rpn.push(100)
	top := rpn.top
	rpn.push(200)
	fmt.Println(top(), rpn.top(), len(s), rpn)
	counter := counter{}
	counter.add("x")
	p := &counter
	p.add("y")
	p.add("x")
	fmt.Println(counter, p.order)
	stack := stack{1}
	stack.push(2)
	fmt.Println(stack)
	global := global.order
	fmt.Println(len(global))
	ops := len(ops)
	fmt.Println(ops)
	for i, f := range []func() int{stack.pop, stack.top, func() int { return ops }} {
		fmt.Print(i, f(), " ")
	}
	fmt.Println()
	x, y := 1, 2
	x, z := y, x
	{
		x := x + z
		y = x
	}
	fmt.Println(x, y, z)
	var fs [3]func() int
	for i := range fs {
		fs[i] = func() int { x++; return x*10 + i }
	}
	fmt.Println(fs[0](), fs[2](), x)
	switch x := interface{}(stack).(type) {
	case fmt.Stringer:
		fmt.Println("stringer", x)
	default:
		fmt.Printf("%T\n", x)
	}
	defer func() { panic(fmt.Sprintf("deferred: %v", recover())) }()
	_ = stack[ops]
}
