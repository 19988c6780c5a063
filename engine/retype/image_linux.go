package retype

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An image is a shared object as the dynamic linker has loaded it: addresses are
// those in its file plus that of its start.
type image struct{ start unsafe.Pointer }

// Loaded replaces pointers in the plugin that has something at addr, and says
// what is wrong if it cannot.
func (t *Table) Loaded(addr unsafe.Pointer) (problem string) {
	if len(t.instead) == 0 {
		return ""
	}
	instead := make(map[unsafe.Pointer]unsafe.Pointer, len(t.instead))
	for own, made := range t.instead {
		instead[pointerTo(own)] = pointerTo(made)
	}
	m, err := imageOf(addr)
	if err == nil {
		err = m.replace(instead)
	}
	if err != nil {
		return "types made at run time: " + err.Error()
	}
	return ""
}

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

// replace replaces the pointers that the dynamic linker has filled in.
func (m image) replace(instead map[unsafe.Pointer]unsafe.Pointer) error {
	var table, size uint64
	var constant []byte // is read only since the dynamic linker is done
	err := m.segments(func(p *elf.Prog64) {
		switch elf.ProgType(p.Type) {
		case elf.PT_DYNAMIC:
			table, size = m.relocations(p)
		case elf.PT_GNU_RELRO:
			page := uint64(os.Getpagesize())
			from, to := p.Vaddr/page*page, (p.Vaddr+p.Memsz)/page*page
			constant = unsafe.Slice((*byte)(m.at(from)), to-from)
		}
	})
	if err != nil {
		return err
	}
	var places []*unsafe.Pointer
	const each = uint64(unsafe.Sizeof(elf.Rela64{}))
	for i := range size / each {
		r := (*elf.Rela64)(m.at(table + i*each))
		if elf.R_SYM64(r.Info) == 0 || r.Addend != 0 {
			continue
		}
		place := (*unsafe.Pointer)(m.at(r.Off))
		if _, ok := instead[*place]; ok {
			places = append(places, place)
		}
	}
	if len(places) == 0 {
		return nil
	}
	if len(constant) > 0 {
		if err := unix.Mprotect(constant, unix.PROT_READ|unix.PROT_WRITE); err != nil {
			return err
		}
	}
	for _, place := range places {
		*place = instead[*place]
	}
	if len(constant) > 0 {
		return unix.Mprotect(constant, unix.PROT_READ)
	}
	return nil
}

// relocations finds the table of the words that the dynamic linker fills in.
func (m image) relocations(dynamic *elf.Prog64) (table, size uint64) {
	const each = uint64(unsafe.Sizeof(elf.Dyn64{}))
	for i := range dynamic.Memsz / each {
		d := (*elf.Dyn64)(m.at(dynamic.Vaddr + i*each))
		switch elf.DynTag(d.Tag) {
		case elf.DT_RELA:
			table = m.offset(d.Val)
		case elf.DT_RELASZ:
			size = d.Val
		}
	}
	return table, size
}
