package engine

import (
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"gomemo/engine/wire"
)

// A page is our end of the memory of rt.Shared. Its methods are for callers
// that hold the lock of their process.
type page struct {
	mem        []byte
	stop       *uint32 // nil until the engine has said where it is
	goroutines *int64
	exits      *uint32 // nil too if the engine does not set it
}

// makePage makes the memory and the file that the engine is given to map it.
func makePage() (p page, file *os.File, err error) {
	fd, err := unix.MemfdCreate("gomemo", unix.MFD_CLOEXEC)
	if err != nil {
		return p, nil, os.NewSyscallError("memfd_create", err)
	}
	file = os.NewFile(uintptr(fd), "shared memory")
	size := 2 * os.Getpagesize()
	if err := file.Truncate(int64(size)); err != nil {
		file.Close()
		return p, nil, err
	}
	p.mem, err = unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		file.Close()
		return p, nil, os.NewSyscallError("mmap", err)
	}
	return p, file, nil
}

// locate finds the fields. What the engine says is not trusted.
func (p *page) locate(r *wire.Ready) {
	fits := func(at, size int) bool { return at >= 0 && at <= len(p.mem)-size && at%size == 0 }
	if r.Shared && fits(r.Stop, 4) && fits(r.Goroutines, 8) {
		p.stop = (*uint32)(unsafe.Pointer(&p.mem[r.Stop]))
		p.goroutines = (*int64)(unsafe.Pointer(&p.mem[r.Goroutines]))
	}
	if r.TellsExits && fits(r.Exits, 4) {
		p.exits = (*uint32)(unsafe.Pointer(&p.mem[r.Exits]))
	}
}

// setStop asks the running cell to end.
func (p *page) setStop() {
	if p.stop != nil {
		atomic.StoreUint32(p.stop, 1)
	}
}

// clearStop takes that back. What else the engine notes there stays.
func (p *page) clearStop() {
	if p.stop != nil {
		atomic.CompareAndSwapUint32(p.stop, 1, 0)
	}
}

// crowd returns how many goroutines there were at the engine's last look.
func (p *page) crowd() int64 {
	if p.goroutines == nil {
		return 0
	}
	return atomic.LoadInt64(p.goroutines)
}

// exited reports that the engine ended by os.Exit, or that this is not known.
func (p *page) exited() bool { return p.exits == nil || atomic.LoadUint32(p.exits) != 0 }

func (p *page) unmap() {
	p.stop, p.goroutines, p.exits = nil, nil, nil
	if p.mem != nil {
		_ = unix.Munmap(p.mem) // it is ours: this cannot fail
		p.mem = nil
	}
}
