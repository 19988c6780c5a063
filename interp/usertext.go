package interp

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"

	"gomemo/engine/wire"
)

// Programs print their own stacks, positions and package paths: debug.Stack,
// log.Lshortfile, reflect.Type.PkgPath. In compiled code these are of texts and
// generated packages, which notebooks share, so only the session can say what
// they are to the user.

// userOutput is the output of a cell with such names translated. It has the
// further abilities of what is behind it.
type userOutput struct {
	Output
	s *Session // its layouts do not change while the engine runs a cell
}

func (o userOutput) Stream(name, text string) { o.Output.Stream(name, o.s.userText(text)) }

func (o userOutput) Display(data, metadata map[string]json.RawMessage) {
	o.Output.Display(o.s.userBundle(data), metadata)
}

// ClearOutput implements engine.Clearer.
func (o userOutput) ClearOutput(wait bool) {
	if c, ok := o.Output.(interface{ ClearOutput(wait bool) }); ok {
		c.ClearOutput(wait)
	}
}

// updater is engine.Updater.
type updater interface {
	DisplayAs(id string, data, metadata map[string]json.RawMessage)
	UpdateDisplay(id string, data, metadata map[string]json.RawMessage)
}

// DisplayAs implements engine.Updater; what cannot be replaced is shown.
func (o userOutput) DisplayAs(id string, data, metadata map[string]json.RawMessage) {
	if u, ok := o.Output.(updater); ok {
		u.DisplayAs(id, o.s.userBundle(data), metadata)
	} else {
		o.Display(data, metadata)
	}
}

// UpdateDisplay implements engine.Updater.
func (o userOutput) UpdateDisplay(id string, data, metadata map[string]json.RawMessage) {
	if u, ok := o.Output.(updater); ok {
		u.UpdateDisplay(id, o.s.userBundle(data), metadata)
	} else {
		o.Display(data, metadata)
	}
}

var (
	userPosition = regexp.MustCompile(`\b((?:cell|decl)-[0-9a-f]{12}\.go):([0-9]+)\b`)
	unitPackage  = regexp.MustCompile(`\bnb/[0-9a-f]{20}\b`)
	cellFrame    = regexp.MustCompile(`\bmain\.(?:main|Run)\(0x[0-9a-f]+\??\)`)
	// The frames of the engine, with those through which it calls.
	engineFrames = regexp.MustCompile(`(?m)(?:^reflect\.Value\.[cC]all\(.*\n\t.*\n)*(?:^(?:created by )?gomemo/engine/.*\n\t.*\n?)+`)
)

// userText replaces names of generated code by what the user knows.
func (s *Session) userText(text string) string {
	if strings.Contains(text, "nb/") {
		text = unitPackage.ReplaceAllString(text, "main")
	}
	if strings.Contains(text, "gomemo/engine/") {
		text = engineFrames.ReplaceAllString(text, "")
		text = cellFrame.ReplaceAllString(text, "main.main()")
	}
	if strings.Contains(text, ".go:") {
		text = userPosition.ReplaceAllStringFunc(text, func(at string) string {
			m := userPosition.FindStringSubmatch(at)
			n, err := strconv.Atoi(m[2])
			src, line, ok := s.where(wire.Frame{File: m[1], Line: n})
			if err != nil || !ok {
				return at
			}
			return fmt.Sprintf("cell %d, line %d", src.cell, line)
		})
	}
	return text
}

// userBundle does so in a MIME bundle. What is replaced, and by what, has
// nothing that JSON would write in another way.
func (s *Session) userBundle(data map[string]json.RawMessage) map[string]json.RawMessage {
	out := maps.Clone(data) // the engine's client may keep data
	for mime, v := range out {
		if strings.HasPrefix(mime, "text/") {
			out[mime] = json.RawMessage(s.userText(string(v)))
		}
	}
	return out
}
