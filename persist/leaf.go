// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"encoding/binary"
	"math/big"
	"net/netip"
	"reflect"
	"time"
	"unsafe"
)

// A leaf stores the values of a standard type as bytes, because the fields of
// the type mean nothing outside the process or differ between platforms.
type leaf struct {
	append func(b []byte, p unsafe.Pointer) ([]byte, error)
	decode func(b []byte, p unsafe.Pointer) error
}

func leafOf(t reflect.Type) *leaf {
	switch t {
	case reflect.TypeFor[time.Time]():
		return newLeaf(appendTime, decodeTime)
	case reflect.TypeFor[big.Int]():
		return newLeaf(appendInt, decodeInt)
	case reflect.TypeFor[big.Float]():
		return newLeaf(appendFloat, decodeFloat)
	case reflect.TypeFor[netip.Addr]():
		return newLeaf(appendAddr, decodeAddr)
	}
	return nil
}

func newLeaf[T any](app func([]byte, *T) []byte, dec func([]byte, *T) bool) *leaf {
	return &leaf{
		append: func(b []byte, p unsafe.Pointer) ([]byte, error) { return app(b, (*T)(p)), nil },
		decode: func(b []byte, p unsafe.Pointer) error {
			if !dec(b, (*T)(p)) {
				return formatError("a malformed %s", fullName(reflect.TypeFor[T]()))
			}
			return nil
		},
	}
}

// appendTime writes the seconds since 1970, the nanoseconds, the offset from
// UTC in seconds, the zone's abbreviation and the location's name. The
// monotonic clock reading is left out.
func appendTime(b []byte, t *time.Time) []byte {
	zone, offset := t.Zone()
	b = binary.LittleEndian.AppendUint64(b, uint64(t.Unix()))
	b = binary.LittleEndian.AppendUint32(b, uint32(t.Nanosecond()))
	b = binary.LittleEndian.AppendUint32(b, uint32(int32(offset)))
	b = binary.AppendUvarint(b, uint64(len(zone)))
	b = append(b, zone...)
	return append(b, t.Location().String()...)
}

func decodeTime(b []byte, t *time.Time) bool {
	if len(b) < 16 {
		return false
	}
	sec := int64(binary.LittleEndian.Uint64(b))
	nsec := binary.LittleEndian.Uint32(b[8:])
	offset := int(int32(binary.LittleEndian.Uint32(b[12:])))
	n, k := binary.Uvarint(b[16:])
	if k <= 0 || n > uint64(len(b)-16-k) || nsec >= 1e9 {
		return false
	}
	zone := string(b[16+k:][:n])
	name := string(b[16+k:][n:])
	u := time.Unix(sec, int64(nsec))
	if u.Unix() != sec || u.Nanosecond() != int(nsec) {
		return false
	}
	*t = u.In(locate(u, name, zone, offset))
	return true
}

// locate finds the location called name if it says the same about u as the
// stored zone does, and makes a fixed one otherwise: a time must print the same
// on another machine, whose local zone or zone database may differ.
func locate(u time.Time, name, zone string, offset int) *time.Location {
	same := func(l *time.Location) bool {
		z, o := u.In(l).Zone()
		return z == zone && o == offset
	}
	switch name {
	case "UTC":
		if same(time.UTC) {
			return time.UTC
		}
	case "Local":
		if same(time.Local) {
			return time.Local
		}
		return time.FixedZone(zone, offset)
	}
	if name != zone {
		if l, err := time.LoadLocation(name); err == nil && same(l) {
			return l
		}
	}
	return time.FixedZone(zone, offset)
}

// appendInt writes the sign and the big-endian bytes of the absolute value.
func appendInt(b []byte, x *big.Int) []byte {
	if x.Sign() < 0 {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	n := (x.BitLen() + 7) / 8
	b = append(b, make([]byte, n)...)
	x.FillBytes(b[len(b)-n:])
	return b
}

func decodeInt(b []byte, x *big.Int) bool {
	if len(b) == 0 || b[0] > 1 || len(b) > 1 && b[1] == 0 || len(b) == 1 && b[0] == 1 {
		return false
	}
	x.SetBytes(b[1:])
	if b[0] == 1 {
		x.Neg(x)
	}
	return true
}

// hugePrec is the precision from which big.Float.GobEncode loses the mantissa:
// it computes the number of words in 32 bits.
const hugePrec = big.MaxPrec - 64

// appendFloat writes the type's own gob form, which has the precision, the
// rounding mode and the accuracy too; before it, if the precision is huge, the
// precision, and else zero.
func appendFloat(b []byte, x *big.Float) []byte {
	prec := uint32(0)
	if x.Prec() > hugePrec {
		prec = uint32(x.Prec())
		x = new(big.Float).Copy(x)
		x.SetPrec(max(1, x.MinPrec()))
	}
	b = binary.LittleEndian.AppendUint32(b, prec)
	g, err := x.GobEncode()
	if err != nil { // it has no way to fail
		panic(err)
	}
	return append(b, g...)
}

func decodeFloat(b []byte, x *big.Float) bool {
	if len(b) < 5 || x.GobDecode(b[4:]) != nil || x.Prec() > hugePrec {
		return false
	}
	if prec := binary.LittleEndian.Uint32(b); prec > hugePrec {
		x.SetPrec(uint(prec))
	} else if prec > 0 {
		return false
	}
	return true
}

func appendAddr(b []byte, a *netip.Addr) []byte {
	b, _ = a.AppendBinary(b)
	return b
}

func decodeAddr(b []byte, a *netip.Addr) bool { return a.UnmarshalBinary(b) == nil }
