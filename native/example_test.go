package native_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gomemo/native"
)

// On a machine without Go, Check says what to do about it.
func ExampleCheck() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	o := native.Options{Dir: dir, Go: filepath.Join(dir, "go")}
	for _, f := range native.Check(context.Background(), o) {
		if f.OK {
			fmt.Println(f.Name, "ok")
		} else {
			fmt.Println(f.Name, "missing:", f.Fix)
		}
	}
	// Output:
	// cache directory ok
	// Go missing: reinstall Go
}
