package session

import (
	"encoding/json"
	"os"
	"reflect"
	"sync/atomic"

	"gomemo/display"
	"gomemo/engine/wire"
)

// A Cell is one evaluation of a cell's statements. It implements
// rt.Evaluation.
type Cell struct {
	session *Session
	run     *wire.Run
	result  map[string]json.RawMessage
	memo    memoCell
}

// NewCell returns the cell that evaluates run.
func (s *Session) NewCell(run *wire.Run) *Cell {
	return &Cell{session: s, run: run, memo: memoCell{judges: make([]atomic.Pointer[judge], len(run.Sites))}}
}

// SetResult implements rt.Evaluation.
func (c *Cell) SetResult(vs []any) {
	if len(vs) > 0 {
		c.result = display.Of(vs...).Data
	}
}

// Result returns the MIME bundle of the last expression, nil if there is
// none yet.
func (c *Cell) Result() map[string]json.RawMessage { return c.result }

// Var returns a pointer to the storage of a variable of the notebook.
func (c *Cell) Var(name string) (ptr reflect.Value, ok bool) { return c.session.Var(name) }

// BeginCapture starts to record what is printed and shown, by the cell and by
// whatever else the process runs. The function it returns ends the recording
// and returns what was recorded in order, or ErrTooLarge.
func (c *Cell) BeginCapture() (end func() ([]wire.Event, error), err error) {
	id, err := c.session.kernel.BeginCapture()
	if err != nil {
		return nil, err
	}
	return func() ([]wire.Event, error) { return c.session.kernel.EndCapture(id) }, nil
}

// Replay prints, shows and clears again what a capture recorded.
func (c *Cell) Replay(events []wire.Event) error {
	for _, e := range events {
		var err error
		switch {
		case e.Stream == "stderr":
			_, err = os.Stderr.WriteString(e.Text)
		case e.Stream != "":
			_, err = os.Stdout.WriteString(e.Text)
		default:
			err = c.session.kernel.Show(display.Command{
				Op: display.Op(e.Op), ID: e.As, Bundle: display.Bundle{Data: e.Data, Metadata: e.Metadata},
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Registry returns what the loaded plugins have declared.
func (c *Cell) Registry() *Registry { return &c.session.Registry }
