package session

import (
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gomemo/memo"
	"gomemo/persist"
)

const (
	// describeTime and describePart bound the time for which arguments that are
	// not small are hashed again, one by one, to explain later misses: absolute,
	// and as a part of what the call took.
	describeTime = time.Millisecond
	describePart = 20
)

// keyFormat changes when a key would come to mean something else.
const keyFormat = 1

// callKey is the identity of one call.
type callKey struct {
	memo.Key
	graph persist.Digest  // of values
	args  []reflect.Value // receiver first
	vs    []reflect.Value // args and the globals
	parts []part          // filled in when the call is stored
}

// A part is one of the things that a key depends on, for explaining a miss.
type part struct {
	name   string // "code", "toolchain", "argument 2", "global x"
	digest []byte // equal parts have equal ones; nil if it was too much work
	text   string // the value, if it is short
}

// newKey computes the key of a call with args.
func (j *judge) newKey(args []reflect.Value) (*callKey, error) {
	k := &callKey{args: args, vs: args}
	if len(j.globals) > 0 {
		k.vs = append(slices.Clip(args), j.globals...)
	}
	var err error
	if k.graph, err = j.hash(k.vs, j.valueNames); err != nil {
		return nil, err
	}
	buf := make([]byte, 0, 512)
	buf = append(buf, j.head...)
	buf = append(buf, k.graph[:]...)
	k.Key = memo.KeyOf(buf)
	return k, nil
}

// hash returns the digest of vs as one graph. Slices count up to their
// capacity: a function may reslice.
func (j *judge) hash(vs []reflect.Value, names []string) (persist.Digest, error) {
	types := typeCheck{j: j}
	d, err := persist.HashValues(vs, persist.Capacity(), persist.OnType(types.note), persist.Names(names...))
	if err == nil && len(types.seen) > 0 {
		err = types.verdict()
	}
	return d, err
}

// keyHead returns the part of a site's keys that all its calls share. Each
// item goes with its length, so that no two lists of items look the same.
func (j *judge) keyHead(t reflect.Type) []byte {
	var b []byte
	add := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	add("gomemo call " + strconv.Itoa(keyFormat))
	add(j.cell.session.hello.Toolchain)
	add(j.cell.session.zone)
	add(j.site.Func)
	add(j.site.Code)
	add(typeName(t))
	for i, g := range j.site.Globals {
		add(g)
		add(typeName(j.globals[i].Type()))
	}
	return b
}

// valueNames returns what a user calls the arguments and globals of a call.
func valueNames(fn string, args int, globals []string) []string {
	var names []string
	n := 1
	for i := range args {
		if i == 0 && isMethod(fn) {
			names = append(names, "the receiver")
			continue
		}
		names = append(names, "argument "+strconv.Itoa(n))
		n++
	}
	for _, g := range globals {
		names = append(names, "global "+g)
	}
	return names
}

// resultNames returns what a user calls the results of a function.
func resultNames(n int) []string {
	if n == 1 {
		return []string{"the result"}
	}
	names := make([]string, n)
	for i := range names {
		names[i] = "result " + strconv.Itoa(i+1)
	}
	return names
}

// isMethod reports whether fn, as it stands in the source, is a method
// expression.
func isMethod(fn string) bool {
	name, _, _ := strings.Cut(fn, "[") // type arguments may hold dots
	return strings.Contains(name, ".")
}

// unsupported says in the user's words why values cannot be part of a key or
// be stored.
func (j *judge) unsupported(err error) string {
	var u *persist.UnsupportedError
	if !errors.As(err, &u) {
		return err.Error()
	}
	return j.placed(u.Path) + ": " + u.Kind
}

// placed sets what follows a value's name in a path off, and puts the
// parameter's own name before it: "argument 2.Log" is "argument 2 (opts.Log)".
func (j *judge) placed(path string) string {
	for i, name := range j.valueNames {
		rest, ok := strings.CutPrefix(path, name)
		if !ok || rest == "" || rest[0] >= '0' && rest[0] <= '9' || strings.HasPrefix(name, "global ") {
			continue
		}
		if i < len(j.site.Params) {
			rest = j.site.Params[i] + rest
		}
		return name + " (" + rest + ")"
	}
	for _, name := range resultNames(len(j.results)) {
		if rest, ok := strings.CutPrefix(path, name); ok && rest != "" && (rest[0] < '0' || rest[0] > '9') {
			return name + " (" + rest + ")"
		}
	}
	return path
}

// describe fills in k.parts, when the call is over and has changed nothing.
// Unless thorough, values that hold references are not hashed one by one.
func (j *judge) describe(k *callKey, thorough bool) {
	short := func(b []byte) []byte { d := memo.KeyOf(b); return d[:8] }
	k.parts = append(k.parts,
		part{"toolchain", short([]byte(j.cell.session.hello.Toolchain)), ""},
		part{"code", short(j.head), ""})
	names := j.valueNames
	for i, v := range k.vs {
		p := part{name: names[i], text: shortText(v)}
		if d := scalarDigest(v); d != nil {
			p.digest = d
		} else if thorough || !j.types().refs(v.Type()) {
			if d, err := j.hash([]reflect.Value{v}, names[i:i+1]); err == nil {
				p.digest = d[:8]
			}
		}
		k.parts = append(k.parts, p)
	}
}

// scalarDigest returns what tells a value of a basic type from others of its
// type, nil for other values.
func scalarDigest(v reflect.Value) []byte {
	var n uint64
	switch {
	case v.Kind() == reflect.Bool:
		if v.Bool() {
			n = 1
		}
	case v.CanInt():
		n = uint64(v.Int())
	case v.CanUint():
		n = v.Uint()
	case v.CanFloat():
		n = math.Float64bits(v.Float())
	case v.Kind() == reflect.String:
		d := memo.KeyOf([]byte(v.String()))
		return d[:8]
	default:
		return nil
	}
	return binary.LittleEndian.AppendUint64(nil, n)
}

// shortText returns v as it is shown in an explanation, "" if it is too long.
func shortText(v reflect.Value) string {
	const limit = 24
	var s string
	switch k := v.Kind(); {
	case k == reflect.Bool:
		s = strconv.FormatBool(v.Bool())
	case v.CanInt():
		s = strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		s = strconv.FormatUint(v.Uint(), 10)
	case v.CanFloat():
		s = strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case k == reflect.String && v.Len() <= limit:
		s = strconv.Quote(v.String())
	}
	if len(s) > limit {
		return ""
	}
	return s
}

// appendRecord encodes parts for memo.Entry.Record.
func appendRecord(b []byte, parts []part) []byte {
	for _, p := range parts {
		for _, s := range []string{p.name, string(p.digest), p.text} {
			b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
		}
	}
	return b
}

// parseRecord decodes what appendRecord made; nil if it did not.
func parseRecord(b []byte) []part {
	var parts []part
	ok := true
	next := func() []byte {
		n, w := binary.Uvarint(b)
		if w <= 0 || n > uint64(len(b)-w) {
			ok = false
			return nil
		}
		s := b[w : w+int(n)]
		b = b[w+int(n):]
		return s
	}
	for len(b) > 0 {
		p := part{name: string(next()), digest: next(), text: string(next())}
		if !ok {
			return nil
		}
		parts = append(parts, p)
	}
	return parts
}

// whyMiss compares k with the earlier entries of its function.
func (j *judge) whyMiss(k *callKey) string {
	var nearest []string
	for e := range j.store.Earlier(j.site.Func) {
		parts := parseRecord(e.Record)
		if parts == nil {
			continue
		}
		d := difference(parts, k.parts)
		if nearest == nil || len(d) < len(nearest) {
			nearest = d
		}
		if len(d) == 1 { // fewer are not to be expected: the key is another
			break
		}
	}
	switch {
	case nearest == nil:
		return "nothing stored yet"
	case len(nearest) == 0:
		// Each part is the same by itself: pointers between them differ, or
		// the entry was lost.
		return "sharing between arguments changed, or the entry was damaged"
	}
	return list(nearest, " and ") + " changed"
}

// list joins names as a sentence does.
func list(names []string, last string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + last + names[n-1]
	}
	return names[0]
}

// difference names the parts that differ. If those that are known do not,
// it is one of the others.
func difference(old, now []part) []string {
	ds := []string{}
	var unknown []string
	for _, p := range now {
		i := slices.IndexFunc(old, func(q part) bool { return q.name == p.name })
		switch {
		case i < 0:
			ds = append(ds, p.name)
		case len(old[i].digest) == 0 || len(p.digest) == 0:
			unknown = append(unknown, p.name)
		case string(old[i].digest) == string(p.digest):
		case old[i].text != "" && p.text != "":
			ds = append(ds, p.name+" ("+old[i].text+" → "+p.text+")")
		default:
			ds = append(ds, p.name)
		}
	}
	for _, q := range old {
		if !slices.ContainsFunc(now, func(p part) bool { return p.name == q.name }) {
			ds = append(ds, q.name)
		}
	}
	if len(ds) == 0 && len(unknown) > 0 {
		ds = append(ds, list(unknown, " or "))
	}
	return ds
}
