// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"encoding/binary"
	"math"
	"reflect"
	"unsafe"
)

// widening returns what reads stored numbers of kind from into numbers of kind
// to, which can hold all of them exactly; nil if to cannot.
func widening(from, to reflect.Kind) func(d *decoder, c *conv, dst source) {
	f, t := numberClass(from), numberClass(to)
	switch {
	case f.class == 0 || t.class == 0:
		return nil
	case f.class == t.class && f.bits <= t.bits:
	case f.class == 'u' && t.class == 'i' && f.bits < t.bits:
	case (f.class == 'u' || f.class == 'i') && t.class == 'f' && f.bits < t.bits:
	default:
		return nil
	}
	return func(d *decoder, c *conv, dst source) { d.widenColumn(from, to, dst) }
}

type class struct {
	class byte // i, u, f, c, or 0 for what is not a number
	bits  int
}

func numberClass(k reflect.Kind) class {
	switch k {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return class{'i', 8 << (k - reflect.Int8)}
	case reflect.Int:
		return class{'i', 64}
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return class{'u', 8 << (k - reflect.Uint8)}
	case reflect.Uint, reflect.Uintptr:
		return class{'u', 64}
	case reflect.Float32:
		return class{'f', 32}
	case reflect.Float64:
		return class{'f', 64}
	case reflect.Complex64:
		return class{'c', 64}
	case reflect.Complex128:
		return class{'c', 128}
	}
	return class{}
}

func (d *decoder) widenColumn(from, to reflect.Kind, dst source) {
	width := storedWidth(from)
	r := d.open(d.size(dst.rows, width))
	dst.each(func(q unsafe.Pointer, n int, stride uintptr) {
		for i := 0; i < n; {
			b := r.next((n-i)*width, width)
			if b == nil {
				return
			}
			for ; len(b) > 0; b = b[width:] {
				if !storeNumber(unsafe.Add(q, uintptr(i)*stride), to, b, from) {
					d.err = &TypeError{Stored: "a number of 64 bits", Want: to.String() + " of this platform"}
					return
				}
				i++
			}
		}
	})
}

// storeNumber converts one number.
func storeNumber(q unsafe.Pointer, to reflect.Kind, b []byte, from reflect.Kind) bool {
	switch numberClass(from).class {
	case 'i', 'u':
		return storeInt(q, to, b, from)
	case 'f':
		*(*float64)(q) = float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case 'c':
		re := math.Float32frombits(binary.LittleEndian.Uint32(b))
		im := math.Float32frombits(binary.LittleEndian.Uint32(b[4:]))
		*(*complex128)(q) = complex(float64(re), float64(im))
	}
	return true
}

func storeInt(q unsafe.Pointer, to reflect.Kind, b []byte, from reflect.Kind) bool {
	x := loadInt(b, from)
	switch to {
	case reflect.Int16, reflect.Uint16:
		*(*int16)(q) = int16(x)
	case reflect.Int32, reflect.Uint32:
		*(*int32)(q) = int32(x)
	case reflect.Int64, reflect.Uint64:
		*(*int64)(q) = x
	case reflect.Int:
		*(*int)(q) = int(x)
		return int64(int(x)) == x
	case reflect.Uint, reflect.Uintptr:
		*(*uint)(q) = uint(x)
		return uint64(uint(x)) == uint64(x)
	case reflect.Float32:
		*(*float32)(q) = float32(x)
	case reflect.Float64:
		*(*float64)(q) = float64(x)
	}
	return true
}

// loadInt reads a stored integer; those of 64 unsigned bits keep their bits.
func loadInt(b []byte, k reflect.Kind) int64 {
	switch k {
	case reflect.Int8:
		return int64(int8(b[0]))
	case reflect.Int16:
		return int64(int16(binary.LittleEndian.Uint16(b)))
	case reflect.Int32:
		return int64(int32(binary.LittleEndian.Uint32(b)))
	case reflect.Uint8:
		return int64(b[0])
	case reflect.Uint16:
		return int64(binary.LittleEndian.Uint16(b))
	case reflect.Uint32:
		return int64(binary.LittleEndian.Uint32(b))
	}
	return int64(binary.LittleEndian.Uint64(b))
}
