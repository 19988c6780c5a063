//go:build !gomemo_runtime

package main

import "gomemo/engine/rt"

// force does nothing with a runtime that gomemo/native has not edited.
func force(uint32) {}

// exiting reports that nothing tells of os.Exit.
func exiting(func()) bool { return false }

// owner says that it is not known which cells goroutines belong to.
func owner() rt.Owner { return rt.Owner{} }

// panics tells nothing, so only the last panic is known.
func panics(func(arg any, recovered, goexit bool)) {}
