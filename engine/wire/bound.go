package wire

import (
	"regexp"
	"strings"
)

// bound lists the packages of which scripts may use functions, variables and
// types. Generic ones are not bound, nor is what matches the expression:
// functions that read the input or wait without noticing an interrupt, what is
// deprecated, and what is not for cells. After a plus sign the expression
// is that of what is bound: the rest depends on who calls it, or is large. Most
// of these packages are in the engine anyway; the others make it larger by a
// twelfth, text/template and encoding/gob by a sixteenth.
var bound = map[string]string{
	"bufio":           "",
	"bytes":           "Title",
	"container/heap":  "",
	"container/list":  "",
	"container/ring":  "",
	"context":         "",
	"crypto/md5":      "",
	"crypto/sha1":     "",
	"crypto/sha256":   "",
	"crypto/sha512":   "",
	"encoding/base64": "",
	"encoding/binary": "",
	"encoding/csv":    "ErrTrailingComma",
	"encoding/gob":    "",
	"encoding/hex":    "",
	"encoding/json":   "InvalidUTF8Error|UnmarshalFieldError",
	"errors":          "",
	"fmt":             "Scan.*|Fscan.*",
	"go/build":        "ArchChar",
	"gomemo/cells":    "SetTypes|LoadAs",
	"gomemo/display":  "SetSink|Command|Op.*",
	"gomemo/persist":  "Guard",
	"hash":            "",
	"hash/adler32":    "",
	"hash/crc32":      "",
	"hash/crc64":      "",
	"hash/fnv":        "",
	"hash/maphash":    "",
	"html":            "",
	"image":           "ZP|ZR",
	"image/color":     "",
	"io":              "",
	"io/fs":           "",
	"log":             "+Default|Flags|Logger|New|Prefix|SetFlags|SetOutput|SetPrefix|Writer",
	"math":            "",
	"math/big":        "",
	"math/bits":       "",
	"math/cmplx":      "",
	"math/rand":       "Read|Seed",
	"math/rand/v2":    "",
	"net/url":         "",
	"os":              "",
	"path":            "",
	"path/filepath":   "HasPrefix",
	"reflect":         "PtrTo|SliceHeader|StringHeader",
	"regexp":          "",
	"runtime":         "+Error|GC|GOMAXPROCS|GOROOT|MemStats|NumCPU|NumCgoCall|NumGoroutine|ReadMemStats|TypeAssertionError|Version",
	"sort":            "",
	"strconv":         "",
	"strings":         "Title",
	"sync":            "",
	"sync/atomic":     "",
	"text/tabwriter":  "",
	"text/template":   "",
	"time":            "Sleep|After|AfterFunc|Tick|NewTimer|NewTicker|Timer|Ticker",
	"unicode":         "",
	"unicode/utf16":   "",
	"unicode/utf8":    "",
}

// BoundPackages lists the packages that Bound knows.
func BoundPackages() []string {
	var paths []string
	for path := range bound {
		paths = append(paths, path)
	}
	return paths
}

// generics are the generic functions of libraries that the engine has instances
// of, those of engine/yaegi/generic.go, and for which types, given the last one:
// all that the engine has, the basic ones, those that are ordered, those that can be compared or
// slices of numbers.
var generics = map[string]string{
	"errors.AsType": "any", "gomemo/cells.Load": "any", "gomemo/persist.Load": "any", "gomemo/persist.Open": "numbers",
	"iter.Pull": "basic", "slices.BinarySearch": "ordered", "slices.Contains": "comparable", "slices.Equal": "comparable",
	"slices.Index": "comparable", "slices.IsSorted": "ordered", "slices.Max": "ordered", "slices.Min": "ordered",
	"slices.Reverse": "any", "slices.Sort": "ordered",
}

// Generic tells of a generic function of a library for which types the engine
// has instances: "any", "basic", "ordered", "comparable" or "numbers"; "" if it has none.
func Generic(full string) (of string) { return generics[full] }

// Bound reports whether scripts may use an exported name of a package, if it
// is not generic.
func Bound(path, name string) bool {
	names, ok := bound[path]
	if !ok || names == "" {
		return ok
	}
	only, not := strings.CutPrefix(names, "+")
	return regexp.MustCompile("^(?:"+only+")$").MatchString(name) == not
}
