package cells_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gomemo/cells"
)

func ExampleLoad() {
	dir, err := os.MkdirTemp("", "cells")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "primes.gomemo")
	cells.Dump([]int{2, 3, 5}, path)
	fmt.Println(cells.Load[[]int](path))
	// Output: [2 3 5]
}

func ExampleDump() {
	defer func() { fmt.Println("the cell stops:", recover()) }()
	cells.Dump(make(chan int), "unused")
	// Output: the cell stops: persist: cannot store a value of kind chan
}

// The engine tells which types there are.
func ExampleSetTypes() {
	dir, err := os.MkdirTemp("", "cells")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "shape.gomemo")
	cells.Dump([]any{square{3}}, path)
	cells.SetTypes(func(name string) reflect.Type {
		if name == "gomemo/cells_test.square" {
			return reflect.TypeFor[square]()
		}
		return nil
	})
	fmt.Println(cells.Load[[]any](path)[0].(square).Side)
	// Output: 3
}

type shape interface{ area() int }
type square struct{ Side int }

func (s square) area() int { return s.Side * s.Side }

func TestTypesInInterfaces(t *testing.T) {
	cells.SetTypes(func(name string) reflect.Type {
		if strings.HasSuffix(name, ".square") {
			return reflect.TypeFor[square]()
		}
		return nil
	})
	path := filepath.Join(t.TempDir(), "shapes")
	cells.Dump([]shape{square{3}}, path)
	if got := cells.Load[[]shape](path); len(got) != 1 || got[0].area() != 9 {
		t.Errorf("loaded %v", got)
	}
}

func TestErrorsStopTheCell(t *testing.T) {
	for name, f := range map[string]func(){
		"Dump": func() { cells.Dump(func() {}, filepath.Join(t.TempDir(), "f")) },
		"Load": func() { cells.Load[int](filepath.Join(t.TempDir(), "missing")) },
	} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "persist: ") {
					t.Errorf("%s: panicked with %v", name, err)
				}
			}()
			f()
			t.Errorf("%s did not panic", name)
		}()
	}
}
