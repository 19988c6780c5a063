// Package frame reads and writes the messages between the kernel process and
// the engine process: a little-endian uint32 length and a JSON object.
//
// Both ends belong to gomemo, but the engine also runs the user's code, which
// may scribble on any file descriptor: a reader bounds what it allocates by
// what really arrives, and reports anything malformed as an error.
package frame
