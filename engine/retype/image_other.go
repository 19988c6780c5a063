//go:build !linux

package retype

import (
	"errors"
	"unsafe"
)

type plugin struct{}

// Loaded does nothing on systems on which wire.AnyType is false.
func (t *Table) Loaded(unsafe.Pointer) (problem string) { return "" }

// Adopt does nothing on systems on which wire.AnyType is false.
func (t *Table) Adopt(own, memory unsafe.Pointer, symbol string) error {
	return errors.New("not on this system")
}
