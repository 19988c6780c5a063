package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A screen prints what a notebook's cells put out. Its methods may be called
// from several goroutines.
type screen struct {
	stdout, stderr io.Writer
	terminal       bool // stderr is a terminal: draw progress, keep colours

	mu       sync.Mutex // guards the fields below
	partial  bool       // the cursor is not at the start of a line
	progress bool       // a line of progress is drawn
	err      error      // the first failure to write to stdout
}

// isTerminal reports whether w is a terminal that understands escape codes.
func isTerminal(w io.Writer, getenv func(string) string) bool {
	f, ok := w.(*os.File)
	if !ok || getenv("TERM") == "" || getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// print writes text exactly as it is, to the named stream.
func (s *screen) print(stream, text string) {
	if text == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(stream, text)
}

// println writes text on lines of its own.
func (s *screen) println(stream, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endLine(stream)
	s.write(stream, strings.TrimSuffix(text, "\n")+"\n")
}

// endLine ends a line that a cell left open.
func (s *screen) endLine(stream string) {
	if s.partial {
		s.write(stream, "\n")
	}
}

// finishLine is endLine for the end of a cell.
func (s *screen) finishLine() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endLine("stdout")
}

func (s *screen) write(stream, text string) {
	s.erase()
	s.partial = !strings.HasSuffix(text, "\n")
	w := s.stdout
	if stream == "stderr" {
		w = s.stderr
	}
	_, err := io.WriteString(w, text)
	if err != nil && s.err == nil && stream != "stderr" {
		s.err = err
	}
}

// failure is the first error of writing to stdout, such as a closed pipe.
func (s *screen) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// draw shows a line of progress until the next output, except where it would
// overwrite a line that a cell has begun.
func (s *screen) draw(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.terminal || s.partial {
		return
	}
	// A failure to draw is no failure of the run.
	_, _ = io.WriteString(s.stderr, "\r"+line+"\x1b[K")
	s.progress = true
}

// clear removes the line of progress.
func (s *screen) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
}

func (s *screen) erase() {
	if s.progress {
		_, _ = io.WriteString(s.stderr, "\r\x1b[K")
		s.progress = false
	}
}

// traceback prints the lines of an error, without their colours if they do
// not go to a terminal.
func (s *screen) traceback(lines []string) {
	text := strings.Join(lines, "\n")
	if !s.terminal {
		text = withoutColours(text)
	}
	s.println("stderr", text)
}

func withoutColours(s string) string {
	return regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(s, "")
}

// plain is a MIME bundle as text: its plain representation, and a line for
// each image.
func plain(data map[string]json.RawMessage) string {
	var parts []string
	for _, mime := range []string{"text/plain", "text/markdown", "text/latex"} {
		if text, ok := jsonString(data[mime]); ok {
			parts = append(parts, text)
			break
		}
	}
	mimes := slices.Sorted(maps.Keys(data))
	for _, mime := range mimes {
		if strings.HasPrefix(mime, "image/") {
			parts = append(parts, fmt.Sprintf("[%s, %s]", mime, byteCount(imageSize(mime, data[mime]))))
		}
	}
	if len(parts) == 0 {
		return "[" + strings.Join(mimes, ", ") + "]"
	}
	return strings.Join(parts, "\n")
}

func jsonString(raw json.RawMessage) (s string, ok bool) {
	if raw == nil || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

// imageSize is the number of bytes of an image's file.
func imageSize(mime string, raw json.RawMessage) int {
	s, ok := jsonString(raw)
	if !ok {
		return len(raw)
	}
	if mime == "image/svg+xml" {
		return len(s)
	}
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return len(s)
	}
	return len(data)
}

func byteCount(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 999_500:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
