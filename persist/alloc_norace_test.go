// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

//go:build !race

package persist

import (
	"io"
	"path/filepath"
	"testing"
)

// TestAllocations counts what storing small values allocates once the package
// has its memory. With the race detector sync.Pool forgets things at random.
func TestAllocations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	for _, v := range []any{
		42, "text", newSmall(), &node{1, &node{2, nil}}, []string{"a", "b"},
		map[string]int{"a": 1, "b": 2}, []any{"a", 1, 2.5, &node{}}, []row{{ID: 1, Name: "a"}, {ID: 2}},
	} {
		for _, test := range []struct {
			name string
			most float64
			f    func() error
		}{
			{"Hash", 4, func() error { _, err := Hash(v); return err }},
			{"Write", 4, func() error { return Write(io.Discard, v) }},
			{"Dump", 9, func() error { return Dump(v, path) }},
		} {
			n := testing.AllocsPerRun(50, func() {
				if err := test.f(); err != nil {
					t.Fatal(err)
				}
			})
			t.Logf("%s(%T): %v allocations", test.name, v, n)
			if n > test.most {
				t.Errorf("%s(%T): %v allocations, want at most %v", test.name, v, n, test.most)
			}
		}
	}
}
