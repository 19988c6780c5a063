package display

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// Show displays v, as Of makes it, at the current place in the output.
func Show(v any) error { return do(Command{Bundle: Of(v)}) }

// ShowAs is Show under an id that the caller chooses, so that Update can
// replace what is shown later, also from another cell.
func ShowAs(id string, v any) error { return do(Command{ID: id, Bundle: Of(v)}) }

// Update replaces what was shown under id, everywhere, by v. It stays where it
// is in the output. An id under which nothing was shown is ignored by front
// ends.
func Update(id string, v any) error {
	if id == "" {
		return errors.New("display: Update needs the id that ShowAs was given")
	}
	return do(Command{Op: OpUpdate, ID: id, Bundle: Of(v)})
}

// Clear removes what the running cell has printed and shown so far.
func Clear(opts ...ClearOption) error {
	c := Command{Op: OpClear}
	for _, o := range opts {
		o(&c)
	}
	return do(c)
}

// A ClearOption changes what Clear does.
type ClearOption func(*Command)

// Wait keeps what is there until there is something new to show: what is drawn
// again and again does not flicker.
func Wait() ClearOption { return func(c *Command) { c.Op = OpClearLater } }

func mimeTypes(data map[string]json.RawMessage) string {
	return strings.Join(slices.Sorted(maps.Keys(data)), ", ")
}
