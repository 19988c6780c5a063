// Package rt is what generated code imports: plugins register their
// functions, variables and types in a [Registry], a cell's statements receive
// a [Cell], loops and functions poll [Stop].
//
// A [Session] is what the engine keeps from one cell to the next: the
// registry and the place where each variable of the notebook lives. A Cell is
// one evaluation. [Enter], [Interrupt] and [Leave] are for the engine's own
// loop.
//
// An interrupt ends the cell's goroutine with runtime.Goexit at its next
// poll, not with a panic: deferred calls run, and neither a recover in user
// code nor one in a library such as fmt can swallow it. Code that must tell a
// normal return from an interrupt sets a flag after the call and looks at it
// in a deferred function.
//
// The stop flag is one package variable because generated code must reach it
// with one load; so a process runs one cell at a time.
package rt
