//go:build !unix

package native

import (
	"errors"
	"os"
)

// lockFile fails: where there are no plugins nothing is prepared.
func lockFile(name string) (unlock func(), err error) {
	return nil, &os.PathError{Op: "lock", Path: name, Err: errors.ErrUnsupported}
}

// tryLockFile takes no lock.
func tryLockFile(string) (unlock func(), ok bool) { return nil, false }

// lowerPriority does nothing.
func lowerPriority(int) {}

// ownedByOther reports false: nothing of the directory is run there.
func ownedByOther(os.FileInfo) bool { return false }
