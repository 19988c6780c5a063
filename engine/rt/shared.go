package rt

// apart is at least as large as a page of any system.
const apart = 64 << 10

// Shared is memory that the engine process shares with the kernel process:
// package engine/host maps what the kernel process has made over the pages that
// it is on, and the space around it keeps everything else off them. So an
// interrupt needs none of the engine's goroutines to get a turn.
var Shared struct {
	_ [apart]byte

	// Stop is 1 while the running cell is asked to end, and 2 while only what an
	// earlier one has started is ended. Generated code reads it without
	// synchronisation at loop and function entries and calls Poll when it is not
	// 0; only this package and the kernel process write it.
	Stop uint32

	// Goroutines is how many there were at the last look, 0 if no cell has
	// started many.
	Goroutines int64

	// Exits is non-zero once the process ends by os.Exit: else an end with the
	// runtime's exit status is a crash, whatever could be said of it.
	Exits uint32

	_ [2 * apart]byte
}
