// Package display is the vocabulary of what a value shows itself as in a
// notebook: a [Bundle] of representations by MIME type, of which the front
// end picks the richest that it can draw.
//
// [Of] makes the bundle of any value and [Show] displays one at once. A type
// decides for itself by implementing [Displayer]; an image.Image becomes a
// PNG; everything else is text as fmt's %+v writes it. What [ShowAs] displays,
// [Update] can replace, and [Clear] removes a cell's output.
//
// All of them write to the process's sink. Like the standard logger of package log
// there is one per process; without a sink, that is outside a notebook, the
// plain text form is printed to standard output, and nothing is cleared.
//
// Text is cut after [TextLimit] bytes, with a note, and nothing that a value's
// own methods do, short of ending the process, keeps it from being shown.
package display
