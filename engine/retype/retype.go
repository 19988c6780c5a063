package retype

import (
	"go/token"
	"reflect"
)

// A Table knows which descriptions of types, and which variables, of plugins
// nobody may use any more. Its methods are for the goroutine that opens plugins.
type Table struct {
	instead map[reflect.Type]reflect.Type // what plugins have brought -> what reflect had made
	adopted map[uintptr]memory            // variables of plugins -> where they are
	plugins []*plugin                     // all, in the order in which they were loaded
}

// New returns a table for a process without plugins.
func New() *Table {
	return &Table{instead: make(map[reflect.Type]reflect.Type), adopted: make(map[uintptr]memory)}
}

// same returns the type that is to be used for t, a type that a plugin has
// brought and that package reflect can find.
func (t *Table) same(own reflect.Type) reflect.Type {
	if made, ok := t.instead[own]; ok {
		return made
	}
	if own.Name() != "" {
		return own
	}
	made := t.made(own)
	if made == nil || made == own || made.String() != own.String() || made.NumMethod() != own.NumMethod() {
		return own
	}
	t.instead[own] = made
	return made
}

// made asks package reflect for an unnamed type, of which it has only one; nil
// if it cannot make such a type. If it has none it finds the plugin's.
func (t *Table) made(own reflect.Type) reflect.Type {
	switch own.Kind() {
	case reflect.Pointer:
		return reflect.PointerTo(t.same(own.Elem()))
	case reflect.Slice:
		return reflect.SliceOf(t.same(own.Elem()))
	case reflect.Array:
		return reflect.ArrayOf(own.Len(), t.same(own.Elem()))
	case reflect.Chan:
		return reflect.ChanOf(own.ChanDir(), t.same(own.Elem()))
	case reflect.Map:
		return reflect.MapOf(t.same(own.Key()), t.same(own.Elem()))
	case reflect.Func:
		return t.function(own)
	case reflect.Struct:
		return t.structure(own)
	}
	return nil
}

// maxParameters is how many parameters and results package reflect puts up with.
const maxParameters = 128

func (t *Table) function(own reflect.Type) reflect.Type {
	if own.NumIn()+own.NumOut() > maxParameters {
		return nil
	}
	var in, out []reflect.Type
	for p := range own.Ins() {
		in = append(in, t.same(p))
	}
	for r := range own.Outs() {
		out = append(out, t.same(r))
	}
	return reflect.FuncOf(in, out, own.IsVariadic())
}

func (t *Table) structure(own reflect.Type) reflect.Type {
	var fields []reflect.StructField
	for f := range own.Fields() {
		if f.Anonymous || f.Name == "_" {
			return nil
		}
		if f.PkgPath == "" && !token.IsExported(f.Name) {
			return nil // the runtime's own, of maps
		}
		f.Type = t.same(f.Type)
		fields = append(fields, f)
	}
	return reflect.StructOf(fields)
}
