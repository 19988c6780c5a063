// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"strings"
)

// ErrFormat is returned, wrapped, for input that is not an .npy file.
var ErrFormat = errors.New("not a valid npy file")

func formatError(format string, args ...any) error {
	return fmt.Errorf("npy: "+format+": %w", append(args, ErrFormat)...)
}

// A Header says what is in an .npy file.
type Header struct {
	Type    string // numpy's name of the element type: "<f8", "|u1", ">i4"
	Fortran bool   // column by column
	Shape   []int  // empty for a single number

	offset int64 // of the elements
}

const magic = "\x93NUMPY"

// maxHeader bounds the text of a header. Numpy itself reads 10,000 bytes.
const maxHeader = 1 << 16

// maxDims is numpy's limit.
const maxDims = 64

// ReadHeader reads the header, up to the first element.
func ReadHeader(r io.Reader) (Header, error) {
	var b [12]byte
	if _, err := io.ReadFull(r, b[:10]); err != nil {
		return Header{}, readError(err)
	}
	if string(b[:6]) != magic {
		return Header{}, formatError("it does not start as one")
	}
	n, start := int(binary.LittleEndian.Uint16(b[8:])), 10
	switch b[6] {
	case 1:
	case 2, 3:
		if _, err := io.ReadFull(r, b[10:]); err != nil {
			return Header{}, readError(err)
		}
		n, start = int(binary.LittleEndian.Uint32(b[8:])), 12
	default:
		return Header{}, formatError("version %d", b[6])
	}
	if n > maxHeader {
		return Header{}, formatError("a header of %d bytes", n)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return Header{}, readError(err)
	}
	h, err := parseHeader(string(text))
	h.offset = int64(start + n)
	return h, err
}

func readError(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return formatError("it ends early")
	}
	return fmt.Errorf("npy: %w", err)
}

// parseHeader parses the literal of a Python dictionary with the keys descr,
// fortran_order and shape.
func parseHeader(text string) (Header, error) {
	p := parser{rest: text}
	var h Header
	seen := map[string]bool{}
	p.want("{")
	for !p.failed && !p.have("}") {
		key := p.quoted()
		p.want(":")
		if seen[key] {
			return h, formatError("%s is there twice", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			if p.peek() == '[' {
				return h, formatError("an array of records")
			}
			h.Type = p.quoted()
		case "fortran_order":
			h.Fortran = p.boolean()
		case "shape":
			h.Shape = p.tuple()
		default:
			p.failed = true
		}
		if !p.have(",") {
			p.want("}")
			break
		}
	}
	if strings.TrimSpace(p.rest) != "" || p.failed || len(seen) != 3 {
		return Header{}, formatError("its header is malformed")
	}
	return h, nil
}

// A parser reads the few forms that headers have.
type parser struct {
	rest   string
	failed bool
}

func (p *parser) peek() byte {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	if p.rest == "" {
		return 0
	}
	return p.rest[0]
}

func (p *parser) have(s string) bool {
	p.peek()
	rest, ok := strings.CutPrefix(p.rest, s)
	p.rest = rest
	return ok
}

func (p *parser) want(s string) {
	if !p.have(s) {
		p.failed = true
	}
}

func (p *parser) quoted() string {
	q := p.peek()
	if q != '\'' && q != '"' {
		p.failed = true
		return ""
	}
	s, rest, ok := strings.Cut(p.rest[1:], string(q))
	if !ok || strings.Contains(s, `\`) {
		p.failed = true
	}
	p.rest = rest
	return s
}

func (p *parser) boolean() bool {
	if p.have("True") {
		return true
	}
	p.want("False")
	return false
}

func (p *parser) tuple() []int {
	shape := []int{}
	p.want("(")
	for !p.failed && !p.have(")") {
		p.peek()
		n := 0
		for n < len(p.rest) && '0' <= p.rest[n] && p.rest[n] <= '9' {
			n++
		}
		x, err := strconv.Atoi(p.rest[:n])
		if err != nil || len(shape) == maxDims {
			p.failed = true
			break
		}
		p.rest = strings.TrimPrefix(p.rest[n:], "L") // as Python 2 wrote it
		shape = append(shape, x)
		if !p.have(",") {
			p.want(")")
			break
		}
	}
	return shape
}

// length returns the number of elements.
func length(shape []int) (int, error) {
	n := uint64(1)
	for _, x := range shape {
		if x < 0 {
			return 0, formatError("a shape of %v", shape)
		}
		if x == 0 {
			return 0, nil
		}
	}
	for _, x := range shape {
		hi, lo := bits.Mul64(n, uint64(x))
		if hi != 0 || lo > 1<<56 {
			return 0, formatError("a shape of %v", shape)
		}
		n = lo
	}
	return int(n), nil
}

// append writes the header, padded so that the elements are aligned to 64
// bytes.
func (h *Header) append(b []byte) []byte {
	order := "False"
	if h.Fortran {
		order = "True"
	}
	var shape strings.Builder
	for i, x := range h.Shape {
		if i > 0 {
			shape.WriteString(", ")
		}
		shape.WriteString(strconv.Itoa(x))
	}
	if len(h.Shape) == 1 {
		shape.WriteByte(',')
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", h.Type, order, shape.String())
	start := len(b)
	n := (10 + len(text) + 1 + 63) / 64 * 64
	b = append(b, magic...)
	b = append(b, 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(n-10))
	b = append(b, text...)
	for len(b)-start < n-1 {
		b = append(b, ' ')
	}
	return append(b, '\n')
}
