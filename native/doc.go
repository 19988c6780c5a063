// Package native drives the Go toolchain for a notebook: it compiles generated
// packages with an edited cmd/compile, links them into plugins, caches both,
// and builds the engine process that loads them.
//
// [Prepare] finds the user's Go installation and makes a [Toolchain] of it,
// once per Go version and set of flags: the standard library's archives for
// plugins, the edited compiler, the external linker that was measured fastest,
// and a self-test. [Toolchain.OpenNotebook] returns the [Workspace] of one: a
// module graph with gomemo itself in it, the archives of its packages, and the
// engine that matches them. A Workspace is an interp.Compiler. [Check] explains
// what is missing.
//
// # The edited compiler
//
// Generated packages have import paths below [Prefix]. The compiler is built
// from the user's own GOROOT/src with the edits listed in edits.go, applied by
// go build -overlay; they make packages below the prefix see each other's
// unexported names, give their types the names of package main, accept
// unused variables and imports, compare interfaces by type, and take method
// tables from the runtime, which has one for a type and an interface, whichever
// plugin asked first. (Only what packages of modules convert may have a second
// one.) Packages of modules are compiled with -linkobj, where export data comes
// before code. Each edit is found by its surroundings. A release whose source differs
// there is refused with an [*EditError]. Releases other than [TestedVersions]
// are tried, and used if the self-test passes.
//
// The linker is stock. In a linked plugin the functions of generated packages
// are renamed to those of package main, for stacks and runtime.FuncForPC.
//
// # Matching
//
// The engine and its plugins must agree on every package that they share:
// plugin.Open compares hashes of their archives. Both are therefore built in
// one module graph, with -trimpath and the same GOEXPERIMENT and GOAMD64 (the
// one that go env reports, so that floating-point results are those of go
// run), and archives of what the engine may link come from go list -export
// -buildmode=plugin. When the
// content of a package changes that an engine or a plugin may have loaded,
// [Workspace.Require] reports it, and [Workspace.Engine] builds a new engine if
// it links that package.
//
// # Modules
//
// The go.mod in the notebook's directory decides, with the modules of its
// go.work; a notebook without one has a private module, which is kept, and the
// packages of the module around its directory. They are only read: the graph is computed in a copy. [Workspace.Go] runs go get
// and go mod in the module itself and puts its files back if the result does
// not work. The go command has the user's environment, GOPROXY, GOPRIVATE,
// GONOSUMDB and netrc included; of GOFLAGS only -modcacherw counts for builds,
// because the engine and its plugins must have the same flags. Vendor
// directories are not used.
//
// Packages of modules are compiled here (making.go), all but those that need
// more than the compiler and the assembler. The go command takes 3.4 s for
// gonum.org/v1/gonum/mat, whose three large packages import each other, because
// the compiler makes code for plugins in one thread and importers wait for
// code. The edited compiler writes export data first, which takes a quarter of
// the time and is all that importers, and the check of a cell, need; Require
// returns then, and Build waits for the code. Code is made by several threads,
// and without DWARF, which saves a tenth. Symbols of such packages are referred
// to by name: numbers are not known when export data is written.
//
// # The cache directory
//
//	toolchain/<id>/       compiler, linker wrapper, archives of the standard library
//	source/<hash>/        gomemo's own sources as a module
//	engine/<key>/engine   engine binaries
//	archive/              archives of modules' packages, named by content if the
//	                      go command made them, else by what they are made from
//	answer/               go list's answers, by module graph and import set
//	module/<notebook>/    private modules: go.mod, go.sum
//	unit/, plugin/        compiled generated packages, linked plugins
//	tmp/                  temporary directories, one locked directory per process
//
// Everything is published by rename. Entries of archive, answer, unit and
// plugin carry a length and a CRC-32C in a second file, written after them; an
// entry that does not match is built again. The sums guard against cut writes
// and bad disks, not against other users: the directory is created with mode
// 0700. Two processes that prepare the same thing wait for each other through
// a lock file.
// What was not used for two weeks is removed, engines and toolchains after two
// months, private modules after a year. When all of it but the modules takes
// more than [Options.CacheSize], what was not used for longest goes; engines and
// toolchains only after a week. This is done in the background, by one process at
// a time, at most every ten minutes when one starts and after each thirtieth of the
// size that a process adds. Sessions go on: a loaded plugin needs its file no
// more, and what a new engine or a build needs is made again. Temporary
// directories are removed when the process that had them has ended.
//
// # Cost
//
// Measured with Go 1.26.8 on 2 cores, a plugin whose code reaches fmt (3.4 MB,
// 9,700 dynamic symbols). The Go linker itself takes 83 ms of these:
//
//	go tool link, defaults                                 365 ms
//	-s -w                                                  208 ms
//	-s -w, gcc -fuse-ld=gold                               182 ms
//	-s -w, wrapper, ld.bfd called directly                 125 ms
//	-s -w, wrapper, ld.gold called directly, GOGC=off      107 ms
//
// The system linker alone: ld.gold 19 ms, ld.bfd 36 ms, gcc with gold 29 ms,
// gcc with bfd 46 ms; the rest was three runs of gcc that only ask whether it
// knows a flag, which the wrapper answers itself. A compile takes 15 to 20 ms.
// Preparation chooses among the linkers present by timing them.
//
// A link follows what the plugin reaches, package initialisers included, so
// every package that generated code imports costs something even if nothing
// of it is called. CPU time of a link: strconv 72 ms, fmt 105 ms,
// encoding/json 129 ms, net/http 254 ms, gonum.org/v1/plot 241 ms. That is why
// gomemo/engine/rt, which generated code imports, needs the runtime only: a
// link takes 60 ms of CPU time, and took 190 when it imported what judges calls.
//
// Importing gonum.org/v1/gonum/mat, compiled by nobody before, next to what the
// go command does in the same minutes on a machine with a load of 20 (it takes
// 3.4 s on an idle one): 0.29 to 0.44 of the time until the import is answered,
// and 0.8 with a cell that uses it, the link included. 4.8 s of CPU time, of
// which the go command took 4.2 without the use. Again: 2 ms.
//
// Preparing takes 90 s with an empty build cache (two thirds of it the
// compiler and the standard library, at the same time), 12 s with a full one,
// and 7 ms when it is done, which is one run of go env.
package native
