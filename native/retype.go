package native

// Package engine/retype makes types that package reflect has made the ones of
// plugins that are loaded later. It is called where the runtime has made a list
// of a new plugin's types, before anything of the plugin runs. Such a type gets
// the compiler's hash, which type switches compare, so nothing may find it by
// that; and maps of it must find keys where code with a type of the same form
// and a name looks for them.
var typeEdits = []edit{
	{
		file: "runtime/plugin.go", why: "types that package reflect has made are those of plugins",
		anchor: "\ttypelinksinit()\n\n\tpluginftabverify(md)\n",
		with: "\ttypelinksinit()\n\tif problem := notebookTypes(md); problem != \"\" {\n" +
			"\t\tmd.bad = true\n\t\treturn \"\", nil, nil, problem\n\t}\n\n\tpluginftabverify(md)\n",
	},
	{
		file: "runtime/alg.go", why: "structs have the hashes that the compiler's functions find",
		anchor: "\t\tfor _, f := range s.Fields {\n\t\t\tif f.Name.IsBlank() {\n\t\t\t\tcontinue\n\t\t\t}\n\t\t\th = typehash(f.Typ, add(p, f.Offset), h)\n\t\t}\n",
		with:   "\t\tfor i := 0; i < len(s.Fields); {\n\t\t\th, i = notebookHash(s, i, p, h)\n\t\t}\n",
	},
	{
		file: "reflect/type.go", why: "types of functions are found by their parameters' addresses",
		anchor: "\t\tt := in.(*rtype)\n\t\targs = append(args, t)\n" + byHash,
		with:   "\t\tt := in.(*rtype)\n\t\targs = append(args, t)\n" + byAddress,
	},
	{
		file: "reflect/type.go", why: "types of functions are found by their results' addresses",
		anchor: "\t\tt := out.(*rtype)\n\t\targs = append(args, t)\n" + byHash,
		with:   "\t\tt := out.(*rtype)\n\t\targs = append(args, t)\n" + byAddress,
	},
	{
		file: "reflect/type.go", why: "types of structs are found by their fields' addresses",
		anchor: "\t\thash = fnv1(hash, byte(ft.Hash>>24), byte(ft.Hash>>16), byte(ft.Hash>>8), byte(ft.Hash))\n",
		with:   "\t\thash = fnv1(hash, notebookKey(ft)...)\n",
	},
}

const (
	byHash    = "\t\thash = fnv1(hash, byte(t.t.Hash>>24), byte(t.t.Hash>>16), byte(t.t.Hash>>8), byte(t.t.Hash))\n"
	byAddress = "\t\thash = fnv1(hash, notebookKey(&t.t)...)\n"
)

const runtimeTypes = `package runtime

import (
	"internal/abi"
	"unsafe"
)

// retype is how an engine has a say in the types of plugins. It has a
// declaration of the same layout.
//
//go:linkname retype
var retype struct {
	same   func(t unsafe.Pointer) unsafe.Pointer      // the type that stands for one of a plugin
	loaded func(addr unsafe.Pointer) (problem string) // a plugin is, and has something there
}

// notebookTypes looks at the types of a plugin that has just been loaded. It is
// before typemap is used.
func notebookTypes(md *moduledata) (problem string) {
	if retype.same == nil {
		return ""
	}
	for _, tl := range md.typelinks {
		t := md.typemap[typeOff(tl)]
		if p := uintptr(unsafe.Pointer(t)); p < md.types || md.etypes <= p {
			continue // another module has it
		}
		s := (*_type)(retype.same(unsafe.Pointer(t)))
		if s.Hash != t.Hash { // reflect has one of its own, type switches the compiler's
			s.Hash = t.Hash
		}
		md.typemap[typeOff(tl)] = s
	}
	return retype.loaded(unsafe.Pointer(md.types))
}

// notebookHash adds field i of a struct, and those after it that are plain
// memory with it, to a hash as the compiler's functions do.
func notebookHash(s *structtype, i int, p unsafe.Pointer, h uintptr) (hash uintptr, next int) {
	f := &s.Fields[i]
	if f.Name.IsBlank() {
		return h, i + 1
	}
	if f.Typ.TFlag&abi.TFlagRegularMemory == 0 {
		return typehash(f.Typ, add(p, f.Offset), h), i + 1
	}
	end := f.Offset + f.Typ.Size_
	for i++; i < len(s.Fields); i++ {
		g := &s.Fields[i]
		if g.Offset != end || g.Name.IsBlank() || g.Typ.TFlag&abi.TFlagRegularMemory == 0 {
			break
		}
		end += g.Typ.Size_
	}
	return memhash(add(p, f.Offset), h, end-f.Offset), i
}
`

const reflectTypes = `package reflect

import (
	"internal/abi"
	"unsafe"
)

// notebookKey is a part of the key of a type that has t as a part.
func notebookKey(t *abi.Type) []byte {
	p := unsafe.Pointer(t)
	return (*[unsafe.Sizeof(p)]byte)(unsafe.Pointer(&p))[:]
}
`
