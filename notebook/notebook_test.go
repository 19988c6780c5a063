package notebook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gomemo/notebook"
)

func TestWhatJupyterWroteComesBackByteForByte(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"all", "none"} {
		want, err := os.ReadFile(filepath.Join("testdata", name+".ipynb"))
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range []string{name + ".ipynb", name + ".in.ipynb"} {
			nb, err := notebook.ReadFile(filepath.Join("testdata", in))
			if err != nil {
				t.Fatal(err)
			}
			got, err := nb.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: got\n%s\nwant\n%s", in, got, want)
			}
		}
	}
}

func TestReadRejoinsLines(t *testing.T) {
	t.Parallel()
	nb, err := notebook.ReadFile("testdata/all.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	c := nb.Cells[3]
	if want := "fmt.Println(1)\nx"; c.Source != want {
		t.Errorf("source %q, want %q", c.Source, want)
	}
	if want := "50 %\r100 %\r\n\x1b[31mred\x1b[0m\n"; c.Outputs[0].Text != want {
		t.Errorf("stream %q, want %q", c.Outputs[0].Text, want)
	}
	if got, want := string(c.Outputs[2].Data["text/plain"]), `"1\n2\n"`; got != want {
		t.Errorf("text/plain %s, want %s", got, want)
	}
	if c.Count == nil || *c.Count != 3 {
		t.Errorf("count %v, want 3", c.Count)
	}
}

func TestReadOldMinorVersions(t *testing.T) {
	t.Parallel()
	text := `{"nbformat": 4, "nbformat_minor": 0, "metadata": {"signature": "x", "orig_nbformat": 2}, "cells": [
		{"cell_type": "code", "metadata": {"trusted": true, "collapsed": false}, "source": "a", "execution_count": null, "outputs": []},
		{"cell_type": "code", "id": "no good!", "metadata": {}, "source": "b", "execution_count": 1, "outputs": []},
		{"cell_type": "markdown", "id": "twice", "metadata": {}, "source": ["c\n", "d"]},
		{"cell_type": "markdown", "id": "twice", "metadata": {}, "source": []}]}`
	nb, err := notebook.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	data, err := nb.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Minor    int `json:"nbformat_minor"`
		Metadata map[string]any
		Cells    []struct {
			ID       string
			Metadata map[string]any
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Minor != 5 || len(got.Metadata) != 0 {
		t.Errorf("minor %d, metadata %v; want 5 and none", got.Minor, got.Metadata)
	}
	if _, ok := got.Cells[0].Metadata["trusted"]; ok || len(got.Cells[0].Metadata) != 1 {
		t.Errorf("cell metadata %v, want collapsed only", got.Cells[0].Metadata)
	}
	hex := regexp.MustCompile(`^[0-9a-f]{8}$`)
	seen := map[string]bool{}
	for i, c := range got.Cells {
		if i != 2 && !hex.MatchString(c.ID) || i == 2 && c.ID != "twice" || seen[c.ID] {
			t.Errorf("cell %d: id %q", i, c.ID)
		}
		seen[c.ID] = true
	}
}

func TestUnknownMembersAreKept(t *testing.T) {
	t.Parallel()
	const text = `{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "future": 1.50e+10,
   "id": "a",
   "metadata": {
    "half": "\ud800 pair 😀",
    "number": 12345678901234567890.000
   },
   "outputs": [
    {
     "output_type": "hologram",
     "rays": [
      1,
      [],
      {}
     ]
    },
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "x\n"
     ],
     "when": false
    }
   ],
   "source": []
  },
  {
   "cell_type": "diagram",
   "id": "b",
   "metadata": {},
   "source": [
    "x"
   ]
  }
 ],
 "extra": "<&>",
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 7
}
`
	nb, err := notebook.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	got, err := nb.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
}

func TestSyntaxErrorsSayWhere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text                 string
		line, column, offset int
	}{
		{"", 1, 1, 0},
		{"\n \n", 3, 1, 3},
		{"{\n \"cells\": [,]\n}", 2, 12, 13},
		{"{\"nbformat\": 4", 1, 15, 14},
		{"{}\n]", 2, 1, 3},
		{"{\"a\": NaN}", 1, 7, 6},
		{"{\"a\":\n\"\xff\"}", 2, 2, 7},
		{"{\"a\": \"new\nline\"}", 1, 11, 10},
	}
	for _, test := range tests {
		_, err := notebook.Read(strings.NewReader(test.text))
		bad, ok := errors.AsType[*notebook.SyntaxError](err)
		if !ok {
			t.Errorf("%q: error %v is no SyntaxError", test.text, err)
			continue
		}
		if bad.Line != test.line || bad.Column != test.column || bad.Offset != int64(test.offset) {
			t.Errorf("%q: line %d, column %d, offset %d; want %d, %d, %d (%v)", test.text,
				bad.Line, bad.Column, bad.Offset, test.line, test.column, test.offset, err)
		}
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	t.Parallel()
	const head = `{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": `
	tests := []struct{ text, want string }{
		{`[]`, "notebook: not a notebook: want a JSON object"},
		{`null`, "notebook: not a notebook: want a JSON object"},
		{`{}`, "notebook: not a notebook: it has no nbformat"},
		{`{"nbformat": "4"}`, "notebook: nbformat: want an integer"},
		{`{"nbformat": 4, "metadata": []}`, "notebook: metadata: want an object"},
		{head + `{}}`, "notebook: cells: want a list"},
		{head + `[1]}`, "notebook: cells[0]: want an object"},
		{head + `[{}]}`, "notebook: cells[0]: no cell_type"},
		{head + `[{"cell_type": "raw", "source": 1}]}`, "notebook: cells[0]: source: want a string or a list of strings"},
		{head + `[{"cell_type": "raw", "source": ["a", 1]}]}`, "notebook: cells[0]: source: want a string or a list of strings"},
		{head + `[{"cell_type": "code", "execution_count": 1.5}]}`, "notebook: cells[0]: execution_count: want an integer or null"},
		{head + `[{"cell_type": "code", "outputs": [{}]}]}`, "notebook: cells[0]: outputs[0]: no output_type"},
		{head + `[{"cell_type": "code", "outputs": [{"output_type": "error", "traceback": "x"}]}]}`,
			"notebook: cells[0]: outputs[0]: traceback: want a list of strings"},
	}
	for _, test := range tests {
		_, err := notebook.Read(strings.NewReader(test.text))
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: error %v, want %s", test.text, err, test.want)
		}
	}
}

func TestOtherFormatsAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}`,
		`{"nbformat": 5, "nbformat_minor": 0}`,
		`{"nbformat": 4, "nbformat_minor": -1}`,
	} {
		if _, err := notebook.Read(strings.NewReader(text)); !errors.Is(err, notebook.ErrVersion) {
			t.Errorf("%s: error %v, want ErrVersion", text, err)
		}
	}
	_, err := notebook.Read(strings.NewReader(`{"nbformat": 3}`))
	if err == nil || !strings.Contains(err.Error(), "jupyter nbconvert") {
		t.Errorf("error %v does not say how to convert the file", err)
	}
}

func TestAppendJoinsStreams(t *testing.T) {
	t.Parallel()
	var c notebook.Cell
	for _, o := range []notebook.Output{
		{Type: notebook.Stream, Name: "stdout", Text: "a\r"},
		{Type: notebook.Stream, Name: "stdout", Text: "b\n"},
		{Type: notebook.Stream, Name: "stderr", Text: "c"},
		{Type: notebook.Stream, Name: "stdout", Text: "d"},
		{Type: notebook.Display},
		{Type: notebook.Stream, Name: "stdout", Text: "e"},
	} {
		c.Append(o)
	}
	var got []string
	for _, o := range c.Outputs {
		got = append(got, o.Type+" "+o.Name+" "+o.Text)
	}
	want := "stream stdout a\rb\n|stream stderr c|stream stdout d|display_data  |stream stdout e"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("got %q, want %q", s, want)
	}
}

func TestSetDefault(t *testing.T) {
	t.Parallel()
	nb := &notebook.Notebook{Metadata: notebook.Object{
		"kernelspec":    json.RawMessage(`{"name":"other","language":"go"}`),
		"language_info": json.RawMessage(`null`),
	}}
	for _, key := range []string{"kernelspec", "language_info"} {
		if err := nb.SetDefault(key, map[string]string{"name": "gomemo"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := string(nb.Metadata["kernelspec"]); !strings.Contains(got, "other") {
		t.Errorf("kernelspec was replaced: %s", got)
	}
	if got, want := string(nb.Metadata["language_info"]), `{"name":"gomemo"}`; got != want {
		t.Errorf("language_info %s, want %s", got, want)
	}
	if err := nb.SetDefault("bad", func() {}); err == nil {
		t.Error("no error for a value without a JSON form")
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	tests := []struct{ metadata, want string }{
		{`{}`, ""},
		{`{"kernelspec": {"name": "x", "language": "python"}}`, "python"},
		{`{"kernelspec": {"name": "x"}, "language_info": {"name": "go"}}`, "go"},
		{`{"kernelspec": 1, "language_info": []}`, ""},
	}
	for _, test := range tests {
		nb, err := notebook.Read(strings.NewReader(`{"nbformat": 4, "nbformat_minor": 5, "metadata": ` + test.metadata + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := nb.Language(); got != test.want {
			t.Errorf("%s: %q, want %q", test.metadata, got, test.want)
		}
	}
}

// FuzzRead checks that no text makes the reader panic, and that what it
// accepts is written in a form that it reads back to the same text.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.ipynb")
	if err != nil || len(files) == 0 {
		f.Fatal("no notebooks in testdata: ", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"nbformat":4,"nbformat_minor":4,"x":["\ud83d\ude00","\ud800\u0041","\/\b"],"x":1E5,"cells":[{"cell_type":"code","outputs":[{"output_type":"stream","text":["a","b"]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		nb, err := notebook.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		first, err := nb.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := notebook.Read(bytes.NewReader(first))
		if err != nil {
			t.Fatalf("%v in what was written:\n%s", err, first)
		}
		second, err := again.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Fatalf("written again it differs:\n%s\n%s", first, second)
		}
	})
}
