package host

import (
	"os"
	"syscall"
	"unsafe"

	"gomemo/engine/rt"
	"gomemo/engine/wire"
)

// share maps the file of two pages at fd over the pages of rt.Shared and notes
// the places of its fields in the file. It must be called before a cell runs. If
// it cannot be done, the engine works without.
func share(fd uintptr, ready *wire.Ready) bool {
	page := uintptr(os.Getpagesize())
	at := uintptr(unsafe.Pointer(&rt.Shared.Stop))
	base := at &^ (page - 1)
	got, _, err := syscall.Syscall6(syscall.SYS_MMAP, base, 2*page,
		syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_FIXED, fd, 0)
	if err != 0 || got != base {
		return false
	}
	ready.Stop = int(at - base)
	ready.Goroutines = int(uintptr(unsafe.Pointer(&rt.Shared.Goroutines)) - base)
	ready.Exits = int(uintptr(unsafe.Pointer(&rt.Shared.Exits)) - base)
	return true
}
