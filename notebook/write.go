package notebook

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
)

// minor is the minor version that is written, unless the notebook came with a
// newer one.
const minor = 5

// Encode gives the notebook's text. Cells without a valid and unique ID get a
// new one, which stays on the cell.
func (nb *Notebook) Encode() ([]byte, error) {
	nb.fixIDs()
	cells := make([]any, len(nb.Cells))
	for i, c := range nb.Cells {
		cells[i] = c.encode()
	}
	metadata := maps.Clone(nb.Metadata)
	for _, transient := range []string{"orig_nbformat", "orig_nbformat_minor", "signature"} {
		delete(metadata, transient)
	}
	top := merge(nb.Other, map[string]any{
		"nbformat":       4,
		"nbformat_minor": max(nb.Minor, minor),
		"metadata":       notNil(metadata),
		"cells":          cells,
	})
	raw, err := marshal(top)
	if err != nil {
		return nil, fmt.Errorf("notebook: encode: %w", err)
	}
	return append(canonical(raw), '\n'), nil
}

func (c *Cell) encode() map[string]any {
	metadata := maps.Clone(c.Metadata)
	delete(metadata, "trusted")
	members := map[string]any{
		"cell_type": c.Type,
		"id":        c.ID,
		"metadata":  notNil(metadata),
		"source":    splitLines(c.Source),
	}
	if c.Type == Code {
		outputs := make([]any, len(c.Outputs))
		for i := range c.Outputs {
			outputs[i] = c.Outputs[i].encode()
		}
		members["execution_count"] = c.Count
		members["outputs"] = outputs
	}
	return merge(c.Other, members)
}

func (o *Output) encode() map[string]any {
	members := map[string]any{"output_type": o.Type}
	switch o.Type {
	case Stream:
		members["name"] = o.Name
		members["text"] = splitLines(o.Text)
	case Display, Result:
		if o.Type == Result {
			members["execution_count"] = o.Count
		}
		members["data"] = splitData(o.Data)
		members["metadata"] = notNil(o.Metadata)
	case Failure:
		members["ename"] = o.EName
		members["evalue"] = o.EValue
		traceback := o.Traceback
		if traceback == nil {
			traceback = []string{}
		}
		members["traceback"] = traceback
	}
	return merge(o.Other, members)
}

func splitData(data Object) map[string]any {
	split := make(map[string]any, len(data))
	for mime, raw := range data {
		var s *string
		if isLines(mime) && json.Unmarshal(raw, &s) == nil && s != nil {
			split[mime] = splitLines(*s)
		} else {
			split[mime] = raw
		}
	}
	return split
}

// merge adds the members of other that known does not have to known.
func merge(other Object, known map[string]any) map[string]any {
	for key, raw := range other {
		if _, ok := known[key]; !ok {
			known[key] = raw
		}
	}
	return known
}

func notNil(obj Object) Object {
	if obj == nil {
		return Object{}
	}
	return obj
}

func quote(s string) json.RawMessage {
	raw, err := marshal(s)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return raw
}

// marshal is json.Marshal without the escapes meant for HTML.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

func (nb *Notebook) fixIDs() {
	valid := regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	seen := map[string]bool{}
	var without []*Cell
	for _, c := range nb.Cells {
		if !valid.MatchString(c.ID) || seen[c.ID] {
			without = append(without, c)
			continue
		}
		seen[c.ID] = true
	}
	for _, c := range without {
		c.ID = newID()
		for seen[c.ID] {
			c.ID = newID()
		}
		seen[c.ID] = true
	}
}

// newID returns eight random hexadecimal digits, as Jupyter names cells.
func newID() string {
	var b [4]byte
	// Read never fails: it ends the program when the system has no randomness.
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
