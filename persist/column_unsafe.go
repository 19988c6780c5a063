// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"encoding/binary"
	"reflect"
	"slices"
	"unsafe"
)

// inlineMax is the size up to which a column is part of the value section;
// larger ones are buffers of their own. At 4 KiB a buffer's entry and its
// alignment cost 4 % at most.
const inlineMax = 4096

const kindInt = reflect.Int

// littleEndian says whether numbers in memory look as they do in containers.
var littleEndian = func() bool {
	x := uint16(1)
	return *(*byte)(unsafe.Pointer(&x)) == 1
}()

// A columnWriter takes the bytes of one column.
type columnWriter struct {
	e    *encoder
	size int
	big  bool
	done int
	hash streamHash
	busy chan error // the result of writing full; nil if nothing is being written
	full []byte
}

// begin starts a column of size bytes that are numbers of lane bytes.
func (e *encoder) begin(size, lane int, whole []byte) *columnWriter {
	w := &e.writer
	*w = columnWriter{e: e, size: size, big: size > inlineMax}
	w.hash.sums = e.sums[:0]
	e.num(size)
	if !w.big {
		e.val = slices.Grow(e.val, size)
		return w
	}
	w.hash.total = size
	e.chunk = slices.Grow(e.chunk[:0], segmentSize)
	if e.out != nil && e.err == nil {
		e.err = e.out.buffer(size, lane, whole)
	}
	return w
}

// room returns free space for at least one number of the given width.
func (w *columnWriter) room(width int) []byte {
	if !w.big {
		n := len(w.e.val)
		return w.e.val[n : n+w.size-w.done]
	}
	n := len(w.e.chunk)
	return w.e.chunk[n : n+min(segmentSize-n, w.size-w.done)]
}

// filled says that n bytes of the room are in use.
func (w *columnWriter) filled(n int) {
	w.done += n
	if !w.big {
		w.e.val = w.e.val[:len(w.e.val)+n]
		return
	}
	w.e.chunk = w.e.chunk[:len(w.e.chunk)+n]
	if len(w.e.chunk) == segmentSize {
		w.flush()
	}
}

// flush hashes and writes the full chunk. Of a column of several segments that
// happens in a goroutine of its own while the next chunk is being filled.
func (w *columnWriter) flush() {
	e := w.e
	if w.size <= segmentSize {
		w.segment(e.chunk)
		e.chunk = e.chunk[:0]
		return
	}
	w.wait()
	full := e.chunk
	e.chunk, e.spareChunk = slices.Grow(e.spareChunk[:0], segmentSize), nil
	w.busy = make(chan error, 1)
	go func() { w.busy <- w.put(full) }()
	w.full = full
}

// wait waits until the last flushed chunk is written.
func (w *columnWriter) wait() {
	if w.busy == nil {
		return
	}
	if err := <-w.busy; err != nil && w.e.err == nil {
		w.e.err = err
	}
	w.busy = nil
	w.e.spareChunk, w.full = w.full[:0], nil
}

func (w *columnWriter) segment(b []byte) {
	if err := w.put(b); err != nil && w.e.err == nil {
		w.e.err = err
	}
}

func (w *columnWriter) put(b []byte) error {
	w.hash.segment(b)
	if w.e.out == nil {
		return nil
	}
	return w.e.out.segment(b)
}

func (w *columnWriter) write(b []byte) {
	if len(b) > w.size-w.done {
		w.e.err = errChanged
		return
	}
	for len(b) > 0 {
		n := copy(w.room(1), b)
		w.filled(n)
		b = b[n:]
	}
}

func (w *columnWriter) string(s string) {
	if len(s) > w.size-w.done {
		w.e.err = errChanged
		return
	}
	for len(s) > 0 {
		n := copy(w.room(1), s)
		w.filled(n)
		s = s[n:]
	}
}

func (w *columnWriter) byte(b byte) {
	w.room(1)[0] = b
	w.filled(1)
}

func (w *columnWriter) uint64(x uint64) {
	binary.LittleEndian.PutUint64(w.room(8), x)
	w.filled(8)
}

func (w *columnWriter) end() {
	e := w.e
	if w.done != w.size && e.err == nil {
		e.err = errChanged
	}
	if !w.big {
		return
	}
	w.wait()
	if e.err != nil {
		return
	}
	if len(e.chunk) > 0 {
		w.segment(e.chunk)
		e.chunk = e.chunk[:0]
	}
	d := w.hash.digest()
	e.val = append(e.val, d[:]...)
	e.sums = w.hash.sums
}

// wholeColumn stores a column that is contiguous in memory.
func (e *encoder) wholeColumn(lane int, b []byte) {
	e.num(len(b))
	if len(b) <= inlineMax {
		e.val = append(e.val, b...)
		return
	}
	var d Digest
	if len(b) > segmentSize {
		h := startHashing(b)
		if e.out != nil && e.err == nil {
			e.err = e.out.buffer(len(b), lane, b)
		}
		d = h.wait()
	} else {
		d = digestOf(b)
		if e.out != nil && e.err == nil {
			e.err = e.out.buffer(len(b), lane, b)
		}
	}
	e.val = append(e.val, d[:]...)
}

// numbers returns scratch space for a column of n numbers.
func (e *encoder) numbers(n int) []uint64 {
	if cap(e.nums) < n {
		e.nums = make([]uint64, n)
	}
	return e.nums[:n]
}

func (e *encoder) numberColumn(nums []uint64) { writeNumbers(e, nums) }

// writeNumbers stores numbers in as few bytes each as the largest of them
// needs: 1, 2, 4 or 8.
func writeNumbers[N uint32 | uint64](e *encoder, nums []N) {
	var all N
	for _, x := range nums {
		all |= x
	}
	width := numberWidth(uint64(all))
	e.val = append(e.val, byte(width))
	w := e.begin(width*len(nums), width, nil)
	for len(nums) > 0 {
		b := w.room(width)
		k := min(len(nums), len(b)/width)
		switch width {
		case 1:
			for i, x := range nums[:k] {
				b[i] = byte(x)
			}
		case 2:
			for i, x := range nums[:k] {
				binary.LittleEndian.PutUint16(b[2*i:], uint16(x))
			}
		case 4:
			for i, x := range nums[:k] {
				binary.LittleEndian.PutUint32(b[4*i:], uint32(x))
			}
		default:
			for i, x := range nums[:k] {
				binary.LittleEndian.PutUint64(b[8*i:], uint64(x))
			}
		}
		w.filled(k * width)
		nums = nums[k:]
	}
	w.end()
}

func numberWidth(x uint64) int {
	switch {
	case x < 1<<8:
		return 1
	case x < 1<<16:
		return 2
	case x < 1<<32:
		return 4
	}
	return 8
}

// gather copies n numbers that are stride bytes apart to dst.
func gather(dst []byte, p unsafe.Pointer, n int, stride uintptr, width, lane int) {
	if !littleEndian {
		for i := range n {
			swapLanes(dst[i*width:(i+1)*width], bytesAt(unsafe.Add(p, uintptr(i)*stride), width), lane)
		}
		return
	}
	switch width {
	case 1:
		for i := range n {
			dst[i] = *(*byte)(unsafe.Add(p, uintptr(i)*stride))
		}
	case 2:
		for i := range n {
			binary.LittleEndian.PutUint16(dst[2*i:], *(*uint16)(unsafe.Add(p, uintptr(i)*stride)))
		}
	case 4:
		for i := range n {
			binary.LittleEndian.PutUint32(dst[4*i:], *(*uint32)(unsafe.Add(p, uintptr(i)*stride)))
		}
	case 8:
		for i := range n {
			binary.LittleEndian.PutUint64(dst[8*i:], *(*uint64)(unsafe.Add(p, uintptr(i)*stride)))
		}
	default:
		for i := range n {
			copy(dst[i*width:(i+1)*width], bytesAt(unsafe.Add(p, uintptr(i)*stride), width))
		}
	}
}

// scatter is the inverse of gather.
func scatter(p unsafe.Pointer, src []byte, n int, stride uintptr, width, lane int) {
	if !littleEndian {
		for i := range n {
			swapLanes(bytesAt(unsafe.Add(p, uintptr(i)*stride), width), src[i*width:(i+1)*width], lane)
		}
		return
	}
	switch width {
	case 1:
		for i := range n {
			*(*byte)(unsafe.Add(p, uintptr(i)*stride)) = src[i]
		}
	case 2:
		for i := range n {
			*(*uint16)(unsafe.Add(p, uintptr(i)*stride)) = binary.LittleEndian.Uint16(src[2*i:])
		}
	case 4:
		for i := range n {
			*(*uint32)(unsafe.Add(p, uintptr(i)*stride)) = binary.LittleEndian.Uint32(src[4*i:])
		}
	case 8:
		for i := range n {
			*(*uint64)(unsafe.Add(p, uintptr(i)*stride)) = binary.LittleEndian.Uint64(src[8*i:])
		}
	default:
		for i := range n {
			copy(bytesAt(unsafe.Add(p, uintptr(i)*stride), width), src[i*width:(i+1)*width])
		}
	}
}

// swapLanes copies src to dst with the bytes of each number reversed.
func swapLanes(dst, src []byte, lane int) {
	for i := 0; i < len(src); i += lane {
		for k := range lane {
			dst[i+k] = src[i+lane-1-k]
		}
	}
}
