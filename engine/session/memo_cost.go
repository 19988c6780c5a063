package session

import (
	"sync"
	"sync/atomic"
	"time"

	"gomemo/memo"
)

const (
	// cheapStreak is how many calls in a row must be far below the minimum
	// before calls of that code are no longer looked up.
	cheapStreak = 64

	// farBelow is the part of the minimum that such calls stay under.
	farBelow = 16

	// sampleEvery is how many bypassed calls there are to one that is timed.
	sampleEvery = 1024

	// affordableHash is the time for arguments and globals below which wary
	// code is looked up however many cheap calls came before.
	affordableHash = time.Millisecond

	// exclusiveTime is what calls must take for a lease to be taken: making
	// and removing its file costs 20 us, more on a busy disk.
	exclusiveTime = 2 * time.Millisecond
)

// cost is what a session has learned about the time that calls of one code
// take. Looking a call up costs microseconds for small arguments, but as much
// as reading the arguments for large ones; that is not done again and again
// for calls that turn out to be cheap.
type cost struct {
	code string
	min  time.Duration // calls that take less are not stored

	bypass atomic.Bool // calls are not even timed, samples apart

	mu     sync.Mutex    // guards all fields below
	streak int           // cheap calls in a row
	worst  time.Duration // longest of them
	wasted time.Duration // spent on hashing for them
	hash   time.Duration // the last hash took
	calls  int           // timed
	mean   time.Duration // of recent ones, decaying
	wary   bool          // a call that was not looked up turned out not to be cheap
	asked  bool          // the store was asked whether that happened in another session
}

// costOf returns the cost of code.
func (s *Session) costOf(code string) *cost {
	s.memo.mu.Lock()
	defer s.memo.mu.Unlock()
	c := s.memo.costs[code]
	if c == nil {
		c = &cost{code: code, min: s.hello.MemoMin}
		if s.memo.costs == nil {
			s.memo.costs = make(map[string]*cost)
		}
		s.memo.costs[code] = c
	}
	return c
}

// lookUp reports whether the next call is worth a look-up.
func (c *cost) lookUp() bool {
	if c.bypass.Load() { // a sample
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.min == 0 || c.wasted < c.min || c.wary && c.hash < affordableHash
}

// exclusive reports whether other sessions should wait for the next call
// instead of computing the same.
func (c *cost) exclusive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls == 0 || c.mean >= exclusiveTime
}

// took records how long a call took. mu is held.
func (c *cost) took(d time.Duration) {
	if c.calls++; c.calls == 1 {
		c.mean = d
	}
	c.mean += (d - c.mean) / 8
}

// cheap records a call that was not worth storing.
func (c *cost) cheap(took, hash time.Duration, store *memo.Store) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streak++
	c.worst = max(c.worst, took)
	c.wasted += hash
	if hash > 0 {
		c.hash = hash
	}
	c.took(took)
	if c.streak < cheapStreak || c.worst >= c.min/farBelow || c.wary {
		return
	}
	if !c.asked {
		c.asked = true
		if _, err := store.Get(c.hint()); err == nil {
			c.wary = true
			return
		}
	}
	c.bypass.Store(true)
}

// dear records a call that took the minimum or more. If it was not looked
// up, that is kept in the store too: the next session will look it up.
func (c *cost) dear(took time.Duration, lookedUp bool, store *memo.Store) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.took(took)
	c.streak, c.worst, c.wasted = 0, 0, 0
	c.bypass.Store(false)
	if !lookedUp && !c.wary {
		c.wary = true
		// If this fails, the next session may skip the call once more.
		store.Put(c.hint(), &memo.Entry{Func: "hint"})
	}
}

// recheck ends the bypass until as many cheap calls have been seen again.
func (c *cost) recheck() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streak, c.worst = 0, 0
	c.bypass.Store(false)
}

func (c *cost) recent() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mean
}

func (c *cost) hint() memo.Key { return memo.KeyOf([]byte("gomemo not always cheap\x00" + c.code)) }
