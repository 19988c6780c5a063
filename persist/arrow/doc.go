// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

// Package arrow reads and writes Arrow IPC files, also known as Feather: tables
// that pandas, polars, R and many databases read and write.
//
//	type Trade struct {
//		Time  time.Time
//		Price float64 `arrow:"price"`
//		Note  *string // may be null
//	}
//	err := arrow.Save("trades.arrow", trades)         // a []Trade
//	trades, err := arrow.Load[[]Trade]("trades.arrow")
//
// # Tables
//
// A table is one of these Go types, for writing and for reading:
//
//   - a slice of structs: a row each, a column for every exported field. The tag
//     arrow:"name" gives the column another name, arrow:"-" leaves the field out;
//     the fields of embedded structs are columns of the outer one
//   - a struct of slices: a column each, with the same tags
//   - a map[string][]E: columns of one type, in the order of their names
//   - a [Table]: columns whose types are those of the file
//
// # Columns
//
// The elements of columns are bool, all integers and floats, string, []byte,
// [time.Time], [time.Duration], slices and arrays of these, and structs of them.
// Int and uint are stored with 64 bits. A pointer to one of these is nil where
// the column is null, and so are slices; reading a null into anything else is an
// error that names the column and the row. Numbers are widened when the field is
// wider than the column, and never narrowed.
//
// Times are stored as nanoseconds since 1970 in UTC; the options s, ms and us of
// the tag, as in arrow:"when,us", choose a coarser unit with a larger range.
// Read are, besides what is written here, the other forms that these values have
// in Arrow: large and view types, dictionaries (pandas' categoricals), dates, and
// half-precision floats. Decimals, unions, maps and intervals are refused.
//
// # Files
//
// [Save] and [Write] write files; with [Stream], streams. [Load] and [Read] read both,
// compressed ones too. [Map] maps a file instead of reading it: columns of numbers
// without nulls are then the memory of the file. Load does not copy such columns
// either if they are half of the file or more: they keep all of it in memory.
//
// # Damage
//
// Arrow has no checksums: a flipped bit in a number is another number. Input of
// any kind gives an error that wraps [ErrFormat], but no panic, and reading allocates
// no more than 1024 times the size of the input and 256 MiB, apart from the window
// that a zstd decoder may ask for, of 512 MiB at most.
package arrow
