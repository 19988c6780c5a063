// Package notebook reads and writes Jupyter notebooks (nbformat 4).
//
// [Read] and [ReadFile] take any minor version of format 4 and give a
// [Notebook] of [Cell] values, whose [Output] values hold what the cells
// printed and showed. [Notebook.Encode] and [WriteFile] write format 4.5 as
// Jupyter itself does: keys sorted, indented by one space, text of several
// lines as a list of lines, a newline at the end. A file that Jupyter wrote
// comes back byte for byte.
//
// Fields that the format does not name are kept: numbers with the digits they
// were written with, strings with their value. Two things are not kept: of a
// key given twice the last value stays, and half of a surrogate pair in a
// cell's source or text output becomes U+FFFD, since Go strings cannot hold it.
//
// Reading checks the shape that this package relies on, not the whole schema
// of Jupyter. Format 3 and older, which Jupyter stopped writing in 2015, is
// an error that says how to convert the file.
package notebook
