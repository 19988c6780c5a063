package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gomemo/interp"
	"gomemo/kernel"
	"gomemo/notebook"
)

// script is an Evaluator for cells whose lines are commands:
//
//	out TEXT, err TEXT    print TEXT and a newline
//	part TEXT             print TEXT alone
//	image                 show something
//	show ID TEXT          show TEXT under the id
//	update ID TEXT        replace what is shown under it
//	clear, clearlater     clear the cell's output
//	report                report a remembered call
//	result TEXT           the cell's value
//	fail TEXT             end the cell with an error
//	wait                  until the cell is interrupted
//	hang                  until the evaluator is closed, then print
type script struct {
	closed chan struct{}
	cells  []kernel.Cell
}

func newScript() *script { return &script{closed: make(chan struct{})} }

func (s *script) Execute(ctx context.Context, c kernel.Cell, out kernel.Output) (o kernel.Outcome) {
	s.cells = append(s.cells, c)
	for line := range strings.Lines(c.Code) {
		verb, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch verb {
		case "out":
			out.Stream("stdout", text+"\n")
		case "err":
			out.Stream("stderr", text+"\n")
		case "part":
			out.Stream("stdout", text)
		case "image":
			out.Display(map[string]json.RawMessage{"image/png": json.RawMessage(`"iVBORw0KGgo="`), "text/plain": json.RawMessage(`"a dot"`)}, nil)
		case "show", "update":
			id, text, _ := strings.Cut(text, " ")
			data := map[string]json.RawMessage{"text/plain": json.RawMessage(`"` + text + `"`)}
			if u := out.(kernel.Updater); verb == "show" {
				u.DisplayAs(id, data, nil)
			} else {
				u.UpdateDisplay(id, data, nil)
			}
		case "clear", "clearlater":
			out.(kernel.Clearer).ClearOutput(verb == "clearlater")
		case "report":
			o.Report = map[string]json.RawMessage{
				"text/plain":      json.RawMessage(`"f() hit, saved 1.5 s"`),
				interp.ReportMIME: json.RawMessage(`{"totals":{"hits":1,"saved_ms":1500}}`),
			}
		case "result":
			raw, err := json.Marshal(text)
			if err != nil {
				panic(err)
			}
			o.Result = map[string]json.RawMessage{"text/plain": raw}
		case "fail":
			return kernel.Outcome{Err: &kernel.Error{Name: "panic", Value: text, Traceback: []string{"\x1b[31mpanic: " + text + "\x1b[0m", "cell 1:2"}}}
		case "wait":
			<-ctx.Done()
			return kernel.Outcome{Err: &kernel.Error{Name: "interrupted", Value: "interrupted", Traceback: []string{"interrupted"}}}
		case "hang":
			<-s.closed
			out.Stream("stdout", "too late")
		}
	}
	return o
}

func (s *script) IsComplete(string) (string, string) { return "unknown", "" }

func (s *script) Complete(context.Context, string, int) ([]kernel.Completion, int, int) {
	return nil, 0, 0
}

func (s *script) Inspect(context.Context, string, int, int) map[string]json.RawMessage { return nil }

func (s *script) Close() error {
	close(s.closed)
	return nil
}

// book is a notebook of code cells; a cell that starts with "#tag" has that tag.
func book(cells ...string) *notebook.Notebook {
	nb := &notebook.Notebook{}
	for _, source := range cells {
		c := &notebook.Cell{Type: notebook.Code, Source: source, Metadata: notebook.Object{}}
		if tag, ok := strings.CutPrefix(source, "#"); ok {
			tag, c.Source, _ = strings.Cut(tag, "\n")
			c.Metadata["tags"] = json.RawMessage(`["other","` + tag + `"]`)
		}
		c.Outputs = []notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: "old"}}
		nb.Cells = append(nb.Cells, c)
	}
	return nb
}

type capture struct {
	both, stdout, stderr bytes.Buffer
}

type tee []*bytes.Buffer

func (t tee) Write(p []byte) (int, error) {
	for _, b := range t {
		b.Write(p)
	}
	return len(p), nil
}

func newRunner(out *capture) (*runner, *script) {
	s := newScript()
	return &runner{
		eval:    s,
		screen:  &screen{stdout: tee{&out.stdout, &out.both}, stderr: tee{&out.stderr, &out.both}},
		signals: &signals{end: make(chan struct{})},
	}, s
}

func TestClearingAndUpdatingChangeTheNotebook(t *testing.T) {
	t.Parallel()
	var out capture
	r, _ := newRunner(&out)
	nb := book(
		"show a 1\nout x\nshow b 2\nshow a 3",
		"out y\nupdate a 4\nupdate nobody 5",
		"show a 6\nclear\nout z\nupdate a 7", // what was cleared cannot be updated
		"out 8\nclearlater\nclearlater\nout 9\nout 10",
		"out 11\nclearlater",
		"show a 12\nclearlater\nresult 13",
	)
	r.run(t.Context(), nb)
	for i, want := range []string{"7 x\n 2 7", "y\n", "z\n", "9\n10\n", "11\n", "13"} {
		var stored []string
		for _, o := range nb.Cells[i].Outputs {
			if o.Type != notebook.Stream {
				o.Text = plain(o.Data)
			}
			stored = append(stored, o.Text)
		}
		if got := strings.Join(stored, " "); got != want {
			t.Errorf("cell %d has %q, want %q", i+1, got, want)
		}
	}
	const screen = "1\nx\n2\n3\ny\n4\n5\n6\nz\n7\n8\n9\n10\n11\n12\n13\n"
	if got := out.stdout.String(); got != screen {
		t.Errorf("the screen shows %q, want %q", got, screen)
	}
}

func TestOutputsAreShownInOrder(t *testing.T) {
	t.Parallel()
	var out capture
	r, s := newRunner(&out)
	nb := book("out a\nerr b\nout c\nresult 42", "", "part no newline\nimage\nreport", " \n\t", "part open", "out last")
	tally := r.run(t.Context(), nb)
	const stdout = "a\nc\n42\nno newline\na dot\n[image/png, 8 B]\nf() hit, saved 1.5 s\nopen\nlast\n"
	if got := out.stdout.String(); got != stdout {
		t.Errorf("stdout %q, want %q", got, stdout)
	}
	const stderr = "b\n"
	if got := out.stderr.String(); got != stderr {
		t.Errorf("stderr %q, want %q", got, stderr)
	}
	const both = "a\nb\nc\n42\nno newline\na dot\n[image/png, 8 B]\nf() hit, saved 1.5 s\nopen\nlast\n"
	if got := out.both.String(); got != both {
		t.Errorf("together %q, want %q", got, both)
	}
	if tally.cells != 4 || tally.ran != 4 || tally.failed != "" || tally.hits != 1 || tally.saved != 1500*time.Millisecond {
		t.Errorf("tally %+v", tally)
	}
	if got, want := tally.summary(27300*time.Millisecond), "gomemo: 4 of 4 cells ran in 27.3 s; 1 remembered call saved 1.50 s"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
	for i, c := range s.cells {
		if c.Number != i+1 {
			t.Errorf("cell %d ran as number %d", i+1, c.Number)
		}
	}
}

func TestOutputsAreStored(t *testing.T) {
	t.Parallel()
	var out capture
	r, _ := newRunner(&out)
	nb := book("out a\nout b\nerr c\nresult 42", "", "fail no")
	r.run(t.Context(), nb)
	var got []string
	for _, c := range nb.Cells {
		if c.Count != nil {
			got = append(got, "#")
		} else {
			got = append(got, "-")
		}
		for _, o := range c.Outputs {
			got = append(got, o.Type+":"+o.Name+o.Text+string(o.Data["text/plain"])+o.EName+o.EValue)
		}
	}
	want := `# stream:stdouta
b
 stream:stderrc
 execute_result:"42" - # error:panicno`
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got %s, want %s", s, want)
	}
}

func TestFailureSkipsTheRest(t *testing.T) {
	t.Parallel()
	cells := []string{"out a", "#raises-exception\nfail allowed", "#skip-execution\nfail never", "fail b", "out c", "fail d"}
	for _, test := range []struct {
		allow  bool
		stdout string
		ran    int
	}{
		{false, "a\n", 2},
		{true, "a\nc\n", 3},
	} {
		var out capture
		r, _ := newRunner(&out)
		r.allowErrors = test.allow
		nb := book(cells...)
		tally := r.run(t.Context(), nb)
		if got := out.stdout.String(); got != test.stdout {
			t.Errorf("allow %v: stdout %q, want %q", test.allow, got, test.stdout)
		}
		if tally.failed != "cell 3: panic: b" || tally.ran != test.ran || tally.cells != 5 {
			t.Errorf("allow %v: tally %+v", test.allow, tally)
		}
		if got := len(nb.Cells[2].Outputs); got != 1 {
			t.Errorf("a cell that is never run has %d outputs, want its old one", got)
		}
		if !test.allow && (nb.Cells[4].Outputs != nil || nb.Cells[4].Count != nil) {
			t.Errorf("a cell that was not reached keeps %v", nb.Cells[4].Outputs)
		}
	}
}

func TestColoursOnlyOnTerminals(t *testing.T) {
	t.Parallel()
	for _, terminal := range []bool{false, true} {
		var out capture
		r, _ := newRunner(&out)
		r.screen.terminal = terminal
		nb := book("fail x")
		r.run(t.Context(), nb)
		if got := strings.Contains(out.stderr.String(), "\x1b[31m"); got != terminal {
			t.Errorf("terminal %v: stderr %q", terminal, out.stderr.String())
		}
		if stored := nb.Cells[0].Outputs[0].Traceback[0]; !strings.Contains(stored, "\x1b[31m") {
			t.Errorf("the notebook lost the colours: %q", stored)
		}
	}
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out capture
		r, _ := newRunner(&out)
		r.timeout = 2 * time.Second
		begun := time.Now()
		tally := r.run(t.Context(), book("out a", "wait", "out never"))
		if took := time.Since(begun); took != r.timeout {
			t.Errorf("took %v, want %v", took, r.timeout)
		}
		if want := "cell 2: timeout: the cell took more than 2s"; tally.failed != want {
			t.Errorf("failed %q, want %q", tally.failed, want)
		}
		if got, want := out.stderr.String(), "timeout: the cell took more than 2s\ninterrupted\n"; got != want {
			t.Errorf("stderr %q, want %q", got, want)
		}
	})
}

func TestInterrupts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out capture
		r, _ := newRunner(&out)
		r.allowErrors = true
		go func() {
			time.Sleep(time.Second)
			r.signals.handle(os.Interrupt) // ends the first cell
			time.Sleep(time.Second)
			r.signals.handle(os.Interrupt) // ends the second
		}()
		tally := r.run(t.Context(), book("wait", "wait", "out after"))
		if got := out.stdout.String(); got != "after\n" || tally.ran != 1 {
			t.Errorf("stdout %q, tally %+v", got, tally)
		}
	})
}

func TestSecondInterruptEndsTheRun(t *testing.T) {
	for _, second := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		synctest.Test(t, func(t *testing.T) {
			var out capture
			r, s := newRunner(&out)
			r.allowErrors = true
			go func() {
				time.Sleep(time.Second)
				r.signals.handle(os.Interrupt)
				time.Sleep(time.Second)
				r.signals.handle(second)
			}()
			tally := r.run(t.Context(), book("out a", "hang", "out never"))
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			synctest.Wait() // the lost cell prints now
			if got := out.stdout.String(); got != "a\n" {
				t.Errorf("stdout %q", got)
			}
			if want := "ended in cell 2"; tally.failed != want {
				t.Errorf("failed %q, want %q", tally.failed, want)
			}
		})
	}
}

type brokenPipe struct{ left int }

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.left--; b.left < 0 {
		return 0, syscall.EPIPE
	}
	return len(p), nil
}

func TestClosedOutputEndsTheRun(t *testing.T) {
	t.Parallel()
	var out capture
	r, s := newRunner(&out)
	r.allowErrors = true
	r.screen.stdout = &brokenPipe{left: 2}
	tally := r.run(t.Context(), book("out a", "out b\nout c\nwait", "out never"))
	if len(s.cells) != 2 {
		t.Errorf("%d cells were run, want 2", len(s.cells))
	}
	if got := out.stderr.String(); got != "" {
		t.Errorf("stderr %q, want nothing", got)
	}
	if want := "standard output was closed in cell 2"; tally.failed != want {
		t.Errorf("failed %q, want %q", tally.failed, want)
	}
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out capture
		r, _ := newRunner(&out)
		r.screen.terminal = true
		r.timeout = 250 * time.Millisecond
		r.run(t.Context(), book("out a\nwait"))
		want := "a\n\rcell 1/1  0.1 s\x1b[K\rcell 1/1  0.2 s\x1b[K\r\x1b[Ktimeout: the cell took more than 250ms\ninterrupted\n"
		if got := out.both.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestProgressLeavesOpenLinesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out capture
		r, _ := newRunner(&out)
		r.screen.terminal = true
		r.timeout = time.Second
		r.run(t.Context(), book("part 50 %\rwait\nwait"))
		if got := out.both.String(); strings.Contains(got, "cell 1/1") {
			t.Errorf("got %q", got)
		}
	})
}

func TestPlain(t *testing.T) {
	t.Parallel()
	tests := []struct{ data, want string }{
		{`{"text/plain": "x"}`, "x"},
		{`{"text/plain": "x", "text/html": "<b>x</b>"}`, "x"},
		{`{"text/markdown": "*x*", "text/html": "<b>x</b>"}`, "*x*"},
		{`{"text/html": "<b>x</b>", "application/json": {}}`, "[application/json, text/html]"},
		{`{"image/png": "` + strings.Repeat("AAAA", 4000) + `"}`, "[image/png, 12 kB]"},
		{`{"image/svg+xml": "` + strings.Repeat("<", 1_300_000) + `"}`, "[image/svg+xml, 1.3 MB]"},
		{`{"image/jpeg": "not base64"}`, "[image/jpeg, 10 B]"},
		{`{}`, "[]"},
	}
	for _, test := range tests {
		var data map[string]json.RawMessage
		if err := json.Unmarshal([]byte(test.data), &data); err != nil {
			t.Fatal(err)
		}
		if got := plain(data); got != test.want {
			t.Errorf("%.60s: %q, want %q", test.data, got, test.want)
		}
	}
}

func TestWritableIsCheckedWithoutATrace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := checkWritable(dir + "/new.ipynb"); err != nil {
		t.Error(err)
	}
	if err := checkWritable(dir); err == nil {
		t.Error("a directory passes for a file")
	}
	if err := checkWritable(dir + "/none/new.ipynb"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want ErrNotExist", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("the check left %v (%v)", left, err)
	}
}
