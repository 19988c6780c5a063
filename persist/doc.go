// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

// Package persist stores, loads and hashes Go values.
//
// [Dump] writes a value, with everything that it refers to, to a file, and
// [Load] reads it back; [Write] and [Read] do the same with streams. [Hash]
// returns a digest of a value without storing it: the one that the file has.
// [Inspect] says what is in a file, [Verify] whether it is whole, and [Open]
// maps its large slices of numbers into memory instead of reading them.
//
// # Values
//
// All kinds of values are stored: structs with their unexported and embedded
// fields; pointers with sharing and cycles, also pointers into structs and
// arrays, and slices that overlap; maps with any keys, NaN included; interfaces
// with their dynamic types; the bits of floating-point numbers. A nil slice or
// map stays nil, an empty one empty. Slices end at their length, unless the
// [Capacity] option is used. Times keep their instant and location, but not the
// reading of the monotonic clock. Errors of the standard library keep their
// types, and variables such as io.EOF their identity.
//
// Functions, channels and unsafe pointers are stored only when they're nil, and
// open files, locks' queues and the like not at all: the [UnsupportedError]
// names the way to the culprit.
//
// A named type that has both MarshalBinary and UnmarshalBinary is stored, and
// hashed, in that binary form, if the methods are its own: those of structs with
// an embedded field that has such methods are not used, nor those of net/url.
// UnmarshalBinary is called only if the type asked for mentions the type that has
// it, so a file cannot choose what runs; elsewhere Load[any] makes a [Binary],
// and other loads fail. With the [NoMethods] option, and always in [HashValues],
// [EncodeValues] and [DecodeValues], which caches are made of, all values are
// stored by their parts: a method that leaves something out would make two values
// one. Times, big numbers and IP addresses have forms of this package's own. No
// other methods are ever called.
//
// The dynamic type of a value in an interface is found by name when it is
// loaded. Names that the static type mentions, predeclared ones, and a few of
// the standard library's are known; for others there's the [Types] option. Two
// types that different functions of a package declare under one name cannot be
// told apart by it.
//
// # How it works
//
// The memory that a value refers to is sorted into tables, one for each type,
// whose rows are the values of that type in the order in which they're found;
// a reference is a row number. The columns of the tables, one for each field of
// basic type, are what is stored: a struct slice becomes an array per field, a
// []string one of lengths and one of bytes, a linked list two arrays. So there
// is no recursion, and a list of a million nodes is stored as a million numbers.
// Maps are tables of keys and of values, in the order of the keys. FORMAT.md
// describes the file byte by byte. The same value gives the same bytes in every
// process and on every platform; only maps with pointers as keys, whose targets
// are equal in all that a bounded search sees, may be stored in more than one
// order.
//
// When a table is loaded, its small pieces share blocks of 64 KiB, and texts
// blocks of 256 KiB: a pointer or string that is kept keeps its block. Fast paths for the common types of maps rely on
// the memory layout of maps that the compiler in use gives to types of equal
// size; tests with each new Go release check it.
//
// # Damage
//
// A container has BLAKE3 checksums of everything. Input of any kind gives an
// error that wraps [ErrFormat] or [ErrChecksum], but no panic and no wrong value,
// and loading allocates at most a multiple of the input's size: the multiple is
// the size of a wanted value against its one byte at least in the container,
// and for compressed ones 1024 times that.
//
// # Limits
//
// A value that is modified by another goroutine while it's stored gives an
// error, or a mixture of old and new, as with any unsynchronised reading. Mapping
// needs a little-endian machine; others load into memory.
package persist
