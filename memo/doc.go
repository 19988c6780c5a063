// Package memo keeps the results of function calls in a directory, so that
// none is computed twice.
//
// A [Store] is the directory: it maps a [Key] to an [Entry]. A [Cache] wraps
// functions of ordinary Go programs, by [Func], so that their calls are looked
// up in a store before they are made. The store knows nothing of functions and
// values; who uses it directly decides what a key covers and what a payload
// means.
//
// # Promises
//
// Any number of goroutines, processes and machines may use one directory at
// the same time. Every entry carries a checksum that each Get verifies: an
// entry that is damaged, cut off, of another version, or half-written by a
// process that was killed is [ErrMiss], and putting it again replaces it. A
// killed process leaves no files behind, or, on file systems without unnamed
// files, one that the next [Open] removes. When the disk is full or the
// directory is read-only, Put fails and everything else goes on.
//
// An entry up to 16 KiB is appended to a pack that this process writes and
// everyone reads; a larger one has a file of its own. Put leaves small entries
// to the operating system, so that they survive the process but not a crash
// of the machine until [Store.Sync] or [Store.Close]; a large entry is on the
// disk when Put returns.
//
// What one process removes, others notice within a second.
//
// # Limits
//
// The directory belongs to one user: [Open] refuses one that others own or may
// write to, because whoever can write entries decides what calls return. The
// checksums are against accidents only. Every key takes about 100 bytes of
// memory in each process that has the directory open.
package memo
