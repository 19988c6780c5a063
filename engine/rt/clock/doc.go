// Package clock is what generated code calls instead of functions of package
// time: [Sleep], which an interrupt of the cell ends. It is apart from package
// rt so that cells which do not use time need not link it.
package clock
