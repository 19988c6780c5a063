package host_test

import (
	"fmt"
	"os"

	"gomemo/engine/host"
)

// A file that is no plugin is refused.
func ExampleOpenFile() {
	_, err := host.OpenFile(os.DevNull)
	fmt.Println(err != nil)
	// Output: true
}
