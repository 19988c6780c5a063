// Package kernelspec writes, finds and removes the directories in which
// Jupyter looks for kernels.
//
// [Install] writes one of a [Scope] and returns its path; [Find] and [List] look
// where jupyter_core looks, in its order; [Uninstall] removes what [Install] has
// written and nothing else: it refuses a directory whose kernel.json names
// another program or that holds files of others.
//
// A directory appears or is replaced as a whole: it is written under a
// temporary name beside its place, and renamed.
package kernelspec

//go:generate go run ./internal/logo
