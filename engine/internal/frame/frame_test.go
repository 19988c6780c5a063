package frame

import (
	"bytes"
	"io"
	"reflect"
	"testing"

	"gomemo/engine/wire"
)

func TestRoundTrip(t *testing.T) {
	want := wire.ToEngine{Run: &wire.Run{Seq: 3, Entry: "p.so", Vars: []wire.Var{{Name: "x", Unit: "nb/1"}}}}
	buf, err := Append(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	var got wire.ToEngine
	if err := Read(bytes.NewReader(buf), &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Read: %+v, %v", got, err)
	}
	for n := range len(buf) {
		var v wire.ToEngine
		if rest, ok, err := Next(buf[:n], &v); ok || err != nil || len(rest) != n {
			t.Fatalf("Next of the first %d bytes: %v, %v", n, ok, err)
		}
		wantErr := io.ErrUnexpectedEOF
		if n == 0 {
			wantErr = io.EOF
		}
		if err := Read(bytes.NewReader(buf[:n]), &v); err != wantErr {
			t.Fatalf("Read of the first %d bytes: %v", n, err)
		}
	}
	got = wire.ToEngine{}
	rest, ok, err := Next(append(buf, 7), &got)
	if !ok || err != nil || len(rest) != 1 || !reflect.DeepEqual(got, want) {
		t.Errorf("Next: %+v, %v, %v", got, ok, err)
	}
}

func FuzzNext(f *testing.F) {
	buf, err := Append(nil, wire.FromEngine{Ready: &wire.Ready{PID: 1}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(buf)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1})
	f.Add([]byte{1, 0, 0, 0, '{'})
	f.Fuzz(func(t *testing.T, data []byte) {
		var a, b wire.FromEngine
		_, ok, err := Next(data, &a)
		rerr := Read(bytes.NewReader(data), &b)
		if (ok && err == nil) != (rerr == nil) {
			t.Errorf("Next: %v, %v; Read: %v", ok, err, rerr)
		}
		if rerr == nil && !reflect.DeepEqual(a, b) {
			t.Errorf("Next read %+v, Read %+v", a, b)
		}
	})
}
