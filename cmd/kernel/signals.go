package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// signals turns what the user does at the terminal into the end of a cell or
// of the whole run: the first interrupt ends the running cell, a second one
// during the same cell, one between cells, and a termination end the run.
type signals struct {
	end chan struct{} // closed when the run is to end
	ch  chan os.Signal

	mu     sync.Mutex // guards the fields below
	cancel context.CancelFunc
	asked  bool // the running cell was interrupted
	ended  bool
}

// catchSignals begins to listen; close stops it. A write to a closed pipe is
// an error from then on, not the end of the process.
func catchSignals() *signals {
	s := &signals{end: make(chan struct{}), ch: make(chan os.Signal, 4)}
	signal.Notify(s.ch, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	go func() {
		for sig := range s.ch {
			s.handle(sig)
		}
	}()
	return s
}

func (s *signals) close() {
	signal.Stop(s.ch)
	close(s.ch)
}

func (s *signals) handle(sig os.Signal) {
	if sig == syscall.SIGPIPE {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if sig == os.Interrupt && s.cancel != nil && !s.asked {
		s.asked = true
		s.cancel()
		return
	}
	if !s.ended {
		s.ended = true
		close(s.end)
	}
}

// begin says that a cell runs, which cancel interrupts.
func (s *signals) begin(cancel context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel, s.asked = cancel, false
}

// done says that no cell runs.
func (s *signals) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel = nil
}
