package interp_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gomemo/interp"
)

// wholeRows are endless cells and what must be true after an interrupt, with
// what sets them up. worked is true unless the interrupt came at once.
var wholeRows = []struct{ name, setUp, cell, check, worked string }{
	{"hoisted", "n, before := 0, 0", "before = n\nfor {\n\tn++\n}", "n >= before", "n > before"},
	{"hoisted with a condition", "m, k := 0, 0", "m, k = 0, 0\nfor i := 0; i >= 0; i = (i + 1) % 1000 {\n\tm += i\n\tk++\n}",
		"m == k/1000*499500 + k%1000*(k%1000-1)/2", "m > 0"},
	{"string", "texts := []string{\"\", strings.Repeat(\"x\", 1000)}\ntext := \"\"", "for i := 0; ; i++ {\n\ttext = texts[i&1]\n}",
		"text == texts[0] || text == texts[1]", ""},
	{"interface", "things := []any{12, \"a text\", 1.5, []int{1, 2, 3}}\nvar thing any", "for i := 0; ; i++ {\n\tthing = things[i&3]\n}",
		"strings.Contains(\"12 a text 1.5 [1 2 3]\", fmt.Sprint(thing))", ""},
	{"slice", "lists := [][]int{nil, make([]int, 1000, 2000), make([]int, 1)}\nvar list []int", "for i := 0; ; i++ {\n\tlist = lists[i%3]\n}",
		"len(list) == 0 && cap(list) == 0 || len(list) == 1 && cap(list) == 1 || len(list) == 1000 && cap(list) == 2000 && list[999] == 0", ""},
	{"struct", "type Pair struct { Name string; N int; Of any }\nvar pairs [64]Pair\n" +
		"func fill(texts []string) {\n\tfor i := 0; ; i++ {\n\t\tpairs[i&63] = Pair{texts[i&1], i, i & 1}\n\t}\n}",
		"fill([]string{\"\", \"a name\"})",
		"func() bool { for _, p := range pairs { if p.Name != \"\" && p.Name != \"a name\" || p.Of != nil && p.Of != 0 && p.Of != 1 { return false } }; return true }()", ""},
	{"swap", "names := []string{\"\", \"b\", \"cc\", \"ddd\"}", "for i := 0; ; i++ {\n\tnames[i&3], names[i>>1&3] = names[i>>1&3], names[i&3]\n}",
		"func() bool { for _, s := range names { if s != \"\" && s != \"b\" && s != \"cc\" && s != \"ddd\" { return false } }; return true }()", ""},
	{"lock", "var mu sync.Mutex\nlocked := 0", "for {\n\tmu.Lock()\n\tlocked++\n\tmu.Unlock()\n}",
		"func() bool { ok := mu.TryLock(); if ok { mu.Unlock() }; return ok }()", ""},
	{"library", "var sb strings.Builder", "for {\n\tsb.Reset()\n\tfor range 100 {\n\t\tsb.WriteString(\"ab\")\n\t}\n}", "strings.Trim(sb.String(), \"ab\") == \"\"", ""},
	{"literal that calls itself", "var calls func(int) int", "calls = func(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn calls(n-1) + calls(n-2)\n}\ncalls(80)", "calls(10) == 55", ""},
	{"literals that call each other", "", "func() {\n\tvar even, odd func(int, int) int\n\teven = func(n, d int) int { if d > 40 { return n }; return odd(n+1, d+1) + odd(n, d+1) }\n" +
		"\todd = func(n, d int) int { if d > 40 { return n }; return even(n-1, d+1) + even(n, d+1) }\n\teven(0, 0)\n}()", "true", ""},
	{"deferred", "var closed, opened int\nfunc work() {\n\topened += 3\n\tdefer func() {\n\t\tfor range 3 {\n\t\t\tclosed++\n\t\t\ttime.Now()\n\t\t}\n\t}()\n\tfor {\n\t\ttime.Now()\n\t}\n}",
		"work()", "closed == opened", "opened > 0"},
}

// TestInterruptLeavesWholeValues interrupts endless cells again and again: what
// they work on must never be found half assigned, or as it was before them.
func TestInterruptLeavesWholeValues(t *testing.T) {
	t.Parallel()
	for _, row := range wholeRows {
		t.Run(row.name, func(t *testing.T) {
			s := newSession(t, interp.Auto, filepath.Join(t.TempDir(), "calls"))
			if out := run(s, row.setUp, 1); out != "" {
				t.Fatal(out)
			}
			worked, took := 0, []time.Duration{}
			for i := range 30 {
				var c console
				_, d := interruptRunning(t, s, row.cell, time.Duration(10+i)*time.Millisecond, &c)
				if out := run(s, row.check, 3); out != "= true\n" {
					t.Fatalf("round %d: %s is %s", i, row.check, out)
				}
				took = append(took, d)
				if row.worked == "" || run(s, row.worked, 3) == "= true\n" {
					worked++
				}
			}
			slices.Sort(took)
			t.Logf("half ended within %v, the last after %v", took[15], took[29])
			if worked < 10 {
				t.Errorf("%s only %d times of 30", row.worked, worked)
			}
		})
	}
}

// TestInterruptLeavesOthers interrupts a cell while goroutines of an earlier one
// compute, poll, wait and start others: they go on, the cell's own do not.
func TestInterruptLeavesOthers(t *testing.T) {
	s := newSession(t, interp.Auto, filepath.Join(t.TempDir(), "calls"))
	const decls = "var computed, polled, woken, begun, mine int\nvar own [3]int\nnext := make(chan int)\n" +
		"func work(computed *int) {\n\tfor {\n\t\t*computed++\n\t}\n}\n" +
		"func tick(n *int) { for { *n++; time.Sleep(100 * time.Microsecond) } }\n" +
		"func look() [4]int { return [4]int{computed, polled, woken, begun} }\n" +
		"func still() string {\n\tbefore := own\n\ttime.Sleep(20 * time.Millisecond)\n\tif own == before { return \"all\" }\n\treturn fmt.Sprint(before, own)\n}\n" +
		"func grown() string {\n\tbefore := look()\n\tfor range 1000 {\n\t\ttime.Sleep(time.Millisecond)\n\t\tnow, ok := look(), true\n" +
		"\t\tfor i := range now { ok = ok && now[i] > before[i] }\n\t\tif ok { return \"all\" }\n\t}\n\treturn fmt.Sprint(before, look())\n}"
	const start = "go work(&computed)\ngo tick(&polled)\ngo func() { for range next { woken++ } }()\n" +
		"go func() { for { next <- 1; done := make(chan bool); go func() { begun++; close(done) }(); <-done } }()"
	for _, cell := range []string{decls, start} {
		if out := run(s, cell, 1); out != "" {
			t.Fatal(out)
		}
	}
	for i, cell := range []string{
		"go work(&own[0])\ngo tick(&own[1])\nfor {\n}",
		"go work(&own[0])\ngo tick(&own[1])\nfor {\n\ttime.Now()\n}",
		"go work(&own[0])\ngo tick(&own[1])\ntime.Sleep(time.Hour)",
	} {
		var c console
		o, _ := interruptRunning(t, s, cell, time.Duration(300+i)*time.Millisecond, &c)
		if o.Err.Name != "interrupted" {
			t.Errorf("%s: %v", cell, o.Err.Lines)
		}
		if out := run(s, "grown()", 3); !strings.HasPrefix(out, "= all\n") {
			t.Errorf("%s\nstopped what an earlier cell had started: %s", cell, out)
		}
		if out := run(s, "still()", 3); !strings.HasPrefix(out, "= all\n") {
			t.Errorf("%s\nleft what it had started: %s", cell, out)
		}
	}
	if out := run(s, "own[0] > 0 && own[1] > 0", 4); out != "= true\n" {
		t.Errorf("nothing had been started: %s", out)
	}
}
