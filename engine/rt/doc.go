// Package rt is what generated code imports: plugins register their
// functions, variables and types in a [Registry], a cell's statements receive
// a [Cell], loops and functions poll [Shared].
//
// Every plugin links this package and all that it imports, so it imports the
// runtime and nothing that the runtime does not: with package reflect a link
// would take half as long again, with fmt nearly twice as long. What stands
// behind a Registry and a Cell is in gomemo/engine/session, which only the
// engine links. Statements of cells call the engine's fmt by way of [Fmt]. What
// needs package time is in gomemo/engine/rt/clock, which is linked by cells that
// use time themselves.
//
// [Enter], [Interrupt] and [Leave] are for the engine's own loop. An interrupt
// ends the cell's goroutine with runtime.Goexit at its next poll, not with a
// panic: deferred calls run, and neither a recover in user code nor one in a
// library such as fmt can swallow it. Code that must tell a normal return from
// an interrupt sets a flag after the call and looks at it in a deferred
// function.
//
// The stop flag is one package variable because generated code must reach it
// with one load; so a process runs one cell at a time.
package rt
