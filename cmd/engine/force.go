//go:build gomemo_runtime

package main

import (
	"sync/atomic"
	_ "unsafe" // for linkname

	"gomemo/engine/rt"
)

// notebook is the variable that gomemo/native adds to the runtime.
//
//go:linkname notebook runtime.notebook
var notebook struct {
	stop    uint32
	exit    func()
	preempt func()
	panics  func(each func(arg any, recovered, goexit bool))
	exiting func()
	cell    func() *uint32
	disown  func(cell uint32)
}

// owner says what goroutines belong to.
func owner() rt.Owner { return rt.Owner{Cell: notebook.cell, Disown: notebook.disown} }

// exiting has f called by os.Exit.
func exiting(f func()) bool {
	notebook.exiting = f
	return true
}

// panics lists the panics of the calling goroutine.
func panics(each func(arg any, recovered, goexit bool)) { notebook.panics(each) }

// force ends code of a cell wherever it can be preempted, or stops doing so.
func force(cell uint32) {
	if cell == 0 {
		atomic.StoreUint32(&notebook.stop, 0)
		return
	}
	notebook.exit = rt.Exit
	atomic.StoreUint32(&notebook.stop, cell)
	notebook.preempt()
}
