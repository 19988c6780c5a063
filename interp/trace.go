package interp

import (
	"fmt"
	"strings"

	"gomemo/engine/wire"
)

// layout says which text a file name in compiled code stands for.
type layout struct {
	src *source
	off int // where the declaration starts
}

// where translates a position of compiled code into a cell and a line.
func (s *Session) where(f wire.Frame) (src *source, line int, ok bool) {
	l, ok := s.layouts[f.File]
	if !ok {
		return nil, 0, false
	}
	first, _ := l.src.position(l.off)
	return l.src, first + f.Line - 1, true
}

// trace writes the user's frames, innermost first, each with its source line.
// Frames without a file are remarks, such as how many calls were left out.
func (s *Session) trace(frames []wire.Frame, cell *source) []string {
	var out []string
	for _, f := range frames {
		src, line, ok := s.where(f)
		if !ok {
			if f.File != "cell" || cell == nil {
				out = append(out, "    "+f.Func)
				continue
			}
			src, line = cell, f.Line
		}
		name := strings.TrimPrefix(f.Func, "main.")
		if name == "cell" || strings.HasPrefix(name, "cell.func") {
			out = append(out, fmt.Sprintf("    at cell %d, line %d", src.cell, line))
		} else {
			out = append(out, fmt.Sprintf("    at %s (cell %d, line %d)", name, src.cell, line))
		}
		if text := strings.TrimSpace(src.line(line)); text != "" {
			out = append(out, "        "+text)
		}
	}
	return out
}

// runtimeError turns what the engine reports into what the user reads.
func (s *Session) runtimeError(e *wire.Error, cell *source) *Error {
	message := s.userText(e.Message)
	out := &Error{Name: e.Kind, Value: strings.SplitN(message, "\n", 2)[0]}
	switch e.Kind {
	case "panic":
		out.Lines = strings.Split("panic: "+message, "\n")
	case "interrupt":
		out.Name, out.Value = "interrupted", "the cell was interrupted; all values are kept"
		out.Lines = []string{out.Name + ": " + out.Value}
	default:
		out.Name = "error"
		out.Lines = strings.Split(message, "\n")
	}
	out.Lines = append(out.Lines, s.trace(e.Frames, cell)...)
	return out
}
