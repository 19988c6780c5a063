package main

import (
	"errors"
	"fmt"
	"runtime"
)

type closer struct{ name string }

func (c closer) Close() error { return errors.New("close " + c.name) }

func use(name string) (err error) {
	c := closer{name}
	defer func() {
		if e := c.Close(); e != nil && err == nil {
			err = e
		}
	}()
	if name == "panics" {
		panic(fmt.Errorf("in %s", name))
	}
	return
}

type stopped struct{}

func (stopped) Error() string { return "stopped" }

func goexits() (done bool) {
	c := make(chan bool)
	go func() {
		defer close(c)
		defer func() { c <- recover() == nil }()
		runtime.Goexit()
	}()
	done = <-c
	_, open := <-c
	return done && !open
}

func level(n int) {
	defer func() {
		if r := recover(); r != nil {
			if n == 2 {
				panic(r)
			}
			panic(fmt.Errorf("level %d: %w", n, r.(error)))
		}
	}()
	if n == 0 {
		panic(stopped{})
	}
	level(n - 1)
}

func main() {
	fmt.Println(use("a"), goexits())
	func() {
		defer func() {
			r := recover()
			err := r.(error)
			fmt.Println(err, errors.Is(err, stopped{}), errors.As(err, new(stopped)))
		}()
		level(3)
	}()
	defer fmt.Println("last words")
	defer func() {
		panic(use("panics"))
	}()
	level(4)
}
