package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gomemo/kernel"
)

// prepareFor is a preparation that takes a while.
func prepareFor(d time.Duration, e kernel.Evaluator, err error) func(context.Context, progress) (kernel.Evaluator, error) {
	return func(ctx context.Context, p progress) (kernel.Evaluator, error) {
		for i := range 4 {
			p("building", float64(i)/4)
			select {
			case <-time.After(d / 4):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		return e, err
	}
}

// The first cell shows how far the preparation is, and nothing of that stays.
func TestPreparingIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := prepareFirst(t.Context(), prepareFor(4*time.Second, newScript(), nil))
		got := evaluate(t.Context(), p, "out hello", 1)
		const want = `[display gomemo-preparing] preparing gomemo, once per Go version: building, 0 %
[update gomemo-preparing] preparing gomemo, once per Go version: building, 25 %
[update gomemo-preparing] preparing gomemo, once per Go version: building, 50 %
[update gomemo-preparing] preparing gomemo, once per Go version: building, 75 %
[clear false]
[stdout] hello
`
		if got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
		if got := evaluate(t.Context(), p, "out again", 2); got != "[stdout] again\n" {
			t.Errorf("the second cell: %s", got)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

// What is ready at once is not worth a word.
func TestPreparingIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := prepareFirst(t.Context(), prepareFor(100*time.Millisecond, newScript(), nil))
		defer p.Close()
		if got := evaluate(t.Context(), p, "out hello", 1); got != "[stdout] hello\n" {
			t.Errorf("got:\n%s", got)
		}
	})
}

// An interrupt ends the cell; the preparation goes on for the next one.
func TestPreparingIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := prepareFirst(t.Context(), prepareFor(10*time.Second, newScript(), nil))
		defer p.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		got := evaluate(ctx, p, "out hello", 1)
		if !strings.HasSuffix(got, "[clear false]\ninterrupted while gomemo was being prepared, which goes on\n") {
			t.Errorf("got:\n%s", got)
		}
		if got := evaluate(t.Context(), p, "out hello", 2); !strings.HasSuffix(got, "[clear false]\n[stdout] hello\n") {
			t.Errorf("got:\n%s", got)
		}
	})
}

func TestPreparingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := prepareFirst(t.Context(), prepareFor(time.Millisecond, nil, errors.New("no room")))
		defer p.Close()
		for number := range 2 {
			if got := evaluate(t.Context(), p, "out hello", number); got != "kernel not ready: no room\n" {
				t.Errorf("got:\n%s", got)
			}
		}
	})
}

// Completion, which blocks the cells behind it, waits two seconds at most, and
// closing gives a preparation up.
func TestPreparingDoesNotBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := prepareFirst(t.Context(), prepareFor(time.Hour, newScript(), nil))
		begun := time.Now()
		if found, start, end := p.Complete(t.Context(), "fm", 2); found != nil || start != 2 || end != 2 {
			t.Errorf("completions: %v, %d to %d", found, start, end)
		}
		if p.Inspect(t.Context(), "fmt", 2, 0) != nil {
			t.Error("something is known")
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("both took %v", took)
		}
		if status, _ := p.IsComplete("for {"); status != "incomplete" {
			t.Errorf("status %q", status)
		}
		begun = time.Now()
		if err := p.Close(); err != nil || time.Since(begun) > time.Second {
			t.Errorf("closing took %v: %v", time.Since(begun), err)
		}
	})
}
