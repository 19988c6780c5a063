//go:build !gomemo_runtime

package main

// force does nothing with a runtime that gomemo/native has not edited.
func force(bool) {}

// panics tells nothing, so only the last panic is known.
func panics(func(arg any, recovered, goexit bool)) {}
