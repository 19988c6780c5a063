// Package trace finds the user's frames on a stack: those whose file was
// named by a //line directive of generated code, cell-<hex>.go for a cell's
// statements and decl-<hex>.go for a declaration. Everything else on a stack
// (the runtime, libraries, the interpreter, the engine) is not the user's.
package trace
