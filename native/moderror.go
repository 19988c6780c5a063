package native

import (
	"os"
	"regexp"
	"strings"

	"golang.org/x/mod/module"

	"gomemo/interp"
)

// An explanation turns what the go command says about a module into one line
// and what to do. The first one whose pattern matches is used; msg may name
// the pattern's groups as $1.
type explanation struct {
	pattern *regexp.Regexp
	msg     string
	hint    string
	looked  bool // where it was looked for matters
}

// explanations go from the cause to the symptom: an error of the network
// stands behind a "cannot find module" that it caused.
var explanations = [...]explanation{
	{
		pattern: regexp.MustCompile(`module lookup disabled by (GOPROXY=off|-mod=\w+)`),
		msg:     "$1 forbids downloading it",
		hint:    "change that setting, or use a copy on this machine: %go mod edit -replace=MODULE=DIRECTORY",
	},
	{
		pattern: regexp.MustCompile(`SECURITY ERROR|checksum mismatch`),
		msg:     "its content is not what go.sum or the checksum database says",
		hint:    "if the module is private set GOPRIVATE before Jupyter starts; else do not use it",
	},
	{
		pattern: regexp.MustCompile(`could not read Username|terminal prompts disabled|Permission denied \(publickey\)|[Aa]uthentication failed|: 401 Unauthorized`),
		msg:     "its server wants credentials",
		hint:    "put them into ~/.netrc or git's configuration, and the server into GOPRIVATE",
		looked:  true,
	},
	{
		pattern: regexp.MustCompile(`dial tcp[^\n]*|no such host|network is unreachable|connection refused|i/o timeout|proxyconnect[^\n]*|TLS handshake timeout|Could not resolve host[^\n]*`),
		msg:     "the network does not answer ($0)",
		hint:    "check the connection and GOPROXY; modules that were downloaded before work without it",
		looked:  true,
	},
	{
		pattern: regexp.MustCompile(`module ([^\s@]+)@latest found \(([^)]*)\), but does not contain package`),
		msg:     "module $1 $2 has no such package",
		hint:    "check the path, or ask for another version: %go get PACKAGE@VERSION",
	},
	{
		pattern: regexp.MustCompile(`module ([^\s@]+(?:@[^\s:]+)?) found[^,]*, but does not contain package`),
		msg:     "module $1 has no such package",
		hint:    "check the path, or ask for another version: %go get PACKAGE@VERSION",
	},
	{
		pattern: regexp.MustCompile(`(no matching versions for query "[^"]*"|unknown revision [^\s:]+)`),
		msg:     "$1",
		hint:    "%go list -m -versions MODULE lists what there is",
	},
	{
		pattern: regexp.MustCompile(`requires go >= ([0-9.a-z]+)`),
		msg:     "it needs Go $1",
		hint:    "install that release, or ask for an older version: %go get PACKAGE@VERSION",
	},
	{
		pattern: regexp.MustCompile(`package (\S+) is not in std`),
		msg:     "$1 is neither a package of the standard library nor of a module that is here",
		hint:    "paths of modules start with a host name, such as example.com",
	},
	{
		pattern: regexp.MustCompile(`reading \S+: (4\d\d [A-Z]\w+(?: [A-Z]\w+)*)`),
		msg:     "no such module or version was found ($1)",
		hint:    "check path and version; a private module needs GOPRIVATE, one on this machine %go mod edit -replace=MODULE=DIRECTORY",
		looked:  true,
	},
	{
		pattern: regexp.MustCompile(`no such file or directory|cannot find module providing|no required module provides|repository [^\n]*not found|unrecognized import path`),
		msg:     "no such module or version was found",
		hint:    "check path and version; a private module needs GOPRIVATE, one on this machine %go mod edit -replace=MODULE=DIRECTORY",
		looked:  true,
	},
}

// explain makes one error of what the go command printed about an import path
// or module, "" if it is not known which.
func (e *environ) explain(path, text string) *interp.ModuleError {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "# ") {
		return e.brokenPackage(text)
	}
	if m := moduleFirst.FindStringSubmatch(text); m != nil {
		path = m[1] // a module that the package, or any other, needs
	}
	for _, x := range explanations {
		at := x.pattern.FindStringSubmatchIndex(text)
		if at == nil {
			continue
		}
		msg := string(x.pattern.ExpandString(nil, x.msg, text, at))
		if path == "" {
			path = pathIn(text)
		}
		if path != "" && !strings.HasPrefix(msg, path) {
			msg = path + " cannot be used: " + msg
		}
		if tried := e.tried(path); tried != "" && x.looked {
			msg += "; tried " + tried
		}
		return &interp.ModuleError{Path: path, Msg: msg, Hint: x.hint}
	}
	line, _, more := strings.Cut(text, "\n")
	line = strings.TrimPrefix(line, "go: ")
	if path != "" && !strings.Contains(line, path) {
		line = path + ": " + line
	}
	if more && strings.HasSuffix(line, ":") {
		line += " " + strings.TrimSpace(lastLine(text))
	}
	return &interp.ModuleError{Path: path, Msg: line}
}

// tried says where the go command looked for a module.
func (e *environ) tried(path string) string {
	if path != "" && e.private != "" && module.MatchPrefixPatterns(e.private, path) {
		return "its own server, because GOPRIVATE or GONOPROXY matches"
	}
	return e.proxy
}

// pathIn finds the module or package that a message is about.
func pathIn(text string) string {
	if m := modulePath.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

var moduleFirst = regexp.MustCompile(`^(?:go: )?([^\s:@"]+)@[^\s:]+: `)

var modulePath = regexp.MustCompile(`(?m)(?:^|[\s:])((?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s:@";,()]+)`)

func lastLine(text string) string {
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// brokenPackage makes one error of what the compiler says about a package of a
// module: "# path", then a line for each mistake.
func (e *environ) brokenPackage(text string) *interp.ModuleError {
	header, rest, _ := strings.Cut(strings.TrimSpace(text), "\n")
	path, _, _ := strings.Cut(strings.TrimPrefix(header, "# "), " ")
	hint := "correct it and run the cell again"
	var lines []string
	for line := range strings.Lines(rest) {
		if name, ok := strings.CutPrefix(line, e.GOMODCACHE+string(os.PathSeparator)); ok {
			line, hint = name, "ask for another version: %go get "+path+"@VERSION"
		}
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			break
		} else if line != "" {
			lines = append(lines, strings.TrimPrefix(line, "./"))
		}
	}
	const most = 5
	if len(lines) > most {
		lines = append(lines[:most], "and more")
	}
	return &interp.ModuleError{Path: path, Msg: path + " does not compile: " + strings.Join(lines, "\n    "),
		Hint: hint}
}

// userGoflags are those of the user's go flags that the module commands of a
// notebook keep: -mod would forbid what they are for.
func userGoflags(flags string) string {
	var kept []string
	for f := range strings.FieldsSeq(flags) {
		if !strings.HasPrefix(strings.TrimLeft(f, "-"), "mod=") {
			kept = append(kept, f)
		}
	}
	return strings.Join(kept, " ")
}

// withoutTemp removes a temporary directory's name from a message.
func withoutTemp(text, dir string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, dir+string(os.PathSeparator), ""), dir, "go.mod")
}
