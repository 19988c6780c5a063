// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package compress

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gomemo/persist"
)

// A Set is compressors that are chosen by name, level or extension. It's where
// other libraries have a registry for the whole program: a program that brings
// a compressor adds it to a Set of its own. The zero Set is empty; Standard
// returns one with the compressors of this package. A Set may be used by several
// goroutines once nothing is added to it any more.
type Set struct {
	entries []entry
}

type entry struct {
	name string
	ext  string
	make func(level int) persist.Compressor
}

// Register adds the compressors that make returns for levels from 1 to 9, and
// for 0, which is the default level and the one that reads: they have one name.
// A file whose name ends in ext, which starts with a dot or is empty, is to be
// compressed with them. What was registered under the name or for the extension
// before gives way.
func (s *Set) Register(ext string, make func(level int) persist.Compressor) {
	name := make(0).Name()
	s.entries = slices.DeleteFunc(s.entries, func(e entry) bool { return e.name == name })
	for i := range s.entries {
		if s.entries[i].ext == ext {
			s.entries[i].ext = ""
		}
	}
	s.entries = append(s.entries, entry{name, ext, make})
}

// All lets Load, Read, Open and Verify read files of all compressors of the set.
func (s *Set) All() persist.Option {
	cs := make([]persist.Compressor, len(s.entries))
	for i, e := range s.entries {
		cs[i] = e.make(0)
	}
	return persist.Compressors(cs...)
}

// Named returns the compressor that text names: by its name, after a colon
// perhaps a level, as in "zstd:3". None is named "" and "none": the result is nil
// then.
func (s *Set) Named(text string) (persist.Compressor, error) {
	name, level, found := strings.Cut(text, ":")
	n := 0
	if found {
		var err error
		if n, err = strconv.Atoi(level); err != nil || n < 1 || n > 9 {
			return nil, fmt.Errorf("compress: %q is no level of compression: it is a number from 1 to 9", level)
		}
	}
	if name == "" || name == "none" {
		return nil, nil
	}
	for _, e := range s.entries {
		if e.name == name {
			return e.make(n), nil
		}
	}
	return nil, fmt.Errorf("compress: no compressor is called %q", name)
}

// To makes Dump compress as the extension of the path says; one that is not
// registered means not at all.
func (s *Set) To(path string) persist.Option {
	if ext := filepath.Ext(path); ext != "" {
		for _, e := range s.entries {
			if e.ext == ext {
				return persist.Compress(e.make(0))
			}
		}
	}
	return persist.Compress(nil)
}

// Standard returns a new set of the compressors of this package: zstd (.zst), s2
// (.s2), lz4 (.lz4), gzip (.gz), zlib (.z) and xz (.xz).
func Standard() *Set {
	var s Set
	s.Register(".zst", Zstd)
	s.Register(".s2", func(int) persist.Compressor { return S2() })
	s.Register(".lz4", func(int) persist.Compressor { return LZ4() })
	s.Register(".gz", Gzip)
	s.Register(".z", Zlib)
	s.Register(".xz", func(int) persist.Compressor { return XZ() })
	return &s
}

// All lets Load, Read, Open and Verify read files of all compressors of this
// package.
func All() persist.Option { return Standard().All() }

// Named returns the compressor that text names: "zstd", "s2", "lz4", "gzip",
// "zlib" or "xz", after a colon perhaps a level, as in "zstd:3". None is named
// "" and "none": the result is nil then.
func Named(text string) (persist.Compressor, error) { return Standard().Named(text) }

// To makes Dump compress as the extension of the path says: .zst, .s2, .lz4,
// .gz, .z and .xz; any other means not at all.
func To(path string) persist.Option { return Standard().To(path) }
