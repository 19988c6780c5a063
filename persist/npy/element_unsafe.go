// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package npy

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"
)

// An Element is a type that arrays can have. Int and uint are not among them:
// numpy's types have the same size everywhere.
type Element interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | complex64 | complex128
}

// typeName returns numpy's name for T, without the byte order.
func typeName[T Element]() string {
	var zero T
	switch any(zero).(type) {
	case bool:
		return "b1"
	case int8, int16, int32, int64:
		return fmt.Sprint("i", unsafe.Sizeof(zero))
	case uint8, uint16, uint32, uint64:
		return fmt.Sprint("u", unsafe.Sizeof(zero))
	case float32, float64:
		return fmt.Sprint("f", unsafe.Sizeof(zero))
	}
	return fmt.Sprint("c", unsafe.Sizeof(zero))
}

// lane returns the size of the numbers that elements are made of.
func lane(name string, size int) int {
	if name[0] == 'c' {
		return size / 2
	}
	return size
}

func littleEndian() bool {
	x := uint16(1)
	return *(*byte)(unsafe.Pointer(&x)) == 1
}

// bytesOf returns the memory of the elements.
func bytesOf[T Element](data []T) []byte {
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(data))), len(data)*int(unsafe.Sizeof(zero)))
}

// elementsOf returns memory, which must be aligned, as elements.
func elementsOf[T Element](b []byte) []T {
	var zero T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(zero)))
}

func aligned[T Element](b []byte) bool {
	var zero T
	return uintptr(unsafe.Pointer(unsafe.SliceData(b)))%unsafe.Alignof(zero) == 0
}

// swap reverses the bytes of each number of n bytes.
func swap(b []byte, n int) {
	switch n {
	case 2:
		for ; len(b) >= 2; b = b[2:] {
			binary.BigEndian.PutUint16(b, binary.LittleEndian.Uint16(b))
		}
	case 4:
		for ; len(b) >= 4; b = b[4:] {
			binary.BigEndian.PutUint32(b, binary.LittleEndian.Uint32(b))
		}
	case 8:
		for ; len(b) >= 8; b = b[8:] {
			binary.BigEndian.PutUint64(b, binary.LittleEndian.Uint64(b))
		}
	}
}

// half converts a half-precision float.
func half(x uint16) float32 {
	sign, exp, frac := uint32(x>>15)<<31, uint32(x>>10&0x1f), uint32(x&0x3ff)
	switch exp {
	case 0x1f:
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	case 0:
		f := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(f) | sign)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
}
