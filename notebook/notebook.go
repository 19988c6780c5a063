package notebook

import (
	"encoding/json"
	"fmt"
)

// An Object holds the members of a JSON object, each as it was written.
type Object map[string]json.RawMessage

// A Notebook is one document.
type Notebook struct {
	Cells    []*Cell
	Metadata Object
	Minor    int    // minor format version of the file that was read
	Other    Object // members that this package does not know
}

// Types of cells.
const (
	Code     = "code"
	Markdown = "markdown"
	Raw      = "raw"
)

// A Cell is one cell. Outputs and Count belong to code cells only.
type Cell struct {
	Type     string
	ID       string // unique in its notebook; made when the notebook is written, if empty
	Source   string
	Metadata Object
	Count    *int // the execution count; nil if the cell has not run
	Outputs  []Output
	Other    Object // members that this package does not know, attachments among them
}

// Types of outputs.
const (
	Stream  = "stream"
	Display = "display_data"
	Result  = "execute_result"
	Failure = "error"
)

// An Output is one output of a code cell. Its Type says which fields count.
type Output struct {
	Type string

	Name, Text string // Stream: "stdout" or "stderr", and what was printed

	Data     Object // Display, Result: MIME type to value; text as a JSON string
	Metadata Object // Display, Result
	Count    *int   // Result

	EName, EValue string   // Failure
	Traceback     []string // Failure: lines, perhaps with ANSI colours

	Other Object // members that this package does not know
}

// Clear forgets that the cell ever ran.
func (c *Cell) Clear() {
	c.Count = nil
	c.Outputs = nil
}

// Append adds an output. Text that continues the stream of the last output
// joins it, as Jupyter's clients do; carriage returns and escape sequences
// stay as they were printed.
func (c *Cell) Append(o Output) {
	if n := len(c.Outputs); o.Type == Stream && n > 0 {
		if last := &c.Outputs[n-1]; last.Type == Stream && last.Name == o.Name {
			last.Text += o.Text
			return
		}
	}
	c.Outputs = append(c.Outputs, o)
}

// SetDefault sets a member of the notebook's metadata that is absent or null.
func (nb *Notebook) SetDefault(key string, value any) error {
	if old, ok := nb.Metadata[key]; ok && string(old) != "null" {
		return nil
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("notebook: metadata %s: %w", key, err)
	}
	if nb.Metadata == nil {
		nb.Metadata = Object{}
	}
	nb.Metadata[key] = raw
	return nil
}
