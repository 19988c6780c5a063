// Package yaegi runs the cells that need no compiler. It is the only package
// that imports github.com/traefik/yaegi, which runs what has to do with order
// and choice; what is done, decided and selected are leaves, which engine/eval
// evaluates.
//
// [Compile] makes a [Program] of a wire.Script, in a fresh interpreter per
// cell: that costs a fifth of a millisecond and leaves nothing of one cell to
// be seen by the next. A script of one leaf after another needs none. The text
// finds three functions in package o: L(i) does leaf i, B(i) is its truth, and
// I(i) the number that it selects.
//
// Leaves find the session's variables, registered functions, with judged calls
// wrapped, and the packages of the standard library that wire.Bound names;
// symbols.go holds these.
//
// Which constructs run exactly as compiled ones is for the front end to know;
// nothing is checked here.
//
// An interrupt ends a loop at its next step, and a compiled callee at its next
// poll.
package yaegi
