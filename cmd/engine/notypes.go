//go:build !gomemo_runtime

package main

import "reflect"

// oneType does nothing with a runtime that gomemo/native has not edited.
func oneType() (adopt func(own, at reflect.Value, symbol string) error) { return nil }
