package kernel

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestCodecRoundTrip(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"", "hmac-sha256", "hmac-sha384", "hmac-sha512"} {
		h, err := (&ConnectionInfo{SignatureScheme: scheme, Key: "k"}).signer()
		if err != nil {
			t.Fatal(err)
		}
		c := newCodec("k", h)
		frames, err := c.encode([][]byte{[]byte("id")}, "stream", json.RawMessage(`{"msg_id":"p"}`),
			map[string]int{"m": 1}, stream{"stdout", "<&>\u2028\xff"})
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, []byte("buffer"))
		m, err := c.decode(frames)
		if err != nil {
			t.Fatal(err)
		}
		if string(m.route[0]) != "id" || m.header.Type != "stream" || string(m.parent) != `{"msg_id":"p"}` ||
			string(m.meta) != `{"m":1}` || string(m.buffers[0]) != "buffer" {
			t.Errorf("%+v", m)
		}
		if got := content[stream](t, m); got != (stream{"stdout", "<&>\u2028\ufffd"}) {
			t.Errorf("%+v", got)
		}
		for i := 3; i < 7; i++ {
			changed := bytes.Clone(frames[i])
			changed[0] ^= 1
			bad := append(append(append([][]byte{}, frames[:i]...), changed), frames[i+1:]...)
			if _, err := c.decode(bad); err != errSignature {
				t.Errorf("frame %d changed: %v", i, err)
			}
		}
	}
}

func TestUnknownSignatureScheme(t *testing.T) {
	t.Parallel()
	_, err := New(Options{Conn: &ConnectionInfo{Key: "k", SignatureScheme: "hmac-md5"}, NewEvaluator: newFake().make})
	if err == nil {
		t.Error("no error")
	}
}

// FuzzDecode looks at frames that a client with the key may send.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("id"), []byte(`{"msg_id":"1","msg_type":"x"}`), []byte(`{}`), []byte(`{}`), []byte(`{"code":1}`))
	f.Add([]byte(""), []byte(`null`), []byte(``), []byte(`[]`), []byte("\xff"))
	c := newCodec("", nil)
	f.Fuzz(func(t *testing.T, id, head, parent, meta, body []byte) {
		m, err := c.decode([][]byte{id, delimiter, nil, head, parent, meta, body})
		if err != nil {
			return
		}
		// What passes can be the parent of a reply.
		frames, err := c.encode(m.route, replyType(m.header.Type), m.raw, nil, failed("a", "b"))
		if err != nil {
			t.Fatal(err)
		}
		back, err := c.decode(frames)
		if err != nil || string(back.parent) != string(m.raw) {
			t.Fatalf("%v: %s", err, back.parent)
		}
		cellID(m)
	})
}
