package main

import (
	"encoding/json"
	"slices"

	"gomemo/notebook"
)

// displays says where in the notebook what was shown under an id is stored.
type displays map[string][]place

// A place is one output of a cell.
type place struct {
	cell  *notebook.Cell
	index int // in its outputs
}

// forget removes the places in a cell whose outputs are gone.
func (d displays) forget(c *notebook.Cell) {
	for id, places := range d {
		d[id] = slices.DeleteFunc(places, func(p place) bool { return p.cell == c })
	}
}

// DisplayAs implements kernel.Updater.
func (r *recorder) DisplayAs(id string, data, metadata map[string]json.RawMessage) {
	r.gate.mu.Lock()
	defer r.gate.mu.Unlock()
	if r.gate.shut {
		return
	}
	r.screen.println("stdout", plain(data))
	r.store(notebook.Output{Type: notebook.Display, Data: data, Metadata: metadata})
	if id != "" {
		if r.gate.shown == nil {
			r.gate.shown = make(displays)
		}
		r.gate.shown[id] = append(r.gate.shown[id], place{r.cell, len(r.cell.Outputs) - 1})
	}
	r.check()
}

// UpdateDisplay implements kernel.Updater. The screen shows what is new below
// the rest; the notebook has it in place of the old.
func (r *recorder) UpdateDisplay(id string, data, metadata map[string]json.RawMessage) {
	r.gate.mu.Lock()
	defer r.gate.mu.Unlock()
	if r.gate.shut {
		return
	}
	r.screen.println("stdout", plain(data))
	for _, p := range r.gate.shown[id] {
		o := &p.cell.Outputs[p.index]
		o.Data, o.Metadata = data, metadata
	}
	r.check()
}

// ClearOutput implements kernel.Clearer. What is on the screen stays there.
func (r *recorder) ClearOutput(wait bool) {
	r.gate.mu.Lock()
	defer r.gate.mu.Unlock()
	if r.gate.shut {
		return
	}
	r.stale = true
	if !wait {
		r.sweep()
	}
}

// store adds an output to the cell. The gate is held.
func (r *recorder) store(o notebook.Output) {
	r.sweep()
	r.cell.Append(o)
}

// sweep removes outputs that are to be cleared. The gate is held.
func (r *recorder) sweep() {
	if r.stale {
		r.stale = false
		r.cell.Outputs = nil
		r.gate.shown.forget(r.cell)
	}
}
