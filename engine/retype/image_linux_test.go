package retype

import (
	"debug/elf"
	"os"
	"path/filepath"
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

// object is a shared object with a table of relocations, and room for a
// variable.
type object struct {
	elf.Header64
	progs    [3]elf.Prog64
	dynamic  [5]elf.Dyn64
	table    [5]elf.Rela64
	symbols  [3]elf.Sym64
	names    [16]byte
	words    [5]unsafe.Pointer
	variable [3]int
}

// newObject maps an object whose pointers are what the dynamic linker has
// filled in: types, a variable, a part of it, and something without a name.
func newObject(t *testing.T, types [2]unsafe.Pointer) *object {
	page := os.Getpagesize()
	file, err := os.Create(filepath.Join(t.TempDir(), "object")) // images are those of files
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(int64(page)); err != nil {
		t.Fatal(err)
	}
	mem, err := unix.Mmap(int(file.Fd()), 0, page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(mem) })
	o := (*object)(unsafe.Pointer(&mem[0]))
	copy(o.Ident[:], elf.ELFMAG)
	o.Ident[elf.EI_CLASS] = byte(elf.ELFCLASS64)
	o.Phoff, o.Phnum, o.Phentsize = uint64(unsafe.Offsetof(o.progs)), 3, uint16(unsafe.Sizeof(o.progs[0]))
	o.progs[0] = elf.Prog64{Type: uint32(elf.PT_DYNAMIC), Vaddr: uint64(unsafe.Offsetof(o.dynamic)), Memsz: uint64(unsafe.Sizeof(o.dynamic))}
	o.progs[1] = elf.Prog64{Type: uint32(elf.PT_GNU_RELRO), Vaddr: 0, Memsz: uint64(page)}
	o.progs[2] = elf.Prog64{Type: uint32(elf.PT_LOAD), Vaddr: 0, Memsz: uint64(unsafe.Sizeof(*o))}
	start := uint64(uintptr(unsafe.Pointer(o)))
	o.dynamic = [5]elf.Dyn64{
		{Tag: int64(elf.DT_RELA), Val: start + uint64(unsafe.Offsetof(o.table))},
		{Tag: int64(elf.DT_RELASZ), Val: uint64(unsafe.Sizeof(o.table))},
		{Tag: int64(elf.DT_SYMTAB), Val: start + uint64(unsafe.Offsetof(o.symbols))},
		{Tag: int64(elf.DT_STRTAB), Val: uint64(unsafe.Offsetof(o.names))}, // not all linkers add the start
	}
	copy(o.names[:], "\x00nb/1.v\x00nb/1.vx\x00")
	o.symbols[1].Name, o.symbols[2].Name = 1, 8
	for i, symbol := range []uint32{2, 2, 0, 1, 1} {
		o.table[i] = elf.Rela64{Off: uint64(unsafe.Offsetof(o.words)) + 8*uint64(i), Info: elf.R_INFO(symbol, 1)}
	}
	o.table[4].Addend = 8
	v := unsafe.Pointer(&o.variable)
	o.words = [5]unsafe.Pointer{types[0], types[1], types[0], v, unsafe.Add(v, 8)}
	if err := unix.Mprotect(mem, unix.PROT_READ); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestReplace(t *testing.T) {
	own, made, other := pointerTo(reflect.TypeFor[[]named]()), pointerTo(reflect.TypeFor[[]int]()), pointerTo(reflect.TypeFor[int]())
	o := newObject(t, [2]unsafe.Pointer{own, other})
	want := o.words
	want[0] = made
	if err := (image{unsafe.Pointer(o)}).replace(map[uintptr]address{uintptr(own): made}, nil); err != nil {
		t.Fatal(err)
	}
	if o.words != want {
		t.Errorf("%v, not %v", o.words, want)
	}
	if o.dynamic[0].Tag != int64(elf.DT_RELA) {
		t.Error("the rest has changed")
	}
}

func TestAdopt(t *testing.T) {
	o := newObject(t, [2]unsafe.Pointer{})
	own, memory := unsafe.Pointer(&o.variable), new([3]int)
	table := New()
	if problem := table.Loaded(unsafe.Pointer(o)); problem != "" {
		t.Fatal(problem)
	}
	before := o.words
	// Another symbol is at the same place.
	if err := table.Adopt(own, unsafe.Pointer(memory), "nb/1.vx"); err != nil || o.words != before {
		t.Errorf("%v, %v became %v", err, before, o.words)
	}
	want := before
	want[3], want[4] = unsafe.Pointer(memory), unsafe.Pointer(&memory[1])
	if err := table.Adopt(own, unsafe.Pointer(memory), "nb/1.v"); err != nil || o.words != want {
		t.Errorf("%v, %v, not %v", err, o.words, want)
	}
	// A plugin that is loaded later refers to the first one's variable.
	later := newObject(t, [2]unsafe.Pointer{})
	if err := unix.Mprotect(unsafe.Slice((*byte)(unsafe.Pointer(later)), os.Getpagesize()), unix.PROT_READ|unix.PROT_WRITE); err != nil {
		t.Fatal(err)
	}
	later.words[3], later.words[4] = before[3], before[4]
	if problem := table.Loaded(unsafe.Pointer(later)); problem != "" || later.words != want {
		t.Errorf("%q, %v, not %v", problem, later.words, want)
	}
	if err := table.Adopt(unsafe.Pointer(memory), own, "nb/1.v"); err == nil {
		t.Error("no plugin has a variable on the heap")
	}
}
