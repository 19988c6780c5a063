package native

import (
	"sync"
)

// The shares of a whole preparation, from a run on 2 cores.
const (
	shareStd      = 0.42
	shareCompiler = 0.48
	shareEngine   = 0.10
)

// How many packages are compiled on the way, in Go 1.26.8.
const (
	stdPackages      = 361
	compilerPackages = 180
	enginePackages   = 250
)

// progress adds up what concurrent steps have done.
type progress struct {
	report func(step string, fraction float64) // may be nil

	mu       sync.Mutex // guards all below
	text     string
	fraction float64
	parts    map[int]float64
}

// step says what is being done from now on.
func (p *progress) step(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
	p.tell()
}

// done says that everything is.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text != "" { // nothing was done otherwise
		p.text, p.fraction, p.parts = "ready", 1, nil
		p.tell()
	}
}

// counter returns what counts about n steps that together are that share of
// the whole.
func (p *progress) counter(share float64, n int) *counter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.parts == nil {
		p.parts = make(map[int]float64)
	}
	c := &counter{p, len(p.parts), share, share / float64(n)}
	p.parts[c.part] = 0
	return c
}

// counter adds to one part of a progress. A nil one does nothing.
type counter struct {
	p           *progress
	part        int
	share, each float64
}

// count is called after each step.
func (c *counter) count() {
	if c != nil {
		c.add(c.each)
	}
}

// finish is called after the last: steps whose results are cached are left out.
func (c *counter) finish() { c.add(1) }

func (c *counter) add(f float64) {
	if c == nil {
		return
	}
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if c.p.parts != nil { // else everything is done
		c.p.parts[c.part] = min(c.p.parts[c.part]+f, c.share)
	}
	c.p.tell()
}

func (p *progress) tell() {
	if p.report == nil {
		return
	}
	f := p.fraction
	for _, part := range p.parts {
		f += part
	}
	p.report(p.text, min(f, 1))
}
