package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gomemo/display"
	"gomemo/engine"
	"gomemo/engine/host"
	"gomemo/engine/wire"
)

func TestMain(m *testing.M) {
	if os.Getenv("ENGINE_OF_TEST") != "" {
		os.Exit(host.Main(host.Options{Open: openCell}))
	}
	if os.Getenv("KERNEL_OF_TEST") != "" {
		fmt.Fprintln(os.Stderr, kernelOfTest())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// A notebook runs cells in an engine of its own.
type notebook struct {
	*engine.Client
	t   testing.TB
	seq int
}

func start(t testing.TB) *notebook {
	t.Helper()
	return startWith(t, wire.Hello{})
}

func startWith(t testing.TB, hello wire.Hello) *notebook {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c, err := engine.Start(t.Context(), engine.Options{Path: exe, Env: append(os.Environ(), "ENGINE_OF_TEST=1"), Hello: hello})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &notebook{Client: c, t: t}
}

func (s *notebook) run(ctx context.Context, cell string) (*wire.Done, *transcript, error) {
	s.seq++
	out := new(transcript)
	done, err := s.Run(ctx, &wire.Run{Seq: s.seq, Plugins: []string{cell}, Entry: cell}, out)
	if err == nil && done.Seq != s.seq {
		s.t.Errorf("%s: answer for cell %d, want %d", cell, done.Seq, s.seq)
	}
	return done, out, err
}

// ok runs a cell that must succeed.
func (s *notebook) ok(cell string) (result string, out *transcript) {
	s.t.Helper()
	done, out, err := s.run(s.t.Context(), cell)
	if err != nil {
		s.t.Fatalf("%s: %v", cell, err)
	}
	if done.Error != nil {
		s.t.Fatalf("%s: %+v", cell, done.Error)
	}
	return display.Bundle{Data: done.Result}.Plain(), out
}

// dies runs a cell that must end its engine, soon.
func (s *notebook) dies(cell string) (*wire.Death, *transcript) {
	s.t.Helper()
	began := time.Now()
	_, out, err := s.run(s.t.Context(), cell)
	var death *wire.Death
	if !errors.As(err, &death) {
		s.t.Fatalf("%s: %v, want a death", cell, err)
	}
	if took := time.Since(began); took > time.Minute { // whatever else the machine does
		s.t.Errorf("%s took %v", cell, took)
	}
	return death, out
}

// A transcript is an Output that remembers.
type transcript struct {
	mu    sync.Mutex // guards parts
	parts []string
}

func (o *transcript) Stream(name, text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(o.parts); n > 0 && strings.HasPrefix(o.parts[n-1], name+":") {
		o.parts[n-1] += text
		return
	}
	o.parts = append(o.parts, name+":"+text)
}

func (o *transcript) Display(data, _ map[string]json.RawMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.parts = append(o.parts, "display:"+display.Bundle{Data: data}.Plain())
}

// An ableTranscript can clear and update.
type ableTranscript struct{ transcript }

func (o *ableTranscript) ClearOutput(wait bool) { o.Stream("", fmt.Sprint("clear ", wait)) }

func (o *ableTranscript) DisplayAs(id string, data, _ map[string]json.RawMessage) {
	o.Stream(id, display.Bundle{Data: data}.Plain())
}

func (o *ableTranscript) UpdateDisplay(id string, data, _ map[string]json.RawMessage) {
	o.Stream("update "+id, display.Bundle{Data: data}.Plain())
}

func (o *transcript) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.parts, "|")
}

// of returns all the text of one stream.
func (o *transcript) of(name string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all strings.Builder
	for _, p := range o.parts {
		if text, ok := strings.CutPrefix(p, name+":"); ok {
			all.WriteString(text)
		}
	}
	return all.String()
}

func TestValuesPersist(t *testing.T) {
	t.Parallel()
	s := start(t)
	for want := range 3 {
		if got, _ := s.ok("count"); got != fmt.Sprint(want+1) {
			t.Errorf("count is %s, want %d", got, want+1)
		}
	}
	if got, _ := s.ok("two"); got != "kept <nil>" {
		t.Errorf("two values show as %q", got)
	}
}

func TestOutput(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, out := s.ok("hello")
	if out.of("stdout") != "hello\n" || out.of("stderr") != "there\n" {
		t.Errorf("hello: %q", out)
	}
	var want []string
	for i := range 20 {
		want = append(want, fmt.Sprintf("stdout:p%d |display:d%d", i, i))
	}
	if _, out = s.ok("order"); out.String() != strings.Join(want, "|")+"|stdout:end" {
		t.Errorf("order: %q", out)
	}
	if _, out = s.ok("halves"); out.of("stdout") != "a€b\uFFFD" {
		t.Errorf("halves: %q", out)
	}
	if _, out = s.ok("lookalike"); out.of("stderr") != "panic: not really\n" || out.of("stdout") != "after\n" {
		t.Errorf("lookalike: %q", out)
	}
}

func TestCapture(t *testing.T) {
	t.Parallel()
	s := start(t)
	events, out := s.ok("capture")
	if events != "3" {
		t.Errorf("captured %s events", events)
	}
	want := "stdout:outside in1 |display:[text/html]|stderr:in2 |stdout:again in1 |display:[text/html]|stderr:in2 "
	if out.String() != want {
		t.Errorf("capture: %q", out)
	}
	if tooLarge, out := s.ok("large capture"); tooLarge != "true" || len(out.of("stdout")) != 5<<20 {
		t.Errorf("large capture: %s, %d bytes", tooLarge, len(out.of("stdout")))
	}
}

func TestClearingAndUpdating(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.seq++
	out := new(ableTranscript)
	if _, err := s.Run(t.Context(), &wire.Run{Seq: s.seq, Plugins: []string{"clear"}, Entry: "clear"}, out); err != nil {
		t.Fatal(err)
	}
	const want = "stdout:one |:clear false|stdout:two |x:three|:clear true|stdout:four |update x:five|stdout:six"
	if out.String() != want {
		t.Errorf("%q, want %q", out, want)
	}
	// Without the abilities nothing is lost.
	if _, out := s.ok("clear"); out.String() != "stdout:one two |display:three|stdout:four |display:five|stdout:six" {
		t.Errorf("a simple output got %q", out)
	}
	// Between two cells there is only what waits for the next one.
	s.ok("clear late")
	if out := s.later(); out.String() != "stdout:late" {
		t.Errorf("the next cell got %q", out)
	}
}

// later runs cells that print nothing until one gets what a goroutine has printed
// meanwhile, for at most ten seconds.
func (s *notebook) later() *transcript {
	for deadline := time.Now().Add(10 * time.Second); ; {
		time.Sleep(100 * time.Millisecond)
		if _, out := s.ok("nothing"); out.String() != "" || time.Now().After(deadline) {
			return out
		}
	}
}

func TestOutputBetweenCells(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.ok("ticker")
	if out := s.later(); out.of("stdout") != "late" {
		t.Errorf("the next cell got %q", out)
	}
	_, first := s.ok("idle flood")
	total := len(first.of("stdout"))
	for deadline := time.Now().Add(10 * time.Second); total < 3_000_000 && time.Now().Before(deadline); {
		_, out := s.ok("nothing")
		total += len(out.of("stdout"))
	}
	if total != 3_000_000 {
		t.Errorf("%d bytes of 3000000 arrived", total)
	}
}

func TestDeaths(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cell, message  string
		code           int
		frame          string // file:line
		stdout, stderr string
	}{
		{"exit", "the cell ended its process with exit status 3 (os.Exit or log.Fatal)", 3, "", "last words", ""},
		{"fatal", "the cell ended its process with exit status 1 (os.Exit or log.Fatal)", 1, "", "", "no way\n"},
		{"goroutine", "panic: boom 1 [in a goroutine]", 2, "decl-1a.go:2", "", "before "},
		{"recursion", "stack overflow: a goroutine needs more than 256 MiB of stack, which is what unlimited recursion does", 2, "decl-2b.go:", "", ""},
		{"mapwrites", "fatal error: concurrent map writes", 2, "", "", "any"}, // in a race test it prints more, anywhere
		{"kill", "the engine process was killed (signal 9, killed), as the system does when memory is short", -1, "", "", ""},
		{"lookalike exit", "the cell ended its process with exit status 2 (os.Exit or log.Fatal)", 2, "", "", "panic: not really\n"},
	} {
		s := start(t)
		death, out := s.dies(test.cell)
		if test.stderr == "any" {
			death.Message, _, _ = strings.Cut(death.Message, "\n")
		}
		if death.Message != test.message || death.ExitCode != test.code {
			t.Errorf("%s: %q, exit code %d", test.cell, death.Message, death.ExitCode)
		}
		if out.of("stdout") != test.stdout || test.stderr != "any" && out.of("stderr") != test.stderr {
			t.Errorf("%s printed %q", test.cell, out)
		}
		if test.frame != "" {
			if len(death.Frames) == 0 || len(death.Frames) > 8 || !strings.HasPrefix(at(death.Frames[0]), test.frame) {
				t.Errorf("%s: frames %v", test.cell, death.Frames)
			}
		}
		// Whoever comes next is told too.
		if again, _ := s.dies("nothing"); !strings.HasPrefix(again.Message, test.message) {
			t.Errorf("%s, next cell: %q", test.cell, again.Message)
		}
	}
}

// A goroutine may outlive its cell by any time before it panics.
func TestDeathAtTheEndOfACell(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, out, err := s.run(t.Context(), "goroutine at the end")
	var printed strings.Builder
	printed.WriteString(out.of("stderr"))
	for err == nil {
		_, out, err = s.run(t.Context(), "nothing")
		printed.WriteString(out.of("stderr"))
	}
	var death *wire.Death
	if !errors.As(err, &death) || !strings.HasPrefix(death.Message, "panic: boom 1 [in a goroutine]") || printed.String() != "" {
		t.Errorf("%v, printed %q", err, printed.String())
	}
}

func at(f wire.Frame) string { return fmt.Sprintf("%s:%d", f.File, f.Line) }

func TestNothingPrintedIsLostByAnExit(t *testing.T) {
	t.Parallel()
	_, out := start(t).dies("flood and exit")
	if text := out.of("stdout"); len(text) != 900_003 || !strings.HasSuffix(text, "yend") {
		t.Errorf("%d bytes arrived", len(text))
	}
}

func TestDeathWhileIdle(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.ok("exit later")
	time.Sleep(200 * time.Millisecond)
	death, _ := s.dies("nothing")
	if want := "the cell ended its process with exit status 7 (os.Exit or log.Fatal) (while no cell ran)"; death.Message != want {
		t.Errorf("%q, want %q", death.Message, want)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, test := range []struct{ cell, kind, message, frame string }{
		{"panic", "panic", "first\n\tsecond", "decl-7a.go:2"},
		{"goexit", "panic", "the cell ended its own goroutine by runtime.Goexit", "decl-6f.go:2"},
		{"missing", "load", "plugin missing: no such file", ""},
		{"register", "load", "plugin register: panic: cannot register", ""},
		{"register", "load", "plugin register: panic: cannot register", ""},
	} {
		done, _, err := s.run(t.Context(), test.cell)
		if err != nil || done.Error == nil {
			t.Fatalf("%s: %+v, %v", test.cell, done, err)
		}
		e := done.Error
		if e.Kind != test.kind || e.Message != test.message {
			t.Errorf("%s: %s %q", test.cell, e.Kind, e.Message)
		}
		if test.frame != "" && (len(e.Frames) == 0 || at(e.Frames[0]) != test.frame) {
			t.Errorf("%s: frames %v", test.cell, e.Frames)
		}
	}
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.ok("count")
	for _, cell := range []string{"loop", "swallow", "sleep"} {
		ctx, cancel := context.WithCancel(t.Context())
		var asked time.Time
		time.AfterFunc(50*time.Millisecond, func() { asked = time.Now(); cancel() })
		done, _, err := s.run(ctx, cell)
		took := time.Since(asked)
		if err != nil || done.Error == nil || done.Error.Kind != "interrupt" {
			t.Fatalf("%s: %+v, %v", cell, done, err)
		}
		if took > time.Second {
			t.Errorf("%s ended %v after the interrupt", cell, took)
		}
		if cell == "loop" && (len(done.Error.Frames) == 0 || !strings.HasPrefix(at(done.Error.Frames[0]), "decl-3c.go:")) {
			t.Errorf("frames %v", done.Error.Frames)
		}
	}
	if got, _ := s.ok("count"); got != "2" {
		t.Errorf("count is %s after the interrupts", got)
	}
}

func TestACellThatDoesNotAnswerIsEnded(t *testing.T) {
	t.Parallel()
	s := start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, _, err := s.run(ctx, "blocked")
	var death *wire.Death
	if !errors.As(err, &death) {
		t.Fatal(err)
	}
	want := "interrupted: all goroutines of the cell were blocked, which nothing could end, so its process was ended"
	if death.Message != want || len(death.Frames) < 2 || death.Frames[0].Func != "the cell: chan receive" || at(death.Frames[1]) != "decl-5e.go:2" {
		t.Errorf("%q at %v", death.Message, death.Frames)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestCloseEndsWhatTheEngineStarted(t *testing.T) {
	t.Parallel()
	s := start(t)
	child, _ := s.ok("child")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(child, &pid); err != nil {
		t.Fatal(err)
	}
	gone(t, pid)
	var death *wire.Death
	if _, _, err := s.run(t.Context(), "nothing"); !errors.As(err, &death) || death.Message != "the engine was closed" {
		t.Errorf("after Close: %v", err)
	}
}

func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestStartOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	_, err := engine.Start(t.Context(), engine.Options{Path: filepath.Join(t.TempDir(), "none")})
	if err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("Start: %v", err)
	}
}

func TestAProgramThatIsNoEngine(t *testing.T) {
	t.Parallel()
	c, err := engine.Start(t.Context(), engine.Options{Path: "/bin/sh", Args: []string{"-c", "echo not an engine >&2; exit 4"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	out := new(transcript)
	_, err = c.Run(t.Context(), &wire.Run{Seq: 1}, out)
	var death *wire.Death
	if !errors.As(err, &death) || death.ExitCode != 4 || out.of("stderr") != "not an engine\n" {
		t.Errorf("%v, printed %q", err, out)
	}
}

func BenchmarkStart(b *testing.B) {
	exe, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c, err := engine.Start(b.Context(), engine.Options{Path: exe, Env: append(os.Environ(), "ENGINE_OF_TEST=1")})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Run(b.Context(), &wire.Run{Seq: 1, Entry: "nothing"}, new(transcript)); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		c.Close()
		b.StartTimer()
	}
}

func BenchmarkCell(b *testing.B) {
	s := start(b)
	for b.Loop() {
		s.ok("count")
	}
}

func BenchmarkDisplay(b *testing.B) {
	s := start(b)
	for b.Loop() {
		s.ok("order") // 20 displays
	}
}

func BenchmarkInterrupt(b *testing.B) {
	s := start(b)
	var all []time.Duration
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		var asked time.Time
		time.AfterFunc(2*time.Millisecond, func() { asked = time.Now(); cancel() })
		if done, _, err := s.run(ctx, "loop"); err != nil || done.Error == nil {
			b.Fatal(done, err)
		}
		all = append(all, time.Since(asked))
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "median-us")
	b.ReportMetric(float64(all[len(all)-1].Microseconds()), "worst-us")
}

// discard counts.
type discard struct{ n int }

func (d *discard) Stream(_, text string)                   { d.n += len(text) }
func (d *discard) Display(_, _ map[string]json.RawMessage) {}

func BenchmarkStdout(b *testing.B) {
	for _, cell := range []string{"megabytes", "blocks"} {
		b.Run(cell, func(b *testing.B) {
			s := start(b)
			for b.Loop() {
				out := new(discard)
				s.seq++
				if _, err := s.Run(b.Context(), &wire.Run{Seq: s.seq, Entry: cell}, out); err != nil {
					b.Fatal(err)
				}
				if out.n < 49_900_000 {
					b.Fatalf("%d bytes arrived", out.n)
				}
				b.SetBytes(int64(out.n))
			}
		})
	}
}
