//go:build unix && !linux

package engine

import (
	"os"

	"gomemo/engine/wire"
)

// A page would be memory that is shared with the engine.
type page struct{}

// makePage makes a file that the engine does not map.
func makePage() (page, *os.File, error) {
	f, err := os.Open(os.DevNull)
	return page{}, f, err
}

func (*page) locate(*wire.Ready) {}
func (*page) setStop()           {}
func (*page) clearStop()         {}
func (*page) crowd() int64       { return 0 }
func (*page) exited() bool       { return true }
func (*page) unmap()             {}
