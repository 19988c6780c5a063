package trace

import (
	"regexp"
	"strconv"
	"strings"

	"gomemo/engine/wire"
)

// A Crash is what the runtime printed as it ended the process.
type Crash struct {
	Start   int // where its text starts in what was printed
	Message string
	Frames  []wire.Frame

	OutOfMemory bool // the system gave the process no more memory
}

// crashStart matches what the runtime's reports begin with. The user may
// print the same: only the end of the process tells.
var crashStart = regexp.MustCompile(`panic: |fatal error: |runtime: |unexpected fault address |(?m:^SIG[A-Z]+: )`)

// MayStart returns the first place in printed where the report of a crash
// may start, -1 if there is none.
func MayStart(printed []byte) int {
	loc := crashStart.FindIndex(printed)
	if loc == nil {
		return -1
	}
	return loc[0]
}

// HasReport reports whether printed holds what is the report of a crash by its
// looks, for a process that had closed its crash output.
func HasReport(printed []byte) bool {
	return reportLine.Match(printed) && goroutineHead.Match(printed)
}

// ParseCrash finds the report of a crash in what a process printed to its
// standard error. copied is what the runtime wrote to its crash output: the
// report, or its later part, and nothing else; it tells where in printed the
// report is. ok is false if printed holds no report.
func ParseCrash(printed, copied string) (c Crash, ok bool) {
	end := len(printed)
	if copied != "" {
		// What is printed by others meanwhile may be in between, so a prefix
		// has to do.
		head := copied[:min(len(copied), 200)]
		if i := strings.LastIndex(printed, head); i >= 0 {
			end = i + len(head)
		} else {
			printed, end = copied, len(copied)
		}
	}
	c.Start = start(printed, end)
	if c.Start < 0 {
		return c, false
	}
	report := printed[c.Start:]
	c.Message = message(report)
	c.OutOfMemory = noMemory.MatchString(c.Message)
	c.Frames = first(report)
	return c, true
}

var (
	reportLine = regexp.MustCompile(`panic: |fatal error: |(?m:^SIG[A-Z]+: )`)
	faultAt    = regexp.MustCompile(`unexpected fault address (0x[0-9a-f]+)`)
	noMemory   = regexp.MustCompile(`^fatal error: (?:runtime: )?(?:out of memory|cannot allocate memory|cannot allocate heap metadata)`)
	limit      = regexp.MustCompile(`goroutine stack exceeds (\d+)-byte limit`)
	prelude    = regexp.MustCompile(`(?:runtime: [^\n]*\n|unexpected fault address [^\n]*\n)+\z`)
)

// Severed explains that an engine cannot go on without what a cell closed.
const Severed = "the cell closed file descriptors that are not its own, which its process cannot do without; close only what the cell opened"

// Unreported is what can be said when the runtime has ended the process and
// nothing has arrived of its report.
const Unreported = "the process of the cell crashed (exit status 2) and could not say why: the cell has closed file descriptors that are not its own, or called syscall.Exit"

// Fault explains the use of memory that is not there.
func Fault(address string) string {
	return "runtime error: there is no memory at address " + address + ", where a pointer made with package unsafe leads"
}

// start finds the last report that starts before end, with the lines about
// it that the runtime prints first.
func start(printed string, end int) int {
	locs := reportLine.FindAllStringIndex(printed[:end], -1)
	if locs == nil {
		return -1
	}
	// A panic while panicking is reported as one text, indented lines after
	// the first; so go back over those.
	i := len(locs) - 1
	for i > 0 && locs[i][0] > 0 && printed[locs[i][0]-1] == '\t' {
		i--
	}
	at := locs[i][0]
	if p := prelude.FindStringIndex(printed[:at]); p != nil {
		at = p[0]
	}
	return at
}

// message returns the first lines of a report, as they concern the user.
func message(report string) string {
	at := reportLine.FindStringIndex(report)
	text := report[at[0]:]
	for _, end := range []string{"\n\n", "\n[signal ", "\nPC=", "\ngoroutine ", "\nruntime stack:"} {
		text, _, _ = strings.Cut(text, end)
	}
	text = Names(strings.TrimRight(text, "\n"))
	if text == "fatal error: stack overflow" {
		return "stack overflow: a goroutine needs more than " + stackLimit(report) + ", which is what unlimited recursion does"
	}
	if m := faultAt.FindStringSubmatch(report[:at[1]]); m != nil && strings.HasPrefix(text, "fatal error: fault") {
		return Fault(m[1]) + " [in a goroutine]"
	}
	if text == "fatal error: runtime: netpoll failed" {
		return Severed
	}
	if strings.HasPrefix(text, "panic: ") {
		return text + " [in a goroutine]"
	}
	return text
}

func stackLimit(report string) string {
	if m := limit.FindStringSubmatch(report); m != nil {
		if n, err := strconv.ParseInt(m[1], 10, 64); err == nil && n%(1<<20) == 0 {
			return strconv.FormatInt(n>>20, 10) + " MiB of stack"
		}
		return m[1] + " bytes of stack"
	}
	return "the allowed stack"
}
