package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// ErrVersion reports a notebook of a format that this package does not read.
var ErrVersion = errors.New("unsupported notebook format")

// A SyntaxError is text that is not JSON.
type SyntaxError struct {
	Line, Column int   // where it stops making sense, both from 1; the column counts bytes
	Offset       int64 // the same place, in bytes from the start of the file
	Msg          string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d (offset %d): %s", e.Line, e.Column, e.Offset, e.Msg)
}

// ReadFile reads the notebook in the named file.
func ReadFile(name string) (*Notebook, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("notebook: %w", err)
	}
	defer f.Close()
	nb, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("notebook: %s: %w", name, err)
	}
	return nb, nil
}

// Read reads a notebook. Errors wrap a *[SyntaxError] for text that is not
// JSON and [ErrVersion] for a format other than 4.
func Read(r io.Reader) (*Notebook, error) {
	nb, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("notebook: %w", err)
	}
	return nb, nil
}

func read(r io.Reader) (*Notebook, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	// Some editors put a byte order mark before the text.
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	obj, err := topLevel(data)
	if err != nil {
		return nil, err
	}
	nb := &Notebook{}
	if nb.Minor, err = version(obj); err != nil {
		return nil, err
	}
	if nb.Metadata, err = takeObject(obj, "metadata"); err != nil {
		return nil, err
	}
	cells, err := take[[]json.RawMessage](obj, "cells", "a list")
	if err != nil {
		return nil, err
	}
	for i, raw := range cells {
		c, err := readCell(raw)
		if err != nil {
			return nil, fmt.Errorf("cells[%d]: %w", i, err)
		}
		nb.Cells = append(nb.Cells, c)
	}
	nb.Other = obj
	return nb, nil
}

// topLevel splits the outermost object and finds everything that is wrong
// with the text as JSON, so that later decoding meets only wrong types.
func topLevel(data []byte) (Object, error) {
	if i := invalidUTF8(data); i >= 0 {
		return nil, syntaxError(data, i, "the text is not UTF-8")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, syntaxError(data, len(data), "the file is empty")
	}
	var obj Object
	err := json.Unmarshal(data, &obj)
	if bad, ok := errors.AsType[*json.SyntaxError](err); ok {
		// Offset counts the bytes read, the offending one included, unless
		// the text just ends.
		at := int(bad.Offset)
		if at > 0 && at < len(data) || !strings.Contains(bad.Error(), "unexpected end") {
			at--
		}
		return nil, syntaxError(data, at, bad.Error())
	}
	if err != nil || obj == nil {
		return nil, errors.New("not a notebook: want a JSON object")
	}
	return obj, nil
}

func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func syntaxError(data []byte, at int, msg string) error {
	at = min(max(at, 0), len(data))
	before := data[:at]
	return &SyntaxError{
		Line:   1 + bytes.Count(before, []byte("\n")),
		Column: at - bytes.LastIndexByte(before, '\n'),
		Offset: int64(at),
		Msg:    msg,
	}
}

func version(obj Object) (minor int, err error) {
	if _, ok := obj["nbformat"]; !ok {
		return 0, errors.New("not a notebook: it has no nbformat")
	}
	major, err := take[int](obj, "nbformat", "an integer")
	if err != nil {
		return 0, err
	}
	minor, err = take[int](obj, "nbformat_minor", "an integer")
	if err != nil {
		return 0, err
	}
	switch {
	case major < 4:
		return 0, fmt.Errorf("%w %d: only format 4 is read; convert the file with: jupyter nbconvert --to notebook --inplace FILE", ErrVersion, major)
	case major > 4:
		return 0, fmt.Errorf("%w %d: only format 4 is read", ErrVersion, major)
	case minor < 0:
		return 0, fmt.Errorf("%w 4.%d", ErrVersion, minor)
	}
	return minor, nil
}

func readCell(raw json.RawMessage) (*Cell, error) {
	obj, err := object(raw)
	if err != nil {
		return nil, err
	}
	c := &Cell{}
	if c.Type, err = take[string](obj, "cell_type", "a string"); err != nil {
		return nil, err
	}
	if c.Type == "" {
		return nil, errors.New("no cell_type")
	}
	if c.ID, err = take[string](obj, "id", "a string"); err != nil {
		return nil, err
	}
	if c.Source, err = takeText(obj, "source"); err != nil {
		return nil, err
	}
	if c.Metadata, err = takeObject(obj, "metadata"); err != nil {
		return nil, err
	}
	c.Other = obj
	if c.Type != Code {
		return c, nil
	}
	if c.Count, err = take[*int](obj, "execution_count", "an integer or null"); err != nil {
		return nil, err
	}
	outputs, err := take[[]json.RawMessage](obj, "outputs", "a list")
	if err != nil {
		return nil, err
	}
	for i, raw := range outputs {
		o, err := readOutput(raw)
		if err != nil {
			return nil, fmt.Errorf("outputs[%d]: %w", i, err)
		}
		c.Outputs = append(c.Outputs, o)
	}
	return c, nil
}

func readOutput(raw json.RawMessage) (o Output, err error) {
	obj, err := object(raw)
	if err != nil {
		return o, err
	}
	o.Other = obj
	if o.Type, err = take[string](obj, "output_type", "a string"); err != nil {
		return o, err
	}
	switch o.Type {
	case Stream:
		if o.Name, err = take[string](obj, "name", "a string"); err != nil {
			return o, err
		}
		o.Text, err = takeText(obj, "text")
	case Result, Display:
		if o.Type == Result {
			if o.Count, err = take[*int](obj, "execution_count", "an integer or null"); err != nil {
				return o, err
			}
		}
		if o.Data, err = takeObject(obj, "data"); err != nil {
			return o, err
		}
		joinLines(o.Data)
		o.Metadata, err = takeObject(obj, "metadata")
	case Failure:
		if o.EName, err = take[string](obj, "ename", "a string"); err != nil {
			return o, err
		}
		if o.EValue, err = take[string](obj, "evalue", "a string"); err != nil {
			return o, err
		}
		o.Traceback, err = take[[]string](obj, "traceback", "a list of strings")
	case "":
		err = errors.New("no output_type")
	}
	return o, err
}

// joinLines undoes the splitting of text values into lines.
func joinLines(data Object) {
	for mime, raw := range data {
		if isJSON(mime) {
			continue
		}
		var lines []string
		if json.Unmarshal(raw, &lines) == nil && lines != nil {
			data[mime] = quote(strings.Join(lines, ""))
		}
	}
}

func object(raw json.RawMessage) (Object, error) {
	var obj Object
	if json.Unmarshal(raw, &obj) != nil || obj == nil {
		return nil, errors.New("want an object")
	}
	return obj, nil
}

// take removes a member from obj and decodes it; an absent one is zero.
func take[T any](obj Object, key, want string) (v T, err error) {
	raw, ok := obj[key]
	if !ok {
		return v, nil
	}
	delete(obj, key)
	if json.Unmarshal(raw, &v) != nil {
		return v, fmt.Errorf("%s: want %s", key, want)
	}
	return v, nil
}

func takeObject(obj Object, key string) (Object, error) {
	sub, err := take[Object](obj, key, "an object")
	if sub == nil {
		sub = Object{}
	}
	return sub, err
}

// takeText removes a member that is text: a string or a list of strings to be joined.
func takeText(obj Object, key string) (string, error) {
	raw, ok := obj[key]
	if !ok {
		return "", nil
	}
	delete(obj, key)
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s, nil
	}
	var lines []string
	if json.Unmarshal(raw, &lines) == nil {
		return strings.Join(lines, ""), nil
	}
	return "", fmt.Errorf("%s: want a string or a list of strings", key)
}

// Language is the programming language that the notebook's metadata states,
// or "" if it states none.
func (nb *Notebook) Language() string {
	for _, at := range []struct{ key, member string }{{"kernelspec", "language"}, {"language_info", "name"}} {
		obj, err := object(nb.Metadata[at.key])
		if err != nil {
			continue
		}
		var name string
		if json.Unmarshal(obj[at.member], &name) == nil && name != "" {
			return name
		}
	}
	return ""
}
