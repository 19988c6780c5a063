//go:build !linux

package host

import "gomemo/engine/wire"

// share does nothing here: interrupts come as frames alone.
func share(uintptr, *wire.Ready) bool { return false }
