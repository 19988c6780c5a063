package native

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// TestedVersions are the Go releases that the edits were tested with. Others
// are tried, and used if the edits find their places and the self-test passes.
var TestedVersions = [...]string{"go1.26.8"}

// Options says where the toolchain comes from and where its products go. The
// zero value uses the go command found in PATH and the user's cache directory.
type Options struct {
	// Go is the go command; "" means the one in PATH.
	Go string
	// Dir is the cache directory; "" means gomemo in the user's cache
	// directory.
	Dir string
	// CacheSize is how large that may get, in bytes, beside private modules and
	// what is in use: 0 means 4 GiB, less than 0 no limit.
	CacheSize int64
	// Source holds the sources of the gomemo module, go.mod and go.sum
	// included: the engine is built from them. _test.go files are ignored.
	Source fs.FS
	// Progress, if not nil, is told what is being done and which fraction of
	// the whole preparation is finished. It is called from several goroutines,
	// one at a time.
	Progress func(step string, fraction float64)
	// Warn, if not nil, is told what was ignored, such as a go.mod that
	// cannot be used.
	Warn func(message string)
}

// A MissingError says what the machine lacks and how to get it.
type MissingError struct {
	What string // "the go command was not found"
	Fix  string // "install Go 1.26 from …"
	Err  error  // the cause, if there is one
}

func (e *MissingError) Error() string {
	s := "native: " + e.What
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s + "; " + e.Fix
}

func (e *MissingError) Unwrap() error { return e.Err }

// dir returns the cache directory, which exists and is the user's own.
func (o *Options) dir() (string, error) {
	dir := o.Dir
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", &MissingError{What: "there is no user cache directory", Fix: "set HOME or XDG_CACHE_HOME", Err: err}
		}
		dir = filepath.Join(base, "gomemo")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("native: cache directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", &MissingError{What: "the cache directory cannot be made", Fix: "choose another one", Err: err}
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("native: cache directory: %w", err)
	}
	// What lies there is run.
	if ownedByOther(info) {
		return "", &MissingError{What: "the cache directory " + dir + " belongs to another user", Fix: "choose another one, or change its owner"}
	}
	if perm := info.Mode().Perm(); perm&0o002 != 0 {
		return "", &MissingError{What: "the cache directory " + dir + " may be written by everybody", Fix: "chmod o-w " + dir}
	}
	return dir, nil
}

// sum names what its arguments say: 128 bits in hex of their length-prefixed
// concatenation.
func sum(parts ...string) string {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
