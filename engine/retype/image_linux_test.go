package retype

import (
	"debug/elf"
	"encoding/binary"
	"os"
	"reflect"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

var global = [4]byte{1, 2, 3, 4}

func TestImageOf(t *testing.T) {
	m, err := imageOf(unsafe.Pointer(&global))
	if err != nil {
		t.Fatal(err)
	}
	loads := 0
	if err := m.segments(func(p *elf.Prog64) {
		if elf.ProgType(p.Type) == elf.PT_LOAD {
			loads++
		}
	}); err != nil || loads == 0 {
		t.Errorf("the test has %d segments, %v", loads, err)
	}
	if _, err := imageOf(unsafe.Pointer(new([1 << 20]byte))); err == nil {
		t.Error("the heap is in an image")
	}
}

// object is a shared object with a table of two relocations.
type object struct {
	elf.Header64
	progs   [2]elf.Prog64
	dynamic [3]elf.Dyn64
	table   [3]elf.Rela64
	words   [3]unsafe.Pointer
}

func TestReplace(t *testing.T) {
	page := os.Getpagesize()
	mem, err := unix.Mmap(-1, 0, page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(mem)
	o := (*object)(unsafe.Pointer(&mem[0]))
	copy(o.Ident[:], elf.ELFMAG)
	o.Ident[elf.EI_CLASS] = byte(elf.ELFCLASS64)
	o.Phoff, o.Phnum, o.Phentsize = uint64(unsafe.Offsetof(o.progs)), 2, uint16(unsafe.Sizeof(o.progs[0]))
	o.progs[0] = elf.Prog64{Type: uint32(elf.PT_DYNAMIC), Vaddr: uint64(unsafe.Offsetof(o.dynamic)), Memsz: uint64(unsafe.Sizeof(o.dynamic))}
	o.progs[1] = elf.Prog64{Type: uint32(elf.PT_GNU_RELRO), Vaddr: 0, Memsz: uint64(page)}
	o.dynamic[0] = elf.Dyn64{Tag: int64(elf.DT_RELA), Val: uint64(uintptr(unsafe.Pointer(&o.table)))}
	o.dynamic[1] = elf.Dyn64{Tag: int64(elf.DT_RELASZ), Val: uint64(unsafe.Sizeof(o.table))}
	for i := range o.table {
		o.table[i] = elf.Rela64{Off: uint64(unsafe.Offsetof(o.words)) + 8*uint64(i), Info: elf.R_INFO(1, 1)}
	}
	o.table[2].Info = elf.R_INFO(0, 8) // of no symbol
	own, made := pointerTo(reflect.TypeFor[[]named]()), pointerTo(reflect.TypeFor[[]int]())
	o.words = [3]unsafe.Pointer{own, pointerTo(reflect.TypeFor[int]()), own}
	if err := unix.Mprotect(mem, unix.PROT_READ); err != nil {
		t.Fatal(err)
	}

	if err := (image{unsafe.Pointer(o)}).replace(map[unsafe.Pointer]unsafe.Pointer{own: made}); err != nil {
		t.Fatal(err)
	}
	if want := ([3]unsafe.Pointer{made, pointerTo(reflect.TypeFor[int]()), own}); o.words != want {
		t.Errorf("%v, not %v", o.words, want)
	}
	if binary.NativeEndian.Uint64(mem[unsafe.Offsetof(o.dynamic):]) != uint64(elf.DT_RELA) {
		t.Error("the rest has changed")
	}
}
