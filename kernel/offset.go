package kernel

import "unicode/utf8"

// byteOffset converts a cursor in code points to an offset in bytes. Without a
// cursor, or with one outside the text, it is the nearest end.
func byteOffset(s string, cursor *int) int {
	if cursor == nil {
		return len(s)
	}
	n := *cursor
	for i := range s {
		if n <= 0 {
			return i
		}
		n--
	}
	return len(s)
}

// runeOffset converts an offset in bytes to one in code points.
func runeOffset(s string, offset int) int {
	return utf8.RuneCountInString(s[:max(0, min(offset, len(s)))])
}
