//go:build !unix

package memo

import (
	"errors"
	"os"
)

func checkOwner(os.FileInfo) error { return nil }

func unlinked(os.FileInfo) bool { return false }

// tryLock fails, so that every session writes to packs of its own, nothing is
// swept, and there are no leases.
func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }
