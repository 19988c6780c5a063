package native

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// hostLinker is what the Go linker calls to make the plugin of its object
// files.
type hostLinker struct {
	Name   string // "gold", "lld", "bfd", or "cc" for the C compiler as it is
	Script string // the wrapper's file name in the toolchain's directory; "" for cc
}

// lookCompiler reports a C compiler that is not there.
func lookCompiler(e *environ) error {
	words := strings.Fields(e.CC)
	if len(words) == 0 {
		words = []string{"gcc"}
	}
	if _, err := exec.LookPath(words[0]); err != nil {
		return &MissingError{What: "no C linker (" + words[0] + " is not on PATH)", Fix: "install gcc (Debian: apt-get install gcc; Fedora: dnf install gcc; macOS: xcode-select --install)"}
	}
	return nil
}

// wrapper is the script that the Go linker runs instead of the C compiler.
// The Go linker first asks the C compiler three times whether it knows a flag,
// by compiling a file trivial.c: 60 ms. The script answers from memory. For
// the link itself it calls the system linker with what the C compiler would
// add, which saves the C compiler's own 10 ms. Arguments that it does not know
// go to the C compiler.
const wrapper = `#!/bin/sh
# Written by gomemo: links plugins with %[1]s.
probe= unknown= other=
for a do
	case $a in
	*trivial.c) probe=1 ;;
	-Wl,--version) other=1 ;;
	-m64|-s|-shared|-rdynamic|-pthread|-o|-g|-O?|-l*|-L*|-Wl,*|*.so|/*) ;;
	-Qunused-arguments) unknown=1 ;;
	*) other=1 ;;
	esac
done
if [ -n "$probe" ] && [ -z "$other" ]; then [ -z "$unknown" ]; exit; fi
if [ -n "$other$unknown" ]; then exec %[2]s "$@"; fi
n=$#
set -f
while [ $n -gt 0 ]; do
	a=$1; shift; n=$((n-1))
	case $a in
	-m64|-g|-O?) ;;
	-rdynamic) set -- "$@" --export-dynamic ;;
	-pthread) set -- "$@" -lpthread ;;
	-Wl,*) IFS=,; set -- "$@" ${a#-Wl,}; unset IFS ;;
	*) set -- "$@" "$a" ;;
	esac
done
exec %[3]s %[4]s "$@" %[5]s
`

// hostLinkers returns the linkers to choose from, the C compiler last, with
// their wrappers written to dir.
func hostLinkers(ctx context.Context, e *environ, dir string) ([]hostLinker, error) {
	cc := hostLinker{Name: "cc"}
	if runtime.GOOS != "linux" {
		return []hostLinker{cc}, nil
	}
	before, after, err := linkerCommand(ctx, e, dir)
	if err != nil {
		return []hostLinker{cc}, nil // an unusual C compiler: let it do its own work
	}
	var linkers []hostLinker
	for _, name := range []string{"gold", "lld", "bfd"} {
		path, err := exec.LookPath("ld." + name)
		if err != nil {
			continue
		}
		l := hostLinker{Name: name, Script: "link-" + name}
		text := fmt.Sprintf(wrapper, name, e.CC, quote(path), quote(before...), quote(after...))
		if err := os.WriteFile(filepath.Join(dir, l.Script), []byte(text), 0o777); err != nil {
			return nil, fmt.Errorf("native: prepare: %w", err)
		}
		linkers = append(linkers, l)
	}
	return append(linkers, cc), nil
}

// linkerCommand asks the C compiler how it calls the linker for a shared
// library and returns the arguments before and after the object files.
func linkerCommand(ctx context.Context, e *environ, dir string) (before, after []string, err error) {
	const object, output = "gomemo-object.o", "gomemo-output.so"
	words := append(strings.Fields(e.CC), "-###", "-shared", "-o", output, object)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Env = e.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return nil, nil, err
	}
	for line := range strings.Lines(out.String()) {
		args := splitQuoted(line)
		if len(args) == 0 {
			continue
		}
		switch base := filepath.Base(args[0]); {
		case base == "collect2", base == "ld", strings.HasPrefix(base, "ld."), strings.HasPrefix(base, "ld64"):
		default:
			continue
		}
		seen := false
		for i := 1; i < len(args); i++ {
			a := args[i]
			switch {
			case a == "-plugin", a == "-o":
				i++ // and its value
			case a == object:
				seen = true
			case strings.HasPrefix(a, "-plugin-opt"), strings.HasPrefix(a, "-fuse-ld"), a == "--build-id", a == "-shared":
				// Link-time optimisation has nothing to do here; the rest
				// comes from the Go linker.
			case seen:
				after = append(after, a)
			default:
				before = append(before, a)
			}
		}
		if seen {
			return before, after, nil
		}
	}
	return nil, nil, errors.New("the C compiler does not say how it links")
}

// splitQuoted splits what -### prints: words, some in double quotes.
func splitQuoted(line string) []string {
	var words []string
	var b strings.Builder
	inWord, inQuotes := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			inQuotes, inWord = !inQuotes, true
		case c == '\\' && i+1 < len(line):
			i++
			b.WriteByte(line[i])
			inWord = true
		case !inQuotes && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			if inWord {
				words = append(words, b.String())
				b.Reset()
			}
			inWord = false
		default:
			b.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, b.String())
	}
	return words
}

// quote writes words as the shell reads them.
func quote(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}
