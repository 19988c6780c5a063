//go:build unix

package engine

import (
	"fmt"
	"strconv"
	"time"
)

// The memory of an engine is looked at often enough that it cannot grow by
// much more than fillRate allows between two looks: several processors that do
// nothing but touch new pages fill about 8 GiB in a second.
const (
	fillRate  = 16 << 30 // bytes per second
	shortLook = 5 * time.Millisecond
	longLook  = 250 * time.Millisecond
)

// lookAfter returns when to look at the memory of an engine again that may
// still use that much.
func lookAfter(left int64) time.Duration {
	return min(max(time.Duration(float64(left)/fillRate*float64(time.Second)), shortLook), longLook)
}

// watch ends the engine when it uses more than limit bytes.
func (c *Client) watch(limit int64) {
	m, err := openMeter(c.process.pid)
	if err != nil {
		return // ended already, or a system that does not tell
	}
	defer m.close()
	for {
		used, err := m.used()
		if err != nil {
			return
		}
		if used > limit {
			c.process.overran()
			return
		}
		select {
		case <-c.relay.over:
			return
		case <-time.After(lookAfter(limit - used)):
		}
	}
}

// goroutineShare is more memory than most goroutines need: if there are fewer
// in a limit, something else has filled it.
const goroutineShare = 32 << 10

// overrun explains that an engine was ended for its memory. goroutines is how
// many it had when it last said so, which it does when there are very many.
func overrun(limit, goroutines int64) string {
	with := ""
	if goroutines > limit/goroutineShare {
		with = " with " + thousands(goroutines) + " goroutines"
	}
	return fmt.Sprintf("out of memory: the cell%s took its engine past the limit of %s, so it was ended; "+
		"use less, or raise the limit (GOMEMO_MEMORY)", with, Bytes(limit))
}

// refused explains that the system gave an engine no more memory.
func refused(limit int64) string {
	text := "out of memory: the cell asked for more than the machine can give; use less"
	if limit > 0 {
		text += " (the limit of the engine, GOMEMO_MEMORY, is " + Bytes(limit) + ")"
	}
	return text
}

// thousands writes n with a comma between every three digits.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Bytes writes a number of bytes for people: "8 GiB", "1.5 MiB".
func Bytes(n int64) string {
	const units = "KMGTP"
	f, unit := float64(n), ""
	for i := 0; f >= 1024 && i < len(units); i++ {
		f, unit = f/1024, units[i:i+1]+"i"
	}
	return strconv.FormatFloat(float64(int64(f*10+0.5))/10, 'f', -1, 64) + " " + unit + "B"
}
