package host

import (
	"os"
	"syscall"
	"unsafe"

	"gomemo/engine/rt"
)

// share maps the file of two pages at fd over the pages of rt.Shared and
// returns the places of its fields in the file. It must be called before a
// cell runs. If it cannot be done, the engine works without.
func share(fd uintptr) (stop, goroutines int, ok bool) {
	page := uintptr(os.Getpagesize())
	at := uintptr(unsafe.Pointer(&rt.Shared.Stop))
	base := at &^ (page - 1)
	got, _, err := syscall.Syscall6(syscall.SYS_MMAP, base, 2*page,
		syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_FIXED, fd, 0)
	if err != 0 || got != base {
		return 0, 0, false
	}
	return int(at - base), int(uintptr(unsafe.Pointer(&rt.Shared.Goroutines)) - base), true
}
