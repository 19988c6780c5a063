// Chains of errors, panics and deferred calls.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strconv"
)

type opError struct {
	Op  string
	Err error
}

func (e *opError) Error() string { return e.Op + ": " + e.Err.Error() }
func (e *opError) Unwrap() error { return e.Err }

type temporary interface{ Temporary() bool }
type busy struct{}

func (busy) Error() string        { return "busy" }
func (busy) Temporary() bool      { return true }
func (busy) Is(target error) bool { return target == errRetry }

var (
	errRetry = errors.New("retry")
	errStop  = fmt.Errorf("stop: %w", io.EOF)
)

func open(name string) (err error) {
	defer func() {
		if err != nil {
			err = &opError{"open " + name, err}
		}
	}()
	switch name {
	case "busy":
		return busy{}
	case "stop":
		return errStop
	case "number":
		_, err = strconv.Atoi("12x")
		return err
	case "file":
		_, err = os.Open("/does/not/exist")
		return err
	case "join":
		return errors.Join(io.ErrUnexpectedEOF, &opError{"inner", busy{}})
	}
	return nil
}

func protect(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			switch r := r.(type) {
			case runtime.Error:
				err = fmt.Errorf("runtime: %w", r)
			case error:
				err = r
			default:
				err = fmt.Errorf("panic: %v", r)
			}
		}
	}()
	f()
	return nil
}

type stack struct{ log []string }

func (s *stack) push(format string, args ...any) *stack {
	s.log = append(s.log, fmt.Sprintf(format, args...))
	return s
}

func order(s *stack) (n int, err error) {
	defer func() { n *= 2 }()
	for i := range 3 {
		defer s.push("start %d", i).push("evaluated %d", i).push("deferred %d", i)
	}
	defer func() {
		if r := recover(); r != nil {
			s.push("recovered %v", r)
			n, err = 21, fmt.Errorf("%v", r)
		}
	}()
	panic("in order")
}

func nested() (s string) {
	defer func() {
		s += fmt.Sprint(" outer:", recover())
	}()
	defer func() {
		defer func() { s += fmt.Sprint(" inner:", recover()) }()
		panic(fmt.Sprint("again after ", recover()))
	}()
	panic("first")
}

func index(xs []int, i int) int { return xs[i] }

type T struct{ p *int }

func (t *T) value() int { return *t.p }

func main() {
	for _, name := range []string{"busy", "stop", "number", "file", "join", "fine"} {
		err := open(name)
		var op *opError
		var tmp temporary
		var ne *strconv.NumError
		var pe *fs.PathError
		fmt.Println(name, "|", err, "|", errors.Is(err, errRetry), errors.Is(err, io.EOF), errors.Is(err, fs.ErrNotExist), errors.As(err, &op),
			errors.As(err, &tmp), errors.As(err, &ne), errors.As(err, &pe))
		if ne != nil {
			fmt.Println(ne.Func, ne.Num, ne.Err)
		}
	}
	zero := 0
	var m map[string]int
	var e any = "text"
	var nilT *T
	for _, f := range []func(){
		func() { index([]int{1}, 5) }, func() { fmt.Println(1 / zero) }, func() { m["a"]++ }, func() { _ = e.(int) }, func() { _ = e.(fmt.Stringer) },
		func() { nilT.value() }, func() { panic(busy{}) }, func() { panic([]int{1}) }, func() { close((chan int)(nil)) }, func() { _ = make([]int, zero-1) },
		func() { var a []int; _ = [2]int(a) }, func() { panic(nil) }, func() { _ = e.(T) },
	} {
		fmt.Println(protect(f))
	}
	var s stack
	fmt.Println(order(&s))
	fmt.Println(s.log)
	fmt.Println(nested())
	func() {
		defer fmt.Println("deferred before exit")
		defer func() { recover() }()
		var t T
		t.value()
	}()
	defer func() {
		r := recover()
		panic(fmt.Errorf("cleanup failed after %v", r))
	}()
	panic(&opError{"work", errStop})
}
