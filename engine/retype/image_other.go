//go:build !linux

package retype

import "unsafe"

// Loaded does nothing on systems on which wire.AnyType is false.
func (t *Table) Loaded(unsafe.Pointer) (problem string) { return "" }
