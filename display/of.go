package display

import (
	"fmt"
	"image"
	"strings"
)

// TextLimit is how many bytes of text Of shows. Browsers and notebook files
// suffer long before a program does: 64 KiB is about a thousand lines.
const TextLimit = 64 << 10

// Of returns what vs show themselves as. One value may be a Bundle, a
// Displayer or an image.Image; otherwise the text is the values joined by
// spaces: strings as they are, errors their message, anything else as %+v.
func Of(vs ...any) Bundle {
	if len(vs) == 1 {
		if b, ok := rich(vs[0]); ok {
			return b
		}
	}
	texts := make([]string, len(vs))
	for i, v := range vs {
		texts[i] = text(v)
	}
	return Text(cut(strings.Join(texts, " ")))
}

// rich returns the bundle of a value that has more to show than text.
func rich(v any) (b Bundle, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			b, ok = Text(fmt.Sprintf("display of %T panicked: %v", v, r)), true
		}
	}()
	switch v := v.(type) {
	case Bundle:
		return v, true
	case Displayer:
		return v.Display(), true
	case image.Image:
		return Image(v), true
	}
	return Bundle{}, false
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case error:
		return fmt.Sprintf("%v", v) // fmt guards against a panicking Error
	}
	return format(v)
}

// cut shortens s to TextLimit bytes and says so.
func cut(s string) string {
	if len(s) <= TextLimit {
		return s
	}
	return strings.ToValidUTF8(s[:TextLimit], "") + fmt.Sprintf("\n… cut here: only the first %d KiB are shown", TextLimit>>10)
}
