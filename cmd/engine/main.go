// Command engine is the process that the code of a notebook runs in. It is
// built on the user's machine and started by gomemo with the file
// descriptors of package host.
package main

import (
	"os"

	"gomemo/engine/host"
)

func main() {
	os.Exit(host.Main(host.Options{Force: force, Panics: panics, Adopt: oneType(), Exiting: exiting, Owner: owner()}))
}
