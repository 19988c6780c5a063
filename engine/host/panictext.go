package host

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"gomemo/engine/internal/trace"
	"gomemo/persist"
)

// panicText returns what the runtime prints after "panic: " for a panic with
// the value v that nobody recovers (runtime.printpanicval).
func panicText(v any) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("%T (and a panic while printing it: %v)", v, r)
		}
	}()
	if f, ok := persist.AsFault(v); ok {
		v = f
	}
	switch x := v.(type) {
	case nil:
		return "nil"
	case interface {
		runtime.Error
		Addr() uintptr
	}: // of memory that is not there, under debug.SetPanicOnFault
		return trace.Fault(fmt.Sprintf("%#x", x.Addr()))
	case error:
		return indented(x.Error())
	case interface{ String() string }:
		return indented(x.String())
	}
	r := reflect.ValueOf(v)
	basic, ok := basicText(r)
	switch {
	case !ok:
		return fmt.Sprintf("(%s) %#x", r.Type(), dataWord(v))
	case r.Type().PkgPath() == "": // the basic type itself
		return basic
	case r.Kind() == reflect.String:
		return fmt.Sprintf(`%s("%s")`, r.Type(), basic)
	case r.Kind() == reflect.Complex64 || r.Kind() == reflect.Complex128:
		return r.Type().String() + basic // it has parentheses of its own
	}
	return fmt.Sprintf("%s(%s)", r.Type(), basic)
}

// inFlight is a panic that is not over, or runtime.Goexit.
type inFlight struct {
	arg       any
	recovered bool
	goexit    bool
}

// thrown lists the panics of the calling goroutine, the first one first.
func (h *host) thrown() (all []inFlight) {
	if h.panics != nil {
		h.panics(func(arg any, recovered, goexit bool) { all = append(all, inFlight{arg, recovered, goexit}) })
	}
	slices.Reverse(all)
	return all
}

// panicsText is panicText for the value of the last of several panics, with the
// others in front of it (runtime.printpanics).
func panicsText(last any, all []inFlight) string {
	var b strings.Builder
	for i, p := range all {
		again := i+1 < len(all) && words(all[i+1].arg) == words(p.arg)
		if i > 0 && words(all[i-1].arg) == words(p.arg) {
			continue // it is what was recovered
		}
		if i > 0 && !all[i-1].goexit {
			b.WriteByte('\t')
		}
		if p.goexit {
			continue
		}
		b.WriteString("panic: " + panicText(p.arg))
		switch {
		case p.recovered && again:
			b.WriteString(" [recovered, repanicked]")
		case p.recovered:
			b.WriteString(" [recovered]")
		}
		b.WriteByte('\n')
	}
	if b.Len() == 0 {
		return panicText(last)
	}
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), "panic: "), "\n")
}

// basicText formats a value of a basic kind as the runtime's print does.
func basicText(r reflect.Value) (string, bool) {
	switch {
	case r.Kind() == reflect.String:
		return indented(r.String()), true
	case r.Kind() == reflect.Bool:
		return strconv.FormatBool(r.Bool()), true
	case r.CanInt():
		return strconv.FormatInt(r.Int(), 10), true
	case r.CanUint():
		return strconv.FormatUint(r.Uint(), 10), true
	case r.CanFloat():
		return strconv.FormatFloat(r.Float(), 'g', -1, r.Type().Bits()), true
	case r.CanComplex():
		return strconv.FormatComplex(r.Complex(), 'g', -1, r.Type().Bits()), true
	}
	return "", false
}

func indented(s string) string { return strings.ReplaceAll(s, "\n", "\n\t") }

// dataWord returns the second word of an interface value, the address that
// the runtime prints for a value of a type that it does not format.
func dataWord(v any) uintptr { return words(v)[1] }

// words are what an interface value consists of.
func words(v any) [2]uintptr { return *(*[2]uintptr)(unsafe.Pointer(&v)) }
