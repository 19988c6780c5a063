// Goroutines, context and something like errgroup.
package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

type group struct {
	wg     sync.WaitGroup
	once   sync.Once
	err    error
	cancel context.CancelCauseFunc
	sem    chan struct{}
}

func withContext(ctx context.Context, limit int) (*group, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	return &group{cancel: cancel, sem: make(chan struct{}, limit)}, ctx
}

func (g *group) Go(f func() error) {
	g.sem <- struct{}{}
	g.wg.Add(1)
	go func() {
		defer func() { <-g.sem; g.wg.Done() }()
		defer func() {
			if r := recover(); r != nil {
				g.fail(fmt.Errorf("panic: %v", r))
			}
		}()
		if err := f(); err != nil {
			g.fail(err)
		}
	}()
}

func (g *group) fail(err error) {
	g.once.Do(func() { g.err = err; g.cancel(err) })
}

func (g *group) Wait() error {
	g.wg.Wait()
	g.cancel(g.err)
	return g.err
}

type stage[I, O any] func(context.Context, I) (O, error)

func run[I, O any](ctx context.Context, in <-chan I, workers int, f stage[I, O]) (<-chan O, func() error) {
	out := make(chan O)
	g, ctx := withContext(ctx, workers)
	done := make(chan error, 1)
	go func() {
		defer close(out)
		for x := range in {
			g.Go(func() error {
				y, err := f(ctx, x)
				if err != nil {
					return fmt.Errorf("item %v: %w", x, err)
				}
				select {
				case out <- y:
					return nil
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			})
		}
		done <- g.Wait()
	}()
	return out, func() error { return <-done }
}

func source(n int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := range n {
			c <- i
		}
	}()
	return c
}

var errOdd = errors.New("odd")

type counter struct {
	sync.Mutex
	m map[string]int
}

func (c *counter) inc(k string) {
	c.Lock()
	defer c.Unlock()
	if c.m == nil {
		c.m = map[string]int{}
	}
	c.m[k]++
}

type key struct{ name string }

func main() {
	ctx := context.WithValue(context.Background(), key{"user"}, "ann")
	squares, wait := run(ctx, source(10), 3, func(ctx context.Context, n int) (int, error) { return n * n, nil })
	words, wait2 := run(ctx, squares, 2, func(ctx context.Context, n int) (string, error) {
		return fmt.Sprint(ctx.Value(key{"user"}), n), nil
	})
	var got []string
	for w := range words {
		got = append(got, w)
	}
	slices.Sort(got)
	fmt.Println(got, wait(), wait2())

	out, wait := run(ctx, source(5), 1, func(_ context.Context, n int) (int, error) {
		if n == 3 {
			return 0, errOdd
		}
		return n, nil
	})
	n := 0
	for range out {
		n++
	}
	err := wait()
	fmt.Println(n >= 3, err, errors.Is(err, errOdd))

	g, _ := withContext(context.Background(), 2)
	g.Go(func() error { var m map[string]int; m["x"] = 1; return nil })
	fmt.Println(g.Wait())

	var c counter
	var hits atomic.Int64
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			c.inc([]string{"even", "odd"}[i%2])
			hits.Add(1)
		})
	}
	wg.Wait()
	fmt.Println(c.m, hits.Load())

	tctx, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
	defer cancel()
	select {
	case <-tctx.Done():
		fmt.Println(tctx.Err(), errors.Is(tctx.Err(), context.DeadlineExceeded))
	case <-time.After(10 * time.Second):
		fmt.Println("late")
	}

	ticks := make(chan int)
	quit := make(chan struct{})
	go func() {
		defer close(ticks)
		for i := 0; ; i++ {
			select {
			case ticks <- i:
			case <-quit:
				return
			}
		}
	}()
	for x := range ticks {
		if x == 3 {
			close(quit)
			break
		}
	}
	var once sync.Once
	for range 3 {
		once.Do(func() { fmt.Println("once") })
	}
	cond := sync.NewCond(&c)
	ready := false
	go func() { c.Lock(); ready = true; c.Unlock(); cond.Broadcast() }()
	c.Lock()
	for !ready {
		cond.Wait()
	}
	c.Unlock()
	value := sync.OnceValue(func() int { fmt.Println("computing"); return 42 })
	fmt.Println(value(), value(), ready)
}
