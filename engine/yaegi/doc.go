// Package yaegi runs the cells that need no compiler: statements that glue
// calls of compiled functions together, interpreted by
// github.com/traefik/yaegi. It is the only package that imports the
// interpreter.
//
// [Compile] makes a [Program] of a wire.Script, in a fresh interpreter per
// cell: that costs a tenth of a millisecond and leaves nothing of one cell to
// be seen by the next. The script finds
//
//   - the session's variables as pointers in package v: *v.x = *v.y + 1
//   - the registered functions in package f, judged calls already wrapped:
//     f.train(*v.x)
//   - packages of the standard library that it imports, under their names:
//     errors, fmt, gomemo/display, math, sort, strconv, strings, time (no
//     clock), unicode, unicode/utf8 and bytes
//   - *v.R_, to which it assigns the value of its last expression if
//     wire.Run.Result says that there is one
//
// and may declare names of its own. Which constructs run exactly as compiled
// ones is for the front end to know; nothing is checked here.
//
// An interrupt ends an interpreted loop at its next step, and a compiled
// callee at its next poll.
package yaegi
