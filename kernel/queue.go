package kernel

import (
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"
)

// queueSize bounds the requests that wait on the shell channel; a client that
// sends more waits.
const queueSize = 4096

// queue is the shell channel: requests in order of arrival.
type queue struct {
	requests chan *request
	arrived  atomic.Int64 // number of the newest request
	abort    int64        // execute requests up to this number are not run; for the shell loop only
	stop     sync.Once

	mu      sync.Mutex // guards the field below, and orders what Queuers are told
	waiting []waiting  // cells in order of arrival
}

// waiting is a cell whose turn has not come.
type waiting struct {
	number int64
	code   string
}

// arrive notes a cell among the requests.
func (k *Kernel) arrive(r *request) {
	if r.header.Type != "execute_request" {
		return
	}
	var q executeRequest
	if json.Unmarshal(r.content, &q) != nil {
		return
	}
	k.queue.mu.Lock()
	defer k.queue.mu.Unlock()
	k.queue.waiting = append(k.queue.waiting, waiting{r.number, q.Code})
	k.tellQueue()
}

// depart forgets a cell whose turn has come.
func (k *Kernel) depart(r *request) {
	k.queue.mu.Lock()
	defer k.queue.mu.Unlock()
	i := slices.IndexFunc(k.queue.waiting, func(w waiting) bool { return w.number == r.number })
	if i >= 0 {
		k.queue.waiting = slices.Delete(k.queue.waiting, i, i+1)
	}
}

// announce tells an Evaluator that is about to run a cell what waits behind it.
func (k *Kernel) announce() {
	k.queue.mu.Lock()
	defer k.queue.mu.Unlock()
	k.tellQueue()
}

// tellQueue tells an Evaluator that wants to know which cells wait. The caller
// holds the lock.
func (k *Kernel) tellQueue() {
	select {
	case <-k.eval.ready:
	default:
		return
	}
	if q, ok := k.eval.evaluator.(Queuer); ok {
		codes := make([]string, len(k.queue.waiting))
		for i, w := range k.queue.waiting {
			codes[i] = w.code
		}
		q.Queue(codes)
	}
}
