// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import "reflect"

// An Option changes how a value is hashed, stored or loaded. An option that
// has no meaning for a call is ignored by it.
type Option func(*options)

type options struct {
	onType    func(reflect.Type) error
	resolve   func(string) reflect.Type
	names     []string
	capacity  bool
	noVerify  bool
	generic   bool
	noMethods bool
	sync      bool
	mode      MapMode
	verified  *Verified

	compress    Compressor
	compressors []Compressor
}

func newOptions(opts []Option) options {
	if len(opts) == 0 {
		return options{} // without the allocation that calling the functions takes
	}
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// OnType has f called once for each distinct named type that is part of a
// hashed or stored value: the static types, and the types found inside
// interfaces. An error from f ends the operation and is returned as it is.
func OnType(f func(reflect.Type) error) Option {
	return func(o *options) { o.onType = f }
}

// Types gives f the task of finding the Go type of a value that was stored in
// an interface, by its full name: package path, a dot, and the name, as in
// "net/url.URL". Types that occur in the static type asked for, predeclared
// types and the common error types of the standard library are found without
// it. It returns nil for a name that it does not know.
func Types(f func(name string) reflect.Type) Option {
	return func(o *options) { o.resolve = f }
}

// Names gives the values of HashValues and EncodeValues the names that the
// paths of errors start with.
func Names(names ...string) Option {
	return func(o *options) { o.names = names }
}

// Capacity makes the spare elements between the length and the capacity of a
// slice part of the value. Without it a slice ends at its length, and is loaded
// with no spare capacity.
func Capacity() Option {
	return func(o *options) { o.capacity = true }
}

// NoVerify skips the checksums of large buffers when loading. Damage to them
// then goes unnoticed; damage to anything else is still found.
func NoVerify() Option {
	return func(o *options) { o.noVerify = true }
}

// Sync makes Dump wait until the file is on the disk. Without it a power
// failure within seconds may lose the file, or cut it short, which Load finds;
// a crash of the program does neither.
func Sync() Option {
	return func(o *options) { o.sync = true }
}

// Generic makes loading into an interface work without the Go types of what was
// stored: a type whose name is not known becomes an unnamed type of the same
// structure, an interface with methods becomes any, and so does a reference by
// which a type leads back to itself.
func Generic() Option {
	return func(o *options) { o.generic = true }
}
