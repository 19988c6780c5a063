// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package arrow

import "fmt"

// A budget bounds what reading allocates. It is the allocator that the Arrow
// library decompresses with, so that the sizes that a file claims are believed
// only up to there.
type budget struct{ left int64 }

// A budgetError is what exceeding a budget panics with: allocators cannot fail
// otherwise.
type budgetError struct{ want, left int64 }

func (e *budgetError) Error() string {
	return fmt.Sprintf("it claims to have %d bytes where there can be %d at most", e.want, e.left)
}

const (
	perByte  = 1024
	atLeast  = 256 << 20
	maxTotal = 1 << 62
)

// newBudget returns the budget for an input of n bytes.
func newBudget(n int) *budget {
	return &budget{min(int64(n), (maxTotal-atLeast)/perByte)*perByte + atLeast}
}

// take accounts for n elements of a size.
func (b *budget) take(n int64, size uintptr) {
	if n < 0 || size > 0 && n > b.left/int64(size) {
		panic(&budgetError{n, b.left})
	}
	b.left -= n * int64(size)
}

// Allocate implements memory.Allocator.
func (b *budget) Allocate(size int) []byte {
	b.take(int64(size), 1)
	return make([]byte, size)
}

// Reallocate implements memory.Allocator.
func (b *budget) Reallocate(size int, old []byte) []byte {
	if size <= cap(old) {
		return old[:size]
	}
	grown := b.Allocate(size)
	copy(grown, old)
	return grown
}

// Free implements memory.Allocator.
func (b *budget) Free([]byte) {}
