package retype

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An image is a shared object as the dynamic linker has loaded it: addresses are
// those in its file plus that of its start.
type image struct{ start unsafe.Pointer }

// imageOf finds the image that has something at addr.
func imageOf(addr unsafe.Pointer) (image, error) {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return image{}, err
	}
	var file []byte // device and inode
	var start uint64
	for line := range bytes.Lines(maps) {
		// 7f5c70a1c000-7f5c70a45000 r-xp 00000000 08:01 1234 /a/file
		f := bytes.Fields(line)
		if len(f) < 6 {
			continue // of no file
		}
		from, to, _ := bytes.Cut(f[0], []byte("-"))
		lo, err := strconv.ParseUint(string(from), 16, 64)
		if err != nil {
			return image{}, err
		}
		hi, err := strconv.ParseUint(string(to), 16, 64)
		if err != nil {
			return image{}, err
		}
		if id := bytes.Join(f[3:5], []byte(" ")); !bytes.Equal(id, file) {
			file, start = id, lo
		}
		if a := uint64(uintptr(addr)); lo <= a && a < hi {
			return image{unsafe.Add(addr, int(start)-int(a))}, nil
		}
	}
	return image{}, fmt.Errorf("no file is mapped at %p", addr)
}

func (m image) at(offset uint64) unsafe.Pointer { return unsafe.Add(m.start, int(offset)) }

// offset is that of an address, or of an offset: linkers differ in what they
// leave in the table of dynamic entries.
func (m image) offset(v uint64) uint64 {
	if start := uint64(uintptr(m.start)); v >= start {
		return v - start
	}
	return v
}

// contains reports whether an address is in the image.
func (m image) contains(addr address) (is bool) {
	a := uint64(uintptr(addr)) - uint64(uintptr(m.start))
	err := m.segments(func(p *elf.Prog64) {
		is = is || elf.ProgType(p.Type) == elf.PT_LOAD && p.Vaddr <= a && a < p.Vaddr+p.Memsz
	})
	return err == nil && is
}

// segments calls f for each segment.
func (m image) segments(f func(p *elf.Prog64)) error {
	h := (*elf.Header64)(m.start)
	if string(h.Ident[:4]) != elf.ELFMAG || elf.Class(h.Ident[elf.EI_CLASS]) != elf.ELFCLASS64 {
		return fmt.Errorf("at %p is no 64-bit ELF file", m.start)
	}
	for i := range uint64(h.Phnum) {
		f((*elf.Prog64)(m.at(h.Phoff + i*uint64(h.Phentsize))))
	}
	return nil
}

// tables are what a shared object has for the dynamic linker.
type tables struct {
	relocations, size uint64
	symbols, names    uint64
	constant          []byte // is read only since the dynamic linker is done
}

func (m image) tables() (t tables, err error) {
	err = m.segments(func(p *elf.Prog64) {
		switch elf.ProgType(p.Type) {
		case elf.PT_DYNAMIC:
			m.dynamic(p, &t)
		case elf.PT_GNU_RELRO:
			page := uint64(os.Getpagesize())
			from, to := p.Vaddr/page*page, (p.Vaddr+p.Memsz)/page*page
			t.constant = unsafe.Slice((*byte)(m.at(from)), to-from)
		}
	})
	return t, err
}

// dynamic reads the table of dynamic entries.
func (m image) dynamic(p *elf.Prog64, t *tables) {
	const each = uint64(unsafe.Sizeof(elf.Dyn64{}))
	for i := range p.Memsz / each {
		d := (*elf.Dyn64)(m.at(p.Vaddr + i*each))
		switch elf.DynTag(d.Tag) {
		case elf.DT_RELA:
			t.relocations = m.offset(d.Val)
		case elf.DT_RELASZ:
			t.size = d.Val
		case elf.DT_SYMTAB:
			t.symbols = m.offset(d.Val)
		case elf.DT_STRTAB:
			t.names = m.offset(d.Val)
		}
	}
}

// names reports whether a symbol has this name.
func (m image) names(t *tables, symbol uint32, name string) bool {
	s := (*elf.Sym64)(m.at(t.symbols + uint64(symbol)*uint64(unsafe.Sizeof(elf.Sym64{}))))
	at := m.at(t.names + uint64(s.Name))
	for i := range len(name) { // it ends with a zero, which no name has
		if *(*byte)(unsafe.Add(at, i)) != name[i] {
			return false
		}
	}
	return *(*byte)(unsafe.Add(at, len(name))) == 0
}

// replace replaces pointers that the dynamic linker has filled in: to types, and
// to variables and parts of them.
func (m image) replace(types map[uintptr]address, variables map[uintptr]memory) error {
	t, err := m.tables()
	if err != nil {
		return err
	}
	type change struct{ place, to address }
	var changes []change
	const each = uint64(unsafe.Sizeof(elf.Rela64{}))
	for i := range t.size / each {
		r := (*elf.Rela64)(m.at(t.relocations + i*each))
		if elf.R_SYM64(r.Info) == 0 {
			continue
		}
		place := m.at(r.Off)
		start := *(*uintptr)(place) - uintptr(r.Addend)
		if v, ok := variables[start]; ok && m.names(&t, elf.R_SYM64(r.Info), v.symbol) {
			changes = append(changes, change{place, unsafe.Add(v.at, int(r.Addend))})
		} else if to, ok := types[start]; ok && r.Addend == 0 {
			changes = append(changes, change{place, to})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	if len(t.constant) > 0 {
		if err := unix.Mprotect(t.constant, unix.PROT_READ|unix.PROT_WRITE); err != nil {
			return err
		}
	}
	for _, c := range changes {
		atomic.StorePointer((*address)(c.place), c.to)
	}
	if len(t.constant) > 0 {
		return unix.Mprotect(t.constant, unix.PROT_READ)
	}
	return nil
}
