//go:build !gomemo_runtime

package main

// force does nothing with a runtime that gomemo/native has not edited.
func force(bool) {}

// exiting reports that nothing tells of os.Exit.
func exiting(func()) bool { return false }

// panics tells nothing, so only the last panic is known.
func panics(func(arg any, recovered, goexit bool)) {}
