//go:build !linux

package host

// share does nothing here: interrupts come as frames alone.
func share(uintptr) (stop, goroutines int, ok bool) { return 0, 0, false }
