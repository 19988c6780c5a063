package retype_test

import (
	"fmt"
	"reflect"
	"unsafe"

	"gomemo/engine/retype"
)

func Example() {
	table := retype.New()
	slice := reflect.SliceOf(reflect.TypeFor[fmt.Stringer]())
	own := (*[2]unsafe.Pointer)(unsafe.Pointer(&slice))[1] // what a plugin has brought
	fmt.Println(table.Same(own) == own, table.Loaded(own))
	// Output: true
}
