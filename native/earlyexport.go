package native

// earlyExport is what the compiler does with -linkobj: packages of modules are
// compiled so (making.go).
const earlyExport = `package gc

import (
	"os"

	"cmd/compile/internal/base"
	"cmd/internal/obj"
)

// dumpExports writes what importers need, before code is generated, and says so
// by a zero byte. It is done where -linkobj asks for two files.
func dumpExports() {
	if base.Flag.LinkObj != "" {
		base.ExitIfErrors()
		dumpobj1(base.Flag.LowerO, modeCompilerObj)
		os.Stdout.Write([]byte{0})
	}
}

// numberSyms numbers the symbols. Early export data knows no numbers: then the
// package itself uses names too, for the linker merges only tables of methods
// that refer to the same symbols in the same way.
func numberSyms() {
	if base.Flag.LinkObj != "" {
		for _, syms := range [][]*obj.LSym{base.Ctxt.Text, base.Ctxt.Data} {
			for _, s := range syms {
				s.Pkg = "_" // what has it is referred to by name
			}
		}
	}
	base.Ctxt.NumberSyms()
}
`
