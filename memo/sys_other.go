//go:build !unix

package memo

import "os"

func checkOwner(os.FileInfo) error { return nil }

func unlinked(os.FileInfo) bool { return false }

// tryLock never succeeds, so that every session writes to packs of its own
// and nothing is swept.
func tryLock(*os.File) bool { return false }
