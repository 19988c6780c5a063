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
}

// exiting has f called by os.Exit.
func exiting(f func()) bool {
	notebook.exiting = f
	return true
}

// panics lists the panics of the calling goroutine.
func panics(each func(arg any, recovered, goexit bool)) { notebook.panics(each) }

// force ends code of cells wherever it can be preempted, or stops doing so.
func force(on bool) {
	if !on {
		atomic.StoreUint32(&notebook.stop, 0)
		return
	}
	notebook.exit = rt.Exit
	atomic.StoreUint32(&notebook.stop, 1)
	notebook.preempt()
}
