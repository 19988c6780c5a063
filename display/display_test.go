package display

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

type point struct {
	X, Y int
	name string
	next *point
}

type loud struct{ n int }

func (l loud) String() string { return fmt.Sprintf("loud %d!", l.n) }

type bad struct{}

func (bad) String() string { panic("no string") }

type drawn struct{}

func (drawn) Display() Bundle { return HTML("<b>&</b>").With(Text("bold")) }

type broken struct{}

func (broken) Display() Bundle { panic(errors.New("boom")) }

func TestOf(t *testing.T) {
	var nilError error
	for _, test := range []struct {
		in   []any
		want string
	}{
		{[]any{1}, "1"},
		{[]any{"plain \"text\"\n"}, "plain \"text\"\n"},
		{[]any{nil}, "<nil>"},
		{[]any{nilError}, "<nil>"},
		{[]any{errors.New("failed")}, "failed"},
		{[]any{3, nil, "x"}, "3 <nil> x"},
		{[]any{point{1, 2, "p", nil}}, "{X:1 Y:2 name:p next:<nil>}"},
		{[]any{&point{X: 1}}, "&{X:1 Y:0 name: next:<nil>}"},
		{[]any{[]loud{{1}, {2}}}, "[loud 1! loud 2!]"},
		{[]any{map[string]int{"b": 2, "a": 1}}, "map[a:1 b:2]"},
		{[]any{1500 * time.Millisecond}, "1.5s"},
		{[]any{bad{}}, "%!v(PANIC=String method: no string)"},
		{[]any{broken{}}, "display of display.broken panicked: boom"},
	} {
		if got := Of(test.in...).Plain(); got != test.want {
			t.Errorf("Of(%#v) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestDisplayerAndImage(t *testing.T) {
	b := Of(drawn{})
	if got := string(b.Data["text/html"]); got != `"<b>&</b>"` {
		t.Errorf("html is %s", got)
	}
	var data []byte
	b = Of(image.NewGray(image.Rect(0, 0, 3, 2)))
	if err := json.Unmarshal(b.Data["image/png"], &data); err != nil {
		t.Fatal(err)
	}
	if m, err := png.Decode(bytes.NewReader(data)); err != nil || m.Bounds().Dx() != 3 {
		t.Errorf("decoded %v, %v", m, err)
	}
	if b.Plain() != "image 3x2" {
		t.Errorf("plain text is %q", b.Plain())
	}
	if got := Of(image.NewGray(image.Rectangle{})).Plain(); !strings.Contains(got, "png: invalid format") {
		t.Errorf("an empty image shows %q", got)
	}
}

// The printer for large values must write what fmt writes.
func TestPrinterAgreesWithFmt(t *testing.T) {
	p := point{1, 2, "p", &point{}}
	p.next = nil
	for _, v := range []any{
		p, &p, []point{p, p}, [2]bool{true, false}, []byte("ab"), "s", 1.5, math.Inf(-1), 2i,
		map[int]string{3: "c", 1: "a"}, map[float64]int{2: 1, -1: 2, math.NaN(): 3},
		map[string][]any{"x": {1, "y", nil, loud{3}}, "a": nil}, struct{ l loud }{loud{4}},
		[]any{error(nil), errors.New("e"), time.Second}, map[uint8]*int{1: nil}, (*point)(nil), []*int{nil},
		&[]int{1}, &map[string]int{"q": 1}, new([3]int8), struct{}{}, []error{nil},
	} {
		var pr printer
		pr.value(reflect.ValueOf(v), 0)
		if got, want := pr.String(), fmt.Sprintf("%+v", v); got != want {
			t.Errorf("%#v: printed %q, fmt %q", v, got, want)
		}
	}
}

func TestLargeValuesAreCut(t *testing.T) {
	loop := []any{nil}
	loop[0] = loop
	big := make(map[int]int)
	for i := range 200_000 {
		big[(i*7919)%200_000] = i
	}
	for name, test := range map[string]struct {
		v      any
		prefix string
	}{
		"slice":  {make([]float64, 50_000_000), "[0 0 0 0"},
		"string": {strings.Repeat("é", TextLimit), "éé"},
		"cycle":  {loop, "[[[[["},
		"map":    {big, "map[0:0 1:"},
		"nested": {[][]string{{strings.Repeat("x", 1<<20)}, {"y"}}, "[[xxx"},
	} {
		start := time.Now()
		got := Of(test.v).Plain()
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if !strings.HasPrefix(got, test.prefix) {
			t.Errorf("%s starts with %.20q, want %q", name, got, test.prefix)
		}
		if len(got) > TextLimit+100 || !strings.HasSuffix(got, "only the first 64 KiB are shown") {
			t.Errorf("%s: %d bytes, ending in %q", name, len(got), got[len(got)-50:])
		}
	}
}

func TestShowUsesTheSink(t *testing.T) {
	var got []string
	SetSink(func(c Command) error {
		got = append(got, string(c.Op)+c.ID+c.Bundle.Plain())
		return nil
	})
	defer SetSink(nil)
	if err := Show(JSON(map[string]int{"a": 1})); err != nil {
		t.Fatal(err)
	}
	if err := Show([]int{1, 2}); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(ShowAs("id ", 3), Update("id ", 4), Clear(), Clear(Wait()))
	if err != nil {
		t.Fatal(err)
	}
	if want := "[application/json] [1 2] id 3 updateid 4 clear[] clear later[]"; strings.Join(got, " ") != want {
		t.Errorf("the sink got %q, want %q", got, want)
	}
	if err := Update("", 1); err == nil {
		t.Error("an update without an id is no error")
	}
}

func TestJSONOfAnUnsupportedValue(t *testing.T) {
	if got := JSON(func() {}).Plain(); !strings.Contains(got, "unsupported type") {
		t.Errorf("JSON(func) shows %q", got)
	}
}
