package native

// ID names what the compiled code of a notebook without modules depends on
// beside its source: the Go version, flags, processor, edits of the compiler
// and gomemo's own source. It is part of the key of every remembered call;
// calls that reach modules are not remembered, so that the module graph, which
// Workspace.ID adds, has no place there.
func (t *Toolchain) ID() string { return sum("toolchain", t.id, t.source.hash) }
