package interp

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"strings"
	"text/tabwriter"
)

// goCommand is %go.
func (s *Session) goCommand(c *command) *Diagnostic {
	m, ok := s.compiler.(Modules)
	if !ok {
		return c.fail(remedy(s.compiler), "this session has no modules")
	}
	change, err := m.Go(c.ctx, c.args, streamWriter{c.out})
	if err != nil {
		return c.moduleError(err)
	}
	s.renew(c.ctx, change, c.out)
	return nil
}

// streamWriter writes to a cell's standard output.
type streamWriter struct{ out Output }

func (w streamWriter) Write(p []byte) (int, error) {
	w.out.Stream("stdout", string(p))
	return len(p), nil
}

func (c *command) moduleError(err error) *Diagnostic {
	module := &ModuleError{Msg: err.Error()}
	errors.As(err, &module)
	return c.fail(module.Hint, "%s", module.Msg)
}

// modules is %modules.
func (s *Session) modules(c *command) *Diagnostic {
	m, ok := s.compiler.(Modules)
	if !ok {
		return c.fail(remedy(s.compiler), "this session has no modules")
	}
	switch {
	case len(c.args) == 0:
		list, gomod := m.Modules()
		c.out.Display(moduleTable(list, gomod), nil)
	case c.args[0] == "pin" && len(c.args) == 1:
		list, _ := m.Modules()
		if len(list) == 0 {
			return c.fail("", "no modules are imported yet")
		}
		pins, line := pinsOf(list)
		c.meta["modules"] = pins
		raw, err := json.Marshal(map[string]any{"gomemo": map[string]any{"modules": pins}})
		if err != nil {
			return c.fail("", "%v", err)
		}
		c.out.Stream("stdout", "%modules use "+line+"\n\n"+
			"With this line in its first cell the notebook has these versions everywhere. gomemo run -o writes\n"+
			"them into the notebook by itself; in Jupyter you can add them to its metadata:\n"+string(raw)+"\n")
	case c.args[0] == "use" && len(c.args) > 1:
		pins, bad := parsePins(c.args[1:])
		if bad != "" {
			return c.fail("", "%q is not MODULE@VERSION, MODULE=>DIRECTORY or MODULE=>PATH@VERSION", bad)
		}
		change, err := m.Pin(c.ctx, pins)
		if err != nil {
			return c.moduleError(err)
		}
		s.renew(c.ctx, change, c.out)
	default:
		return c.fail("there are %modules, %modules pin and %modules use MODULE@VERSION…", "%%modules %s", strings.Join(c.args, " "))
	}
	return nil
}

// pinsOf writes down the versions of modules, for a notebook's metadata and as
// arguments of %modules use.
func pinsOf(list []Module) (pins map[string]string, line string) {
	pins = map[string]string{}
	var words []string
	for _, m := range list {
		if m.Replace != "" {
			pins[m.Path] = "=>" + m.Replace
			words = append(words, quoteWord(m.Path+"=>"+m.Replace))
		} else {
			pins[m.Path] = m.Version
			words = append(words, m.Path+"@"+m.Version)
		}
	}
	return pins, strings.Join(words, " ")
}

func quoteWord(w string) string {
	if strings.ContainsAny(w, " \t'") {
		return `"` + w + `"`
	}
	return w
}

func parsePins(words []string) (pins map[string]string, bad string) {
	pins = map[string]string{}
	for _, w := range words {
		if path, to, ok := strings.Cut(w, "=>"); ok && path != "" && to != "" {
			pins[path] = "=>" + to
		} else if path, version, ok := strings.Cut(w, "@"); ok && path != "" && version != "" {
			pins[path] = version
		} else {
			return nil, w
		}
	}
	return pins, ""
}

// moduleTable shows modules as text and as a table.
func moduleTable(list []Module, gomod string) map[string]json.RawMessage {
	from := "the notebook's own module"
	if gomod != "" {
		from = gomod
	}
	if len(list) == 0 {
		return mimeBundle("no modules are imported; versions come from "+from, "")
	}
	var text, page strings.Builder
	w := tabwriter.NewWriter(&text, 0, 8, 2, ' ', 0)
	fmt.Fprint(w, "module\tversion\treplaced by\n")
	page.WriteString("<table><thead><tr><th>module</th><th>version</th><th>replaced by</th></tr></thead><tbody>")
	for _, m := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\n", m.Path, m.Version, m.Replace)
		fmt.Fprintf(&page, "<tr><td>%s</td><td>%s</td><td>%s</td></tr>", html.EscapeString(m.Path), html.EscapeString(m.Version), html.EscapeString(m.Replace))
	}
	w.Flush()
	var lines []string
	for line := range strings.Lines(text.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	fmt.Fprintf(&page, "</tbody></table><p>versions from %s</p>", html.EscapeString(from))
	return mimeBundle(strings.Join(append(lines, "versions from "+from), "\n"), page.String())
}

func mimeBundle(text, page string) map[string]json.RawMessage {
	b := map[string]json.RawMessage{}
	for mime, s := range map[string]string{"text/plain": text, "text/html": page} {
		if s == "" {
			continue
		}
		if raw, err := json.Marshal(s); err == nil { // a string always has a JSON form
			b[mime] = raw
		}
	}
	return b
}
