package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

func TestKernelInfo(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t))
	m, out := c.call("kernel_info_request", empty{})
	if len(out) != 0 {
		t.Errorf("published: %s", types(out))
	}
	r := content[kernelInfoReply](t, m)
	want := languageInfo{"go", "1.26.8", "text/x-go", ".go", "go", "go"}
	if r.Status != "ok" || r.ProtocolVersion != "5.4" || r.LanguageInfo != want || r.Implementation != "gomemo" {
		t.Errorf("got %+v", r)
	}
	if r.Banner != "gomemo 1.0, Go 1.26.8" || len(r.HelpLinks) == 0 || r.SupportedFeatures == nil || r.Debugger {
		t.Errorf("got %+v", r)
	}
}

func TestExecuteOrder(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t))
	reply, out := c.execute("mix")
	var got []string
	for _, m := range out {
		switch m.header.Type {
		case "execute_input":
			in := content[executeInput](t, m)
			got = append(got, fmt.Sprintf("in %d %s", in.Count, in.Code))
		case "stream":
			s := content[stream](t, m)
			got = append(got, s.Name+" "+s.Text)
		case "display_data", "update_display_data":
			d := content[displayData](t, m)
			got = append(got, fmt.Sprintf("%s %s %d %s", m.header.Type, d.Data["text/plain"], len(d.Metadata), d.Transient.DisplayID))
		case "clear_output":
			got = append(got, fmt.Sprint("clear ", content[clearOutput](t, m).Wait))
		case "execute_result":
			r := content[executeResult](t, m)
			got = append(got, fmt.Sprintf("result %d %s", r.Count, r.Data["text/plain"]))
		default:
			t.Errorf("unexpected %s", m.header.Type)
		}
	}
	want := []string{
		"in 1 mix", "stdout a", "stderr b", "stdout c", `display_data "d" 0 `, "stdout e", "clear true",
		`display_data "f" 1 id1`, `update_display_data "g" 0 id1`, `result 1 "h"`, `display_data "i" 0 `,
	}
	if !slices.Equal(got, want) {
		t.Errorf("published\n%q\nwant\n%q", got, want)
	}
	if reply.Status != "ok" || reply.Count != 1 || reply.Payload == nil || reply.UserExpressions == nil {
		t.Errorf("reply %+v", reply)
	}
}

func TestExecuteReplyMetadata(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t))
	m, _ := c.call("execute_request", executeRequest{Code: "mix"})
	var meta executeMetadata
	if err := json.Unmarshal(m.meta, &meta); err != nil {
		t.Fatal(err)
	}
	if meta.Gomemo["tier"] != "fake" || meta.Status != "ok" || meta.Started == "" {
		t.Errorf("metadata %s", m.meta)
	}
}

func TestExecuteError(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	reply, out := c.execute("fail boom")
	if reply.Status != "error" || reply.Name != "panic" || *reply.Value != "boom" || len(reply.Traceback) != 2 {
		t.Errorf("reply %+v", reply)
	}
	if types(out) != "execute_input error" {
		t.Fatalf("published %s", types(out))
	}
	if e := content[errorOutput](t, out[1]); e.Name != "panic" || e.Value != "boom" || len(e.Traceback) != 2 {
		t.Errorf("error %+v", e)
	}

	reply, _ = c.execute("crash ouch")
	if reply.Name != "internal error" || *reply.Value != "ouch" {
		t.Errorf("a panic of the evaluator: %+v", reply)
	}
	if reply, _ = c.execute("value 1"); reply.Status != "ok" || reply.Count != 3 {
		t.Errorf("after a panic: %+v", reply)
	}
}

func TestExecuteFlags(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	m, out := c.call("execute_request", executeRequest{Code: "mix", Silent: true})
	if r := content[executeReply](t, m); r.Count != 0 || r.Status != "ok" || len(out) != 0 {
		t.Errorf("silent: %+v, published %s", r, types(out))
	}
	m, out = c.call("execute_request", executeRequest{Code: "value 1", StoreHistory: new(false)})
	if r := content[executeReply](t, m); r.Count != 0 || types(out) != "execute_input execute_result" {
		t.Errorf("store_history false: %+v, published %s", r, types(out))
	}
	m, _ = c.call("execute_request", executeRequest{Code: "page p", UserExpressions: map[string]string{"a": "1+1"}})
	r := content[executeReply](t, m)
	if r.Count != 1 || len(r.Payload) != 1 || r.Payload[0].Source != "page" || r.UserExpressions["a"].Status != "error" {
		t.Errorf("page: %+v", r)
	}
	if r, out := c.execute(" \n"); r.Status != "ok" || r.Count != 2 || types(out) != "execute_input" {
		t.Errorf("blank: %+v, published %s", r, types(out))
	}
	parent := c.sendMeta(c.shell, "execute_request", map[string]string{"cellId": "abc"}, executeRequest{Code: "value 2"})
	c.next(c.shellMsgs)
	c.cycle(parent)
	last := tk.fake.cells[len(tk.fake.cells)-1]
	if last != (Cell{Code: "value 2", Number: 3, ID: "abc"}) {
		t.Errorf("cell %+v", last)
	}
	if len(tk.fake.cells) != 4 {
		t.Errorf("%d cells run, want 4: the blank one is not", len(tk.fake.cells))
	}
}

func TestQuestion(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	if r, _ := c.execute(" fmt.Println??\n"); len(r.Payload) != 1 || string(r.Payload[0].Data["text/plain"]) != `"1"` {
		t.Errorf("%+v", r)
	}
	if r, out := c.execute("unknown?"); r.Name != "not found" || types(out) != "execute_input error" {
		t.Errorf("%+v, published %s", r, types(out))
	}
	for _, code := range []string{"// really?", "print a?", "a\nb?", "a???", "?"} {
		c.execute(code)
		if last := tk.fake.cells[len(tk.fake.cells)-1]; last.Code != code {
			t.Errorf("%q was not run", code)
		}
	}
}

func TestStopOnErrorAbortsQueue(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	// The cell ends when all requests are queued.
	first := c.send(c.shell, "execute_request", executeRequest{Code: "wait"})
	second := c.send(c.shell, "execute_request", executeRequest{Code: "value 2"})
	info := c.send(c.shell, "kernel_info_request", empty{})
	third := c.send(c.shell, "execute_request", executeRequest{Code: "value 3"})
	for tk.queue.arrived.Load() < 4 {
		time.Sleep(time.Millisecond)
	}
	tk.fake.release <- true

	if r := content[executeReply](t, c.next(c.shellMsgs)); r.Status != "error" {
		t.Errorf("first: %+v", r)
	}
	if r := content[executeReply](t, c.next(c.shellMsgs)); r.Status != "aborted" || r.Count != 0 {
		t.Errorf("second: %+v", r)
	}
	if m := c.next(c.shellMsgs); m.header.Type != "kernel_info_reply" {
		t.Errorf("third: %s", m.header.Type)
	}
	if r := content[executeReply](t, c.next(c.shellMsgs)); r.Status != "aborted" {
		t.Errorf("fourth: %+v", r)
	}
	for i, parent := range []string{first, second, info, third} {
		if out := c.cycle(parent); i > 0 && len(out) != 0 {
			t.Errorf("request %d published %s", i, types(out))
		}
	}
	if r, _ := c.execute("value 4"); r.Status != "ok" || r.Count != 2 {
		t.Errorf("sent after the error: %+v", r)
	}
}

func TestQueuerLearnsWhatWaits(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	send := func(code string) {
		c.send(c.shell, "execute_request", executeRequest{Code: code, StopOnError: new(false)})
	}
	waitFor := func(want ...string) {
		t.Helper()
		deadline := time.Now().Add(patience)
		for !slices.Equal(tk.fake.queued(), want) {
			if time.Now().After(deadline) {
				t.Fatalf("the evaluator knows of %q, want %q", tk.fake.queued(), want)
			}
			time.Sleep(time.Millisecond)
		}
	}
	send("wait 1")
	send("wait 2")
	c.send(c.shell, "kernel_info_request", empty{})
	send("wait 3")
	waitFor("wait 2", "wait 3")
	tk.fake.release <- true
	waitFor("wait 3")
	send("value 4")
	waitFor("wait 3", "value 4")
	tk.fake.release <- true
	waitFor("value 4")
	tk.fake.release <- true
	waitFor()
}

func TestErrorWithoutStopGoesOn(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	c.send(c.shell, "execute_request", executeRequest{Code: "wait", StopOnError: new(false)})
	c.send(c.shell, "execute_request", executeRequest{Code: "value 2"})
	for tk.queue.arrived.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	tk.fake.release <- true
	for i, want := range []string{"error", "ok"} {
		if r := content[executeReply](t, c.next(c.shellMsgs)); r.Status != want {
			t.Errorf("reply %d: %+v", i, r)
		}
	}
}

func TestInterruptWhileBusy(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	cell := c.send(c.shell, "execute_request", executeRequest{Code: "wait"})
	<-tk.fake.started
	for range 3 { // busy, execute_input of the cell come first
		if m := c.next(c.iopub); m.header.Type == "execute_input" {
			break
		}
	}
	begun := time.Now()
	intr := c.send(c.control, "interrupt_request", empty{})
	if r := content[interruptReply](t, c.next(c.controlMsgs)); r.Status != "ok" {
		t.Errorf("interrupt_reply %+v", r)
	}
	reply := content[executeReply](t, c.next(c.shellMsgs))
	if reply.Name != "interrupted" {
		t.Errorf("execute_reply %+v", reply)
	}
	if d := time.Since(begun); d > time.Second {
		t.Errorf("took %v", d)
	}
	// Control has a busy and an idle of its own, in between those of the cell.
	seen := map[string][]string{}
	for range 4 {
		m := c.next(c.iopub)
		what := m.header.Type
		if what == "status" {
			what = content[status](t, m).State
		}
		seen[string(m.parent)] = append(seen[string(m.parent)], what)
	}
	if got := strings.Join(seen[intr], " "); got != "busy idle" {
		t.Errorf("interrupt published %q", got)
	}
	if got := strings.Join(seen[cell], " "); got != "error idle" {
		t.Errorf("the cell published %q", got)
	}
}

func TestInterruptWhileIdle(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t))
	parent := c.send(c.control, "interrupt_request", empty{})
	c.next(c.controlMsgs)
	c.cycle(parent)
	if r, _ := c.execute("value 1"); r.Status != "ok" {
		t.Errorf("%+v", r)
	}
}

func TestControlAnswersWhileBusy(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	c.send(c.shell, "execute_request", executeRequest{Code: "wait"})
	<-tk.fake.started
	c.send(c.control, "kernel_info_request", empty{})
	if m := c.next(c.controlMsgs); m.header.Type != "kernel_info_reply" {
		t.Errorf("got %s", m.header.Type)
	}
	c.send(c.control, "execute_request", executeRequest{Code: "value 1"})
	if r := content[failure](t, c.next(c.controlMsgs)); r.Name != "wrong channel" {
		t.Errorf("execute on control: %+v", r)
	}
}

func TestCursorInCodePoints(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t))
	m, _ := c.call("complete_request", completeRequest{Code: "äö ü𝛼x y", Cursor: new(6)})
	r := content[completeReply](t, m)
	if !slices.Equal(r.Matches, []string{"ü𝛼xln"}) || r.Start != 3 || r.End != 6 {
		t.Errorf("%+v", r)
	}
	want := completionType{"ü𝛼xln", "function", "func()", 3, 6}
	if !slices.Equal(r.Metadata.Types, []completionType{want}) {
		t.Errorf("types %+v", r.Metadata.Types)
	}
	m, _ = c.call("inspect_request", inspectRequest{Code: "ä𝛼z", Cursor: new(2), Detail: 1})
	if r := content[inspectReply](t, m); !r.Found || string(r.Data["text/plain"]) != `"z1"` {
		t.Errorf("%+v", r)
	}
	m, _ = c.call("inspect_request", inspectRequest{})
	if r := content[inspectReply](t, m); r.Found || r.Data == nil || r.Status != "ok" {
		t.Errorf("%+v", r)
	}
}

func TestOffsets(t *testing.T) {
	t.Parallel()
	const s = "a𝛼é"
	for cursor, want := range map[int]int{-1: 0, 0: 0, 1: 1, 2: 5, 3: 7, 9: 7} {
		if got := byteOffset(s, &cursor); got != want {
			t.Errorf("byteOffset(%d) = %d, want %d", cursor, got, want)
		}
	}
	for offset, want := range map[int]int{-3: 0, 0: 0, 1: 1, 5: 2, 7: 3, 99: 3} {
		if got := runeOffset(s, offset); got != want {
			t.Errorf("runeOffset(%d) = %d, want %d", offset, got, want)
		}
	}
}

func TestIsComplete(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t))
	m, _ := c.call("is_complete_request", isCompleteRequest{"for {"})
	if r := content[isCompleteReply](t, m); r != (isCompleteReply{"incomplete", "\t"}) {
		t.Errorf("%+v", r)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t))
	for _, code := range []string{"value 1", "print a/b", "value 2", "value 1"} {
		c.execute(code)
	}
	c.call("execute_request", executeRequest{Code: "value 9", StoreHistory: new(false)})
	for _, test := range []struct {
		q    historyRequest
		want string
	}{
		{historyRequest{AccessType: "tail", N: new(2)}, `[[1,3,"value 2"],[1,4,"value 1"]]`},
		{historyRequest{AccessType: "tail", N: new(2), Output: true}, `[[1,3,["value 2","2"]],[1,4,["value 1","1"]]]`},
		{historyRequest{AccessType: "range", Start: 2, Stop: new(3), Output: true}, `[[1,2,["print a/b",null]]]`},
		{historyRequest{AccessType: "range", Session: 1, Start: 4}, `[[1,4,"value 1"]]`},
		{historyRequest{AccessType: "range", Session: -1}, `[]`},
		{historyRequest{AccessType: "search", Pattern: "value*"}, `[[1,1,"value 1"],[1,3,"value 2"],[1,4,"value 1"]]`},
		{historyRequest{AccessType: "search", Pattern: "*1", Unique: true}, `[[1,4,"value 1"]]`},
		{historyRequest{AccessType: "search", Pattern: "pr*b"}, `[[1,2,"print a/b"]]`},
		{historyRequest{AccessType: "search", N: new(1)}, `[[1,4,"value 1"]]`},
	} {
		m, _ := c.call("history_request", test.q)
		var r struct{ History json.RawMessage }
		if err := json.Unmarshal(m.content, &r); err != nil || string(r.History) != test.want {
			t.Errorf("%+v: %v %s, want %s", test.q, err, r.History, test.want)
		}
	}
	m, _ := c.call("history_request", historyRequest{AccessType: "other"})
	if r := content[failure](t, m); r.Status != "error" {
		t.Errorf("%+v", r)
	}
}

func TestComms(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t))
	m, _ := c.call("comm_info_request", empty{})
	if r := content[commInfoReply](t, m); r.Status != "ok" || r.Comms == nil || len(r.Comms) != 0 {
		t.Errorf("%+v", r)
	}
	out := c.cycle(c.send(c.shell, "comm_open", map[string]any{"comm_id": "7", "target_name": "x", "data": map[string]int{"a": 1}}))
	if types(out) != "comm_close" || content[commMessage](t, out[0]).CommID != "7" {
		t.Errorf("comm_open published %s", types(out))
	}
	for _, typ := range []string{"comm_msg", "comm_close"} {
		if out := c.cycle(c.send(c.shell, typ, commMessage{CommID: "7"})); len(out) != 0 {
			t.Errorf("%s published %s", typ, types(out))
		}
	}
	if len(c.shellMsgs) != 0 {
		t.Error("a comm message was replied to")
	}
}

func TestUnknownAndBadRequests(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t))
	for _, test := range []struct {
		typ     string
		content any
		reply   string
		ename   string
	}{
		{"frobnicate_request", empty{}, "frobnicate_reply", "unknown message type"},
		{"frobnicate", empty{}, "frobnicate_reply", "unknown message type"},
		{"usage_request", empty{}, "usage_reply", "unknown message type"},
		{"execute_request", map[string]int{"code": 1}, "execute_reply", "bad content"},
	} {
		m, out := c.call(test.typ, test.content)
		r := content[failure](t, m)
		if m.header.Type != test.reply || r.Status != "error" || r.Name != test.ename || len(out) != 0 {
			t.Errorf("%s: %s %+v, published %s", test.typ, m.header.Type, r, types(out))
		}
	}
	m, _ := c.call("debug_request", debugRequest{Seq: 4, Command: "attach"})
	if r := content[debugReply](t, m); r.Success || r.Request != 4 || r.Command != "attach" || r.Status != "error" {
		t.Errorf("%+v", r)
	}
}

func TestStdin(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t))
	parent := c.send(c.shell, "execute_request", executeRequest{Code: "ask name?"})
	q := c.next(c.stdinMsgs)
	if r := content[inputRequest](t, q); r != (inputRequest{"name?", true}) || string(q.parent) != parent {
		t.Errorf("%+v", r)
	}
	c.send(c.stdin, "input_reply", inputReply{"Ada"})
	if r := content[executeReply](t, c.next(c.shellMsgs)); r.Status != "ok" {
		t.Errorf("%+v", r)
	}
	if out := c.cycle(parent); !strings.Contains(string(out[1].content), "Ada") {
		t.Errorf("%s", out[1].content)
	}
	m, _ := c.call("execute_request", executeRequest{Code: "ask x", AllowStdin: new(false)})
	if r := content[executeReply](t, m); r.Status != "error" || *r.Value != ErrNoInput.Error() {
		t.Errorf("%+v", r)
	}
}

func TestHeartbeat(t *testing.T) {
	t.Parallel()
	tk := start(t)
	hb := zmq4.NewReq(context.Background())
	defer hb.Close()
	if err := hb.Dial(tk.endpoint(tk.info.HBPort)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := hb.Send(zmq4.NewMsgString("ping")); err != nil {
			t.Fatal(err)
		}
		if m, err := hb.Recv(); err != nil || string(m.Frames[0]) != "ping" {
			t.Fatalf("%v %v", m, err)
		}
	}
}

func TestWrongSignatureIsDropped(t *testing.T) {
	t.Parallel()
	tk := start(t)
	good := connect(t, tk)
	for _, bad := range []*codec{newCodec("other", good.codec.hash), newCodec("", nil)} {
		frames, err := bad.encode(nil, "execute_request", nil, nil, executeRequest{Code: "value 1"})
		if err != nil {
			t.Fatal(err)
		}
		if err := good.shell.Send(zmq4.NewMsgFrom(frames...)); err != nil {
			t.Fatal(err)
		}
	}
	for strings.Count(tk.logs.String(), errSignature.Error()) < 2 {
		time.Sleep(time.Millisecond)
	}
	if r, _ := good.execute("value 2"); r.Status != "ok" || r.Count != 1 {
		t.Errorf("%+v", r)
	}
	if strings.Contains(tk.logs.String(), "value 1") {
		t.Error("the log has the text of a cell")
	}
}

func TestEmptyKeyMeansUnsigned(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t, func(o *Options) { o.Conn.Key = "" }))
	if r, _ := c.execute("value 2"); r.Status != "ok" {
		t.Errorf("%+v", r)
	}
}

func TestShutdown(t *testing.T) {
	t.Parallel()
	for _, restart := range []bool{false, true} {
		for _, channel := range []string{"shell", "control"} {
			t.Run(fmt.Sprint(channel, restart), func(t *testing.T) {
				t.Parallel()
				tk := start(t)
				c := connect(t, tk)
				sock, msgs := c.shell, c.shellMsgs
				if channel == "control" {
					sock, msgs = c.control, c.controlMsgs
				}
				c.execute("flood 1000000")
				parent := c.send(sock, "shutdown_request", shutdownRequest{Restart: restart})
				want := shutdownReply{"ok", restart}
				if r := content[shutdownReply](t, c.next(msgs)); r != want {
					t.Errorf("%+v", r)
				}
				if out := c.cycle(parent); types(out) != "shutdown_reply" || content[shutdownReply](t, out[0]) != want {
					t.Errorf("published %s", types(out))
				}
				tk.wait(t)
				<-tk.fake.closed
			})
		}
	}
}

func TestShutdownWhileBusy(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	running := c.send(c.shell, "execute_request", executeRequest{Code: "wait"})
	<-tk.fake.started
	c.send(c.shell, "execute_request", executeRequest{Code: "value 1"})
	c.send(c.shell, "complete_request", completeRequest{})
	for tk.queue.arrived.Load() < 3 {
		time.Sleep(time.Millisecond)
	}
	c.send(c.control, "shutdown_request", shutdownRequest{})
	if m := c.next(c.controlMsgs); m.header.Type != "shutdown_reply" {
		t.Errorf("got %s", m.header.Type)
	}
	if r := content[executeReply](t, c.next(c.shellMsgs)); r.Name != "interrupted" {
		t.Errorf("%+v", r)
	}
	for range 2 {
		m := c.next(c.shellMsgs)
		if r := content[aborted](t, m); r.Status != "aborted" {
			t.Errorf("%s %s", m.header.Type, m.content)
		}
	}
	tk.wait(t)
	var last *message // of the cell
	for m := range c.iopub {
		if string(m.parent) == running {
			last = m
		}
	}
	if last == nil || last.header.Type != "status" || content[status](t, last).State != "idle" {
		t.Errorf("the last message of the cell is not idle: %+v", last)
	}
}

func TestShutdownDeliversWhatIsQueued(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	const size = 6 << 20
	c.send(c.shell, "execute_request", executeRequest{Code: fmt.Sprint("flood ", size)})
	c.next(c.shellMsgs)
	c.send(c.control, "shutdown_request", shutdownRequest{})
	tk.wait(t)
	n := 0
	for m := range c.iopub {
		if m.header.Type == "stream" {
			n += len(content[stream](t, m).Text)
		}
	}
	if n != size {
		t.Errorf("%d bytes of output arrived, want %d", n, size)
	}
}

func TestEvaluatorFails(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t, func(o *Options) {
		o.NewEvaluator = func(context.Context) (Evaluator, error) { return nil, errors.New("no gcc") }
	}))
	if r, out := c.execute("value 1"); r.Name != "kernel not ready" || *r.Value != "no gcc" || types(out) != "execute_input error" {
		t.Errorf("%+v, published %s", r, types(out))
	}
	m, _ := c.call("complete_request", completeRequest{Code: "x"})
	if r := content[failure](t, m); r.Status != "error" {
		t.Errorf("%+v", r)
	}
}

func TestAnswersBeforeEvaluatorIsReady(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t, func(o *Options) {
		o.NewEvaluator = func(ctx context.Context) (Evaluator, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}))
	m, _ := c.call("kernel_info_request", empty{})
	content[kernelInfoReply](t, m)
	c.send(c.shell, "execute_request", executeRequest{Code: "value 1"})
	for m := c.next(c.iopub); m.header.Type != "execute_input"; m = c.next(c.iopub) {
	}
	for len(c.shellMsgs) == 0 { // the interrupt may come before the cell has begun to wait
		c.send(c.control, "interrupt_request", empty{})
		c.next(c.controlMsgs)
	}
	if r := content[executeReply](t, c.next(c.shellMsgs)); r.Name != "interrupted" {
		t.Errorf("%+v", r)
	}
}
