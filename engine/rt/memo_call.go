package rt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

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
		return j.callRefused(f, args, unsupported(err))
	}
	if results, ok := j.recall(k, start); ok {
		return results
	}
	return j.compute(f, k, start)
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
		if Stopping() {
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
	j.cost.dear(false, j.store)
	if sample {
		j.skipped.Add(-1)
	}
	j.cell.report(j.entry(verdictCheap, "it was not looked up, because the calls before it were too quick; the next one will be", took))
	return results
}

// recall answers a call from the store.
func (j *judge) recall(k *callKey, start time.Time) ([]reflect.Value, bool) {
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
	call := j.entry(verdictHit, "", time.Since(start))
	call.SavedMS = milliseconds(e.Took)
	call.Key = k.String()
	call.Bytes = int64(len(e.Payload) + len(e.Output))
	call.ComputedAt = e.Computed.UTC().Format(time.RFC3339)
	call.Host = e.Host
	j.cell.report(call)
	return results, true
}

func (j *judge) decode(payload []byte) ([]reflect.Value, error) {
	return persist.DecodeValues(payload, j.results, persist.Types(j.cell.session.TypeNamed))
}

// compute runs a call that is not in the store and stores what it returns.
func (j *judge) compute(f reflect.Value, k *callKey, start time.Time) []reflect.Value {
	hashing := time.Since(start)
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

	call := j.entry(verdictMiss, "", took)
	if took < j.min() {
		call.Verdict = verdictCheap
		j.cost.cheap(took, hashing, j.store)
		j.cell.report(call)
		return results
	}
	j.cost.dear(true, j.store)
	entry := &memo.Entry{Func: j.site.Func, Took: took, Computed: time.Now()}
	switch {
	case errors.Is(err, ErrTooLarge):
		call.Reason = fmt.Sprintf("it printed more than %d MB", wire.CaptureLimit>>20)
	case err != nil:
		call.Reason = "its output cannot be recorded: " + err.Error()
	case len(events) > 0 && !alone:
		call.Reason = "it printed while another such call ran, and their output cannot be told apart"
	case !j.worthwhile(took, hashing):
		call.Verdict = verdictCheap
		call.Reason = fmt.Sprintf("hashing what it is given took %v", hashing.Round(time.Millisecond))
	default:
		call.Reason = j.unchanged(k, snap)
		if call.Reason == "" {
			j.describe(k, hashing < describeTime || hashing < took/describePart)
			call.Reason = j.encode(entry, k, results, events)
		}
		encoding := time.Since(entry.Computed)
		if call.Reason == "" && !j.worthwhile(took, hashing+encoding) {
			call.Verdict = verdictCheap
			call.Reason = fmt.Sprintf("hashing what it is given and encoding what it returns took %v",
				(hashing + encoding).Round(time.Millisecond))
		}
	}
	switch {
	case call.Verdict == verdictCheap:
	case call.Reason != "":
		call.Verdict = verdictRefused
	default:
		call.Reason = j.whyMiss(k)
		call.Key = k.String()
		j.put(k.Key, entry, call)
		return results
	}
	j.cell.report(call)
	return results
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
	var buf bytes.Buffer
	err := persist.EncodeValues(&buf, results, persist.Capacity(), persist.Names(resultNames(len(results))...))
	if err != nil {
		return unsupported(err)
	}
	e.Payload = buf.Bytes()
	if reason := j.trial(e.Payload, results); reason != "" {
		return reason
	}
	if len(events) > 0 {
		if e.Output, err = json.Marshal(events); err != nil {
			return "its output cannot be stored: " + err.Error()
		}
	}
	e.Record = appendRecord(nil, k.parts)
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
		return unsupported(err)
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
