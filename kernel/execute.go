package kernel

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// execute runs a cell. Its messages go out in this order: execute_input, what
// the cell shows, execute_result or error, the report; the caller sends the
// reply.
func (k *Kernel) execute(ctx context.Context, r *request, q executeRequest) any {
	if r.number <= k.queue.abort {
		return aborted{"aborted"} // front ends show a count as that of the cell
	}
	reply := executeReply{Payload: []payload{}, UserExpressions: map[string]failure{}}
	store := !q.Silent && isTrue(q.StoreHistory)
	reply.Count = k.session.begin(q.Code, store)
	if !q.Silent {
		k.publish(r.raw, "execute_input", executeInput{q.Code, reply.Count})
	}
	started := time.Now()
	out := newCellOutput(k, r, q)
	oc := k.evaluate(ctx, q, Cell{Code: q.Code, Number: reply.Count, Silent: q.Silent, ID: cellID(r.message)}, out)
	out.flush()

	reply.Status = "ok"
	if oc.Err != nil {
		reply.Status = "error"
		reply.Name, reply.Value, reply.Traceback = cmp.Or(oc.Err.Name, "error"), &oc.Err.Value, oc.Err.Traceback
		if len(reply.Traceback) == 0 {
			reply.Traceback = []string{reply.Name + ": " + oc.Err.Value}
		}
		if !q.Silent {
			k.publish(r.raw, "error", errorOutput{reply.Name, oc.Err.Value, reply.Traceback})
		}
		if isTrue(q.StopOnError) {
			k.queue.abort = k.queue.arrived.Load()
		}
	} else {
		if oc.Result != nil && !q.Silent {
			k.publish(r.raw, "execute_result", executeResult{reply.Count, oc.Result, bundle{}})
		}
		if oc.Page != nil {
			reply.Payload = append(reply.Payload, payload{Source: "page", Data: oc.Page})
		}
		for name := range q.UserExpressions {
			reply.UserExpressions[name] = failed("unsupported", "this kernel evaluates no user expressions")
		}
	}
	if oc.Report != nil {
		out.Display(oc.Report, nil)
	}
	if store {
		k.session.end(reply.Count, oc.Result)
	}
	r.meta = executeMetadata{started.UTC().Format(dateFormat), reply.Status, oc.Metadata}
	return reply
}

// evaluate calls the Evaluator so that an interrupt cancels the call, and a
// panic in it is the cell's error.
func (k *Kernel) evaluate(ctx context.Context, q executeRequest, c Cell, out Output) (oc Outcome) {
	if strings.TrimSpace(q.Code) == "" {
		return Outcome{}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	k.run.mu.Lock()
	k.run.cancel = cancel
	k.run.mu.Unlock()
	defer func() {
		k.run.mu.Lock()
		k.run.cancel = nil
		k.run.mu.Unlock()
		if p := recover(); p != nil {
			stack := string(debug.Stack())
			k.log.Error("panic in the evaluator", "cell", c.Number, "panic", p, "stack", stack)
			oc = Outcome{Err: &Error{
				Name:      "internal error",
				Value:     fmt.Sprint(p),
				Traceback: append([]string{fmt.Sprintf("internal error: %v", p)}, strings.Split(stack, "\n")...),
			}}
		}
	}()
	select {
	case <-k.stopping: // the interrupt of the shutdown came before this cell
		cancel()
	default:
	}
	ev, err := k.eval.get(ctx)
	switch {
	case err == nil:
		if m := question.FindStringSubmatch(c.Code); m != nil {
			return help(ctx, ev, m[1], len(m[2])-1)
		}
		k.announce()
		return ev.Execute(ctx, c, out)
	case ctx.Err() != nil:
		return Outcome{Err: &Error{Name: "interrupted", Value: "while the kernel was getting ready"}}
	default:
		return Outcome{Err: &Error{Name: "kernel not ready", Value: err.Error(),
			Traceback: strings.Split("kernel not ready: "+err.Error(), "\n")}}
	}
}

// question is a cell that asks what a name is, as in IPython: "fmt.Println?",
// and "??" for more. No Go text ends so.
var question = regexp.MustCompile(`^\s*([\pL_][\pL\pN_.]*)(\?{1,2})\s*$`)

// help shows in the front end's pager what is known of a name.
func help(ctx context.Context, ev Evaluator, name string, detail int) Outcome {
	page := ev.Inspect(ctx, name, len(name), detail)
	if page == nil {
		return Outcome{Err: &Error{Name: "not found", Value: "nothing is known of " + name}}
	}
	return Outcome{Page: page}
}

// isTrue is for flags whose default is true.
func isTrue(flag *bool) bool { return flag == nil || *flag }

// cellID returns the id that the front end has put into the metadata.
func cellID(m *message) string {
	var meta struct {
		CellID string `json:"cellId"`
	}
	if json.Unmarshal(m.meta, &meta) != nil {
		return ""
	}
	return meta.CellID
}

// interruptRequest answers when the cell has been told to end, not when it has.
func (k *Kernel) interruptRequest(_ context.Context, _ *request, _ empty) any {
	k.interrupt()
	return interruptReply{"ok"}
}

func (k *Kernel) shutdownRequest(_ context.Context, r *request, q shutdownRequest) any {
	reply := shutdownReply{Status: "ok", Restart: q.Restart}
	k.publish(r.raw, "shutdown_reply", reply) // for the other clients
	r.then = k.stop
	return reply
}

// complete converts between the protocol's code points and the Evaluator's bytes.
func (k *Kernel) complete(ctx context.Context, _ *request, q completeRequest) any {
	ev, err := k.eval.get(ctx)
	if err != nil {
		return failed("kernel not ready", err.Error())
	}
	found, start, end := ev.Complete(ctx, q.Code, byteOffset(q.Code, q.Cursor))
	reply := completeReply{
		Status: "ok", Matches: make([]string, 0, len(found)),
		Start: runeOffset(q.Code, start), End: runeOffset(q.Code, end),
	}
	for _, c := range found {
		reply.Matches = append(reply.Matches, c.Text)
		reply.Metadata.Types = append(reply.Metadata.Types,
			completionType{c.Text, c.Type, c.Signature, reply.Start, reply.End})
	}
	if !slices.ContainsFunc(found, func(c Completion) bool { return c.Type != "" }) {
		reply.Metadata.Types = nil
	}
	return reply
}

func (k *Kernel) inspect(ctx context.Context, _ *request, q inspectRequest) any {
	ev, err := k.eval.get(ctx)
	if err != nil {
		return failed("kernel not ready", err.Error())
	}
	data := ev.Inspect(ctx, q.Code, byteOffset(q.Code, q.Cursor), q.Detail)
	return inspectReply{Status: "ok", Found: data != nil, Data: notNil(data), Metadata: bundle{}}
}

func (k *Kernel) isComplete(ctx context.Context, _ *request, q isCompleteRequest) any {
	ev, err := k.eval.get(ctx)
	if err != nil {
		return isCompleteReply{Status: "unknown"}
	}
	state, indent := ev.IsComplete(q.Code)
	return isCompleteReply{state, indent}
}

func notNil(b bundle) bundle {
	if b == nil {
		return bundle{}
	}
	return b
}
