// Embedding and promotion, unexported names included.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
)

type inner struct {
	a int
	B string
}

func (i inner) hidden() int   { return i.a }
func (i *inner) set(n int)    { i.a = n }
func (i inner) Shown() string { return i.B }

type hidder interface{ hidden() int }
type setter interface {
	hidder
	set(int)
}

type mid struct {
	*inner
	extra []int
}
type outer struct {
	mid
	hidder
	name string
}
type amb1 struct{ x int }
type amb2 struct{ x int }
type ambiguous struct {
	amb1
	amb2
}
type shadow struct {
	inner
	a string
}

func (s shadow) hidden() int { return len(s.a) * 100 }

type wrapped struct{ error }
type rw struct {
	io.Reader
	io.Writer
}
type byLen []string

func (b byLen) Len() int           { return len(b) }
func (b byLen) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
func (b byLen) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

type reversed struct{ sort.Interface }

func (r reversed) Less(i, j int) bool { return r.Interface.Less(j, i) }

type generic[T any] struct{ val T }

func (g generic[T]) get() T     { return g.val }
func (g *generic[T]) put(val T) { g.val = val }

type embedsGeneric struct {
	generic[inner]
	*generic2
}
type generic2 = generic[map[string]int]
type lit struct {
	inner `json:"in"`
	Q     int `json:"q,omitempty"`
}

func main() {
	m := mid{&inner{1, "b"}, []int{2}}
	m.set(5)
	fmt.Println(m.a, m.B, m.hidden(), m.Shown(), m.inner.a)
	o := outer{mid: m, hidder: inner{9, "z"}, name: "o"}
	fmt.Println(o.a, o.mid.hidden(), o.hidder.hidden(), o.inner.hidden(), o.name)
	fmt.Printf("%+v\n", o.hidder)
	var s setter = m
	s.set(7)
	fmt.Println(s.hidden(), o.a)
	fmt.Println(ambiguous{amb1{1}, amb2{2}}.amb2.x)
	sh := shadow{inner{1, "x"}, "abc"}
	fmt.Println(sh.hidden(), sh.inner.hidden(), sh.a, sh.inner.a)
	f, g := m.hidden, mid.hidden
	m.set(8)
	fmt.Println(f(), g(m), hidder.hidden(sh) == 300)
	e := wrapped{errors.New("deep")}
	fmt.Println(e, e.error, errors.Is(e, e.error))
	var b strings.Builder
	x := rw{strings.NewReader("read me"), &b}
	n, err := io.Copy(x, x)
	fmt.Println(n, err, b.String())
	words := byLen{"ccc", "a", "bb"}
	sort.Sort(reversed{words})
	fmt.Println(words)
	eg := embedsGeneric{generic[inner]{inner{3, "g"}}, &generic2{map[string]int{"k": 1}}}
	fmt.Println(eg.generic.get().hidden(), eg.generic2.get())
	eg.generic.put(inner{4, "h"})
	fmt.Printf("%+v %T %T\n", eg.generic, eg, eg.generic2)
	js, err := json.Marshal(lit{inner{1, "json"}, 2})
	fmt.Println(string(js), err)
	anon := struct {
		inner
		hidder
		z int
	}{inner{1, "q"}, sh, 3}
	fmt.Printf("%+v %T\n", anon, anon)
	fmt.Println(anon.inner.hidden(), anon.hidder.hidden(), anon.B)
	pp := &m
	pp.inner.a++
	(*pp).extra = append(pp.extra, 4)
	fmt.Println(m.a, m.extra, pp.Shown())
	var nilmid mid
	defer func() {
		r := recover()
		fmt.Println(r, r.(error).Error())
	}()
	nilmid.set(1)
}
