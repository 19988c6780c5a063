package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

func prepareCommand() command {
	return command{
		name:  "prepare",
		short: "build what cells need, once per Go version",
		long: `Prepare builds the compiler, the standard library and the engine that cells
need, and keeps them in the user's cache directory. It takes a minute or two
the first time and no time afterwards. The first cell does the same when it
was not done before.`,
		declare: func(*flag.FlagSet) action {
			return func(ctx context.Context, h *host, args []string) error {
				if len(args) > 0 {
					return badUsage("unexpected %q", args[0])
				}
				ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
				defer stop()
				begun := time.Now()
				p := &steps{w: h.stderr, terminal: isTerminal(h.stderr, h.getenv)}
				err := prepare(ctx, p.report)
				p.end()
				if err != nil {
					return err
				}
				fmt.Fprintf(h.stdout, "prepared in %s\n", seconds(time.Since(begun)))
				return nil
			}
		},
	}
}

// preparingText says how far a preparation is.
func preparingText(step string, fraction float64) string {
	return fmt.Sprintf("preparing gomemo, once per Go version: %s, %.0f %%", step, 100*fraction)
}

// steps prints how far a long preparation is: on a terminal in one line, else
// a line for each step.
type steps struct {
	w        io.Writer
	terminal bool

	mu   sync.Mutex // guards the fields below
	last string
	open bool // the line on the terminal is not ended
}

func (s *steps) report(step string, fraction float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.terminal {
		fmt.Fprintf(s.w, "\r%3.0f%% %s\x1b[K", 100*fraction, step)
		s.open = true
		return
	}
	if step != s.last {
		fmt.Fprintf(s.w, "%3.0f%% %s\n", 100*fraction, step)
		s.last = step
	}
}

func (s *steps) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open {
		fmt.Fprint(s.w, "\r\x1b[K")
		s.open = false
	}
}
