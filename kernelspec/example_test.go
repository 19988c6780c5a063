package kernelspec_test

import (
	"fmt"
	"os"
	"path/filepath"

	"gomemo/kernelspec"
)

func ExampleInstall() {
	prefix, err := os.MkdirTemp("", "prefix")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(prefix)

	scope := kernelspec.Scope{Prefix: prefix}
	dir, err := kernelspec.Install(kernelspec.Options{Program: "/usr/local/bin/gomemo", Scope: scope})
	if err != nil {
		fmt.Println(err)
		return
	}
	rel, _ := filepath.Rel(prefix, dir)
	fmt.Println(filepath.ToSlash(rel))

	_, err = kernelspec.Uninstall(kernelspec.DefaultName, scope)
	fmt.Println(err)
	// Output:
	// share/jupyter/kernels/gomemo
	// <nil>
}
