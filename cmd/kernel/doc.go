// Gomemo is a Jupyter kernel for Go in which nothing expensive is computed
// twice.
//
// Usage:
//
//	gomemo run [flags] FILE.ipynb    run a notebook without Jupyter
//	gomemo install [flags]           make Jupyter find the kernel
//	gomemo uninstall [flags]         undo install
//	gomemo prepare                   build what cells need, once per Go version
//	gomemo doctor                    check this machine and say how to fix it
//	gomemo kernel [flags]            serve a connection file; Jupyter calls this
//	gomemo version                   print the versions of gomemo and Go
//	gomemo help [command]            explain a command
//
// # Exit status
//
// All commands exit with 0 when they did what was asked, with 1 when it
// failed and with 2 when they were called wrongly. For run, 1 means that a
// cell failed or was not reached, and 2 also that FILE.ipynb cannot be read
// or the file of -o not be written.
//
// # Output of run
//
// Standard output gets what cells print there, the values of their last
// expressions, what they show, and the cache reports. Standard error gets what
// cells print there, errors, a line of progress if it is a terminal, and a
// summary.
//
// # Environment
//
//	GOMEMO_CACHE     directory of remembered calls; as -cache
//	GOMEMO_MEMO_MIN  calls that take less are not remembered; as -memo-min
//	GOMEMO_ENGINE    auto, compiled or interpreted: how cells are run
//	GOMEMO_MEMORY    memory that cells may use: 8GiB, 500MB, 50% or 0, no limit
//	GOMEMO_CACHE_SIZE
//	                 how large the cache of compiled code may get: 8GiB, 800MB
//	                 or 0, no limit; 4 GiB if it is not set
//	GOMEMO_GO        the go command to use if there is none on PATH; "gomemo
//	                 install" records it for the kernel
//
// # Without a compiler
//
// Where there is no Go or no C linker, auto means interpreted: this program is
// then its own engine, cells are checked against declarations that it carries,
// and a cell that the interpreter does not run exactly is refused with what is
// missing on the machine. Go is looked for on PATH and in GOMEMO_GO, nowhere
// else.
//
// This is the only package in which the parts of gomemo meet: it makes the
// front end, the toolchain, the engine's client and the protocol from
// settings and hands each the others behind the interfaces that it declares
// (wire.go). Running a notebook is runner.go, showing it screen.go.
package main
