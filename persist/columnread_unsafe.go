// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"encoding/binary"
	"math/bits"
	"reflect"
	"slices"
	"unsafe"
)

// A columnReader hands out the bytes of one column in order. A large column is
// read and hashed segment by segment.
type columnReader struct {
	d     *decoder
	left  int           // bytes not yet handed out
	ready []byte        // bytes that were read and not yet handed out
	buf   *storedBuffer // of a large column
	piece int           // to be read next
	hash  streamHash
	want  Digest
}

// open starts the next column, which must have size bytes.
func (d *decoder) open(size int) *columnReader {
	r := &columnReader{d: d, left: size}
	if n := d.r.num(); n != size || size < 0 {
		d.r.fail("a column has %d bytes, not %d", n, size)
	}
	if d.r.err != nil {
		r.left = 0
		return r
	}
	if size <= inlineMax {
		r.ready = d.r.bytes(size)
		r.left = len(r.ready)
		return r
	}
	copy(r.want[:], d.r.bytes(len(r.want)))
	if d.buffers >= len(d.c.buffers) || d.c.buffers[d.buffers].size != int64(size) {
		d.r.fail("a column without its buffer")
		r.left = 0
		return r
	}
	r.buf = &d.c.buffers[d.buffers]
	d.buffers++
	r.hash.total = size
	return r
}

// next returns the next bytes: as many as are at hand, at most n, and at least
// width, which divides the column. It returns nil after an error.
func (r *columnReader) next(n, width int) []byte {
	if r.left == 0 || r.d.err != nil || r.d.r.err != nil {
		r.d.r.fail("a column ends early")
		return nil
	}
	if len(r.ready) == 0 {
		r.fillReady()
		if r.d.err != nil {
			return nil
		}
	}
	n = min(n, len(r.ready))
	n -= n % width
	b := r.ready[:n]
	r.ready = r.ready[n:]
	r.left -= n
	if r.left == 0 {
		r.close()
	}
	return b
}

func (r *columnReader) fillReady() {
	d := r.d
	n := min(r.buf.pieceSize(), r.left)
	if d.c.data != nil && r.buf.codec == 0 {
		r.ready = d.c.data[r.buf.off+int64(r.piece)*segmentSize:][:n]
	} else {
		d.chunk = slices.Grow(d.chunk[:0], n)[:n]
		if err := d.pieces.read(r.buf, r.piece, d.chunk); err != nil {
			d.err = err
			return
		}
		r.ready = d.chunk
	}
	r.piece++
	for k := 0; k < n && !d.opt.noVerify; k += segmentSize {
		r.hash.segment(r.ready[k:min(k+segmentSize, n)])
	}
}

func (r *columnReader) close() {
	if r.buf != nil && !r.d.opt.noVerify && r.hash.digest() != r.want {
		r.d.err = checksumError("a buffer")
	}
}

// copyTo fills b with the next bytes.
func (r *columnReader) copyTo(b []byte) {
	for len(b) > 0 {
		s := r.next(len(b), 1)
		if s == nil {
			return
		}
		b = b[copy(b, s):]
	}
}

// readWhole fills b, memory as large as the column.
func (r *columnReader) readWhole(b []byte) {
	if r.buf == nil {
		r.copyTo(b)
		return
	}
	if err := r.d.c.readBuffer(b, r.buf, r.want, !r.d.opt.noVerify); err != nil {
		r.d.err = err
	}
	r.left = 0
}

// numbers reads a column of n numbers into scratch space.
func (d *decoder) numbers(n int) []uint64 {
	width := int(d.r.byte())
	if width != 1 && width != 2 && width != 4 && width != 8 {
		d.r.fail("numbers of %d bytes", width)
	}
	hi, size := bits.Mul64(uint64(n), uint64(width))
	if hi != 0 || int64(size) > d.c.budget || int64(size) < 0 {
		d.r.fail("a column is longer than its container")
	}
	if d.r.err != nil {
		return nil
	}
	r := d.open(int(size))
	if d.r.err != nil {
		return nil
	}
	if cap(d.nums) < n {
		d.nums = make([]uint64, n)
	}
	nums := d.nums[:n]
	for done := 0; done < n; {
		b := r.next((n-done)*width, width)
		if b == nil {
			return nil
		}
		k := len(b) / width
		out := nums[done : done+k]
		switch width {
		case 1:
			for i := range out {
				out[i] = uint64(b[i])
			}
		case 2:
			for i := range out {
				out[i] = uint64(binary.LittleEndian.Uint16(b[2*i:]))
			}
		case 4:
			for i := range out {
				out[i] = uint64(binary.LittleEndian.Uint32(b[4*i:]))
			}
		default:
			for i := range out {
				out[i] = binary.LittleEndian.Uint64(b[8*i:])
			}
		}
		done += k
	}
	return nums
}

// size returns the bytes of a column of rows values of width bytes, or -1 if
// that is more than the container can have.
func (d *decoder) size(rows, width int) int {
	hi, size := bits.Mul64(uint64(rows), uint64(width))
	if hi != 0 || rows < 0 || size > uint64(d.c.budget) {
		d.r.fail("a column is longer than its container")
		return -1
	}
	return int(size)
}

// column reads the columns of stored values into dst, or over them.
func (d *decoder) column(c *conv, dst source) {
	if dst.rows == 0 || c.st.empty || d.err != nil || d.r.err != nil {
		return
	}
	if c.p == nil {
		dst.segs = nil
	}
	if c.boxed != nil {
		d.boxedColumn(c, dst)
		return
	}
	switch c.st.kind {
	case kindLeaf, kindBinary:
		d.leafColumn(c, dst)
	case kindFiller, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		d.skip(dst.rows, 1)
	case reflect.String:
		d.stringColumn(c, dst)
	case reflect.Pointer:
		d.pointerColumn(c, dst)
	case reflect.Slice:
		d.sliceColumn(c, dst)
	case reflect.Map:
		d.mapColumn(c, dst)
	case reflect.Interface:
		d.ifaceColumn(c, dst)
	case reflect.Struct:
		for _, f := range c.fields {
			d.column(f.c, dst.field(f.off))
		}
	case reflect.Array:
		if d.size(dst.rows, c.st.len) < 0 {
			return
		}
		var size uintptr
		if c.p != nil {
			size = c.p.elem.size
		}
		d.column(c.elem, dst.elements(c.st.len, size))
	case reflect.Bool:
		d.boolColumn(c, dst)
	default:
		d.fixedColumn(c, dst)
	}
}

// skip reads over a column.
func (d *decoder) skip(rows, width int) {
	size := d.size(rows, width)
	if size < 0 {
		return
	}
	r := d.open(size)
	for r.left > 0 && d.err == nil && d.r.err == nil {
		r.next(r.left, 1)
	}
}

// storedWidth is the size of the stored numbers of a kind.
func storedWidth(k reflect.Kind) int {
	switch k {
	case reflect.Int8, reflect.Uint8, reflect.Bool:
		return 1
	case reflect.Int16, reflect.Uint16:
		return 2
	case reflect.Int32, reflect.Uint32, reflect.Float32:
		return 4
	case reflect.Complex128:
		return 16
	}
	return 8
}

func (d *decoder) fixedColumn(c *conv, dst source) {
	width := storedWidth(c.st.kind)
	if c.p == nil {
		d.skip(dst.rows, width)
		return
	}
	if c.number != nil {
		c.number(d, c, dst)
		return
	}
	if c.p.op == opWord && c.p.size != 8 {
		d.wordColumn(c, dst)
		return
	}
	size := d.size(dst.rows, width)
	if size < 0 {
		return
	}
	r := d.open(size)
	if len(dst.segs) == 1 && len(dst.dims) == 0 && littleEndian && (dst.stride == uintptr(width) || dst.segs[0].n == 1) {
		if d.r.err == nil {
			r.readWhole(bytesAt(unsafe.Add(dst.segs[0].p, dst.off), size))
		}
		return
	}
	dst.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := 0; i < n; {
			b := r.next((n-i)*width, width)
			if b == nil {
				return
			}
			k, p := len(b)/width, unsafe.Add(q, uintptr(i)*stride)
			if stride == uintptr(width) && littleEndian {
				copy(bytesAt(p, len(b)), b)
			} else {
				scatter(p, b, k, stride, width, c.p.lane)
			}
			i += k
		}
	})
}

// wordColumn reads ints where a word has fewer than 8 bytes.
func (d *decoder) wordColumn(c *conv, dst source) {
	r := d.open(d.size(dst.rows, 8))
	dst.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := range n {
			b := r.next(8, 8)
			if b == nil {
				return
			}
			x, at := binary.LittleEndian.Uint64(b), unsafe.Add(q, uintptr(i)*stride)
			if c.p.kind == reflect.Int {
				*(*int)(at) = int(x)
				if int64(*(*int)(at)) != int64(x) {
					d.err = &TypeError{Stored: "a number of 64 bits", Want: "int of this platform"}
				}
				continue
			}
			*(*uint)(at) = uint(x)
			if uint64(*(*uint)(at)) != x {
				d.err = &TypeError{Stored: "a number of 64 bits", Want: "uint of this platform"}
			}
		}
	})
}

func (d *decoder) boolColumn(c *conv, dst source) {
	if c.p == nil {
		d.skip(dst.rows, 1)
		return
	}
	r := d.open(d.size(dst.rows, 1))
	dst.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for done := 0; done < n; {
			b := r.next(n-done, 1)
			if b == nil {
				return
			}
			for i, x := range b {
				if x > 1 {
					d.r.fail("a bool that is %d", x)
					return
				}
				*(*bool)(unsafe.Add(q, uintptr(done+i)*stride)) = x == 1
			}
			done += len(b)
		}
	})
}
