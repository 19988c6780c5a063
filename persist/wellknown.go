// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// wellKnown returns the name of the standard library's variable that p, a
// pointer to a value of type t, points to. Such variables are compared by
// address (err == io.EOF), so they are stored by name.
func wellKnown(t reflect.Type, p unsafe.Pointer) string {
	for _, v := range wellKnownVars {
		if v.p == p && v.t == t {
			return v.name
		}
	}
	return ""
}

// wellKnownVar returns the variable of that name and type.
func wellKnownVar(name string, t reflect.Type) unsafe.Pointer {
	for _, v := range wellKnownVars {
		if v.name == name && v.t == t {
			return v.p
		}
	}
	return nil
}

type knownVar struct {
	name string
	t    reflect.Type
	p    unsafe.Pointer
}

var (
	errorString = reflect.TypeOf(io.EOF).Elem()
	location    = reflect.TypeFor[time.Location]()

	wellKnownVars = []knownVar{
		known("io.EOF", io.EOF),
		known("io.ErrUnexpectedEOF", io.ErrUnexpectedEOF),
		known("io.ErrClosedPipe", io.ErrClosedPipe),
		known("io.ErrNoProgress", io.ErrNoProgress),
		known("io.ErrShortBuffer", io.ErrShortBuffer),
		known("io.ErrShortWrite", io.ErrShortWrite),
		known("io/fs.ErrInvalid", fs.ErrInvalid),
		known("io/fs.ErrPermission", fs.ErrPermission),
		known("io/fs.ErrExist", fs.ErrExist),
		known("io/fs.ErrNotExist", fs.ErrNotExist),
		known("io/fs.ErrClosed", fs.ErrClosed),
		known("io/fs.SkipDir", fs.SkipDir),
		known("io/fs.SkipAll", fs.SkipAll),
		known("os.ErrProcessDone", os.ErrProcessDone),
		known("context.Canceled", context.Canceled),
		known("strconv.ErrRange", strconv.ErrRange),
		known("strconv.ErrSyntax", strconv.ErrSyntax),
		known("bufio.ErrTooLong", bufio.ErrTooLong),
		known("bufio.ErrFinalToken", bufio.ErrFinalToken),
		known("time.UTC", time.UTC),
		known("time.Local", time.Local),
	}
)

func known(name string, v any) knownVar {
	r := reflect.ValueOf(v)
	return knownVar{name, r.Type().Elem(), r.UnsafePointer()}
}

// standardType finds the types that results often hold in an interface
// although no static type mentions them.
func standardType(name string) reflect.Type {
	if name == "error" {
		return reflect.TypeFor[error]()
	}
	if t := predeclared[name]; t != nil {
		return t
	}
	return standardTypes[name]
}

var (
	predeclared = byName(
		false, 0, int8(0), int16(0), int32(0), int64(0),
		uint(0), uint8(0), uint16(0), uint32(0), uint64(0), uintptr(0),
		float32(0), float64(0), complex64(0), complex128(0), "",
	)
	standardTypes = byName(
		errors.New(""), fmt.Errorf("%w", io.EOF), fmt.Errorf("%w %w", io.EOF, io.EOF), errors.Join(io.EOF),
		&fs.PathError{}, &os.LinkError{}, &os.SyscallError{}, syscall.Errno(0),
		&strconv.NumError{}, &time.ParseError{}, &url.Error{}, context.DeadlineExceeded,
		time.Time{}, time.Duration(0), time.Month(0), time.Weekday(0),
		url.URL{}, url.Values{}, netip.Addr{}, netip.Prefix{}, netip.AddrPort{},
		&big.Int{}, &big.Float{}, &big.Rat{},
	)
)

// byName makes a table of the values' types, or of what they point to.
func byName(values ...any) map[string]reflect.Type {
	m := map[string]reflect.Type{}
	for _, v := range values {
		t := reflect.TypeOf(v)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		m[fullName(t)] = t
	}
	return m
}
