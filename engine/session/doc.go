// Package session is the engine's side of package rt: it holds what generated
// code declares and decides on the calls that generated code asks about.
//
// A [Session] is what the engine keeps from one cell to the next: the
// [Registry] of what plugins have declared, the place where each variable of
// the notebook lives, and what was learned about the cost of calls. A [Cell]
// is one evaluation: its judged calls and its result. [Kernel] is what both
// need of the kernel process.
//
// The key of a remembered call is in memo_key.go, the course of one in
// memo_call.go, what may not be remembered in memo_types.go, memo_changed.go
// and memo_regions.go, and when a call is not even looked up in memo_cost.go.
package session
