package native

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"regexp"
)

// The runtime takes the names of functions, for stacks, runtime.FuncForPC and
// some panics, from a table in the plugin. The Go linker writes them with the
// paths of generated packages.

var unitFunc = regexp.MustCompile(`\bnb/[0-9a-zA-Z_-]+\.`)

// renameFuncs gives the functions of generated packages in a linked plugin the
// names that they have in package main; Run, in the plugin's own package, is
// main.main. Every new name is shorter than the old one and takes its place.
// Other systems than those with ELF files keep the old names.
func renameFuncs(plugin, path string) error {
	f, err := os.OpenFile(plugin, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("native: name functions: %w", err)
	}
	defer f.Close()
	file, err := elf.NewFile(f)
	if err != nil {
		return nil
	}
	var table *elf.Section
	for _, name := range []string{".gopclntab", ".data.rel.ro.gopclntab"} {
		if s := file.Section(name); s != nil && table == nil {
			table = s
		}
	}
	if table == nil {
		return fmt.Errorf("native: name functions: %s has no table of functions", plugin)
	}
	from, to, err := funcNames(file, table)
	if err != nil {
		return err
	}
	names := make([]byte, to-from)
	if _, err := table.ReadAt(names, from); err != nil {
		return fmt.Errorf("native: name functions: %w", err)
	}
	if !mainNames(names, path) {
		return nil
	}
	if _, err := f.WriteAt(names, int64(table.Offset)+from); err != nil {
		return fmt.Errorf("native: name functions: %w", err)
	}
	return nil
}

// pclnMagic starts the table since Go 1.20. Its header goes on with four
// bytes and, as words, the numbers of functions and files, the start of the
// text, and the offsets of the names and of what follows them.
const pclnMagic = 0xfffffff1

// funcNames finds the names of functions within their table.
func funcNames(file *elf.File, table *elf.Section) (from, to int64, err error) {
	word := 8
	if file.Class == elf.ELFCLASS32 {
		word = 4
	}
	header := make([]byte, 8+5*word)
	if _, err := table.ReadAt(header, 0); err != nil {
		return 0, 0, fmt.Errorf("native: name functions: %w", err)
	}
	read := func(i int) int64 {
		b := header[8+i*word:]
		if word == 4 {
			return int64(file.ByteOrder.Uint32(b))
		}
		return int64(file.ByteOrder.Uint64(b))
	}
	from, to = read(3), read(4)
	if file.ByteOrder.Uint32(header) != pclnMagic || from < int64(len(header)) || to < from || to > int64(table.Size) {
		return 0, 0, fmt.Errorf("native: name functions: the table of functions has an unknown format")
	}
	return from, to, nil
}

// mainNames changes names, which end in zero bytes, in place and reports
// whether there was anything to change.
func mainNames(names []byte, path string) (changed bool) {
	run := []byte(path + ".Run")
	for len(names) > 0 {
		n := bytes.IndexByte(names, 0)
		if n < 0 {
			n = len(names)
		}
		if name := names[:n]; bytes.Contains(name, []byte(Prefix)) {
			to := name
			if rest, ok := bytes.CutPrefix(name, run); ok && (len(rest) == 0 || rest[0] == '.') {
				to = append([]byte("main.main"), rest...)
			}
			to = unitFunc.ReplaceAll(to, []byte("main."))
			if len(to) <= n && !bytes.Equal(to, name) {
				clear(name[copy(name, to):])
				changed = true
			}
		}
		names = names[min(n+1, len(names)):]
	}
	return changed
}
