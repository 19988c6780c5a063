//go:build !gomemo_runtime

package main

// oneType does nothing with a runtime that gomemo/native has not edited.
func oneType() {}
