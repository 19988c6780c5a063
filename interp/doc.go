// Package interp is the front end: it takes the cells of a notebook one after
// another, keeps them as one Go program, and has that program compiled and run.
//
// A [Session] is a notebook being run. Its Execute method takes a cell through
// splitting, parsing and type-checking; generates packages for the
// declarations that are new and a function for the statements, or a script for
// the interpreter if that runs the statements exactly; has a [Compiler] build a
// plugin and an [Engine] run it; and finally makes the cell's declarations
// part of the notebook. ARCHITECTURE.md tells the life of a cell in full.
//
// Nothing of the user's code runs in this package's process. What compiles
// and what runs is behind the two interfaces; native.Workspace and
// engine.Client are the real ones.
//
// Lines at the top of a cell that start with a percent sign are directives:
// %go, %modules, %undef and %help. A Compiler that also has the methods of
// [Modules] gives them something to manage. When it reports a [Change] of
// loaded packages the Session goes on with another engine and replays values.
//
// # Limits
//
// Cells cannot use cgo. A variable of the notebook
// cannot have a type that has no name at package level. Whether a call may be
// remembered is judged by a short list of pure standard packages; calls of
// other modules are not remembered.
package interp
