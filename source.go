// Package gomemo carries the sources of the module itself: the engine process
// is built from them on the machine where cells run, because it and the code
// of cells must come from one and the same Go installation.
package gomemo

import "embed"

// Source holds the packages that the engine links and those that cells may
// import, with go.mod and go.sum.
//
//go:embed go.mod go.sum cells/*.go cmd/engine/*.go display/*.go engine/eval engine/host engine/internal engine/retype engine/rt engine/session engine/wire engine/yaegi internal memo/*.go persist/*.go persist/arrow/*.go persist/compress/*.go persist/npy/*.go
var Source embed.FS
