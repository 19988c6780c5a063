// Closures over variables of every kind, goroutines, select, sync.
package main

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

type counter struct {
	sync.Mutex
	n map[string]int
}

func (c *counter) inc(k string) {
	c.Lock()
	defer c.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[k]++
}

var total atomic.Int64
var once sync.Once
var global = func() int { return later * 2 }
var later = 21

func gen(ctx context.Context) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := 0; ; i++ {
			select {
			case out <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}
func fib() func() int {
	a, b := 0, 1
	return func() int {
		defer func() { a, b = b, a+b }()
		return a
	}
}

type ctxKey struct{}
type visitor func(int) visitor

func main() {
	x, y := 1, 2
	swap := func() { x, y = y, x }
	swap()
	fmt.Println(x, y, global())
	later = 5
	fmt.Println(global())
	f := fib()
	for range 5 {
		fmt.Print(f(), " ")
	}
	fmt.Println()
	var c counter
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c.inc(fmt.Sprint("k", i%3))
			total.Add(int64(i))
			once.Do(func() { x = 100 })
		}()
	}
	wg.Wait()
	fmt.Println(c.n, total.Load(), x)
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), ctxKey{}, "v"))
	for v := range gen(ctx) {
		if v == 4 {
			cancel()
			break
		}
	}
	fmt.Println(ctx.Err(), ctx.Value(ctxKey{}), context.Cause(ctx))
	results := make(chan string)
	done := make(chan struct{})
	var got []string
	go func() {
		for r := range results {
			got = append(got, r)
		}
		close(done)
	}()
	for _, w := range []string{"a", "b", "c"} {
		wg.Go(func() { results <- w + w })
	}
	wg.Wait()
	close(results)
	<-done
	sort.Strings(got)
	fmt.Println(got)
	timer := time.After(10 * time.Millisecond)
	ticks := 0
	for ticks == 0 {
		select {
		case <-timer:
			ticks++
		case <-time.After(time.Minute):
		}
	}
	fmt.Println(ticks)
	var rec func(int) int
	rec = func(n int) int {
		if n < 2 {
			return 1
		}
		return n * rec(n-1)
	}
	fmt.Println(rec(10))
	var v visitor
	v = func(n int) visitor {
		x += n
		if n == 0 {
			return nil
		}
		return v
	}
	for n := 3; v != nil; n-- {
		v = v(n)
	}
	fmt.Println(x)
	ptrs := []*int{}
	for i := 0; i < 3; i++ {
		ptrs = append(ptrs, &i)
	}
	*ptrs[0] = 10
	fmt.Println(*ptrs[0], *ptrs[1], *ptrs[2])
	adders := map[string]func(int) func() int{}
	for _, k := range []string{"p", "q"} {
		sum := len(k)
		adders[k] = func(n int) func() int { sum += n; return func() int { return sum } }
	}
	p := adders["p"](3)
	adders["p"](4)
	fmt.Println(p(), adders["q"](1)())
	var mu sync.RWMutex
	cond := sync.NewCond(&mu)
	ready := false
	go func() { mu.Lock(); ready = true; mu.Unlock(); cond.Broadcast() }()
	mu.Lock()
	for !ready {
		cond.Wait()
	}
	mu.Unlock()
	fmt.Println(ready)
	var m sync.Map
	m.Store(ctxKey{}, 1)
	val, ok := m.LoadOrStore(ctxKey{}, 2)
	fmt.Println(val, ok)
	tctx, stop := context.WithTimeoutCause(context.Background(), time.Millisecond, fmt.Errorf("too slow"))
	defer stop()
	<-tctx.Done()
	fmt.Println(tctx.Err(), context.Cause(tctx))
}
