package notebook

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// canonical lays out valid JSON as Python's json.dumps does with indent=1,
// sort_keys=True and ensure_ascii=False. Numbers keep their digits; of a key
// given twice the last value stays.
func canonical(raw []byte) []byte {
	c := canonizer{src: raw}
	c.value(1)
	return c.out
}

// A canonizer reads src, which is known to be valid, and appends to out.
type canonizer struct {
	src []byte
	pos int
	out []byte
}

func (c *canonizer) value(depth int) {
	c.space()
	switch c.src[c.pos] {
	case '{':
		c.object(depth)
	case '[':
		c.array(depth)
	case '"':
		c.out = append(c.out, c.text()...)
	default:
		start := c.pos
		for c.pos < len(c.src) && !strings.ContainsRune(" \t\r\n,]}", rune(c.src[c.pos])) {
			c.pos++
		}
		c.out = append(c.out, c.src[start:c.pos]...)
	}
}

func (c *canonizer) object(depth int) {
	type member struct {
		name  string // for sorting
		key   []byte
		value []byte
	}
	var members []member
	whole := c.out
	for c.next('}') {
		key := c.text()
		c.space()
		c.pos++ // the colon
		c.out = nil
		c.value(depth + 1)
		var name string
		// The key is a valid JSON string; were it not, it would sort as "".
		_ = json.Unmarshal(key, &name)
		members = append(members, member{name, key, c.out})
	}
	c.out = whole
	slices.SortStableFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	c.out = append(c.out, '{')
	n := 0
	for i, m := range members {
		if i+1 < len(members) && string(members[i+1].key) == string(m.key) {
			continue
		}
		c.newline(n, depth)
		n++
		c.out = append(c.out, m.key...)
		c.out = append(c.out, ": "...)
		c.out = append(c.out, m.value...)
	}
	c.close('}', n, depth)
}

func (c *canonizer) array(depth int) {
	c.out = append(c.out, '[')
	n := 0
	for c.next(']') {
		c.newline(n, depth)
		n++
		c.value(depth + 1)
	}
	c.close(']', n, depth)
}

// next steps over the opening bracket or a comma and reports whether an
// element follows; if not, it steps over the closing bracket.
func (c *canonizer) next(closing byte) bool {
	c.space()
	if c.src[c.pos] == closing {
		c.pos++
		return false
	}
	c.pos++
	c.space()
	if c.src[c.pos] == closing {
		c.pos++
		return false
	}
	return true
}

func (c *canonizer) newline(n, depth int) {
	if n > 0 {
		c.out = append(c.out, ',')
	}
	c.out = append(c.out, '\n')
	for range depth {
		c.out = append(c.out, ' ')
	}
}

func (c *canonizer) close(bracket byte, n, depth int) {
	if n > 0 {
		c.out = append(c.out, '\n')
		for range depth - 1 {
			c.out = append(c.out, ' ')
		}
	}
	c.out = append(c.out, bracket)
}

func (c *canonizer) space() {
	for c.pos < len(c.src) && strings.IndexByte(" \t\r\n", c.src[c.pos]) >= 0 {
		c.pos++
	}
}

// text reads a string literal and returns it with the escapes that JSON needs
// and no others. Half of a surrogate pair has no other form and stays escaped.
func (c *canonizer) text() []byte {
	out := []byte{'"'}
	for c.pos++; c.src[c.pos] != '"'; {
		if c.src[c.pos] != '\\' {
			out = append(out, c.src[c.pos])
			c.pos++
			continue
		}
		esc := c.src[c.pos+1]
		if esc != 'u' {
			out = appendRune(out, unescape(esc))
			c.pos += 2
			continue
		}
		r := c.hex(c.pos)
		c.pos += 6
		if utf16.IsSurrogate(r) {
			pair := rune(utf8.RuneError)
			if c.pos+6 <= len(c.src) && c.src[c.pos] == '\\' && c.src[c.pos+1] == 'u' {
				pair = utf16.DecodeRune(r, c.hex(c.pos))
			}
			if pair == utf8.RuneError {
				out = append(out, `\u`...)
				out = strconv.AppendInt(out, int64(r), 16)
				continue
			}
			c.pos += 6
			r = pair
		}
		out = appendRune(out, r)
	}
	c.pos++
	return append(out, '"')
}

// hex reads the digits of the \u escape that starts at pos.
func (c *canonizer) hex(pos int) rune {
	n, err := strconv.ParseUint(string(c.src[pos+2:pos+6]), 16, 16)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}

func unescape(esc byte) rune {
	switch esc {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return rune(esc) // '"', '\\' and '/'
}

// appendRune appends r as it stands inside a string literal.
func appendRune(out []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(out, '\\', byte(r))
	case '\b':
		return append(out, `\b`...)
	case '\f':
		return append(out, `\f`...)
	case '\n':
		return append(out, `\n`...)
	case '\r':
		return append(out, `\r`...)
	case '\t':
		return append(out, `\t`...)
	}
	if r < ' ' {
		const digits = "0123456789abcdef"
		return append(out, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
	}
	return utf8.AppendRune(out, r)
}
