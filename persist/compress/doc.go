// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

// Package compress has compressors for the files of package persist.
//
//	persist.Dump(v, "v.zst", compress.To("v.zst"))
//	v, err := persist.Load[T]("v.zst", compress.All())
//
// They're not part of package persist, so that a program that does not compress
// does not link their libraries: with them a program is 1.9 MB larger and
// depends on three more modules. Nothing is registered on import, or for the whole
// program: what RegisterCompressor is elsewhere, [Set.Register] is here, and the
// set is passed where it's used. A single compressor of your own also joins by
// persist.Compress and persist.Compressors.
//
// Zstd at its default level is the choice for storage and S2 for speed; the
// others are there to compare with joblib. Gzip, Zlib and XZ are many times
// slower to read than Zstd at no better size.
package compress
