package session

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// near is how far from one object on the heap another one is looked for. The
// heap begins at an address drawn at random and grows from there.
const near = 1 << 36

// holdsAddress reports whether stored bytes hold the text of an address as fmt
// prints one, 0x288c35908930, of the heap or of what plugins have mapped: the
// next run would print another. That a function prints addresses cannot always
// be seen in its code, because a pointer may be in an interface.
func holdsAddress(b []byte) bool {
	heap := uint64(reflect.ValueOf(new([64]byte)).Pointer())
	for {
		i := bytes.Index(b, []byte("0x"))
		if i < 0 {
			return false
		}
		b = b[i+2:]
		n := 0
		for n < len(b) && strings.IndexByte("0123456789abcdef", b[n]) >= 0 {
			n++
		}
		if n < 9 || n > 12 {
			continue
		}
		v, err := strconv.ParseUint(string(b[:n]), 16, 64)
		if err == nil && (v-heap+near < 2*near || v>>40 == 0x7f) {
			return true
		}
	}
}

// localZone describes the machine's time zone by its offsets, summer and winter
// of each year. It is part of every key: package time consults it in many places.
func localZone() string {
	var b strings.Builder
	for year := 1970; year <= 2037; year++ {
		for _, month := range []time.Month{time.January, time.April, time.July, time.October} {
			name, offset := time.Date(year, month, 1, 0, 0, 0, 0, time.Local).Zone()
			fmt.Fprintf(&b, "%s%d ", name, offset)
		}
	}
	return b.String()
}
