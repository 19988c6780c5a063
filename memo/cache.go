package memo

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"time"

	"gomemo/persist"
)

// A Cache remembers calls of functions in a directory.
//
// Go code cannot see what a function does, so its author names it: the name
// stands for the code, and calls under the same name with equal arguments of
// the same types are one call. Change the name, or the [Version], when the
// function or anything that it depends on changes.
type Cache struct {
	store   *Store
	flights flights
}

// New returns a cache in directory dir; see [Open].
func New(dir string, opts ...Option) (*Cache, error) {
	s, err := Open(dir, opts...)
	if err != nil {
		return nil, err
	}
	return &Cache{store: s}, nil
}

// Store returns the store below the cache.
func (c *Cache) Store() *Store { return c.store }

// Stats returns the store's counts.
func (c *Cache) Stats() Stats { return c.store.Stats() }

// Clear forgets all calls of all functions.
func (c *Cache) Clear() error { return c.store.Clear() }

// ClearFunc forgets all calls of the function of that name, of all versions.
func (c *Cache) ClearFunc(name string) error { return c.store.RemoveFunc(name) }

// Close makes everything durable and releases the cache's files. Functions
// made with the cache go on, but remember nothing any more.
func (c *Cache) Close() error { return c.store.Close() }

// A FuncOption changes how the calls of one function are remembered.
type FuncOption func(*function)

// Version adds to what stands for the function's code. Unlike a new name, it
// leaves ClearFunc in charge of the entries of earlier versions.
func Version(v string) FuncOption { return func(f *function) { f.version = v } }

// Ignore leaves parameters, counted from 0, out of what calls are compared
// by: a logger, a number of workers, a progress callback.
func Ignore(params ...int) FuncOption {
	return func(f *function) {
		for _, p := range params {
			f.ignore[p] = true
		}
	}
}

// ExpiresAfter makes results older than d be computed again.
func ExpiresAfter(d time.Duration) FuncOption {
	return Valid(func(e *Entry) bool { return time.Since(e.Computed) < d })
}

// Valid has f judge every entry before it is used; if it returns false, the
// call is computed again. With several such options all must agree.
func Valid(f func(e *Entry) bool) FuncOption {
	return func(fn *function) { fn.valid = append(fn.valid, f) }
}

// Observe has f called after every call. It must be safe for use by several
// goroutines if the function is called by several.
func Observe(f func(Outcome)) FuncOption {
	return func(fn *function) { fn.observe = f }
}

// An Outcome says how a call was answered.
type Outcome struct {
	Func  string
	Key   Key
	Hit   bool
	Took  time.Duration // of the look-up if it was a hit, else of the function
	Saved time.Duration // what computing it took, if it was a hit
	Bytes int64         // stored by this call
	Err   error         // why it was computed and not stored; nil if it was
}

var (
	// ErrFailed is the outcome of a call whose last result is a non-nil
	// error: such results are not stored.
	ErrFailed = errors.New("memo: the function returned an error")

	// ErrChanged is the outcome of a call that modified its arguments: a
	// remembered one would not.
	ErrChanged = errors.New("memo: the function changed its arguments")
)

// Func returns a function like f that looks its calls up in c before it makes
// them. Name and [Version] stand for the code of f. Function types of any
// number of parameters and results are accepted; F must be one.
//
// Arguments are compared by [persist.HashValues], results are stored by persist,
// both by their parts, whatever methods their types have, and
// every hit returns a copy of its own. A [context.Context] is not compared.
// Results are not stored if the last one is a non-nil error, if an argument was
// changed, or if they hold what cannot be stored, such as functions; f's
// result is returned all the same, and [Observe] tells. What f prints is not
// remembered. Calls with equal arguments that are made at the same time, by
// any number of goroutines and processes, are computed once.
func Func[F any](c *Cache, name string, f F, opts ...FuncOption) F {
	fn := newFunction(c, name, reflect.ValueOf(f), opts)
	return reflect.MakeFunc(reflect.TypeFor[F](), fn.call).Interface().(F)
}

// function is a remembered function.
type function struct {
	cache   *Cache
	name    string
	version string
	f       reflect.Value
	ignore  map[int]bool
	valid   []func(*Entry) bool
	observe func(Outcome)

	compare []int // parameters that calls are compared by
	mutable bool  // one of them can refer to memory that f may change
	results []reflect.Type
	fails   bool // the last result is an error
	head    []byte
}

var (
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
)

func newFunction(c *Cache, name string, f reflect.Value, opts []FuncOption) *function {
	if f.Kind() != reflect.Func || f.IsNil() {
		panic(fmt.Sprintf("memo: Func %q: not a function", name))
	}
	fn := &function{cache: c, name: name, f: f, ignore: make(map[int]bool)}
	for _, o := range opts {
		o(fn)
	}
	t := f.Type()
	for i := range t.NumIn() {
		if t.In(i) != contextType && !fn.ignore[i] {
			fn.compare = append(fn.compare, i)
			fn.mutable = fn.mutable || !immutable(t.In(i))
		}
	}
	for out := range t.Outs() {
		fn.results = append(fn.results, out)
	}
	fn.fails = len(fn.results) > 0 && fn.results[len(fn.results)-1] == errorType
	for _, s := range []string{"gomemo func 1", name, fn.version, t.String()} {
		fn.head = append(binary.AppendUvarint(fn.head, uint64(len(s))), s...)
	}
	return fn
}

// immutable reports whether a value of type t shares no memory that could be
// changed with copies of it.
func immutable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		for field := range t.Fields() {
			if !immutable(field.Type) {
				return false
			}
		}
		return true
	case reflect.Array:
		return immutable(t.Elem())
	}
	return t.Kind() <= reflect.Complex128 || t.Kind() == reflect.String
}

// call is a call of the remembered function.
func (fn *function) call(args []reflect.Value) []reflect.Value {
	start := time.Now()
	o := Outcome{Func: fn.name}
	record, err := fn.record(args)
	if err != nil {
		o.Err = err
		return fn.compute(args, &o, nil)
	}
	o.Key = KeyOf(record)
	if results, ok := fn.recall(&o, start); ok {
		return results
	}
	done := fn.cache.flights.board(fn.cache.store, o.Key)
	defer done()
	// Another call may have computed it while this one waited.
	if results, ok := fn.recall(&o, start); ok {
		return results
	}
	return fn.compute(args, &o, record)
}

// record returns what the key of a call is made of.
func (fn *function) record(args []reflect.Value) ([]byte, error) {
	vs := make([]reflect.Value, len(fn.compare))
	for i, p := range fn.compare {
		vs[i] = args[p]
	}
	d, err := persist.HashValues(vs)
	if err != nil {
		return nil, err
	}
	return append(bytes.Clone(fn.head), d[:]...), nil
}

// recall answers a call from the store.
func (fn *function) recall(o *Outcome, start time.Time) ([]reflect.Value, bool) {
	e, err := fn.cache.store.Get(o.Key)
	if err != nil {
		return nil, false
	}
	for _, valid := range fn.valid {
		if !valid(e) {
			return nil, false
		}
	}
	results, err := DecodeResults(e.Payload, fn.results)
	if err != nil {
		return nil, false
	}
	o.Hit, o.Took, o.Saved = true, time.Since(start), e.Took
	if fn.observe != nil {
		fn.observe(*o)
	}
	return results, true
}

// compute calls the function and stores its results under o.Key if record is
// not nil.
func (fn *function) compute(args []reflect.Value, o *Outcome, record []byte) []reflect.Value {
	start := time.Now()
	var results []reflect.Value
	if fn.f.Type().IsVariadic() {
		results = fn.f.CallSlice(args)
	} else {
		results = fn.f.Call(args)
	}
	o.Took = time.Since(start)
	if record != nil {
		o.Bytes, o.Err = fn.store(args, results, o, record)
	}
	if fn.observe != nil {
		fn.observe(*o)
	}
	return results
}

func (fn *function) store(args, results []reflect.Value, o *Outcome, record []byte) (int64, error) {
	if fn.fails && !results[len(results)-1].IsNil() {
		return 0, ErrFailed
	}
	if fn.mutable {
		if now, err := fn.record(args); err != nil || !bytes.Equal(now, record) {
			return 0, ErrChanged
		}
	}
	payload, err := EncodeResults(results)
	if err != nil {
		return 0, err
	}
	return fn.cache.store.Put(o.Key, &Entry{Func: fn.name, Took: o.Took, Record: record, Payload: payload})
}
