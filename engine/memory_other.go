//go:build unix && !linux

package engine

import "errors"

// A meter would read how much memory a process uses.
type meter struct{}

func openMeter(int) (*meter, error) { return nil, errors.ErrUnsupported }

func (*meter) close() {}

func (*meter) used() (int64, error) { return 0, errors.ErrUnsupported }

// MachineMemory cannot tell here and returns 0.
func MachineMemory() int64 { return 0 }
