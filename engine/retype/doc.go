// Package retype makes types that package reflect has made at run time the ones
// of plugins that are loaded later.
//
// Compiled code compares types by their addresses. The dynamic linker gives all
// plugins one description of each type that several bring, but it does not
// know those that package reflect has made: []T made by reflect.SliceOf is
// another type to code of a plugin that spells []T out and is loaded afterwards.
// A Table finds such types when a plugin has been loaded, before any of its code
// runs, and makes the plugin's pointers to its own descriptions point to
// reflect's. The edited runtime (gomemo/native) calls it.
//
// Compiled code also finds variables of other packages, and of its own, by
// addresses that the dynamic linker fills in. So a variable that the heap had
// before a plugin brought compiled code for it can stay there: [Table.Adopt]
// replaces the addresses, in that plugin and in those that are loaded later.
//
// It works where wire.AnyType says so. Structs with embedded and blank fields are
// left alone: those that package reflect makes have no methods and are compared
// by the latter, too.
package retype
