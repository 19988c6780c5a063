package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

type handler func(*bus, string) error
type bus struct {
	mu       sync.RWMutex
	handlers map[string][]handler
	*stats
}
type stats struct{ sent, failed int }

func (s *stats) String() string { return fmt.Sprintf("%d sent, %d failed", s.sent, s.failed) }
func (b *bus) on(topic string, hs ...handler) func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.handlers[topic])
	b.handlers[topic] = append(b.handlers[topic], hs...)
	return func() { b.handlers[topic] = b.handlers[topic][:n] }
}
func (b *bus) emit(topic, msg string) (errs []error) {
	b.mu.RLock()
	hs := slices.Clone(b.handlers[topic])
	b.mu.RUnlock()
	for i, h := range hs {
		func() {
			defer func() {
				if r := recover(); r != nil {
					errs = append(errs, fmt.Errorf("handler %d: %v", i, r))
					b.failed++
				}
			}()
			if err := h(b, msg); err != nil {
				errs = append(errs, err)
				b.failed++
				return
			}
			b.sent++
		}()
	}
	return errs
}

type plugin interface {
	name() string
	install(*bus)
}
type base struct{ id string }

func (b base) name() string { return b.id }
func (b base) install(x *bus) {
	x.on("all", func(_ *bus, m string) error { fmt.Println(b.id, m); return nil })
}

type strict struct {
	base
	banned []string
}

func (s *strict) install(x *bus) {
	s.base.install(x)
	x.on("all", s.check)
}
func (s *strict) check(_ *bus, m string) error {
	if i := slices.IndexFunc(s.banned, func(w string) bool { return strings.Contains(m, w) }); i >= 0 {
		return &banned{s, s.banned[i]}
	}
	return nil
}

type banned struct {
	by   plugin
	word string
}

func (b *banned) Error() string { return b.by.name() + " does not allow " + b.word }

var registry = map[string]func(args ...string) plugin{
	"base":   func(args ...string) plugin { return base{args[0]} },
	"strict": newStrict,
}

func newStrict(args ...string) plugin { return &strict{base{args[0]}, args[1:]} }

type matrix [2][2]int

func (m matrix) mul(n matrix) (out matrix) {
	for i := range out {
		for j := range out[i] {
			for k := range n {
				out[i][j] += m[i][k] * n[k][j]
			}
		}
	}
	return
}
func power(m matrix, n int) matrix {
	if n == 0 {
		return matrix{{1}, {0, 1}}
	}
	h := power(m, n/2)
	h = h.mul(h)
	if n%2 == 1 {
		h = h.mul(m)
	}
	return h
}

func main() {
	b := &bus{handlers: map[string][]handler{}, stats: &stats{}}
	for _, n := range slices.Sorted(maps.Keys(registry)) {
		registry[n](n+"1", "bad", "worse").install(b)
	}
	undo := b.on("all", func(b *bus, m string) error { panic(m + "!") }, handler(func(*bus, string) error { return nil }))
	fmt.Println(b.emit("all", "hello"), b.emit("none", "x"))
	undo()
	errs := b.emit("all", "a bad word")
	fmt.Println(len(errs), errs, b.stats, b.sent)
	if e, ok := errs[0].(*banned); ok {
		_, isStrict := e.by.(*strict)
		fmt.Printf("%v %T %q\n", isStrict, e.by, e.word)
	}
	fmt.Println(power(matrix{{1, 1}, {1, 0}}, 50)[0][1])
	m := map[matrix]string{power(matrix{{1, 1}, {1, 0}}, 2): "two"}
	fmt.Println(m[matrix{{2, 1}, {1, 1}}], m)
	check := (&strict{banned: []string{"q"}}).check
	f := (*strict).check
	fmt.Println(check(nil, "q") != nil, f(&strict{}, b, "q") == nil)
}
