package retype

import (
	"fmt"
	"unsafe"
)

// plugin is one that is loaded.
type plugin struct {
	addr address // something is there
	img  *image  // nil until it is needed
}

func (p *plugin) image() (image, error) {
	if p.img == nil {
		m, err := imageOf(p.addr)
		if err != nil {
			return m, err
		}
		p.img = &m
	}
	return *p.img, nil
}

// Loaded replaces pointers in the plugin that has something at addr, and says
// what is wrong if it cannot.
func (t *Table) Loaded(addr unsafe.Pointer) (problem string) {
	p := &plugin{addr: addr}
	t.plugins = append(t.plugins, p)
	if len(t.instead)+len(t.adopted) == 0 {
		return ""
	}
	types := make(map[uintptr]address, len(t.instead))
	for own, made := range t.instead {
		types[uintptr(pointerTo(own))] = pointerTo(made)
	}
	m, err := p.image()
	if err == nil {
		err = m.replace(types, t.adopted)
	}
	if err != nil {
		return "types made at run time: " + err.Error()
	}
	return ""
}

// Adopt makes the memory at at be the variable that a plugin has at own, for all
// code, loaded or yet to be. symbol is the variable's name for the linker.
// Nothing may have used the variable before. The caller keeps the memory: nothing
// that the garbage collector knows of refers to it.
func (t *Table) Adopt(own, at unsafe.Pointer, symbol string) error {
	variable := map[uintptr]memory{uintptr(own): {at, symbol}}
	for i := len(t.plugins) - 1; i >= 0; i-- { // those before the one that brought it do not know it
		m, err := t.plugins[i].image()
		if err != nil {
			return err
		}
		if err := m.replace(nil, variable); err != nil {
			return err
		}
		if m.contains(own) {
			t.adopted[uintptr(own)] = memory{at, symbol}
			return nil
		}
	}
	return fmt.Errorf("no plugin has %s at %p", symbol, own)
}
