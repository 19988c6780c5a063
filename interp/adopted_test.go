package interp_test

import (
	"path/filepath"
	"strings"
	"testing"

	"gomemo/interp"
)

// TestAdoptedVariablesAreCollected has compiled code write to variables of the
// engine's heap, which it takes for its own, while the garbage collector runs and
// checks its marks.
func TestAdoptedVariablesAreCollected(t *testing.T) {
	t.Setenv("GODEBUG", "gccheckmark=1,invalidptr=1,clobberfree=1")
	s := newSession(t, interp.Auto, filepath.Join(t.TempDir(), "calls"))
	n := 0
	cell := func(code, tier string) string {
		n++
		out, o := runCell(s, code, n)
		if o.Err != nil || tier != "" && o.Metadata["tier"] != tier {
			t.Fatalf("%s is %v, not %s:\n%s", code, o.Metadata["tier"], tier, out)
		}
		out, _, _ = strings.Cut(out, "#")
		return out
	}
	cell("type node struct { next *node; head **node; data []byte }", "")
	cell(`var head *node
ph := &head
var arr [8]*node
pa := &arr[3]
var m map[int]*node
pm := &m
var box any
pb := &box
tiny := int8(3)
pt := &tiny`, "interpreted")
	cell(`func churn(n int) {
	m = map[int]*node{}
	for i := range n {
		head = &node{next: head, head: &head, data: make([]byte, 100+i%1000)}
		arr[i%8], m[i%100], box = head, head, head
		tiny++
		if i%50 == 0 { head = nil }
	}
}
func check() (nodes int) {
	for x := head; x != nil; x = x.next {
		if nodes++; *x.head != head || len(x.data) < 100 { panic("lost") }
	}
	return nodes
}`, "")
	cell("debug.SetGCPercent(20)", "")
	cell("var wg sync.WaitGroup\nwg.Go(func() { for range 5 { runtime.GC() } })\nfor range 3 { churn(508) }\nwg.Wait()", "compiled")
	if got := cell("fmt.Println(check(), *ph == head, *pa == arr[3], len(*pm), *pb == box, *pt == tiny)", ""); got != "7 true true 100 true true\n" {
		t.Error(got)
	}
	// The type gets a method: the variables are where they were.
	cell("func (n *node) Len() (nodes int) { for ; n != nil; n = n.next { nodes++ }; return nodes }\nfunc grow(n int) { head = &node{}; for range n { head = &node{next: head}; arr[3] = head } }", "")
	cell("wg.Go(func() { for range 5 { runtime.GC() } })\ngrow(300)\nwg.Wait()", "compiled")
	if got := cell("fmt.Println(head.Len(), *ph == head, *pa == arr[3])", ""); got != "301 true true\n" {
		t.Error(got)
	}
}
