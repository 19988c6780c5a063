package wire

import "regexp"

// bound lists the packages of which scripts may use functions, variables and
// types. Generic ones are not bound, nor is what matches the expression:
// functions that read the input or wait without noticing an interrupt, what is
// deprecated, and what is not for cells. All of these packages are in the
// engine anyway.
var bound = map[string]string{
	"bytes":           "Title",
	"encoding/base64": "",
	"encoding/binary": "",
	"encoding/hex":    "",
	"encoding/json":   "InvalidUTF8Error|UnmarshalFieldError",
	"errors":          "",
	"fmt":             "Scan.*|Fscan.*|Sscan.*",
	"gomemo/cells":    "SetTypes|LoadAs",
	"gomemo/display":  "SetSink|Command|Op.*",
	"image":           "ZP|ZR",
	"image/color":     "",
	"io":              "",
	"math":            "",
	"math/bits":       "",
	"os":              "",
	"path":            "",
	"path/filepath":   "HasPrefix",
	"regexp":          "",
	"sort":            "",
	"strconv":         "",
	"strings":         "Title",
	"time":            "Sleep|After|AfterFunc|Tick|NewTimer|NewTicker|Timer|Ticker",
	"unicode":         "",
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

// Bound reports whether scripts may use an exported name of a package, if it
// is not generic.
func Bound(path, name string) bool {
	not, ok := bound[path]
	return ok && (not == "" || !regexp.MustCompile("^(?:"+not+")$").MatchString(name))
}
