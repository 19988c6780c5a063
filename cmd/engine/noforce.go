//go:build !gomemo_runtime

package main

// force does nothing with a runtime that gomemo/native has not edited.
func force(bool) {}
