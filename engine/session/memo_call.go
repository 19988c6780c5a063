package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"gomemo/engine/rt"
	"gomemo/engine/wire"
	"gomemo/memo"
	"gomemo/persist"
)

const (
	// worth is how many times as long as hashing and encoding a call must
	// have taken to be stored.
	worth = 3

	// floodAfter is how many refusals of one site are reported one by one.
	floodAfter = 64

	// inlinePut is the size of an entry up to which it is written by the
	// cell's own goroutine, in bytes: it goes into a pack, in microseconds.
	inlinePut = 8 << 10
)

// call is a judged call of f.
func (j *judge) call(f reflect.Value, args []reflect.Value) []reflect.Value {
	if j.cell.inBody() {
		return j.invoke(f, args) // only outermost calls are judged
	}
	if j.refuse != "" {
		return j.callRefused(f, args, j.refuse)
	}
	if !j.cost.lookUp() {
		return j.callTimed(f, args)
	}
	start := time.Now()
	k, err := j.newKey(args)
	if err != nil {
		return j.callRefused(f, args, j.unsupported(err))
	}
	if results, ok := j.recall(k, start, ""); ok {
		return results
	}
	hashing := time.Since(start)
	lease, waited := j.lease(k)
	if waited {
		if results, ok := j.recall(k, start, "another session computed it meanwhile"); ok {
			lease.Release()
			return results
		}
	}
	return j.compute(f, k, hashing, lease)
}

// lease takes the right to compute k, unless calls of this code are known to
// be quick: then computing twice costs less.
func (j *judge) lease(k *callKey) (l *memo.Lease, waited bool) {
	if !j.cost.exclusive() {
		return nil, false
	}
	l, err := j.store.TryLease(k.Key)
	if l != nil || err != nil {
		return l, false
	}
	l = j.store.Lease(k.Key, rt.Stopping)
	if l == nil {
		rt.Poll() // does not return if the cell was asked to end
	}
	return l, true
}

func (j *judge) invoke(f reflect.Value, args []reflect.Value) []reflect.Value {
	if j.t.IsVariadic() {
		return f.CallSlice(args)
	}
	return f.Call(args)
}

// entry returns the start of a verdict.
func (j *judge) entry(verdict, reason string, took time.Duration) wire.Call {
	return wire.Call{
		Func: j.site.Func, Cell: j.site.Cell, Line: j.site.Line,
		Verdict: verdict, Reason: reason, TookMS: milliseconds(took),
	}
}

// timed calls f, and returns how long it took. If f does not return, the
// deferred function reports why and leaves the panic alone: nothing here
// recovers, so the user's frames stay on the stack that is shown.
func (j *judge) timed(f reflect.Value, args []reflect.Value, after func()) (results []reflect.Value, took time.Duration) {
	start := time.Now()
	returned := false
	defer func() {
		if returned {
			return
		}
		if after != nil {
			after()
		}
		reason := "it panicked"
		if rt.Stopping() {
			reason = "it was interrupted"
		}
		j.cell.report(j.entry(verdictRefused, reason, time.Since(start)))
	}()
	results = j.invoke(f, args)
	took = time.Since(start)
	returned = true
	return results, took
}

// callRefused calls f without looking it up.
func (j *judge) callRefused(f reflect.Value, args []reflect.Value, reason string) []reflect.Value {
	results, took := j.timed(f, args, nil)
	j.cell.report(j.entry(verdictRefused, reason, took))
	if j.refuse != "" && j.refusals.Add(1) >= floodAfter {
		j.flood.Store(true)
	}
	return results
}

// callTimed calls f, which has always been cheap so far, without looking it
// up.
func (j *judge) callTimed(f reflect.Value, args []reflect.Value) []reflect.Value {
	sample := j.cost.bypass.Load() // then it is counted already
	results, took := j.timed(f, args, nil)
	if took < j.min() {
		j.cost.cheap(took, 0, j.store)
		if !sample {
			j.cell.report(j.entry(verdictCheap, "", took))
		}
		return results
	}
	j.cost.dear(took, false, j.store)
	if sample {
		j.skipped.Add(-1)
	}
	j.cell.report(j.entry(verdictCheap, "it was not looked up, because the calls before it were too quick; the next one will be", took))
	return results
}

// recall answers a call from the store. The reason says how the entry came to
// be there if that is worth a word.
func (j *judge) recall(k *callKey, start time.Time, reason string) ([]reflect.Value, bool) {
	j.cell.waitWrite(k.Key)
	e, err := j.store.Get(k.Key)
	if err != nil {
		return nil, false
	}
	results, err := j.decode(e.Payload)
	if err != nil {
		return nil, false // a type that is gone, or a format that has changed
	}
	if len(e.Output) > 0 {
		var events []wire.Event
		if err := json.Unmarshal(e.Output, &events); err != nil {
			return nil, false
		}
		// What cannot be shown now has nobody to see it: the kernel is gone.
		_ = j.cell.Replay(events)
	}
	call := j.entry(verdictHit, reason, time.Since(start))
	call.SavedMS = milliseconds(e.Took)
	call.Key = k.String()
	call.Bytes = int64(len(e.Payload) + len(e.Output))
	call.ComputedAt = e.Computed.UTC().Format(time.RFC3339)
	call.Host = e.Host
	j.cell.report(call)
	return results, true
}

func (j *judge) decode(payload []byte) ([]reflect.Value, error) {
	return memo.DecodeResults(payload, j.results, persist.Types(j.cell.session.TypeNamed), persist.NoVerify())
}

// compute runs a call that is not in the store, stores what it returns and
// releases the lease. Looking the call up took hashing.
func (j *judge) compute(f reflect.Value, k *callKey, hashing time.Duration, lease *memo.Lease) []reflect.Value {
	defer func() { lease.Release() }() // nil once the entry's writer has it
	snap := j.snapshot(k)
	b := j.cell.enterBody()
	endCapture, err := j.cell.BeginCapture()
	if err != nil {
		j.cell.leaveBody(b)
		return j.callRefused(f, k.args, "its output cannot be recorded: "+err.Error())
	}
	results, took := j.timed(f, k.args, func() {
		j.cell.leaveBody(b)
		endCapture()
	})
	alone := j.cell.leaveBody(b)
	events, err := endCapture()

	if took < j.min() {
		j.cost.cheap(took, hashing, j.store)
		j.cell.report(j.entry(verdictCheap, "", took))
		return results
	}
	j.cost.dear(took, true, j.store)
	call := j.entry(verdictRefused, "", took)
	switch {
	case errors.Is(err, ErrTooLarge):
		call.Reason = fmt.Sprintf("it printed more than %d MB", wire.CaptureLimit>>20)
	case err != nil:
		call.Reason = "its output cannot be recorded: " + err.Error()
	case len(events) > 0 && !alone:
		call.Reason = "it printed while another such call ran, and their output cannot be told apart"
	case len(events) > 0 && othersRun():
		call.Reason = "it printed while a goroutine of the notebook ran, and their output cannot be told apart"
	default:
		var entry *memo.Entry
		entry, call.Verdict, call.Reason = j.pack(k, snap, results, events, took, hashing)
		if entry != nil {
			call.Key = k.String()
			j.put(k.Key, entry, call, lease)
			lease = nil
			return results
		}
	}
	j.cell.report(call)
	return results
}

// pack makes the entry of a call that is over, or says with which verdict and
// why there is none.
func (j *judge) pack(k *callKey, snap []byte, results []reflect.Value, events []wire.Event,
	took, hashing time.Duration) (e *memo.Entry, verdict, reason string) {
	if !j.worthwhile(took, hashing) {
		return nil, verdictCheap, fmt.Sprintf("hashing what it is given took %v", hashing.Round(time.Millisecond))
	}
	e = &memo.Entry{Func: j.site.Func, Took: took, Computed: time.Now()}
	if reason := j.unchanged(k, snap); reason != "" {
		return nil, verdictRefused, reason
	}
	if reason := j.encode(e, k, results, events); reason != "" {
		return nil, verdictRefused, reason
	}
	if encoding := time.Since(e.Computed); !j.worthwhile(took, hashing+encoding) {
		return nil, verdictCheap, fmt.Sprintf("hashing what it is given and encoding what it returns took %v",
			(hashing + encoding).Round(time.Millisecond))
	}
	j.describe(k, hashing < describeTime || hashing < took/describePart || j.small(k))
	e.Record = appendRecord(nil, k.parts)
	return e, verdictMiss, j.whyMiss(k)
}

// worthwhile reports whether a call that took so long should be stored, given
// the time that looking it up and storing it cost.
func (j *judge) worthwhile(took, overhead time.Duration) bool {
	return j.min() == 0 || took >= worth*overhead
}

// encode fills in e, or says why the call cannot be stored.
func (j *judge) encode(e *memo.Entry, k *callKey, results []reflect.Value, events []wire.Event) (refuse string) {
	if reason := j.shared(k, results); reason != "" {
		return reason
	}
	var err error
	e.Payload, err = memo.EncodeResults(results, persist.Capacity(), persist.Names(resultNames(len(results))...))
	if err != nil {
		return j.unsupported(err)
	}
	if reason := j.trial(e.Payload, results); reason != "" {
		return reason
	}
	if len(events) > 0 {
		if e.Output, err = json.Marshal(events); err != nil {
			return "its output cannot be stored: " + err.Error()
		}
	}
	if holdsAddress(e.Payload) || holdsAddress(e.Output) {
		return "what it prints or returns holds a memory address, which the next run would not have"
	}
	return ""
}

// trial decodes a payload and compares, where interfaces hold types that may
// not be found again.
func (j *judge) trial(payload []byte, results []reflect.Value) (refuse string) {
	if !j.dynamic {
		return ""
	}
	copies, err := j.decode(payload)
	if err != nil {
		return "a stored copy of what it returns could not be read back: " + err.Error()
	}
	was, err1 := persist.HashValues(variables(results), persist.Capacity())
	is, err2 := persist.HashValues(copies, persist.Capacity())
	if err := errors.Join(err1, err2); err != nil {
		return j.unsupported(err)
	}
	if was != is {
		return "a stored copy of what it returns would not be the same"
	}
	return ""
}

// variables returns copies of vs that are addressable, as decoded values are:
// that they could be pointed to is part of a graph.
func variables(vs []reflect.Value) []reflect.Value {
	copies := make([]reflect.Value, len(vs))
	for i, v := range vs {
		copies[i] = reflect.New(v.Type()).Elem()
		copies[i].Set(v)
	}
	return copies
}
