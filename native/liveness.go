package native

// livenessAddition tells the compiler where code of cells must not be ended
// (runtimeEdits).
const livenessAddition = `package liveness

import (
	"cmd/compile/internal/ssa"
	"cmd/compile/internal/types"
)

// toStack reports a store to a variable that ends with its function.
func toStack(store *ssa.Value) bool {
	for v := store; len(v.Args) > 0; {
		v = v.Args[0]
		switch {
		case v.Op == ssa.OpSP:
			return true
		case v.Op == ssa.OpPhi, v.MemoryArg() != nil:
			return false
		}
	}
	return false
}

// markParts marks in generated packages as unsafe what lies between the stores
// to memory of one line in a block: a string, slice or interface must not be left half
// assigned when an engine ends the code that assigns it. The first store stays
// safe, so that every loop has a place where it can be preempted. Between a
// store and the test for the write barrier of the next everything is unsafe.
// So is the first block of a function that defers something: what tells which
// calls it has deferred is not there yet.
func (lv *Liveness) markParts() {
	if lv.allUnsafe || !types.Notebook(types.LocalPkg.Path) {
		return
	}
	if lv.fn.HasDefer() {
		for _, v := range lv.f.Entry.Values {
			lv.unsafePoints.Set(int32(v.ID))
		}
		lv.unsafeBlocks.Set(int32(lv.f.Entry.ID))
	}
	for _, b := range lv.f.Blocks {
		last := -1
		for i, v := range b.Values {
			if !v.Type.IsMemory() || v.Op.IsCall() {
				continue
			}
			switch v.Op {
			case ssa.OpPhi, ssa.OpCopy, ssa.OpSelectN, ssa.OpSelect1, ssa.OpVarDef, ssa.OpVarLive, ssa.OpKeepAlive, ssa.OpInitMem, ssa.OpWBend:
				continue // store nothing
			}
			if toStack(v) {
				continue
			}
			if last >= 0 && b.Values[last].Pos.SameFileAndLine(v.Pos) {
				for _, between := range b.Values[last+1 : i+1] {
					lv.unsafePoints.Set(int32(between.ID))
				}
			}
			last = i
		}
		if last >= 0 && lv.unsafeBlocks.Get(int32(b.ID)) {
			for _, v := range b.Values[last+1:] {
				lv.unsafePoints.Set(int32(v.ID))
			}
		}
	}
}
`
