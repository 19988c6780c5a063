package kernel

import (
	"strings"
	"testing"
	"time"
)

// TestStreamKeepsCodePoints prints code points in pieces, with the other
// stream in between.
func TestStreamKeepsCodePoints(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	r := &request{message: &message{raw: []byte(`{"msg_id":"1"}`)}}
	out := newCellOutput(tk.Kernel, r, executeRequest{})
	want := strings.Repeat("aé𝛼", 30000)
	for i := range len(want) {
		out.Stream("stdout", want[i:i+1])
		if i%1000 == 1 {
			out.Stream("stderr", "\n")
		}
	}
	out.Stream("stdout", "\xf0\x9f") // never completed
	out.flush()
	tk.publish(nil, "status", status{"idle"})
	var got strings.Builder
	for {
		m := c.published()
		if m.header.Type != "stream" {
			break
		}
		if s := content[stream](t, m); s.Name == "stdout" {
			got.WriteString(s.Text)
		}
	}
	rest, ok := strings.CutPrefix(got.String(), want)
	if !ok || strings.Trim(rest, "\ufffd") != "" || rest == "" {
		t.Errorf("%d bytes arrived, want %d and a replacement character; rest %q", got.Len(), len(want), rest)
	}
}

// TestStreamAfterTheCell prints when the cell is long over.
func TestStreamAfterTheCell(t *testing.T) {
	t.Parallel()
	tk := start(t)
	c := connect(t, tk)
	out := newCellOutput(tk.Kernel, &request{message: &message{raw: []byte(`{"msg_id":"1"}`)}}, executeRequest{})
	out.flush()
	out.Stream("stdout", "late")
	m := c.published()
	if s := content[stream](t, m); s.Text != "late" || string(m.parent) != `{"msg_id":"1"}` {
		t.Errorf("%+v", s)
	}
}

func TestOutboxStallsAndRecovers(t *testing.T) {
	t.Parallel()
	o := newOutbox()
	bulk := func(size int) packet { return packet{size: size, bulk: true, parent: []byte(`{}`)} }
	if !o.put(bulk(roomFor)) {
		t.Fatal("refused with room")
	}
	begun := time.Now()
	o.waitRoom() // full, but not over
	o.put(bulk(1))
	o.waitRoom()
	if d := time.Since(begun); d < stallTimeout/2 {
		t.Errorf("waited %v", d)
	}
	if o.put(bulk(10)) || o.put(bulk(20)) {
		t.Error("a stalled client is given more")
	}
	if !o.put(packet{size: 5}) {
		t.Error("no room for a status")
	}
	waiting := o.take()
	lost, caughtUp := o.wrote(waiting[0])
	if !caughtUp || lost.messages != 2 || lost.bytes != 30 || string(lost.parent) != "{}" {
		t.Errorf("caught up %v, lost %+v", caughtUp, lost)
	}
	if !o.put(bulk(2 * outboxLimit)) {
		t.Error("still stalled after catching up")
	}
	if o.put(packet{size: 1}) {
		t.Error("room beyond the limit")
	}
	o = newOutbox()
	for o.put(packet{size: 1 << 20}) {
		if o.size > outboxLimit+1<<20 {
			t.Fatalf("holds %d bytes", o.size)
		}
	}
}

func BenchmarkStream(b *testing.B) {
	k, err := New(Options{Conn: &ConnectionInfo{Key: "k"}, NewEvaluator: newFake().make})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := k.Listen(); err != nil {
		b.Fatal(err)
	}
	for _, s := range k.socks.all() {
		s.serve()
		defer s.close()
	}
	out := newCellOutput(k, &request{message: &message{raw: []byte(`{"msg_id":"1"}`)}}, executeRequest{})
	chunk := strings.Repeat(strings.Repeat("x", 99)+"\n", 300)
	b.SetBytes(int64(len(chunk)))
	for b.Loop() {
		out.Stream("stdout", chunk)
	}
}
