package trace

import (
	"fmt"
	"path"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"gomemo/engine/wire"
)

var (
	userFile = regexp.MustCompile(`^(cell|decl)-[0-9a-zA-Z_]+\.go$`)
	unitPath = regexp.MustCompile(`\bnb/[0-9a-zA-Z_-]+\.`)
)

// Callers returns the user's frames among pcs, as filled by runtime.Callers.
func Callers(pcs []uintptr) []wire.Frame {
	if len(pcs) == 0 {
		return nil
	}
	var user []wire.Frame
	for frames := runtime.CallersFrames(pcs); ; {
		f, more := frames.Next()
		if w, ok := frame(f.Function, f.File, f.Line); ok {
			user = append(user, w)
		}
		if !more {
			return Shorten(user)
		}
	}
}

// Names replaces the paths of generated packages in s by main, as in
// "nb/1f3a.Model".
func Names(s string) string { return unitPath.ReplaceAllString(s, "main.") }

// frame returns the frame as the user knows it: functions belong to package
// main, a cell's own statements to "cell".
func frame(function, file string, line int) (wire.Frame, bool) {
	file = path.Base(file)
	if !userFile.MatchString(file) {
		return wire.Frame{}, false
	}
	name := Names(function)
	if strings.HasPrefix(file, "cell-") {
		for _, run := range []string{"main.main", "main.Run"} { // the latter where native does not rename functions
			if rest, ok := strings.CutPrefix(name, run); ok && (rest == "" || rest[0] == '.') {
				name = "cell" + rest
			}
		}
	}
	return wire.Frame{Func: name, File: file, Line: line}, true
}

// Shorten leaves out the third and later occurrences of a frame, for stacks
// of recursions, and says in their place how many there were.
func Shorten(frames []wire.Frame) []wire.Frame {
	const keep = 2
	seen := make(map[wire.Frame]int)
	var short []wire.Frame
	left := 0
	flush := func() {
		if left > 0 {
			short = append(short, wire.Frame{Func: fmt.Sprintf("… %d more calls like these", left)})
			left = 0
		}
	}
	for _, f := range frames {
		if seen[f]++; seen[f] > keep {
			left++
			continue
		}
		flush()
		short = append(short, f)
	}
	flush()
	return short
}

var (
	goroutineHead = regexp.MustCompile(`(?m)^goroutine (\d+) (?:gp=\S+ )?(?:m=\S+ )?(?:mp=\S+ )?\[([^\]]*)\]:\n`)
	position      = regexp.MustCompile(`^\t(.*):(\d+)(?: \+0x[0-9a-f]+)?(?: fp=.*)?$`)
)

// creator matches what a dump says of a goroutine's origin.
var creator = regexp.MustCompile(`(?m)^created by (\S+)`)

// Alone reports whether a dump of all goroutines shows none that the notebook
// has started: the engine's own are started by the engine and by the runtime.
func Alone(dump string) bool {
	for _, m := range creator.FindAllStringSubmatch(dump, -1) {
		if !strings.HasPrefix(m[1], "gomemo/engine/") && !strings.HasPrefix(m[1], "runtime.") && !strings.HasPrefix(m[1], "runtime/") && !strings.HasPrefix(m[1], "os/signal.") {
			return false
		}
	}
	return true
}

// A Stack is what a dump tells of one goroutine.
type Stack struct {
	ID     int64
	State  string       // in the runtime's words
	Frames []wire.Frame // of the user
}

// Goroutines reads a dump of stacks.
func Goroutines(dump string) (all []Stack) {
	heads := goroutineHead.FindAllStringSubmatchIndex(dump, -1)
	for i, h := range heads {
		number, err := strconv.ParseInt(dump[h[2]:h[3]], 10, 64)
		if err != nil {
			continue
		}
		end := len(dump)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		state, _, _ := strings.Cut(dump[h[4]:h[5]], ",") // drops ", 2 minutes"
		all = append(all, Stack{number, state, stack(dump[h[1]:end])})
	}
	return all
}

// first returns the user's frames of the first goroutine of a dump that has
// any: in the report of a crash the one that failed.
func first(dump string) []wire.Frame {
	for _, g := range Goroutines(dump) {
		if len(g.Frames) > 0 {
			return g.Frames
		}
	}
	return nil
}

// stack reads pairs of a call line and a position line.
func stack(text string) []wire.Frame {
	var user []wire.Frame
	var inner []wire.Frame
	call := ""
	elided := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			break
		}
		if n, ok := strings.CutSuffix(line, " frames elided..."); ok {
			// Of a deep stack the runtime prints both ends.
			elided, _ = strconv.Atoi(strings.TrimPrefix(n, "..."))
			inner, user = user, nil
		}
		m := position.FindStringSubmatch(line)
		if m == nil {
			call = line
			continue
		}
		n, err := strconv.Atoi(m[2])
		if err != nil || strings.HasPrefix(call, "created by ") {
			continue
		}
		name := call
		if i := strings.LastIndexByte(call, '('); i > 0 {
			name = call[:i]
		}
		if f, ok := frame(name, m[1], n); ok {
			user = append(user, f)
		}
	}
	if elided == 0 {
		return Shorten(user)
	}
	all := append(inner, wire.Frame{Func: fmt.Sprintf("… %d calls left out", elided)})
	return Shorten(append(all, user...))
}
