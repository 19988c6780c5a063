// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// A failing writer takes a number of bytes.
type failing struct{ left int }

var errFull = errors.New("full")

func (f *failing) Write(b []byte) (int, error) {
	if len(b) > f.left {
		n := f.left
		f.left = 0
		return n, errFull
	}
	f.left -= len(b)
	return len(b), nil
}

// TestFullDisk fails at every size, and stores and hashes rightly afterwards.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	m := newMeasured()
	want, err := Hash(m)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, m); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < b.Len(); n += 997 {
		if err := Write(&failing{n}, m); !errors.Is(err, errFull) {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
	if got, err := Hash(m); err != nil || got != want {
		t.Errorf("%v, %v", got, err)
	}
}

// TestConcurrentDumps stores one value from several goroutines, with large maps,
// texts and graphs that use helpers.
func TestConcurrentDumps(t *testing.T) {
	t.Parallel()
	type all struct {
		Vocabulary map[string]int
		Words      []string
		Graph      *graphNode
		Rows       []row
		Rest       *fuzzed
	}
	v := &all{benchVocabulary(20_000), benchWords(20_000), benchGraph(20_000), benchRows(5000), newFuzzed()}
	want, err := Hash(v)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var b bytes.Buffer
			if err := Write(&b, v); err != nil {
				t.Error(err)
			}
			if got, err := Hash(v); err != nil || got != want {
				t.Errorf("%v, %v", got, err)
			}
			x, err := Read[*all](&b, knownTypes)
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := Hash(x); err != nil || got != want {
				t.Errorf("loaded: %v, %v", got, err)
			}
		})
	}
	wg.Wait()
}

// TestSameBytes builds equal values in different ways.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	build := func(seed int) map[string][]*row {
		m := make(map[string][]*row, seed*100)
		for i := range 1000 {
			k := (i*7 + seed*13) % 1000
			garbage := make([]*row, k%5)
			_ = garbage
			r := &row{ID: k, Name: strings.Repeat("n", k%40)}
			m[fmt.Sprintf("key%d", k)] = []*row{r, r, {ID: -k}}
		}
		for i := range 100 {
			m[fmt.Sprint("gone", i)] = nil
			delete(m, fmt.Sprint("gone", i))
		}
		return m
	}
	want := encodeBytes(t, build(0))
	for seed := 1; seed < 4; seed++ {
		if !bytes.Equal(encodeBytes(t, build(seed)), want) {
			t.Errorf("another order of building gives other bytes")
		}
	}
	if !bytes.Equal(encodeBytes(t, roundTrip(t, build(1))), want) {
		t.Error("what was loaded gives other bytes")
	}
}
