// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import (
	"fmt"
)

// A Table is a table whose columns are known only at run time.
type Table []Column

// A Column is one of a Table. Data is a slice: []float64, []string, …; of
// pointers if some of the elements are null.
type Column struct {
	Name string
	Data any
}

// Names returns the names of the columns.
func (t Table) Names() []string {
	names := make([]string, len(t))
	for i, c := range t {
		names[i] = c.Name
	}
	return names
}

// Get returns a column whose elements are of type E.
func Get[E any](t Table, name string) ([]E, error) {
	for _, c := range t {
		if c.Name == name {
			data, ok := c.Data.([]E)
			if !ok {
				return nil, fmt.Errorf("arrow: column %q is a %T, not a %T", name, c.Data, data)
			}
			return data, nil
		}
	}
	return nil, fmt.Errorf("arrow: no column is called %q; there are %q", name, t.Names())
}
