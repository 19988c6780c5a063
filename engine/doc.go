// Package engine is the kernel process's side of an engine process: it starts
// one, gives it cells to run, and relays what they print and show.
//
// A [Client] belongs to one process. The process holds the values of the
// session, and user code may end it at any moment: then Run returns a
// *wire.Death that says what happened, for this cell and all later ones, and
// the owner starts another Client. No engine outlives its client's process.
//
// # Order of output
//
// The engine's standard output and standard error are pipes whose other ends
// are here, so that nothing printed is lost when the engine dies. Before any
// message of the engine is handled, both pipes are emptied: what was printed
// before a display or the end of a cell is delivered before it. Between the
// two pipes the order is that of arrival. Output is delivered after 15 ms or
// 64 KiB, whichever is first. What is printed while no cell runs is delivered
// to the next one.
//
// # Ends
//
// Cancelling the context of Run interrupts the cell, and ends the process if
// the cell does not answer within 2.5 s, or sooner if all its goroutines wait
// for each other. The report that the runtime prints as it crashes is held
// back from the output and parsed into the Death. An engine that uses more
// than Hello.Memory is ended. The processes that cells have started end with
// their engine, and all of them with this process.
package engine
