package native

import (
	"fmt"
	"path/filepath"
	"slices"

	"gomemo/interp"
)

// Loops of cells that do nothing but compute do not look whether they are to
// be interrupted: a look takes as long as the tightest of them. Where such code
// runs, which the numbers of its lines tell (interp.ComputingLine), the runtime
// can stop it as it does to share a processor, and with runtimeEdits it then
// ends the goroutine, as a look would, if it is of the cell that an engine has
// set notebook.stop to. Nothing else does that: without it the edited runtime
// does what the unedited one does. The stack looks as if the code had caused a fault,
// for which compiler and runtime know what is alive.
var stopEdits = []edit{
	{
		file: "runtime/signal_unix.go", why: "code of cells can be ended where it can be preempted",
		anchor: "\t\t\tctxt.pushCall(abi.FuncPCABI0(asyncPreempt), newpc)\n",
		with: "\t\t\tif notebookStops(gp) && notebookAt(ctxt.sigpc()) {\n" +
			"\t\t\t\tgp.sig, gp.sigpc = notebookSig, ctxt.sigpc()\n\t\t\t\tctxt.preparePanic(notebookSig, gp)\n\t\t\t} else {\n" +
			"\t\t\t\tctxt.pushCall(abi.FuncPCABI0(asyncPreempt), newpc)\n\t\t\t}\n",
	},
	{
		file: "runtime/signal_unix.go", why: "the end of code of cells",
		anchor: "\tswitch gp.sig {\n\tcase _SIGBUS:\n",
		with:   "\tif gp.sig == notebookSig {\n\t\tgp.sig = 0\n\t\tnotebook.exit() // does not return\n\t}\n\n\tswitch gp.sig {\n\tcase _SIGBUS:\n",
	},
	{
		file: "runtime/runtime2.go", why: "goroutines belong to the cells that have started them",
		anchor: "\tgcAssistBytes int64\n",
		with:   "\tgcAssistBytes int64\n\n\tnotebookCell uint32 // 0: none, or a timer has started it\n",
	},
	{
		file: "runtime/proc.go", why: "a goroutine belongs to the cell of the one that starts it",
		anchor: "\tnewg.parentGoid = callergp.goid\n",
		with:   "\tnewg.parentGoid = callergp.goid\n\tnewg.notebookCell = callergp.notebookCell\n",
	},
	{
		file: "runtime/symtab.go", why: "lines of code that only computes",
		anchor: "\tfile = funcfile(f, fileno)\n\treturn\n",
		with:   "\tif notebookComputes(line) {\n\t\tline -= notebookComputing\n\t}\n\tfile = funcfile(f, fileno)\n\treturn\n",
	},
	{
		file: "runtime/error.go", why: "a failed assertion takes the packages of a notebook for one",
		anchor: "\t\t\tif toRType(e.concrete).pkgpath() != toRType(e.asserted).pkgpath() {\n",
		with:   "\t\t\tif c, a := toRType(e.concrete).pkgpath(), toRType(e.asserted).pkgpath(); c != a && !(ofNotebook(c) && ofNotebook(a)) {\n",
	},
}

// runtimeEdits are those of package runtime and of what it needs.
var runtimeEdits = slices.Concat(stopEdits, typeEdits)

// runtimeAdditions are whole files that runtimeEdits call.
var runtimeAdditions = map[string]string{
	"runtime/notebooktypes.go": runtimeTypes,
	"reflect/notebook.go":      reflectTypes,

	"runtime/notebook.go": fmt.Sprintf(`package runtime

import (
	"internal/abi"
	"internal/runtime/exithook"
	"internal/stringslite"
	_ "unsafe" // for linkname
)

// notebook is how an engine ends code of cells and learns why it ended. It has
// a declaration of the same layout.
//
//go:linkname notebook
var notebook struct {
	stop    uint32 // not 0: this cell's code is to be ended wherever it can be preempted
	exit    func() // called on its goroutine; must not return
	preempt func() // preempts all goroutines that run
	panics  func(each func(arg any, recovered, goexit bool)) // lists the panics of the calling goroutine, the last one first
	exiting func() // called by os.Exit if not nil
	cell    func() *uint32 // what the calling goroutine belongs to
	disown  func(cell uint32) // makes goroutines belong to no cell
}

func init() {
	notebook.preempt, notebook.panics = notebookPreempt, notebookPanics
	notebook.cell, notebook.disown = notebookCell, notebookDisown
	exithook.Add(exithook.Hook{F: notebookExit, RunOnFailure: true})
}

func notebookExit() {
	if notebook.exiting != nil {
		notebook.exiting()
	}
}

// notebookPanics lists what printpanics would print.
func notebookPanics(each func(arg any, recovered, goexit bool)) {
	for p := getg()._panic; p != nil; p = p.link {
		each(p.arg, p.recovered, p.goexit)
	}
}

func notebookCell() *uint32 { return &getg().notebookCell }

func notebookDisown(cell uint32) {
	forEachGRace(func(gp *g) {
		if gp.notebookCell == cell {
			gp.notebookCell = 0
		}
	})
}

// notebookStops reports whether gp is of the cell that is to be ended, or may be.
func notebookStops(gp *g) bool {
	return notebook.stop != 0 && (gp.notebookCell == notebook.stop || gp.notebookCell == 0)
}

// notebookSig stands for no signal.
const notebookSig = 1<<32 - 1

// notebookComputing is added to the lines of code of cells that only computes.
const notebookComputing = %d

// notebookComputes reports whether a line is one of those. No cell has half as
// many lines; greater numbers are from line directives of a user.
func notebookComputes(line int32) bool {
	return line >= notebookComputing && line < notebookComputing+notebookComputing/2
}

// notebookAt reports whether pc is in such code.
func notebookAt(pc uintptr) bool {
	f := findfunc(pc)
	if !f.valid() || f.datap == &firstmoduledata || !stringslite.HasPrefix(funcname(f), "main.") {
		return false
	}
	line, _ := pcvalue(f, f.pcln, pc, false)
	return notebookComputes(line) && notebookBegun(f, pc)
}

// notebookBegun reports whether it is known at pc what f has deferred. It is
// not at the very beginning: before the first block of code, which the edited
// compiler marks as unsafe if f defers something, and in it.
func notebookBegun(f funcInfo, pc uintptr) bool {
	if f.deferreturn == 0 {
		return true
	}
	_, since := pcdatavalue2(f, abi.PCDATA_UnsafePoint, pc)
	return since != f.entry()
}

// ofNotebook reports whether a path is that of a generated package.
func ofNotebook(path string) bool { return stringslite.HasPrefix(path, "nb/") }

func notebookPreempt() {
	systemstack(func() {
		lock(&allpLock)
		preemptall()
		unlock(&allpLock)
	})
}
`, interp.ComputingLine),
}

// runtimeFiles returns the files that replace those of GOROOT in engines and
// plugins, by their paths below GOROOT/src.
func runtimeFiles(goroot, version string) (map[string]string, error) {
	return applyFileEdits(goroot, version, "", runtimeEdits, runtimeAdditions)
}

// editRuntime writes the edited runtime to now, for use until the toolchain is
// complete, and to later, for what is built with it.
func (t *Toolchain) editRuntime(now, later string) error {
	files, err := runtimeFiles(t.env.GOROOT, t.env.GOVERSION)
	if err != nil {
		return err
	}
	if t.env.overlay, err = writeOverlay(t.env.GOROOT, now, now, files); err != nil {
		return err
	}
	_, err = writeOverlay(t.env.GOROOT, later, filepath.Join(t.dir, runtimeDir), files)
	return err
}

// runtimeOverlay is the overlay file for everything that links a runtime.
func (t *Toolchain) runtimeOverlay() string { return filepath.Join(t.dir, runtimeDir, overlayName) }

// runtimeDir is the directory of the edited runtime within a toolchain's.
const runtimeDir = "runtime"
