package trace

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"gomemo/engine/wire"
)

func lines(frames []wire.Frame) []string {
	var all []string
	for _, f := range frames {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s:%d", f.Func, f.File, f.Line)))
	}
	return all
}

const panicReport = `panic: main.MyErr{...}: bad [recovered]
	panic: again nb/9c.T

goroutine 18 gp=0xc000102380 m=4 mp=0xc000100008 [running]:
panic({0x4a1234?, 0x5b3210?})
	/usr/local/go/src/runtime/panic.go:860 +0x13a
nb/1f3a.(*Model).Fit(0xc000012345, {0x1, 0x2})
	/tmp/x/decl-1f3a.go:7 +0x1d
nb/77.Map[...](...)
	decl-77.go:3
sort.Slice({0x1, 0x2}, 0x3)
	/usr/local/go/src/sort/slice.go:25 +0x15a
nb/aa0.Run.func1()
	cell-aa0.go:12 +0x25 fp=0xc000 sp=0xc001 pc=0x123
created by nb/aa0.Run in goroutine 7
	cell-aa0.go:11 +0x99
`

func TestAlone(t *testing.T) {
	tests := []struct {
		creator string
		want    bool
	}{
		{"gomemo/engine/host.(*host).start in goroutine 1", true},
		{"os/signal.Notify.func1.1 in goroutine 1", true},
		{"main.main in goroutine 20", false},
		{"net/http.(*Server).Serve in goroutine 20", false},
	}
	for _, tt := range tests {
		dump := "goroutine 1 [running]:\nmain.main()\n\tx.go:1\n\ngoroutine 7 [select]:\nf()\n\tf.go:2\ncreated by " + tt.creator + "\n\tf.go:9\n"
		if got := Alone(dump); got != tt.want {
			t.Errorf("created by %s: %t", tt.creator, got)
		}
	}
}

func TestParseCrash(t *testing.T) {
	var deep strings.Builder
	deep.WriteString("runtime: goroutine stack exceeds 268435456-byte limit\nruntime: sp=0xc1 stack=[0xc2, 0xc3]\nfatal error: stack overflow\n\n")
	var report strings.Builder
	report.WriteString("runtime stack:\nruntime.throw({0x1?, 0x2?})\n\t/usr/local/go/src/runtime/panic.go:1101 +0x48\n\ngoroutine 9 [running]:\n")
	for range 50 {
		report.WriteString("nb/1.f(0x1)\n\tdecl-1.go:2 +0x1\nnb/1.g(...)\n\tdecl-1.go:6\n")
	}
	report.WriteString("...1234 frames elided...\n")
	report.WriteString(strings.Repeat("nb/1.f(0x1)\n\tdecl-1.go:2 +0x1\n", 10) + "nb/2.Run(0x1)\n\tcell-2.go:4 +0x1\n")
	deep.WriteString(report.String())
	for _, test := range []struct {
		name, printed, copied string
		start                 int
		message               string
		frames                []string
	}{
		{"panic", "progress 50%" + panicReport, panicReport, 12, "panic: main.MyErr{...}: bad [recovered]\n\tpanic: again main.T [in a goroutine]",
			[]string{"main.(*Model).Fit decl-1f3a.go:7", "main.Map[...] decl-77.go:3", "cell.func1 cell-aa0.go:12"}},
		{"not printed", "", panicReport, 0, "panic: main.MyErr{...}: bad [recovered]\n\tpanic: again main.T [in a goroutine]",
			[]string{"main.(*Model).Fit decl-1f3a.go:7", "main.Map[...] decl-77.go:3", "cell.func1 cell-aa0.go:12"}},
		{"wild pointer", "unexpected fault address 0xdeadbeef000\nfatal error: fault\n[signal SIGSEGV: segmentation violation code=0x1]\n\n", "fatal error: fault\n", 0,
			"runtime error: there is no memory at address 0xdeadbeef000, where a pointer made with package unsafe leads [in a goroutine]", nil},
		{"lookalike before", "panic: mine\n" + panicReport, panicReport, 12, "panic: main.MyErr{...}: bad [recovered]\n\tpanic: again main.T [in a goroutine]",
			[]string{"main.(*Model).Fit decl-1f3a.go:7", "main.Map[...] decl-77.go:3", "cell.func1 cell-aa0.go:12"}},
		{"recursion", "said\n" + deep.String(), report.String(), 5,
			"stack overflow: a goroutine needs more than 256 MiB of stack, which is what unlimited recursion does",
			[]string{"main.f decl-1.go:2", "main.g decl-1.go:6", "main.f decl-1.go:2", "main.g decl-1.go:6", "… 96 more calls like these :0",
				"… 1234 calls left out :0", "… 10 more calls like these :0", "cell cell-2.go:4"}},
		{"nil", "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]\n\ngoroutine 5 [running]:\nnb/1.f()\n\tdecl-1.go:2 +0x1\n",
			"[signal SIGSEGV: segmentation violation", 0, "panic: runtime error: invalid memory address or nil pointer dereference [in a goroutine]", []string{"main.f decl-1.go:2"}},
		{"fatal", "fatal error: concurrent map writes\n\ngoroutine 5 [running]:\ninternal/runtime/maps.fatal()\n\t/x/y.go:1\nnb/1.f()\n\tdecl-1.go:2 +0x1\n",
			"\ngoroutine 5 [running]:", 0, "fatal error: concurrent map writes", []string{"main.f decl-1.go:2"}},
	} {
		c, ok := ParseCrash(test.printed, test.copied)
		if !ok || c.Start != test.start || c.Message != test.message {
			t.Errorf("%s: %v, %d, %q", test.name, ok, c.Start, c.Message)
		}
		if got := lines(c.Frames); !reflect.DeepEqual(got, test.frames) {
			t.Errorf("%s: frames\n%s\nwant\n%s", test.name, strings.Join(got, "\n"), strings.Join(test.frames, "\n"))
		}
	}
	if c, ok := ParseCrash("nothing of that kind", ""); ok {
		t.Errorf("a crash was found: %+v", c)
	}
}

func TestMayStart(t *testing.T) {
	for printed, want := range map[string]int{
		"": -1, "all well\n": -1, "panicking": -1, "x\npanic: y": 2, "50%fatal error: z": 3, "SIGSEGV: segmentation violation": 0,
	} {
		if got := MayStart([]byte(printed)); got != want {
			t.Errorf("MayStart(%q) = %d, want %d", printed, got, want)
		}
	}
}

func TestGoroutines(t *testing.T) {
	dump := "goroutine 1 [syscall, 2 minutes]:\nmain.main()\n\t/a/b.go:1 +0x1\n\n" +
		"goroutine 33 [chan receive, 3 minutes, locked to thread]:\nnb/5.wait(0x1)\n\tdecl-5.go:4 +0x2\n"
	all := Goroutines(dump)
	if len(all) != 2 || all[0].ID != 1 || all[0].State != "syscall" || all[0].Frames != nil {
		t.Fatalf("%+v", all)
	}
	if g := all[1]; g.ID != 33 || g.State != "chan receive" || !reflect.DeepEqual(lines(g.Frames), []string{"main.wait decl-5.go:4"}) {
		t.Errorf("%+v", g)
	}
}

//line cell-00.go:3
func callers() []wire.Frame {
	pcs := make([]uintptr, 10)
	return Callers(pcs[:runtime.Callers(1, pcs)])
}

func TestCallers(t *testing.T) {
	if got, want := lines(callers()), "gomemo/engine/internal/trace.callers cell-00.go:5"; len(got) != 2 || got[0] != want {
		t.Errorf("%q, want %q first", got, want)
	}
	if got := Callers(nil); got != nil {
		t.Errorf("Callers(nil) = %v", got)
	}
}

func FuzzParseCrash(f *testing.F) {
	f.Add(panicReport, panicReport)
	f.Add("panic: ", "x")
	f.Add("goroutine 1 [running]:\n...3 frames elided...\n", "")
	f.Fuzz(func(t *testing.T, printed, copied string) {
		if c, ok := ParseCrash(printed, copied); ok && (c.Start < 0 || c.Start > max(len(printed), len(copied))) {
			t.Errorf("start %d", c.Start)
		}
	})
}
