package notebook

import (
	"strings"
	"unicode/utf8"
)

// splitLines cuts s after each line end that Python's str.splitlines knows,
// since that is where Jupyter cuts; the lines keep their ends. It never
// returns nil, so that no text is written as an empty list.
func splitLines(s string) []string {
	lines := []string{}
	for start := 0; start < len(s); {
		end := start + lineLen(s[start:])
		lines = append(lines, s[start:end])
		start = end
	}
	return lines
}

func lineLen(s string) int {
	i := strings.IndexAny(s, "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029")
	if i < 0 {
		return len(s)
	}
	if strings.HasPrefix(s[i:], "\r\n") {
		return i + 2
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	return i + n
}

// isJSON reports whether values of this MIME type are JSON, not text.
func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}

// isLines reports whether Jupyter stores values of this MIME type as lists of lines.
func isLines(mime string) bool {
	return strings.HasPrefix(mime, "text/") || mime == "application/javascript" || mime == "image/svg+xml"
}
