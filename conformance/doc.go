// Package conformance turns Go programs into notebooks, to show that a program
// split into cells does what the program does.
//
// [Parse] takes a program of one file apart, and [Program.Cells] puts its
// declarations and the statements of its main function into cells so that
// every name is declared before the cell that uses it. The tests of this
// package do so with the programs of the Go distribution's own test suite, run
// the cells, and compare what they print and how they end with the compiled
// program. "make conformance" runs all of them and prints tables by folder
// and by cause; excluded.txt lists the programs that say nothing about
// notebooks, each with its reason.
//
// [ParseTests] does the same with a file of tests: its examples become cells
// behind the cells of its declarations, and the tests of this package compare
// what the examples of the standard library print with what they say that they
// print, as go test does. Examples that do not say it are only compiled. Their
// lists are examples_excluded.txt and examples_sample.txt. Sessions without a
// compiler run them too: what such a session does not refuse has to be equal.
//
// # What is changed
//
// The text of declarations and statements stays as it is, with these exceptions:
//
//   - Groups of types and variables become single declarations.
//   - The bodies of init functions become statements behind all variables.
//   - Variables of main that have the name of a variable at package level, or of
//     an imported package, are renamed: in a notebook both would be the same. If the name is that of a
//     type or a constant of main, the body of main becomes a block instead.
//   - A semicolon is put behind a last expression, whose value would be shown.
package conformance
